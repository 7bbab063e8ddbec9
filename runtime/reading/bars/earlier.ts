/** Which bars the stream lacks, and joining those of the REST API with its own: each bar is of one of the two. */
import { JoinedBars } from '../../market/bar-builder.js';
import type { Alignment, Span } from '../../market/bar-interval.js';
import { type Known, marksOf } from '../../market/bar-marks.js';
import type { BuiltBar } from '../../market/built-bar.js';
import type { TimeSlice } from '../../pacing/time-slice.js';
import type { History } from './history.js';
import type { BarRequest } from './request.js';

/** What the stream has of a symbol. */
export interface Own {
  readonly symbol: string;
  /** Oldest first. */
  readonly bars: readonly BuiltBar[];
  readonly known: Known;
  /** Whether the first one is the oldest that there is. */
  readonly isFirstSure: boolean;
}

/** How bars are put together. */
export interface Manner {
  readonly align: Alignment;
  /** Length of the bars, about. */
  readonly barMs: number;
  /** Longest pieces that can be used. */
  readonly pieceMs: number;
  readonly nowMs: number;
  readonly slice: TimeSlice;
  isChosen(atMs: number): boolean;
}

export interface Joined {
  /** Oldest first. */
  readonly bars: readonly BuiltBar[];
  /** Those by REST, and whether each is whole. */
  readonly byRest: ReadonlyMap<BuiltBar, { readonly isWhole: boolean }>;
}

/** So much longer than the bars are together is looked back for them: nights, weekends and holidays have none. */
const stretched = 6;
const weekMs = 7 * 86_400_000;
/** So long after its end whatever there is of a bar has come. */
const settledMs = 3_600_000;
/** Building a bar takes as long as so many small steps. */
const barSteps = 8;

/** Fills what was before the stream, and what its outages touch. */
export async function joinEarlier(history: History, own: Own, request: BarRequest, manner: Manner): Promise<Joined> {
  const { bars, known, symbol } = own;
  const faulty = new Set(
    bars.filter((bar, index) => isFaulty(bar, known, own.isFirstSure && index === 0, manner.nowMs)),
  );
  const beginMs = bars.find(bar => !faulty.has(bar))?.startMs ?? Number.POSITIVE_INFINITY;
  const missing = missingOf({ faulty, beginMs, bars, known }, request, manner);
  if (!missing) return { bars, byRest: new Map() };

  const builder = new JoinedBars(manner.align);
  let coveredToMs = 0;
  const wanted = request.fromMs === undefined ? request.count : Number.POSITIVE_INFINITY;
  const isComplete = await history.visit(
    symbol,
    { fromMs: missing.startMs, toMs: missing.endMs, pieceMs: manner.pieceMs },
    manner.slice,
    piece => {
      coveredToMs = Math.max(coveredToMs, piece.endMs);
      if (manner.isChosen(piece.startMs)) builder.add(piece);
      return builder.size <= wanted;
    },
  );
  const kept = new Map(bars.map(bar => [bar.startMs, bar]));
  const byRest = new Map<BuiltBar, { isWhole: boolean }>();
  // Of what is cut off, the oldest lacks its beginning.
  let isCut = !isComplete;
  for (const bar of builder.list()) {
    if (manner.slice.spent(barSteps)) await manner.slice.rest();
    const isFirstCut = isCut;
    isCut = false;
    if (isFirstCut) continue;
    // A bar of the API may still run: its pieces are as long as if they had ended.
    const hasEnded = bar.endMs <= manner.nowMs;
    const isWhole = hasEnded && (bar.endMs <= coveredToMs || bar.endMs + settledMs <= manner.nowMs);
    const mine = kept.get(bar.startMs);
    const isLacking = mine ? faulty.has(mine) && isWhole : bar.startMs < beginMs || isTouched(bar, known);
    if (!isLacking) continue;
    kept.set(bar.startMs, bar);
    byRest.set(bar, { isWhole });
  }
  return { bars: [...kept.values()].sort((one, other) => one.startMs - other.startMs), byRest };
}

/** Whether a bar that has ended lacks something. */
function isFaulty(bar: BuiltBar, known: Known, isFirst: boolean, nowMs: number): boolean {
  const { isPartial, hasGap } = marksOf(bar, known, { isFirst, isLast: false });
  return bar.endMs <= nowMs && (isPartial || hasGap);
}

function isTouched({ startMs, endMs }: Span, { outages }: Known): boolean {
  return outages.some(({ fromMs, toMs = Number.POSITIVE_INFINITY }) => fromMs < endMs && toMs > startMs);
}

/** The stretch that is asked for; nothing where the stream has all. */
function missingOf(
  {
    faulty,
    beginMs,
    bars,
    known,
  }: {
    readonly faulty: ReadonlySet<BuiltBar>;
    readonly beginMs: number;
    readonly bars: readonly BuiltBar[];
    readonly known: Known;
  },
  { fromMs, toMs, count }: BarRequest,
  { align, barMs, nowMs }: Manner,
): Span | undefined {
  const lastMs = Math.min(toMs ?? nowMs, nowMs);
  const whole = bars.filter(bar => !faulty.has(bar) && bar.startMs < lastMs).length;
  const startMs = fromMs === undefined ? undefined : align(fromMs).startMs;
  const isShort = startMs === undefined ? whole < count : startMs < beginMs;
  const gaps = known.outages.flatMap(({ toMs: end }) => (end === undefined ? [] : [align(end - 1).endMs]));
  const beyondMs = startMs ?? bars.at(-count)?.startMs ?? 0;
  const lacking = [...faulty]
    .map(({ endMs }) => endMs)
    .concat(gaps)
    .filter(ms => ms > beyondMs);
  if (!isShort && lacking.length === 0) return undefined;
  const seamMs = Math.max(...lacking, Number.isFinite(beginMs) ? beginMs : align(lastMs - 1).endMs);
  const endMs = Math.min(seamMs, align(lastMs - 1).endMs);
  const back = stretched * count * barMs + weekMs;
  const beginAskedMs = startMs ?? Math.max(0, align(endMs - back).startMs);
  return beginAskedMs < endMs ? { startMs: beginAskedMs, endMs } : undefined;
}
