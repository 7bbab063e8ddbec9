/** What is known of each buffered message, in typed columns: a row costs no object. */

/** Seqs are split by shifts and masks, which cost less than a division. */
const segmentBits = 12;
const segmentRows = 1 << segmentBits;
const rowMask = segmentRows - 1;

interface Segment {
  /** Arrival, wall clock ms. */
  readonly at: Float64Array;
  /** Position of its bytes in the ring, and how many. */
  readonly position: Float64Array;
  readonly length: Uint32Array;
  /** Its channel and symbol as one number. */
  readonly pair: Uint32Array;
  /** How many messages ago the last one of the same pair came; 0: none is known. */
  readonly back: Uint32Array;
  /** 1 once it was judged. */
  readonly judged: Uint8Array;
}

function newSegment(): Segment {
  return {
    at: new Float64Array(segmentRows),
    position: new Float64Array(segmentRows),
    length: new Uint32Array(segmentRows),
    pair: new Uint32Array(segmentRows),
    back: new Uint32Array(segmentRows),
    judged: new Uint8Array(segmentRows),
  };
}

const farthestBack = 2 ** 32 - 1;

/** Rows by seq; the oldest are given up segment by segment, and their segments used again. */
export class Rows {
  private segments: Segment[] = [];
  /** Seq of the first row of the first segment. */
  private base = 0;
  private spare: Segment | undefined;

  /** Adds the row of the next seq. */
  push(seq: number, atMs: number, position: number, length: number, pair: number, back: number): void {
    const row = (seq - this.base) & rowMask;
    if (row === 0) this.extend();
    const segment = this.segments[this.segments.length - 1]!;
    segment.at[row] = atMs;
    segment.position[row] = position;
    segment.length[row] = length;
    segment.pair[row] = pair;
    segment.back[row] = back > farthestBack ? 0 : back;
  }

  atMs(seq: number): number {
    return this.segmentOf(seq).at[this.rowOf(seq)]!;
  }

  position(seq: number): number {
    return this.segmentOf(seq).position[this.rowOf(seq)]!;
  }

  length(seq: number): number {
    return this.segmentOf(seq).length[this.rowOf(seq)]!;
  }

  pair(seq: number): number {
    return this.segmentOf(seq).pair[this.rowOf(seq)]!;
  }

  back(seq: number): number {
    return this.segmentOf(seq).back[this.rowOf(seq)]!;
  }

  /** @returns whether it was not judged before */
  judge(seq: number): boolean {
    const { judged } = this.segmentOf(seq);
    const row = this.rowOf(seq);
    const first = judged[row] === 0;
    judged[row] = 1;
    return first;
  }

  /** Gives up the rows before a seq. */
  release(seq: number): void {
    while (seq - this.base >= segmentRows) {
      this.spare = this.segments.shift();
      this.base += segmentRows;
    }
  }

  /** @param seq of the next row */
  clear(seq: number): void {
    this.segments = [];
    this.base = seq;
  }

  private segmentOf(seq: number): Segment {
    return this.segments[(seq - this.base) >> segmentBits]!;
  }

  private rowOf(seq: number): number {
    return (seq - this.base) & rowMask;
  }

  private extend(): void {
    const segment = this.spare ?? newSegment();
    this.spare = undefined;
    segment.judged.fill(0);
    this.segments.push(segment);
  }
}
