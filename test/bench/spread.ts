/** Several measurements of one thing. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** @throws when there is nothing to describe */
export function spreadOf(values: readonly number[]): Spread {
  if (values.length === 0) throw new Error('a spread needs a measurement at least');
  return { median: medianOf(values), min: Math.min(...values), max: Math.max(...values) };
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/**
 * The smallest value that so large a share of all values does not exceed.
 *
 * @param share in (0, 1]
 */
export function percentileOf(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  const value = sorted[Math.ceil(share * sorted.length) - 1];
  if (value === undefined) throw new Error('a percentile needs a value at least');
  return value;
}

/** Ratios of what was measured in the same round. */
export function ratiosOf(own: readonly number[], baseline: readonly number[]): number[] {
  if (own.length !== baseline.length) throw new Error(`${own.length} rounds against ${baseline.length}`);
  return own.map((value, round) => value / baseline[round]!);
}
