/** A number of a message as it is kept: a double, and how many decimals it has. */
import { decimalOf } from '../../core/decimal.js';
import { tens } from '../../core/exact-sums.js';

/**
 * In place of decimals: the message lacks the value, or it is no number, and the double is NaN; the value is a number
 * with more digits than a double is sure of, whose own digits count; it is a longer text, which only the message has.
 */
export const absent = 255;
export const longNumber = 254;
export const longText = 253;

/** A cell has no more; powers of ten up to there are exact, and so is a quotient's rounding. */
export const mostDecimals = tens.length - 1;

/** Decimals of at most 15 digits are told apart by doubles. */
const mostUnits = 10 ** 15;
const quickDecimals = 9;

/** Cells side by side: the doubles, and the decimals of each. */
export interface Cells {
  readonly numbers: Float64Array;
  readonly decimals: Uint8Array;
}

/** Writes down a value of a message. Decimals in quotes count as numbers. */
export function writeCell({ numbers, decimals }: Cells, at: number, value: unknown): void {
  if (typeof value === 'number') {
    numbers[at] = value;
    decimals[at] = quickDecimalsOf(value) ?? decimalsOf(value) ?? longNumber;
    return;
  }
  const isDecimal = typeof value === 'string' && decimalOf(value) !== undefined;
  numbers[at] = isDecimal ? Number(value) : Number.NaN;
  decimals[at] = isDecimal ? (decimalsOf(value) ?? longText) : absent;
}

/** The same as `decimalsOf` for most numbers, without a text. */
function quickDecimalsOf(value: number): number | undefined {
  for (let decimals = 0; decimals <= quickDecimals; decimals++) {
    const units = Math.round(value * tens[decimals]!);
    if (units >= mostUnits || units <= -mostUnits) return undefined;
    if (units / tens[decimals]! === value) return decimals;
  }
  return undefined;
}

/** Decimals without the last zeros; nothing where there are too many, or too many digits. */
function decimalsOf(value: number | string): number | undefined {
  let { digits, scale } = decimalOf(value)!;
  while (scale > 0 && digits % 10n === 0n) {
    digits /= 10n;
    scale--;
  }
  return scale <= mostDecimals && digits < mostUnits && digits > -mostUnits ? scale : undefined;
}
