/** Whether something grew in the long run, by whatever noise and by however many peaks it did so. */

/** What was seen at a moment. */
export interface Point {
  readonly atMs: number;
  readonly value: number;
}

export interface Trend {
  /** Median of the slopes between all pairs of points. */
  readonly perHour: number;
  /** What that comes to from the first point that is judged to the last one. */
  readonly growth: number;
  readonly most: number;
  readonly grew: boolean;
}

const hourMs = 3_600_000;
/** By then the buffers are full, the code is compiled, and the heap has its size. */
const warmUpShare = 1 / 3;
/** More pairs say nothing that these do not. */
const mostPoints = 600;

/**
 * Theil and Sen's slope: that of the middle pair. Nearly a third of the points may be anything, a peak or a gap, without
 * moving it far.
 *
 * @returns growth in a millisecond; 0 of fewer than two points
 */
export function theilSenSlope(points: readonly Point[]): number {
  const slopes: number[] = [];
  for (const [index, from] of points.entries()) {
    for (const to of points.slice(index + 1)) {
      if (to.atMs > from.atMs) slopes.push((to.value - from.value) / (to.atMs - from.atMs));
    }
  }
  const sorted = Float64Array.from(slopes).sort();
  const { length } = sorted;
  if (length === 0) return 0;
  return (sorted[(length - 1) >> 1]! + sorted[length >> 1]!) / 2;
}

/**
 * Judges what came after the warm-up.
 *
 * @param most growth, in the unit of the points, that is allowed from then to the end
 */
export function judgeTrend(points: readonly Point[], most: number): Trend {
  const judged = thinned(points.slice(Math.floor(points.length * warmUpShare)));
  const slope = theilSenSlope(judged);
  const growth = judged.length < 2 ? 0 : slope * (judged.at(-1)!.atMs - judged[0]!.atMs);
  return { perHour: slope * hourMs, growth, most, grew: growth > most };
}

/** Some of the points, evenly, with both ends. */
function thinned(points: readonly Point[]): readonly Point[] {
  if (points.length <= mostPoints) return points;
  const step = (points.length - 1) / (mostPoints - 1);
  return Array.from({ length: mostPoints }, (_, index) => points[Math.round(index * step)]!);
}
