/** Open, high, low, volume and VWAP of a stretch of time, from trades, values or bars. */
import { divide, numberOf, numberOrDigits } from '../core/decimal.js';
import { type Amount, decimalsIn, ExactSum } from '../core/exact-sum.js';

/** Digits that a VWAP has at least, and digits behind the point beyond those of the price that has the most. */
const averageDigits = 10;
const furtherDecimals = 4;

export class Range {
  open: number | null = null;
  high: number | null = null;
  low: number | null = null;
  private readonly volumes = new ExactSum();
  private readonly turnover = new ExactSum();
  /** Volume with a price. */
  private readonly priced = new ExactSum();
  private priceDecimals = 0;

  /** The exact sum: as the double that is nearest, or as its digits beyond 2^53, where a double loses whole units. */
  get volume(): number | string | null {
    return this.volumes.isEmpty ? null : numberOrDigits(this.volumes.value);
  }

  /**
   * The exact average of the prices, weighted with their sizes, rounded half up to four digits more behind the point than
   * the price that has the most, or to ten digits in all where those are more; so one price alone is its own average.
   * Null without a size that has a price.
   */
  get vwap(): number | null {
    const [turnover, priced] = [this.turnover.value, this.priced.value];
    if (priced.digits === 0n) return null;
    const before = magnitudeOf(numberOf(turnover) / numberOf(priced)) + 1;
    const decimals = Math.max(this.priceDecimals + furtherDecimals, averageDigits - before);
    return numberOf(divide(turnover, priced, decimals));
  }

  addPrice(price: unknown): void {
    if (typeof price !== 'number') return;
    this.open ??= price;
    this.high = Math.max(this.high ?? price, price);
    this.low = Math.min(this.low ?? price, price);
  }

  /**
   * @param size number or decimal text
   * @param price of each unit, or on average
   */
  addVolume(size: unknown, price: unknown): void {
    this.count(size, price, 1);
  }

  /** Subtracts what `addVolume` added. */
  protected removeVolume(size: unknown, price: unknown): void {
    this.count(size, price, -1);
  }

  private count(size: unknown, price: unknown, sign: 1 | -1): void {
    if (decimalsIn(size) === undefined) return;
    this.volumes.add(size as Amount, sign);
    const decimals = decimalsIn(price);
    if (decimals === undefined) return;
    this.turnover.addProduct(price as Amount, size as Amount, sign);
    this.priced.add(size as Amount, sign);
    if (decimals > this.priceDecimals) this.priceDecimals = decimals;
  }
}

/** Power of ten of the first digit. */
function magnitudeOf(value: number): number {
  return Number.isFinite(value) ? Number(value.toExponential(averageDigits - 1).split('e')[1]) : 0;
}

/** The parts of a bar that count in a range. */
export interface Bar {
  /** Begin, as a text that sorts as time does. */
  readonly start: string;
  readonly open: unknown;
  readonly high: unknown;
  readonly low: unknown;
  readonly close: unknown;
  readonly volume: unknown;
  readonly vwap: unknown;
}

/**
 * The range of a series of bars. The newest may be sent again, and then its last version counts; of an older
 * one that is sent again only the prices count, since its volume is counted already.
 */
export class BarRange extends Range {
  private newest: Bar | undefined;

  addBar(bar: Bar): void {
    for (const price of [bar.open, bar.high, bar.low, bar.close]) this.addPrice(price);
    const { newest } = this;
    if (newest && bar.start < newest.start) return;
    if (newest && bar.start === newest.start) this.removeVolume(newest.volume, newest.vwap);
    this.addVolume(bar.volume, bar.vwap);
    this.newest = bar;
  }
}
