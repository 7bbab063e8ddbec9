/// <reference path="./webassembly.d.ts" />
/** The kernel, and the memory on which it works for all markets. */
import { endianness } from 'node:os';
import { columns } from '../eventlist.js';
import { assembleKernel, frameAt, malformedAt, slackBytes, spellingCells, tableAt } from './kernel.js';

/** There is room for usual frames; a larger one makes it larger, and one that is too large is for `JSON.parse`. */
const usualFrameBytes = 2 ** 18;
const mostFrameBytes = 2 ** 24;

const leastEventBytes = '{"ev":"","":""},'.length;
const wordBytes = Int32Array.BYTES_PER_ELEMENT;
const pageBytes = 2 ** 16;

/** @returns how many events it listed, or `unsure` */
type Kernel = (tableEnd: number, frameEnd: number, rowsAt: number, spellingsAt: number) => number;

/** A frame lies in it while it is scanned, and what is said of its events until the next frame is. */
export class Workspace {
  readonly rows: Int32Array;
  readonly spellings: Int32Array;
  private readonly rowsAt: number;
  private readonly spellingsAt: number;
  private readonly bytes: Uint8Array;
  private readonly malformedCell: Int32Array;
  private readonly kernel: Kernel;
  /** Of the market whose frame was the last. */
  private table: Uint8Array | undefined;

  /** @throws where Node may not compile or gets no memory, and where the processor has no vectors */
  constructor(readonly frameBytes: number) {
    const mostEvents = frameBytes / leastEventBytes;
    this.rowsAt = frameAt + frameBytes + slackBytes;
    this.spellingsAt = this.rowsAt + mostEvents * columns * wordBytes;
    const bytes = this.spellingsAt + mostEvents * spellingCells * wordBytes;
    const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / pageBytes) });
    this.bytes = new Uint8Array(memory.buffer);
    this.rows = new Int32Array(memory.buffer, this.rowsAt, mostEvents * columns);
    this.spellings = new Int32Array(memory.buffer, this.spellingsAt, mostEvents * spellingCells);
    this.malformedCell = new Int32Array(memory.buffer, malformedAt, 1);
    const module = new WebAssembly.Module(assembleKernel());
    this.kernel = new WebAssembly.Instance(module, { host: { memory } }).exports.run!;
  }

  /** Of the last frame: events without a symbol that is a text. */
  get malformed(): number {
    return this.malformedCell[0]!;
  }

  /**
   * @param table of the frame's market
   * @param frame not larger than its room
   * @returns how many events were listed, or `unsure`
   */
  scan(table: Uint8Array, frame: Buffer): number {
    if (table !== this.table) {
      this.bytes.set(table, tableAt);
      this.table = table;
    }
    this.bytes.set(frame, frameAt);
    return this.kernel(tableAt + table.length, frameAt + frame.length, this.rowsAt, this.spellingsAt);
  }
}

let shared: Workspace | undefined;
/** Room that was wanted so far. */
let wantedBytes = 0;

/**
 * Opens the workspace of the process with its first frame, so that no start waits for it.
 *
 * @returns nothing where there is no room for a frame
 */
export function workspaceFor({ length }: Buffer): Workspace | undefined {
  if (length > wantedBytes && length <= mostFrameBytes) {
    wantedBytes = Math.max(usualFrameBytes, 2 ** Math.ceil(Math.log2(length)));
    shared = open(wantedBytes) ?? shared;
  }
  return shared && length <= shared.frameBytes ? shared : undefined;
}

function open(frameBytes: number): Workspace | undefined {
  // The kernel's words have their lowest byte first.
  if (endianness() === 'BE') return undefined;
  try {
    return new Workspace(frameBytes);
  } catch {
    return undefined;
  }
}
