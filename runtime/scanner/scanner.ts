/** A strict scanner: finds the events of a frame, their channels and symbols, without building an object for any. */
import type { Channel } from '../contract.js';
import type { Events } from '../eventlist.js';
import { unsure } from './kernel.js';
import { type Kernel, Workspace } from './workspace.js';

const noRows = new Int32Array(0);

/**
 * Takes a frame apart where it is an array of flat events that begin with `ev`, written in ASCII without blanks and
 * escapes, as the feed writes them. Of anything else it says that it is not sure, and the frame is for `JSON.parse`;
 * what it is sure of, `JSON.parse` accepts with the same result.
 * @see polygon-docs/websockets/quickstart.md:206-209 `ev`
 */
export class Scanner implements Events {
  /** Of the process; absent where Node runs without a compiler. */
  private static workspace: Workspace | undefined;
  count = 0;
  /** Each event's, with the hash of its symbol; good until any scanner's next frame. */
  rows: Int32Array = noRows;
  /** Events without a symbol that is a text. */
  malformed = 0;
  private kernel: Kernel | undefined;
  private begun = false;

  constructor(private readonly channels: readonly Channel[]) {}

  /**
   * Lists the events of a frame.
   *
   * @returns whether it is sure of the whole frame; if not, what it listed counts for nothing
   */
  scan(frame: Buffer): boolean {
    if (!this.begun) this.begin();
    const { kernel } = this;
    const { workspace } = Scanner;
    if (!workspace || !kernel) return false;
    this.count = workspace.scan(kernel, frame);
    this.malformed = workspace.malformed;
    return this.count !== unsure;
  }

  /** With the first frame, so that nobody waits for it at the start. */
  private begin(): void {
    this.begun = true;
    if (!('WebAssembly' in globalThis)) return;
    Scanner.workspace ??= new Workspace();
    this.rows = Scanner.workspace.rows;
    this.kernel = Scanner.workspace.kernelOf(this.channels);
  }
}
