/** A bar over a window of time, in ticks and units of the grid. */
export class Bar {
  open = 0;
  high = 0;
  low = 0;
  close = 0;
  count = 0;
  units = 0;
  /** Sum of ticks times units. */
  notional = 0;

  constructor(readonly startMs: number) {}

  add(ticks: number, units: number): void {
    if (this.count === 0) {
      this.open = ticks;
      this.high = ticks;
      this.low = ticks;
    }
    this.high = Math.max(this.high, ticks);
    this.low = Math.min(this.low, ticks);
    this.close = ticks;
    this.count += 1;
    this.units += units;
    this.notional += ticks * units;
  }
}
