import type { Destination } from '../decode/numbers/number-reader.js';

/** So much more than is expected is made, so that it is seldom made anew. */
const slack = 1.02;

/**
 * The numbers of the messages of a segment of rows, side by side: the cells of a message begin at `first`, and there are
 * as many as its channel has numbers.
 */
export class ColumnSegment implements Destination {
  /** Rows up to here were read. */
  end = 0;
  numbers = new Float64Array(0);
  /** Of each number; `absent`, `longNumber` and `longText` stand for what has none. */
  decimals = new Uint8Array(0);
  /** By row, what its codes let a message update. */
  readonly effects: Uint8Array;
  /** By row. */
  readonly first: Uint32Array;
  /** By row, number of the symbol in the symbol table. */
  readonly symbols: Uint32Array;
  /** By row, index of the channel; that after the last one where the `ev` is unknown. */
  readonly channels: Uint8Array;
  /** By row, what somebody found out of a message that no number tells; absent until then, and 0 where nobody did. */
  private findings: Uint8Array | undefined;
  /** How many cells the rows up to `end` have. */
  cells = 0;

  /** @param rows of the segment */
  constructor(private readonly rows: number) {
    this.effects = new Uint8Array(rows);
    this.first = new Uint32Array(rows);
    this.symbols = new Uint32Array(rows);
    this.channels = new Uint8Array(rows);
  }

  /** Memory that it takes. */
  get bytes(): number {
    const byRow = [this.effects, this.first, this.symbols, this.channels, this.findings];
    return [this.numbers, this.decimals, ...byRow].reduce((sum, array) => sum + (array?.byteLength ?? 0), 0);
  }

  /** What was found out of the message of a row. */
  finding(row: number): number {
    return this.findings?.[row] ?? 0;
  }

  /** @param finding above 0 */
  note(row: number, finding: number): void {
    this.findings ??= new Uint8Array(this.rows);
    this.findings[row] = finding;
  }

  /** Makes room for the cells of the rows before `end`. */
  reserve(cells: number, end: number): void {
    if (cells <= this.numbers.length) return;
    const whole = end === this.rows ? cells : Math.ceil((cells / end) * this.rows * slack);
    const expected = Math.min(whole, 2 * cells);
    const numbers = new Float64Array(expected);
    const decimals = new Uint8Array(expected);
    numbers.set(this.numbers);
    decimals.set(this.decimals);
    this.numbers = numbers;
    this.decimals = decimals;
  }
}
