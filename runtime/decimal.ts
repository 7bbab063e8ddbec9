/** Decimal arithmetic on the digits that were sent, so that 0.3 - 0.1 is 0.2. */

interface Scaled {
  readonly digits: bigint;
  readonly scale: number;
}

/** @returns `a - b` exactly, rounded only where a double cannot hold the result */
export function subtract(a: number, b: number): number {
  const [left, right] = [scaled(a), scaled(b)];
  const scale = Math.max(left.scale, right.scale);
  const difference = raise(left, scale) - raise(right, scale);
  return Number(`${difference}e-${scale}`);
}

/**
 * A decimal text as a number, if no digit gets lost; else the text itself.
 */
export function decimalValue(text: string): number | string {
  const trimmed = text.includes('.') ? text.replace(/\.?0*$/, '') : text;
  const significant = trimmed.replace(/^-?0*\.?0*/, '').replace('.', '');
  return /^-?\d+(?:\.\d+)?$/.test(text) && significant.length <= 15 ? Number(text) : text;
}

/** Digits after the point. */
export function decimalsOf(value: number): number {
  return scaled(value).scale;
}

function scaled(value: number): Scaled {
  const [mantissa = '0', exponent = '0'] = String(value).split('e');
  const [whole = '0', fraction = ''] = mantissa.split('.');
  const scale = fraction.length - Number(exponent);
  const digits = BigInt(whole + fraction);
  return scale >= 0 ? { digits, scale } : { digits: digits * 10n ** BigInt(-scale), scale: 0 };
}

function raise({ digits, scale }: Scaled, to: number): bigint {
  return digits * 10n ** BigInt(to - scale);
}
