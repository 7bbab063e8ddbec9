/** Many sums that lose no digit, side by side in an array of doubles. */
import { add, type Decimal, multiply, numberOf, zero } from './decimal.js';

/** Ten to the power of as many decimals as an amount may have here; doubles hold each exactly. */
export const tens: Float64Array = Float64Array.from({ length: 23 }, (_, decimals) => Number(`1e${decimals}`));

/** Whole doubles up to here are exact. */
const safe = Number.MAX_SAFE_INTEGER;
/** Cells of a sum: how many units, and how many decimals a unit has; -1 decimals is a sum of nothing. */
export const sumCells = 2;
const nothing = -1;

/** An amount of so many decimals in units of the last of them, a whole number of at most 15 digits. */
export function unitsOf(amount: number, decimals: number): number {
  return decimals === 0 ? amount : Math.round(amount * tens[decimals]!);
}

/** Sums in doubles as long as these are exact; what goes beyond is set aside in big integers. */
export class ExactSums {
  /** What is set aside, by the sum's first cell. */
  private readonly rests = new Map<number, Decimal>();

  /** @param cells with `sumCells` at `at` */
  clear(cells: Float64Array, at: number): void {
    cells[at] = 0;
    cells[at + 1] = nothing;
    this.rests.delete(at);
  }

  /**
   * @param units a whole number within 2^53
   * @param decimals at most 44
   */
  add(cells: Float64Array, at: number, units: number, decimals: number): void {
    const sum = cells[at]! + units;
    if (cells[at + 1] === decimals && sum <= safe && sum >= -safe) cells[at] = sum;
    else this.addOther(cells, at, units, decimals);
  }

  /** Adds `one` times `other`, each in units of so many decimals. */
  addProduct(
    cells: Float64Array,
    at: number,
    one: number,
    oneDecimals: number,
    other: number,
    otherDecimals: number,
  ): void {
    const units = one * other;
    if (units <= safe && units >= -safe) this.add(cells, at, units, oneDecimals + otherDecimals);
    else this.addLarge(cells, at, multiply(decimal(one, oneDecimals), decimal(other, otherDecimals)));
  }

  addLarge(cells: Float64Array, at: number, amount: Decimal): void {
    if (cells[at + 1] === nothing) cells[at + 1] = 0;
    this.rests.set(at, add(this.rests.get(at) ?? zero, amount));
  }

  /** @returns nothing where nothing was added */
  valueOf(cells: Float64Array, at: number): Decimal | undefined {
    const decimals = cells[at + 1]!;
    if (decimals === nothing) return undefined;
    return add(this.rests.get(at) ?? zero, decimal(cells[at]!, decimals));
  }

  /** The sum as the nearest double. NaN where nothing was added. */
  nearestOf(cells: Float64Array, at: number): number {
    const decimals = cells[at + 1];
    if (decimals === undefined || decimals === nothing) return Number.NaN;
    // Of whole numbers within 2^53 and exact powers of ten, the quotient is the nearest double.
    if (decimals < tens.length && !this.rests.has(at)) return cells[at]! / tens[decimals]!;
    return numberOf(this.valueOf(cells, at)!);
  }

  private addOther(cells: Float64Array, at: number, units: number, decimals: number): void {
    const held = cells[at + 1]!;
    const finest = Math.max(held, decimals);
    // A power of ten that is no double makes a product that is none either.
    const raised = held === nothing ? 0 : cells[at]! * (tens[finest - held] ?? Number.POSITIVE_INFINITY);
    const added = units * (tens[finest - decimals] ?? Number.POSITIVE_INFINITY);
    if (!(Math.abs(added) <= safe)) {
      this.addLarge(cells, at, decimal(units, decimals));
      return;
    }
    const isExact = Math.abs(raised) <= safe && Math.abs(raised + added) <= safe;
    if (!isExact) this.addLarge(cells, at, decimal(cells[at]!, held));
    cells[at] = isExact ? raised + added : added;
    cells[at + 1] = finest;
  }
}

function decimal(units: number, scale: number): Decimal {
  return { digits: BigInt(units), scale };
}
