/** The columns of an event's row: offsets in the frame, index of the channel, the symbol's hash and later its number. */
export const column = { start: 0, end: 1, channel: 2, hash: 3, symbol: 3 } as const;
export const columns = 4;

/** Events of one frame, row by row. */
export interface Events {
  readonly count: number;
  /** `columns` numbers for each event. */
  readonly rows: Int32Array;
}

const usualEvents = 1_024;
const mostKeptEvents = 65_536;

/** The events of one frame, in an array that is reused for the next frame. */
export class EventList implements Events {
  count = 0;
  rows = new Int32Array(usualEvents * columns);

  clear(): void {
    this.count = 0;
    if (this.rows.length > mostKeptEvents * columns) this.rows = new Int32Array(usualEvents * columns);
  }

  add(start: number, end: number, channel: number, symbol: number): void {
    const base = this.count++ * columns;
    if (base === this.rows.length) this.widen();
    const { rows } = this;
    rows[base + column.start] = start;
    rows[base + column.end] = end;
    rows[base + column.channel] = channel;
    rows[base + column.symbol] = symbol;
  }

  private widen(): void {
    const wider = new Int32Array(2 * this.rows.length);
    wider.set(this.rows);
    this.rows = wider;
  }
}
