/** Prints added up, in ticks and units of the grid; sums stay whole, and so exact, for a day and more. */

/** What prints come to. Prices are relative to a level, so that a bar can be moved to any. */
export interface Sums {
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly units: number;
  /** Sum of relative price times units. */
  readonly notional: number;
  readonly trades: number;
  /** Whether a print moved the price; else there is no open, high, low and close. */
  readonly hasPrice: boolean;
}

export class RunningBar implements Sums {
  open = 0;
  high = Number.NEGATIVE_INFINITY;
  low = Number.POSITIVE_INFINITY;
  close = 0;
  units = 0;
  notional = 0;
  trades = 0;
  hasPrice = false;

  /** @param shift from the level of the sums to the level of this bar */
  addSums(sums: Sums, shift: number): void {
    this.units += sums.units;
    this.notional += sums.notional + shift * sums.units;
    this.trades += sums.trades;
    if (!sums.hasPrice) return;
    if (!this.hasPrice) this.open = sums.open + shift;
    this.hasPrice = true;
    if (sums.high + shift > this.high) this.high = sums.high + shift;
    if (sums.low + shift < this.low) this.low = sums.low + shift;
    this.close = sums.close + shift;
  }
}
