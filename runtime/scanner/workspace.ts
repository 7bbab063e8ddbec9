/// <reference path="./webassembly.d.ts" />
/** The kernel, and the memory on which it works for all markets. */
import { endianness } from 'node:os';
import { columns } from '../eventlist.js';
import { assembleKernel, frameAt, malformedAt, slackBytes, spellingCells, tableAt, unsure } from './kernel.js';

/** A larger frame finds no room. */
const mostFrameBytes = 2 ** 21;
const leastEventBytes = '{"ev":"","":""},'.length;
const mostEvents = Math.ceil(mostFrameBytes / leastEventBytes);
const wordBytes = Int32Array.BYTES_PER_ELEMENT;
const rowsAt = frameAt + mostFrameBytes + slackBytes;
const spellingsAt = rowsAt + mostEvents * columns * wordBytes;
const pageBytes = 2 ** 16;
const pages = Math.ceil((spellingsAt + mostEvents * spellingCells * wordBytes) / pageBytes);

/** @returns how many events it listed, or `unsure` */
type Kernel = (tableEnd: number, frameEnd: number, rowsAt: number, spellingsAt: number) => number;

/** A frame lies in it while it is scanned, and what is said of its events until the next frame is. */
export class Workspace {
  readonly rows: Int32Array;
  readonly spellings: Int32Array;
  private readonly bytes: Uint8Array;
  private readonly malformedCell: Int32Array;
  private readonly kernel: Kernel;
  /** Of the market whose frame was the last. */
  private table: Uint8Array | undefined;

  private constructor(kernelCode: Uint8Array<ArrayBuffer>) {
    const memory = new WebAssembly.Memory({ initial: pages });
    this.bytes = new Uint8Array(memory.buffer);
    this.rows = new Int32Array(memory.buffer, rowsAt, mostEvents * columns);
    this.spellings = new Int32Array(memory.buffer, spellingsAt, mostEvents * spellingCells);
    this.malformedCell = new Int32Array(memory.buffer, malformedAt, 1);
    const instance = new WebAssembly.Instance(new WebAssembly.Module(kernelCode), { host: { memory } });
    this.kernel = instance.exports.run!;
  }

  /** @returns nothing where Node may not compile, or the processor has no vectors or puts the highest byte first */
  static open(): Workspace | undefined {
    if (!('WebAssembly' in globalThis) || endianness() === 'BE') return undefined;
    const code = assembleKernel();
    return WebAssembly.validate(code) ? new Workspace(code) : undefined;
  }

  /** Of the last frame: events without a symbol that is a text. */
  get malformed(): number {
    return this.malformedCell[0]!;
  }

  /**
   * @param table of the frame's market
   * @returns how many events were listed, or `unsure`
   */
  scan(table: Uint8Array, frame: Buffer): number {
    if (frame.length > mostFrameBytes) return unsure;
    if (table !== this.table) {
      this.bytes.set(table, tableAt);
      this.table = table;
    }
    this.bytes.set(frame, frameAt);
    return this.kernel(tableAt + table.length, frameAt + frame.length, rowsAt, spellingsAt);
  }
}
