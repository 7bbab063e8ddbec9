/// <reference path="./webassembly.d.ts" />
/** The kernel, and the memory on which it works for all markets. */
import type { Kernel } from '../../contract/suite.js';
import { columns } from '../event-list.js';
import { openedOnce } from '../shared-workspace.js';
import { frameAt, malformedAt, rowBytes, slackBytes, spellingCells, tableAt, unsure, wordBytes } from './layout.js';

/** Thousands of events. A rare larger frame does not fit and is left to `JSON.parse`, so the memory never grows. */
const mostFrameBytes = 2 ** 19;
const leastEventBytes = '{"ev":"","":""},'.length;
const mostEvents = mostFrameBytes / leastEventBytes;
const rowsAt = frameAt + mostFrameBytes + slackBytes;
const spellingsAt = rowsAt + mostEvents * rowBytes;
const [openBracket, closeBracket] = [...Buffer.from('[]')] as [number, number];
const pageBytes = 2 ** 16;
const pages = Math.ceil((spellingsAt + mostEvents * spellingCells * wordBytes) / pageBytes);

/** @returns how many events it listed, or `unsure` */
type Scan = (tableEnd: number, frameEnd: number, rowsAt: number, spellingsAt: number) => number;

/** A frame lies in it while it is scanned, and what is said of its events until the next frame is. */
export class Workspace {
  readonly rows: Int32Array;
  readonly spellings: Int32Array;
  private readonly bytes: Uint8Array;
  private readonly malformedCell: Int32Array;
  private readonly kernel: Scan;
  /** Of the market whose frame was the last. */
  private table: Uint8Array | undefined;

  /** @throws where Node may not compile or gets no memory, and where the processor has no vectors */
  constructor(kernel: Kernel) {
    const memory = new WebAssembly.Memory({ initial: pages });
    this.bytes = new Uint8Array(memory.buffer);
    this.rows = new Int32Array(memory.buffer, rowsAt, mostEvents * columns);
    this.spellings = new Int32Array(memory.buffer, spellingsAt, mostEvents * spellingCells);
    this.malformedCell = new Int32Array(memory.buffer, malformedAt, 1);
    const module = new WebAssembly.Module(Buffer.from(kernel.bytes, 'base64'));
    this.kernel = new WebAssembly.Instance(module, { env: { memory } }).exports.scan!;
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
    this.bytes.set(frame, frameAt);
    return this.run(table, frame.length);
  }

  /** The same of items with commas between them; their offsets are one too large. */
  scanItems(table: Uint8Array, items: Buffer): number {
    const end = frameAt + 1 + items.length;
    if (items.length + 2 > mostFrameBytes) return unsure;
    this.bytes[frameAt] = openBracket;
    this.bytes.set(items, frameAt + 1);
    this.bytes[end] = closeBracket;
    return this.run(table, items.length + 2);
  }

  private run(table: Uint8Array, frameBytes: number): number {
    if (table !== this.table) {
      this.bytes.set(table, tableAt);
      this.table = table;
    }
    return this.kernel(tableAt + table.length, frameAt + frameBytes, rowsAt, spellingsAt);
  }
}

/** That of the process, opened with its first frame; nothing where it cannot be. */
export const sharedWorkspace = openedOnce(kernel => new Workspace(kernel));
