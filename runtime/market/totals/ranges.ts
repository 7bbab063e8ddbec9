/** Open, high, low, volume and turnover of many symbols, side by side in an array of doubles. */
import { add, type Decimal, multiply, numberOrDigits, zero } from '../../core/decimal.js';
import { ExactSums, sumCells, unitsOf } from '../../core/exact-sums.js';
import { averageOf } from '../turnover.js';
import type { RangeValues } from './symbol-state.js';

/** Where the parts of a range are: prices, sums of two cells each, and the decimals of the price that has the most. */
export const part = {
  open: 0,
  high: 1,
  low: 2,
  volume: 3,
  turnover: 3 + sumCells,
  priceDecimals: 3 + 2 * sumCells,
  /** Seldom touched, so it is behind what shares a line of the processor's cache. */
  unpriced: 4 + 2 * sumCells,
} as const;
export const rangeCells = part.unpriced + sumCells;

export class Ranges {
  private readonly sums = new ExactSums();

  /** Makes an empty range. */
  clear(cells: Float64Array, at: number): void {
    cells.fill(Number.NaN, at, at + part.volume);
    for (const sum of [part.volume, part.turnover, part.unpriced]) this.sums.clear(cells, at + sum);
    cells[at + part.priceDecimals] = 0;
  }

  addHighLow(cells: Float64Array, at: number, price: number): void {
    // Nothing is larger or smaller than NaN, so the first price comes in by not being so.
    if (!(price <= cells[at + part.high]!)) cells[at + part.high] = price;
    if (!(price >= cells[at + part.low]!)) cells[at + part.low] = price;
  }

  /**
   * Adds so much volume, and what it cost.
   *
   * @param size with so many decimals as a cell of columns may have; so is `price`
   * @param sign -1 takes it out again
   */
  addVolume(
    cells: Float64Array,
    at: number,
    size: number,
    sizeDecimals: number,
    price: number,
    decimals: number,
    sign: 1 | -1 = 1,
  ): void {
    const units = sign * unitsOf(size, sizeDecimals);
    this.sums.add(cells, at + part.volume, units, sizeDecimals);
    this.sums.addProduct(cells, at + part.turnover, unitsOf(price, decimals), decimals, units, sizeDecimals);
    if (decimals > cells[at + part.priceDecimals]!) cells[at + part.priceDecimals] = decimals;
  }

  /** The same with any number of digits; without a price it is volume alone. */
  addExact(cells: Float64Array, at: number, size: Decimal, price: Decimal | undefined, sign: 1 | -1 = 1): void {
    const signed = { digits: BigInt(sign) * size.digits, scale: size.scale };
    this.sums.addLarge(cells, at + part.volume, signed);
    if (!price) {
      this.sums.addLarge(cells, at + part.unpriced, signed);
      return;
    }
    this.sums.addLarge(cells, at + part.turnover, multiply(price, signed));
    if (price.scale > cells[at + part.priceDecimals]!) cells[at + part.priceDecimals] = price.scale;
  }

  /** The average is rounded as that of `Range`. */
  valuesOf(cells: Float64Array, at: number): RangeValues {
    const [volume, turnover, unpriced = zero] = [part.volume, part.turnover, part.unpriced].map(sum =>
      this.sums.valueOf(cells, at + sum),
    );
    const priced = volume && add(volume, { digits: -unpriced.digits, scale: unpriced.scale });
    return {
      open: orNull(cells[at + part.open]!),
      high: orNull(cells[at + part.high]!),
      low: orNull(cells[at + part.low]!),
      volume: volume ? numberOrDigits(volume) : null,
      vwap: priced && turnover ? averageOf(turnover, priced, cells[at + part.priceDecimals]!) : null,
    };
  }

  /** One of them as a double for sorting; NaN where there is none. */
  nearestOf(cells: Float64Array, at: number, of: 'open' | 'high' | 'low' | 'volume' | 'turnover'): number {
    if (of === 'volume' || of === 'turnover') return this.sums.nearestOf(cells, at + part[of]);
    return cells[at + part[of]] ?? Number.NaN;
  }
}

function orNull(price: number): number | null {
  return Number.isNaN(price) ? null : price;
}

/** Copies a row to all rows behind it: thousands at once, which is much faster than one by one. */
export function repeat(cells: Float64Array, at: number, width: number): void {
  for (let done = width; at + done < cells.length; done *= 2) cells.copyWithin(at + done, at, at + done);
}
