/// <reference path="./webassembly.d.ts" />
/** The kernels of all markets, and the memory that they share. */
import type { Channel } from '../contract.js';
import { columns } from '../eventlist.js';
import { assembleKernel, frameAt, malformedAt, slackBytes, unsure } from './kernel.js';

/** A larger frame finds no room. */
const mostFrameBytes = 2 ** 21;
const leastEventBytes = '{"ev":"","":""},'.length;
const mostCells = columns * Math.ceil(mostFrameBytes / leastEventBytes);
const rowsAt = frameAt + mostFrameBytes + slackBytes;
const pageBytes = 2 ** 16;
const pages = Math.ceil((rowsAt + mostCells * Int32Array.BYTES_PER_ELEMENT) / pageBytes);

/** Takes where a frame ends and where its rows begin. @returns how many rows it wrote, or `unsure` */
export type Kernel = (end: number, rowsAt: number) => number;

/** A frame lies in it while it is scanned, and the rows of its events until the next frame is. */
export class Workspace {
  readonly rows: Int32Array;
  private readonly bytes: Uint8Array;
  private readonly malformedCell: Int32Array;
  private readonly memory = new WebAssembly.Memory({ initial: pages });
  private readonly kernels = new WeakMap<readonly Channel[], Kernel>();

  constructor() {
    const { buffer } = this.memory;
    this.bytes = new Uint8Array(buffer);
    this.rows = new Int32Array(buffer, rowsAt, mostCells);
    this.malformedCell = new Int32Array(buffer, malformedAt, 1);
  }

  /** Of the last frame: events without a symbol that is a text. */
  get malformed(): number {
    return this.malformedCell[0]!;
  }

  /** @returns that of a market; nothing where the processor has no vectors */
  kernelOf(channels: readonly Channel[]): Kernel | undefined {
    const known = this.kernels.get(channels);
    if (known) return known;
    const bytes = assembleKernel(channels);
    if (!WebAssembly.validate(bytes)) return undefined;
    const { run } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { host: { memory: this.memory } }).exports;
    this.kernels.set(channels, run!);
    return run;
  }

  /** @returns how many events were listed in the rows, or `unsure` */
  scan(kernel: Kernel, frame: Buffer): number {
    if (frame.length > mostFrameBytes) return unsure;
    this.bytes.set(frame, frameAt);
    return kernel(frameAt + frame.length, rowsAt);
  }
}
