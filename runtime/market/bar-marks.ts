/** What a reader must know of a bar: whether it is whole, and whether an outage touches it. */
import type { BuiltBar } from './built-bar.js';

/** What is known of the time that bars are built of; Unix ms in the time of the market, that of a delayed feed. */
export interface Known {
  /** What happened before came, if it comes at all. */
  readonly toMs: number;
  /** Since when the channel is subscribed; absent where that is not known. */
  readonly fromMs: number | undefined;
  /** Whether more can come. */
  readonly isFollowed: boolean;
  /** Time of the oldest message held, if others of its kind had left the buffer. */
  readonly lostToMs: number | undefined;
  readonly outages: readonly { readonly fromMs: number; readonly toMs?: number | undefined }[];
}

export interface Marks {
  readonly isPartial: boolean;
  readonly hasGap: boolean;
}

/** A bar of the feed comes within this time after its end. */
const dueMs = 5_000;

/** @param place whether the bar is the oldest of all that are held, and the newest */
export function marksOf(
  bar: BuiltBar,
  known: Known,
  place: { readonly isFirst: boolean; readonly isLast: boolean },
): Marks {
  const { startMs, endMs } = bar;
  const hasGap = known.outages.some(({ fromMs, toMs = Number.POSITIVE_INFINITY }) => fromMs < endMs && toMs > startMs);
  return { isPartial: isRunning(bar, known, place.isLast) || hasBegunLate(bar, known, place.isFirst), hasGap };
}

function isRunning({ endMs, piecesToMs }: BuiltBar, { toMs, isFollowed }: Known, isLast: boolean): boolean {
  if (isLast && !isFollowed && piecesToMs !== endMs) return true;
  if (piecesToMs === undefined) return endMs > toMs;
  return piecesToMs < endMs && endMs + dueMs > toMs;
}

function hasBegunLate(bar: BuiltBar, { fromMs, lostToMs }: Known, isFirst: boolean): boolean {
  const { startMs, endMs, piecesToMs } = bar;
  if (lostToMs !== undefined && (piecesToMs === undefined ? startMs <= lostToMs : startMs < lostToMs)) return true;
  if (fromMs === undefined) return isFirst;
  return startMs < fromMs && (fromMs < endMs || isFirst);
}
