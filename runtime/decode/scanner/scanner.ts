/** A strict scanner: finds the events of a frame, their channels and symbols, without building an object for any. */
import type { Channel } from '../../contract/channel.js';
import type { Kernel } from '../../contract/suite.js';
import { column, columns, type Events } from '../event-list.js';
import { unsure } from './layout.js';
import { tableOf } from './table.js';
import { sharedWorkspace, type Workspace } from './workspace.js';

const none = new Int32Array(0);

/**
 * Takes a frame apart where it is an array of flat events that begin with `ev`, written in ASCII without blanks and
 * escapes, as the feed writes them. For anything else it says that it is not sure, and `JSON.parse` takes over;
 * what it is sure of, `JSON.parse` accepts with the same result.
 * @see polygon-docs/websockets/quickstart.md:206-209 `ev`
 */
export class Scanner implements Events {
  count = 0;
  /** Each event's, with the hash of its symbol; good until any scanner's next frame. */
  rows: Int32Array = none;
  /** Of each event's symbol how many words spell it, and these; `spellingCells` for each event. */
  spellings: Int32Array = none;
  /** Events without a symbol that is a text. */
  malformed = 0;
  private readonly table: Uint8Array;

  constructor(
    channels: readonly Channel[],
    private readonly kernel: Kernel,
  ) {
    this.table = tableOf(channels);
  }

  /**
   * Lists the events of a frame.
   *
   * @returns whether it is sure of the whole frame; if not, what it listed counts for nothing
   */
  scan(frame: Buffer): boolean {
    const workspace = sharedWorkspace(this.kernel);
    return workspace !== undefined && this.tell(workspace, workspace.scan(this.table, frame));
  }

  /**
   * Lists the events of a part of a frame: whole items with commas between them.
   *
   * @returns whether it is sure of all of them
   */
  scanItems(items: Buffer): boolean {
    const workspace = sharedWorkspace(this.kernel);
    if (!workspace || !this.tell(workspace, workspace.scanItems(this.table, items))) return false;
    const { rows } = this;
    for (let base = 0; base < this.count * columns; base += columns) {
      rows[base + column.start]!--;
      rows[base + column.end]!--;
    }
    return true;
  }

  private tell(workspace: Workspace, count: number): boolean {
    this.count = count;
    this.rows = workspace.rows;
    this.spellings = workspace.spellings;
    this.malformed = workspace.malformed;
    return count !== unsure;
  }
}
