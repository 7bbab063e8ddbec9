/** Volume and VWAP of a stretch of time, from trades or bars. */
import { type Decimal, divide, numberOf, numberOrDigits } from '../core/decimal.js';
import { type Amount, decimalsIn, ExactSum } from '../core/exact-sum.js';

/** Digits that a VWAP has at least, and digits behind the point beyond those of the price that has the most. */
const averageDigits = 10;
const furtherDecimals = 4;

/** Sums of sizes and of what was paid for them; no digit gets lost. */
export class Turnover {
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
    return averageOf(this.turnover.value, this.priced.value, this.priceDecimals);
  }

  /**
   * @param size number or decimal text
   * @param price of each unit, or on average
   * @param sign -1 takes out what was added before
   */
  add(size: unknown, price: unknown, sign: 1 | -1 = 1): void {
    if (decimalsIn(size) === undefined) return;
    this.volumes.add(size as Amount, sign);
    const decimals = decimalsIn(price);
    if (decimals === undefined) return;
    this.turnover.addProduct(price as Amount, size as Amount, sign);
    this.priced.add(size as Amount, sign);
    if (decimals > this.priceDecimals) this.priceDecimals = decimals;
  }

  /** Adds all that another has. */
  addAll(other: Turnover): void {
    this.volumes.addSum(other.volumes);
    this.turnover.addSum(other.turnover);
    this.priced.addSum(other.priced);
    this.priceDecimals = Math.max(this.priceDecimals, other.priceDecimals);
  }
}

/**
 * The exact average of prices, rounded as a VWAP is.
 *
 * @param turnover sum of each price times its size
 * @param priced sum of the sizes
 * @param priceDecimals of the price that has the most
 */
export function averageOf(turnover: Decimal, priced: Decimal, priceDecimals: number): number | null {
  if (priced.digits === 0n) return null;
  const before = magnitudeOf(numberOf(turnover) / numberOf(priced)) + 1;
  const decimals = Math.max(priceDecimals + furtherDecimals, averageDigits - before);
  return numberOf(divide(turnover, priced, decimals));
}

/** Power of ten of the first digit. */
function magnitudeOf(value: number): number {
  return Number.isFinite(value) ? Number(value.toExponential(averageDigits - 1).split('e')[1]) : 0;
}
