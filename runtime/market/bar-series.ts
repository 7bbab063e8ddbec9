/** Open, high, low, volume and VWAP of a series of bars, which may be late or come again. */
import { Turnover } from './range.js';

/** The parts of a bar that count. */
export interface SeriesBar {
  /** Begin, as a text that sorts as time does. */
  readonly start: string;
  readonly open: unknown;
  readonly high: unknown;
  readonly low: unknown;
  readonly close: unknown;
  readonly volume: unknown;
  readonly vwap: unknown;
}

/** As many of the newest can be replaced; older ones are settled, so that a day of bars takes no memory. */
const replaceable = 30;

/**
 * Each bar counts once, in the version that came last, in whatever order they come. Of a bar older than those that can
 * be replaced only the prices count, since its volume may be counted already.
 */
export class BarSeries {
  private readonly bars = new Map<string, SeriesBar>();
  private readonly turnover = new Turnover();
  private readonly settled = new Prices();
  /** Of the settled bars and the others; absent once a bar came since. */
  private prices: Prices | undefined;
  /** Begin of the newest settled bar. */
  private settledTo = '';

  get volume(): number | string | null {
    return this.turnover.volume;
  }

  get vwap(): number | null {
    return this.turnover.vwap;
  }

  get open(): number | null {
    return this.all.open;
  }

  get high(): number | null {
    return this.all.high;
  }

  get low(): number | null {
    return this.all.low;
  }

  addBar(bar: SeriesBar): void {
    this.prices = undefined;
    if (bar.start <= this.settledTo) {
      this.settled.add(bar);
      return;
    }
    const before = this.bars.get(bar.start);
    if (before) this.turnover.add(before.volume, before.vwap, -1);
    this.turnover.add(bar.volume, bar.vwap);
    this.bars.set(bar.start, bar);
    if (this.bars.size > replaceable) this.settleOldest();
  }

  private get all(): Prices {
    if (!this.prices) {
      this.prices = new Prices();
      this.prices.take(this.settled);
      for (const bar of this.bars.values()) this.prices.add(bar);
    }
    return this.prices;
  }

  private settleOldest(): void {
    let oldest: SeriesBar | undefined;
    for (const bar of this.bars.values()) if (oldest === undefined || bar.start < oldest.start) oldest = bar;
    this.bars.delete(oldest!.start);
    this.settled.add(oldest!);
    this.settledTo = oldest!.start;
  }
}

class Prices {
  open: number | null = null;
  high: number | null = null;
  low: number | null = null;
  /** Begin of the bar that gave the open. */
  private openedAt = '';

  add({ start, open, high, low, close }: SeriesBar): void {
    const known = [open, high, low, close].filter(price => typeof price === 'number');
    const [first] = known;
    if (first === undefined) return;
    if (this.open === null || start <= this.openedAt) {
      this.open = first;
      this.openedAt = start;
    }
    this.high = Math.max(this.high ?? first, ...known);
    this.low = Math.min(this.low ?? first, ...known);
  }

  take({ open, high, low, openedAt }: Prices): void {
    Object.assign(this, { open, high, low, openedAt });
  }
}
