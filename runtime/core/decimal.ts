/** Decimal arithmetic on the digits that were sent, so that 0.3 - 0.1 is 0.2. */

/** `digits` shifted by `scale` digits behind the point. */
export interface Decimal {
  readonly digits: bigint;
  readonly scale: number;
}

export const zero: Decimal = { digits: 0n, scale: 0 };

/** More characters than any real amount has; the work grows with their square. */
const longestText = 60;
/** Differences of so many units are exact in doubles, and most prices are whole in one of these. */
const mostUnits = 10 ** 15;
const quickUnits = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000];
const decimalText = /^-?\d+(?:\.\d+)?$/;

/** A number or decimal text, exactly as it was sent; undefined for anything else. */
export function decimalOf(value: unknown): Decimal | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? scaled(String(value)) : undefined;
  const isDecimal = typeof value === 'string' && value.length <= longestText && decimalText.test(value);
  return isDecimal ? scaled(value) : undefined;
}

/** @returns `a - b` exactly, rounded only where a double cannot hold the result */
export function subtract(a: number, b: number): number {
  for (const unit of quickUnits) {
    const [left, right] = [Math.round(a * unit), Math.round(b * unit)];
    if (!(Math.abs(left) < mostUnits && Math.abs(right) < mostUnits)) break;
    // A decimal of so few digits is the only one that reads as its double.
    if (left / unit === a && right / unit === b) return (left - right) / unit;
  }
  const [left, right] = [scaled(String(a)), scaled(String(b))];
  const scale = Math.max(left.scale, right.scale);
  return numberOf({ digits: raise(left, scale) - raise(right, scale), scale });
}

export function multiply(a: Decimal, b: Decimal): Decimal {
  return { digits: a.digits * b.digits, scale: a.scale + b.scale };
}

export function add(a: Decimal, b: Decimal): Decimal {
  const scale = Math.max(a.scale, b.scale);
  return { digits: raise(a, scale) + raise(b, scale), scale };
}

/** `a / b` with this many digits after the point, halves rounded away from zero; `b` is not 0. */
export function divide(a: Decimal, b: Decimal, scale: number): Decimal {
  const shift = b.scale - a.scale + scale;
  const above = a.digits * powerOfTen(Math.max(shift, 0));
  const below = b.digits * powerOfTen(Math.max(-shift, 0));
  const isNegative = above < 0n !== below < 0n;
  const digits = (2n * size(above) + size(below)) / (2n * size(below));
  return { digits: isNegative ? -digits : digits, scale };
}

/** The nearest double. */
export function numberOf({ digits, scale }: Decimal): number {
  return Number(`${digits}e-${scale}`);
}

/** The nearest double; beyond 2^53, where a double loses whole units, all digits as text. */
export function numberOrDigits(decimal: Decimal): number | string {
  const number = numberOf(decimal);
  if (Math.abs(number) <= Number.MAX_SAFE_INTEGER) return number;
  const { digits, scale } = decimal;
  const unit = powerOfTen(scale);
  const [whole, fraction] = [digits / unit, size(digits % unit)];
  return fraction === 0n ? String(whole) : `${whole}.${withoutLastZeros(String(fraction).padStart(scale, '0'))}`;
}

function withoutLastZeros(text: string): string {
  let end = text.length;
  while (text[end - 1] === '0') end--;
  return text.slice(0, end);
}

/**
 * A decimal text as a number, if no digit gets lost; else the text itself.
 */
export function decimalValue(text: string): number | string {
  if (text.length > longestText || !decimalText.test(text)) return text;
  const trimmed = text.includes('.') ? text.replace(/\.?0*$/, '') : text;
  const significant = trimmed.replace(/^-?0*\.?0*/, '').replace('.', '');
  return significant.length <= 15 ? Number(text) : text;
}

/** Digits after the point. */
export function decimalsOf(value: number): number {
  return scaled(String(value)).scale;
}

/** @param text of a number, with or without an exponent */
function scaled(text: string): Decimal {
  const [mantissa = '0', exponent = '0'] = text.split('e');
  const [whole = '0', fraction = ''] = mantissa.split('.');
  const scale = fraction.length - Number(exponent);
  const digits = BigInt(whole + fraction);
  return scale >= 0 ? { digits, scale } : { digits: digits * powerOfTen(-scale), scale: 0 };
}

function raise({ digits, scale }: Decimal, to: number): bigint {
  return to === scale ? digits : digits * powerOfTen(to - scale);
}

function size(digits: bigint): bigint {
  return digits < 0n ? -digits : digits;
}

const powers: bigint[] = [];

function powerOfTen(exponent: number): bigint {
  powers[exponent] ??= 10n ** BigInt(exponent);
  return powers[exponent];
}
