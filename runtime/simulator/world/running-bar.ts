/** Prints added up, in ticks and units of the grid; sums stay whole, and so exact, for a day and more. */

/** What prints come to. Prices are relative to a level, so that a bar can be moved to any. */
export interface Sums {
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  /** Of the prints whose size grows with the activity of the minute. */
  readonly units: number;
  /** Sum of relative price times units. */
  readonly notional: number;
  /** Of the others. */
  readonly fixedUnits: number;
  readonly fixedNotional: number;
  readonly trades: number;
  /** Whether a print moved the price; else there is no open, high, low and close. */
  readonly hasPrice: boolean;
}

export class RunningBar {
  open = 0;
  high = Number.NEGATIVE_INFINITY;
  low = Number.POSITIVE_INFINITY;
  close = 0;
  units = 0;
  notional = 0;
  trades = 0;
  hasPrice = false;

  /**
   * @param shift from the level of the sums to the level of this bar
   * @param activity how many times as much is traded as in a quiet minute
   */
  add(sums: Sums, shift: number, activity: number): void {
    const units = sums.fixedUnits + activity * sums.units;
    this.units += units;
    this.notional += sums.fixedNotional + activity * sums.notional + shift * units;
    this.trades += sums.trades;
    if (!sums.hasPrice) return;
    if (!this.hasPrice) this.open = sums.open + shift;
    this.hasPrice = true;
    if (sums.high + shift > this.high) this.high = sums.high + shift;
    if (sums.low + shift < this.low) this.low = sums.low + shift;
    this.close = sums.close + shift;
  }

  copy(): RunningBar {
    return Object.assign(new RunningBar(), this);
  }
}
