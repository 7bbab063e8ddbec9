/** Between which measurements the true median lies. */
export interface Interval {
  readonly from: number;
  readonly to: number;
}

const confidence = 0.95;

/**
 * Where the median of all that could have been measured lies, with a confidence of 95 %, however that is distributed:
 * each measurement falls below it as a coin falls, so the binomial distribution says how many do.
 *
 * @returns nothing of fewer than six measurements, which cannot say
 */
export function medianInterval(values: readonly number[]): Interval | undefined {
  const { length } = values;
  const sorted = values.toSorted((a, b) => a - b);
  // How likely so few of them fall below the median.
  let chance = 0.5 ** length;
  let below = chance;
  let left = -1;
  for (let count = 0; 1 - 2 * below >= confidence; count++) {
    left = count;
    chance *= (length - count) / (count + 1);
    below += chance;
  }
  return left < 0 ? undefined : { from: sorted[left]!, to: sorted[length - 1 - left]! };
}
