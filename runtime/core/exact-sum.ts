/** Sums that lose no digit. */
import { add, type Decimal, decimalOf, decimalsOf, multiply, zero } from './decimal.js';

/** A number, or the decimal text of one. */
export type Amount = number | string;

/** Whole doubles up to here, and the decimals that they stand for, are exact. */
const safe = Number.MAX_SAFE_INTEGER;
const mostSmallDigits = 10 ** 15;
const tens = [1, 10, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9];

/** Digits after the decimal point of an amount; undefined if it is not one. */
export function decimalsIn(amount: unknown): number | undefined {
  const few = fewDecimals(amount);
  if (few >= 0) return few;
  return typeof amount === 'number' && Number.isFinite(amount) ? decimalsOf(amount) : decimalOf(amount)?.scale;
}

/** The same for a number with few digits; -1 for any other. */
function fewDecimals(amount: unknown): number {
  if (typeof amount !== 'number') return -1;
  for (let decimals = 0; decimals < tens.length; decimals++) {
    const units = Math.round(amount * tens[decimals]!);
    if (units >= mostSmallDigits || units <= -mostSmallDigits) return -1;
    // A decimal of so few digits is the only one that reads as this double.
    if (units / tens[decimals]! === amount) return decimals;
  }
  return -1;
}

/** A sum of decimals, kept in doubles, which are fast, as long as they are exact. */
export class ExactSum {
  isEmpty = true;
  /** In units of the last of this many decimals. */
  private units = 0;
  private decimals = 0;
  private rest: Decimal = zero;

  get value(): Decimal {
    return add(this.rest, { digits: BigInt(this.units), scale: this.decimals });
  }

  /** @param sign -1 takes it out again */
  add(amount: Amount, sign: 1 | -1): void {
    const decimals = fewDecimals(amount);
    if (decimals < 0) this.addLarge(decimalOf(amount)!, sign);
    else this.addUnits(sign * Math.round((amount as number) * tens[decimals]!), decimals);
  }

  addSum(other: ExactSum): void {
    if (!other.isEmpty) this.addLarge(other.value, 1);
  }

  addProduct(one: Amount, other: Amount, sign: 1 | -1): void {
    const [decimals, others] = [fewDecimals(one), fewDecimals(other)];
    const units =
      decimals < 0 || others < 0
        ? Number.POSITIVE_INFINITY
        : Math.round((one as number) * tens[decimals]!) * Math.round((other as number) * tens[others]!);
    if (Math.abs(units) > safe) this.addLarge(multiply(decimalOf(one)!, decimalOf(other)!), sign);
    else this.addUnits(sign * units, decimals + others);
  }

  private addUnits(units: number, decimals: number): void {
    this.isEmpty = false;
    if (decimals > this.decimals) this.setAside(decimals);
    const scaled = units * 10 ** (this.decimals - decimals);
    if (Math.abs(scaled) > safe) {
      this.addLarge({ digits: BigInt(units), scale: decimals }, 1);
      return;
    }
    if (Math.abs(this.units + scaled) > safe) this.setAside(this.decimals);
    this.units += scaled;
  }

  private addLarge({ digits, scale }: Decimal, sign: 1 | -1): void {
    this.isEmpty = false;
    this.rest = add(this.rest, { digits: sign < 0 ? -digits : digits, scale });
  }

  /** Converts the sum to finer units. */
  private setAside(decimals: number): void {
    this.rest = this.value;
    this.units = 0;
    this.decimals = decimals;
  }
}
