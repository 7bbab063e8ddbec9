/** Numbers that are compared exactly, however they come about. */
import { add, type Decimal, decimalOf, divide, multiply, numberOf } from '../../core/decimal.js';
import type { Amount } from '../../core/exact-sum.js';

/** A quotient that is not divided, since the result may have no end. */
export interface Ratio {
  /** The nearest double, or one very near to it. */
  readonly near: number;
  /** What is divided, and by what; the latter is above 0. */
  readonly parts: () => readonly [Decimal, Decimal];
}

export type Exact = Amount | Ratio;

const one: Decimal = { digits: 1n, scale: 0 };
const hundred: Decimal = { digits: 100n, scale: 0 };
/** Doubles that differ by more than this part of them differ whatever was lost in computing them. */
const doubt = 1e-9;
const shownDecimals = 4;

/** @returns below 0, 0 or above 0, as `one - other` is */
export function compareExact(left: Exact, right: Exact): number {
  // The doubles that decimals are read as have their order, where both have at most 15 digits.
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  const [a, b] = [nearOf(left), nearOf(right)];
  if (Math.abs(a - b) > doubt * Math.max(1, Math.abs(a), Math.abs(b))) return a - b;
  const [above, below] = partsOf(left);
  const [otherAbove, otherBelow] = partsOf(right);
  return signOf(subtractDecimals(multiply(above, otherBelow), multiply(otherAbove, below)));
}

/** How much a number differs from an earlier one in percent; undefined where that is 0. */
export function changeInPercent(from: Amount, to: Amount): Ratio | undefined {
  const [before, now] = [Number(from), Number(to)];
  if (before === 0) return undefined;
  return {
    near: ((now - before) / Math.abs(before)) * 100,
    parts: () => {
      const earlier = decimalOf(from)!;
      return [multiply(subtractDecimals(decimalOf(to)!, earlier), hundred), sizeOf(earlier)];
    },
  };
}

/** `above / below`, times a whole number. */
export function ratioOf(above: Decimal, below: Decimal, times = 1): Ratio | undefined {
  if (below.digits <= 0n) return undefined;
  const many = multiply(above, { digits: BigInt(times), scale: 0 });
  return { near: numberOf(many) / numberOf(below), parts: () => [many, below] };
}

export function subtractDecimals(a: Decimal, b: Decimal): Decimal {
  return add(a, { digits: -b.digits, scale: b.scale });
}

/** As it is shown: a quotient is rounded. */
export function showExact(value: Exact): Amount {
  return typeof value === 'object' ? numberOf(divide(...value.parts(), shownDecimals)) : value;
}

function nearOf(value: Exact): number {
  return typeof value === 'object' ? value.near : Number(value);
}

function partsOf(value: Exact): readonly [Decimal, Decimal] {
  return typeof value === 'object' ? value.parts() : [decimalOf(value)!, one];
}

function signOf({ digits }: Decimal): number {
  return digits === 0n ? 0 : digits < 0n ? -1 : 1;
}

function sizeOf({ digits, scale }: Decimal): Decimal {
  return { digits: digits < 0n ? -digits : digits, scale };
}
