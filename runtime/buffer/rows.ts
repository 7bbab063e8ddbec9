/** A typed row for each buffered message, so that a message costs no object. */
import type { ColumnSegment } from './column-segment.js';

/** Seqs are split by shifts and masks, which cost less than a division. */
const segmentBits = 12;
export const segmentRows = 1 << segmentBits;
const rowMask = segmentRows - 1;

/** A row is 32 bytes in one place of memory: two doubles, then four words. */
const rowDoubles = 4;
const rowWords = 8;
/** Arrival, monotonic ms. */
const arrived = 0;
/** Where its bytes are in the ring. */
const offset = 1;
/** How many bytes it has. */
const length = 4;
/** Its channel and symbol as one number. */
const pair = 5;
/** How many messages ago the last one of the same pair arrived; 0 if unknown. */
const back = 6;
/** 1 once it was validated. */
const judged = 7;

const farthestBack = 2 ** 32 - 1;

/** Two views of the same memory. */
export class Segment {
  readonly words: Uint32Array;
  /** The numbers of its messages, once somebody asked for them. */
  numbers: ColumnSegment | undefined;

  constructor(readonly doubles = new Float64Array(segmentRows * rowDoubles)) {
    this.words = new Uint32Array(doubles.buffer);
  }

  offset(row: number): number {
    return this.doubles[row * rowDoubles + offset]!;
  }

  length(row: number): number {
    return this.words[row * rowWords + length]!;
  }

  pair(row: number): number {
    return this.words[row * rowWords + pair]!;
  }
}

const noSegment = new Segment(new Float64Array(0));

/** Rows by seq; the oldest are released segment by segment, and segments are reused. */
export class Rows {
  private segments: Segment[] = [];
  /** That of the next row, save where the next row begins one. */
  private newest = noSegment;
  /** Seq of the first row of the first segment. */
  private base = 0;
  private spare: Segment | undefined;

  /** Adds the row of the next seq. */
  push(seq: number, arrivedMs: number, ringOffset: number, bytes: number, pairNumber: number, backBy: number): void {
    const row = (seq - this.base) & rowMask;
    if (row === 0) this.extend();
    const { doubles, words } = this.newest;
    doubles[row * rowDoubles + arrived] = arrivedMs;
    doubles[row * rowDoubles + offset] = ringOffset;
    words[row * rowWords + length] = bytes;
    words[row * rowWords + pair] = pairNumber;
    words[row * rowWords + back] = backBy > farthestBack ? 0 : backBy;
    words[row * rowWords + judged] = 0;
  }

  arrivedMs(seq: number): number {
    return this.double(seq, arrived);
  }

  offset(seq: number): number {
    return this.double(seq, offset);
  }

  length(seq: number): number {
    return this.word(seq, length);
  }

  pair(seq: number): number {
    return this.word(seq, pair);
  }

  back(seq: number): number {
    return this.word(seq, back);
  }

  /** @returns whether it was not validated before */
  judge(seq: number): boolean {
    const first = this.word(seq, judged) === 0;
    this.segmentOf(seq).words[((seq - this.base) & rowMask) * rowWords + judged] = 1;
    return first;
  }

  /** Releases the rows before a seq. */
  release(seq: number): void {
    while (seq - this.base >= segmentRows) {
      this.spare = this.segments.shift();
      this.base += segmentRows;
    }
  }

  /** @param seq of the next row */
  clear(seq: number): void {
    this.segments = [];
    this.newest = noSegment;
    this.base = seq;
  }

  private double(seq: number, column: number): number {
    return this.segmentOf(seq).doubles[((seq - this.base) & rowMask) * rowDoubles + column]!;
  }

  private word(seq: number, column: number): number {
    return this.segmentOf(seq).words[((seq - this.base) & rowMask) * rowWords + column]!;
  }

  /** The segment that has the row of a seq. */
  segmentOf(seq: number): Segment {
    return this.segments[(seq - this.base) >> segmentBits]!;
  }

  /** Which row of its segment it is. */
  rowOf(seq: number): number {
    return (seq - this.base) & rowMask;
  }

  /** Memory of the numbers that were asked for. */
  get numberBytes(): number {
    return this.segments.reduce((sum, { numbers }) => sum + (numbers?.bytes ?? 0), 0);
  }

  private extend(): void {
    this.newest = this.spare ?? new Segment();
    this.newest.numbers = undefined;
    this.spare = undefined;
    this.segments.push(this.newest);
  }
}
