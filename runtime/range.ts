/** Open, high, low, volume and VWAP of a stretch of time, from trades, values or bars. */
import { Sum } from './sum.js';

const averageDigits = 10;

export class Range {
  open: number | null = null;
  high: number | null = null;
  low: number | null = null;
  private readonly volumes = new Sum();
  private readonly turnover = new Sum();
  private readonly priced = new Sum();

  get volume(): number | null {
    return this.volumes.value;
  }

  /** Null without a size that has a price. */
  get vwap(): number | null {
    const [turnover, size] = [this.turnover.value, this.priced.value];
    return turnover === null || !size ? null : Number((turnover / size).toPrecision(averageDigits));
  }

  addPrice(price: unknown): void {
    if (typeof price !== 'number') return;
    this.open ??= price;
    this.high = Math.max(this.high ?? price, price);
    this.low = Math.min(this.low ?? price, price);
  }

  /** @param price of each unit, or on average */
  addVolume(size: unknown, price: unknown): void {
    if (typeof size !== 'number') return;
    this.volumes.add(size);
    if (typeof price !== 'number') return;
    this.turnover.add(price * size);
    this.priced.add(size);
  }
}

/** What of a bar counts in a range. */
export interface Bar {
  /** ISO time. */
  readonly start: string;
  readonly open: unknown;
  readonly high: unknown;
  readonly low: unknown;
  readonly close: unknown;
  readonly volume: unknown;
  readonly vwap: unknown;
}

/**
 * The range of bars, one after the other. The newest may come again and then counts in its last version; of an older
 * one that comes again only the prices count, since its volume is in already.
 */
export class BarRange extends Range {
  private newest: Bar | undefined;

  addBar(bar: Bar): void {
    for (const price of [bar.open, bar.high, bar.low, bar.close]) this.addPrice(price);
    const { newest } = this;
    if (newest && bar.start < newest.start) return;
    if (newest && bar.start === newest.start && typeof newest.volume === 'number') {
      this.addVolume(-newest.volume, newest.vwap);
    }
    this.addVolume(bar.volume, bar.vwap);
    this.newest = bar;
  }
}
