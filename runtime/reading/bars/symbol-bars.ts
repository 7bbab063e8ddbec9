/** The bars of one symbol, from the messages that are held. */

import { Gathering } from '../../buffer/gathering.js';
import type { Kernel } from '../../contract/suite.js';
import type { BarBuilder } from '../../market/bar-builder.js';
import { fillBars } from '../../market/bar-fill.js';
import { type Alignment, alignmentOf, type Interval } from '../../market/bar-interval.js';
import { type Known, marksOf } from '../../market/bar-marks.js';
import type { BuiltBar } from '../../market/built-bar.js';
import type { IndicatorValue } from '../../market/indicators.js';
import { numberReaderOf } from '../../market/number-readers.js';
import type { ProductHours } from '../../market/product-hours.js';
import { hasRegularSession, RegularHours } from '../../market/regular-hours.js';
import type { TimeSlice } from '../../pacing/time-slice.js';
import type { StreamView } from '../../stream/view.js';
import { collectorOf } from './collector.js';
import { joinEarlier, type Manner, type Own } from './earlier.js';
import type { History } from './history.js';
import { knownOf } from './knowledge.js';
import type { BarRequest } from './request.js';
import { type BarSource, visitMessages } from './source.js';

/** A bar, and what to know of it. */
export interface MarkedBar {
  readonly bar: BuiltBar;
  readonly isPartial: boolean;
  readonly hasGap: boolean;
  readonly indicators: Readonly<Record<string, IndicatorValue>> | undefined;
  /** Absent where it is of the stream. */
  readonly source?: 'rest' | 'simulated';
}

/** What building needs beside the request. */
export interface Building {
  readonly stream: StreamView;
  /** Reads the numbers of messages. */
  readonly kernel: Kernel;
  /** Finds the hours of a symbol. */
  readonly hours: ProductHours;
  /** Wall clock ms. */
  readonly nowMs: number;
  readonly slice: TimeSlice;
  readonly abort: AbortSignal | undefined;
  /** Absent where no earlier bars can be had. */
  readonly history: History | undefined;
  /** Builds from the stream's messages in one of a few places; what others are asked for is none of that. */
  inPlace<T extends object>(build: () => Promise<T>): Promise<T>;
  /** Absent where no indicators are asked for. */
  readonly compute: typeof import('../../market/indicators.js') | undefined;
}

export interface BuiltSeries {
  /** Those asked for, oldest first. */
  readonly bars: readonly MarkedBar[];
  /** The first and the last that can be built, asked for or not. */
  readonly span: readonly BuiltBar[];
}

/** Clocks differ, and messages are at most this much from the future. */
const skewMs = 60_000;
/** Building a bar, or a value of an indicator, takes as long as skipping this many messages. */
const barSteps = 8;
/** How often to look whether there is enough; no more often than there are bars to look at. */
const messagesPerLook = 256;

/** @param source absent: the stream has nothing to build of, and all is earlier */
export async function buildBars(
  building: Building,
  symbol: string,
  source: BarSource | undefined,
  request: BarRequest,
): Promise<BuiltSeries> {
  const { stream, slice, compute, history } = building;
  const { interval } = request;
  const ownHours = building.hours.of(symbol);
  const hours = new RegularHours(ownHours);
  const onlyRegular = request.session === 'regular' && hasRegularSession(ownHours);
  const manner = {
    align: interval.kind === 'ticks' ? undefined : alignmentOf(interval, ownHours),
    isChosen: (atMs: number): boolean => !onlyRegular || hours.includes(atMs),
  };
  const { align } = manner;
  const dayOf = alignmentOf({ kind: 'day', name: '1d' }, ownHours);
  const fromStream = source && (() => ownBars(building, symbol, source, request, manner));
  const own = fromStream ? await building.inPlace(fromStream) : nothing(building.nowMs);
  const { known } = own;
  const joined =
    history && align
      ? await joinEarlier(history, { symbol, ...own }, request, {
          ...{ align, dayOf, isChosen: manner.isChosen, nowMs: building.nowMs, slice },
          ...lengthsOf(interval, onlyRegular),
        })
      : undefined;
  const built = joined?.bars ?? own.each;
  const newestMs = joined ? (joined.bars.at(-1)?.startMs ?? 0) : own.newestMs;
  const choice = onlyRegular ? 'regular' : 'all';
  const neverCloses = (stream.target?.endpoint.simulated ?? false) && !onlyRegular;
  const isOpen = (from: number, to: number): boolean => neverCloses || hours.touches(from, to, choice);
  const all = request.isFilled && align ? fillBars(built, align, lastMoment(newestMs, known), isOpen) : built;
  const { newest, span } = await chooseBars(all, { slice, dayOf, compute }, request);
  const bars = newest.map(({ bar, isFirst: isOldest, indicators }): MarkedBar => {
    const rest = joined?.byRest.get(bar);
    if (rest) return { bar, hasGap: false, isPartial: !rest.isWhole, indicators, source: history!.source };
    const isFirst = joined ? bar === own.bars[0] : isOldest;
    const place = { isFirst: isFirst && own.isFirstSure, isLast: bar === span.at(-1) };
    const marks = marksOf(bar, known, place);
    const isShort = interval.kind === 'ticks' && bar.trades !== interval.count;
    const isPartial = interval.kind === 'ticks' ? isShort : marks.isPartial;
    return { bar, hasGap: marks.hasGap, isPartial, indicators };
  });
  return { bars, span };
}

/** Bars of the stream: as a list where earlier ones join them, and one by one where none do. */
interface OwnBars extends Omit<Own, 'symbol'> {
  readonly each: Iterable<BuiltBar>;
  /** Begin of the newest; 0 without any. */
  readonly newestMs: number;
}

interface OwnManner {
  readonly align: Alignment | undefined;
  isChosen(atMs: number): boolean;
}

/** What the stream has of a symbol. */
async function ownBars(
  building: Building,
  symbol: string,
  source: BarSource,
  request: BarRequest,
  { align, isChosen }: OwnManner,
): Promise<OwnBars> {
  const { stream, slice, abort, compute } = building;
  const { buffer, market } = stream;
  const channelIndex = market.channels.indexOf(source.channel);
  const gathering = new Gathering(buffer, numberReaderOf(market, building.kernel), channelIndex);
  const { builder, add } = collectorOf(stream, { ...source, symbol, gathering, align, isChosen }, request);
  // Indicators begin with the oldest bar.
  const isEnough = align && !compute ? enoughOf(stream, builder, align, request) : () => false;
  let unlooked = 0;
  let oldestMs: number | undefined;
  /** How late the newest message came. */
  let lagMs: number | undefined;
  const visit = await visitMessages(
    stream,
    { channel: source.channel, symbol, gathering },
    slice,
    index => {
      const atMs = add(index);
      const seq = gathering.seqs[index]!;
      if (atMs !== undefined) {
        lagMs ??= stream.wallMs(buffer.arrivedMs(seq)) - atMs - (source.pieceMs ?? 0);
        oldestMs = atMs;
      }
      if (++unlooked < Math.max(messagesPerLook, builder.size)) return true;
      unlooked = 0;
      return !isEnough(seq);
    },
    abort,
  );
  const known = knownOf(building, source, symbol, {
    lagMs: lagMs ?? 0,
    lostToMs: visit.hasLost ? oldestMs : undefined,
  });
  const isJoined = building.history !== undefined && align !== undefined;
  return {
    bars: isJoined ? await collect(builder.list(), slice) : [],
    each: builder.list(isAnyBarCounted(request) ? undefined : request.count),
    newestMs: newestIn(builder),
    known,
    isFirstSure: visit.isComplete,
  };
}

function nothing(nowMs: number): OwnBars {
  const known = { toMs: nowMs, fromMs: undefined, isFollowed: false, lostToMs: undefined, outages: [] };
  return { bars: [], each: [], newestMs: 0, known, isFirstSure: false };
}

/** How long bars are, and the longest pieces that fill them. */
function lengthsOf(interval: Interval, onlyRegular: boolean): Pick<Manner, 'barMs' | 'pieceMs'> {
  const barMs = interval.kind === 'time' ? interval.ms : 86_400_000;
  // The regular session begins and ends within an hour.
  const pieceMs = onlyRegular && barMs % 60_000 === 0 ? 60_000 : barMs;
  return { barMs, pieceMs };
}

/** Whether more bars count than the newest, for what is asked of these. */
function isAnyBarCounted({ indicators, isFilled, fromMs, toMs }: BarRequest): boolean {
  return indicators.length > 0 || isFilled || fromMs !== undefined || toMs !== undefined;
}

/** A bar that is asked for. */
interface ChosenBar {
  readonly bar: BuiltBar;
  readonly isFirst: boolean;
  readonly indicators: MarkedBar['indicators'];
}

interface Choosing {
  readonly slice: TimeSlice;
  readonly dayOf: Alignment;
  readonly compute: Building['compute'];
}

/**
 * Keeps no more bars than are asked for, however many there are.
 *
 * @param bars all, oldest first
 */
async function chooseBars(
  bars: Iterable<BuiltBar>,
  { slice, dayOf, compute }: Choosing,
  request: BarRequest,
): Promise<{ newest: ChosenBar[]; span: BuiltBar[] }> {
  const { interval, indicators, count } = request;
  const next = compute?.runIndicators(indicators, undefined, dayOf);
  const steps = barSteps * (1 + indicators.length) + (interval.kind === 'ticks' ? interval.count : 0);
  let newest: ChosenBar[] = [];
  let decimals = 0;
  let first: BuiltBar | undefined;
  let last: BuiltBar | undefined;
  for (const bar of bars) {
    first ??= bar;
    last = bar;
    if (compute) decimals = Math.max(decimals, compute.closeDecimals(bar));
    // What an indicator says depends on the bars before.
    const values = next?.(bar);
    if (isWithin(bar, request)) newest.push({ bar, isFirst: bar === first, indicators: values });
    if (newest.length >= 2 * count) newest = newest.slice(-count);
    if (slice.spent(steps)) await slice.rest();
  }
  newest = newest
    .slice(-count)
    .map(one =>
      one.indicators ? { ...one, indicators: compute!.roundValues(indicators, one.indicators, decimals) } : one,
    );
  return { newest, span: first && last ? [first, last] : [] };
}

async function collect(bars: Iterable<BuiltBar>, slice: TimeSlice): Promise<BuiltBar[]> {
  const list: BuiltBar[] = [];
  for (const bar of bars) {
    list.push(bar);
    if (slice.spent(barSteps)) await slice.rest();
  }
  return list;
}

/** Until when bars are filled: the running one is the last. */
function lastMoment(newestMs: number, { toMs }: Known): number {
  return Number.isFinite(toMs) ? Math.max(toMs, newestMs) : newestMs;
}

function newestIn({ starts }: BarBuilder): number {
  let newestMs = 0;
  for (const startMs of starts) newestMs = Math.max(newestMs, startMs);
  return newestMs;
}

function isWithin({ startMs, endMs }: BuiltBar, { fromMs, toMs }: BarRequest): boolean {
  return (fromMs === undefined || endMs > fromMs) && (toMs === undefined || startMs < toMs);
}

/** Tells when no earlier message can add to the bars asked for: messages come after what they tell of. */
function enoughOf(
  stream: StreamView,
  builder: BarBuilder,
  align: Alignment,
  { fromMs, toMs, count }: BarRequest,
): (seq: number) => boolean {
  return seq => {
    const arrivedMs = stream.wallMs(stream.buffer.arrivedMs(seq)) - skewMs;
    if (fromMs !== undefined && arrivedMs < align(fromMs).startMs) return true;
    if (builder.size <= count) return false;
    let [asked, later] = [0, 0];
    for (const startMs of builder.starts) {
      if (toMs !== undefined && startMs >= toMs) continue;
      asked++;
      if (startMs > arrivedMs) later++;
    }
    return asked > count && later >= count;
  };
}
