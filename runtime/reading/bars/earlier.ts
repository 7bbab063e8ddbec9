/** Which bars the stream lacks, and joining those of the REST API with its own: each bar is of one of the two. */
import { JoinedBars } from '../../market/bar-builder.js';
import type { Alignment, Span } from '../../market/bar-interval.js';
import { type Known, marksOf } from '../../market/bar-marks.js';
import type { BuiltBar, Piece } from '../../market/built-bar.js';
import { type Lead, leadOf } from '../../market/indicator-names.js';
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
  /** Days of trading. */
  readonly dayOf: Alignment;
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
  const needsMore = untilEnough(request, manner, builder);
  const isComplete = await history.visit(
    symbol,
    { fromMs: missing.startMs, toMs: missing.endMs, pieceMs: manner.pieceMs },
    manner.slice,
    piece => {
      coveredToMs = Math.max(coveredToMs, piece.endMs);
      if (manner.isChosen(piece.startMs)) builder.add(piece);
      return needsMore(piece);
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

/** Tells after each piece, the newest first, whether bars or what their indicators begin with are still missing. */
function untilEnough(
  { fromMs, count, indicators }: BarRequest,
  { align, dayOf }: Manner,
  builder: JoinedBars,
): (piece: Piece) => boolean {
  const lead = leadOf(indicators);
  let firstMs = fromMs === undefined ? Number.POSITIVE_INFINITY : align(fromMs).startMs;
  /** Bars from the first that is shown; absent until that is whole. */
  let shown: number | undefined;
  return ({ startMs }) => {
    if (shown === undefined) {
      if (fromMs === undefined ? builder.size <= count : startMs >= firstMs) {
        if (fromMs === undefined) firstMs = startMs;
        return true;
      }
      shown = fromMs === undefined ? count : builder.size - 1;
    }
    return builder.size - shown <= lead.bars || (lead.isOfDay && startMs >= dayOf(firstMs).startMs);
  };
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
  { fromMs, toMs, count, indicators }: BarRequest,
  manner: Manner,
): Span | undefined {
  const { align, barMs, nowMs } = manner;
  const lead = leadOf(indicators);
  const needed = count + lead.bars;
  const lastMs = Math.min(toMs ?? nowMs, nowMs);
  const whole = bars.filter(bar => !faulty.has(bar) && bar.startMs < lastMs);
  const askedMs = fromMs === undefined ? undefined : align(fromMs).startMs;
  const startMs = askedMs === undefined ? undefined : beginOf(askedMs, lead, manner);
  const firstMs = askedMs ?? whole.at(-count)?.startMs ?? 0;
  const hasLead = whole.filter(bar => bar.startMs < firstMs).length >= lead.bars;
  const hasDay = !lead.isOfDay || beginMs <= manner.dayOf(firstMs).startMs;
  const isShort = (askedMs === undefined ? whole.length < needed : askedMs < beginMs || !hasLead) || !hasDay;
  const gaps = known.outages.flatMap(({ toMs: end }) => (end === undefined ? [] : [align(end - 1).endMs]));
  const beyondMs = startMs ?? bars.at(-needed)?.startMs ?? 0;
  const lacking = [...faulty]
    .map(({ endMs }) => endMs)
    .concat(gaps)
    .filter(ms => ms > beyondMs);
  if (!isShort && lacking.length === 0) return undefined;
  const seamMs = Math.max(...lacking, Number.isFinite(beginMs) ? beginMs : align(lastMs - 1).endMs);
  const endMs = Math.min(seamMs, align(lastMs - 1).endMs);
  const back = stretched * needed * barMs + weekMs;
  const beginAskedMs = startMs ?? Math.max(0, align(endMs - back).startMs);
  return beginAskedMs < endMs ? { startMs: beginAskedMs, endMs } : undefined;
}

/** How far back is asked for what is shown from a moment on. */
function beginOf(askedMs: number, { bars, isOfDay }: Lead, { align, dayOf, barMs }: Manner): number {
  const leadMs = bars > 0 ? align(Math.max(0, askedMs - stretched * bars * barMs - weekMs)).startMs : askedMs;
  return Math.max(0, isOfDay ? Math.min(leadMs, dayOf(askedMs).startMs) : leadMs);
}
