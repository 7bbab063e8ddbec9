/** The bars of one symbol, from the messages that are held. */

import { Gathering } from '../../buffer/gathering.js';
import type { Hours } from '../../contract/market.js';
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
import { type Joined, joinEarlier, type Manner, type Own } from './earlier.js';
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
  const fromStream = source && (() => ownBars(building, symbol, source, request, manner));
  const own = fromStream ? await building.inPlace(fromStream) : nothing(building.nowMs);
  const { known } = own;
  const { bars: built, byRest } =
    history && align
      ? await joinEarlier(history, { symbol, ...own }, request, {
          ...{ align, isChosen: manner.isChosen, nowMs: building.nowMs, slice },
          ...lengthsOf(interval, onlyRegular),
        })
      : { bars: own.bars, byRest: none };
  const choice = onlyRegular ? 'regular' : 'all';
  const neverCloses = (stream.target?.endpoint.simulated ?? false) && !onlyRegular;
  const isOpen = (from: number, to: number): boolean => neverCloses || hours.touches(from, to, choice);
  const all =
    request.isFilled && align ? await collect(fillBars(built, align, lastMoment(built, known), isOpen), slice) : built;
  const values = compute && (await valuesOf(compute, all, { slice, hours: ownHours }, request));
  const asked = all
    .map((bar, index) => ({ bar, index }))
    .filter(({ bar }) => isWithin(bar, request))
    .slice(-request.count);
  const bars = asked.map(({ bar, index }): MarkedBar => {
    const indicators = values?.[index];
    const rest = byRest.get(bar);
    if (rest) return { bar, hasGap: false, isPartial: !rest.isWhole, indicators, source: history!.source };
    const place = { isFirst: bar === own.bars[0] && own.isFirstSure, isLast: index === all.length - 1 };
    const marks = marksOf(bar, known, place);
    const isShort = interval.kind === 'ticks' && bar.trades !== interval.count;
    const isPartial = interval.kind === 'ticks' ? isShort : marks.isPartial;
    return { bar, hasGap: marks.hasGap, isPartial, indicators };
  });
  return { bars, span: all.length > 0 ? [all[0]!, all.at(-1)!] : [] };
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
): Promise<Omit<Own, 'symbol'>> {
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
  return { bars: await collect(builder.list(), slice), known, isFirstSure: visit.isComplete };
}

function nothing(nowMs: number): Omit<Own, 'symbol'> {
  const known = { toMs: nowMs, fromMs: undefined, isFollowed: false, lostToMs: undefined, outages: [] };
  return { bars: [], known, isFirstSure: false };
}

const none: Joined['byRest'] = new Map();

/** How long bars are, and the longest pieces that fill them. */
function lengthsOf(interval: Interval, onlyRegular: boolean): Pick<Manner, 'barMs' | 'pieceMs'> {
  const barMs = interval.kind === 'time' ? interval.ms : 86_400_000;
  // The regular session begins and ends within an hour.
  const pieceMs = onlyRegular && barMs % 60_000 === 0 ? 60_000 : barMs;
  return { barMs, pieceMs };
}

async function collect(bars: Iterable<BuiltBar>, slice: TimeSlice): Promise<BuiltBar[]> {
  const list: BuiltBar[] = [];
  for (const bar of bars) {
    list.push(bar);
    if (slice.spent(barSteps)) await slice.rest();
  }
  return list;
}

/** The values of the indicators, bar by bar. */
async function valuesOf(
  { runIndicators, closeDecimals }: NonNullable<Building['compute']>,
  bars: readonly BuiltBar[],
  { slice, hours }: { readonly slice: TimeSlice; readonly hours: Hours },
  { indicators }: BarRequest,
): Promise<Readonly<Record<string, IndicatorValue>>[]> {
  const dayOf = alignmentOf({ kind: 'day', name: '1d' }, hours);
  const next = runIndicators(indicators, closeDecimals(bars), dayOf);
  const values: Readonly<Record<string, IndicatorValue>>[] = [];
  for (const bar of bars) {
    values.push(next(bar));
    if (slice.spent(indicators.length * barSteps)) await slice.rest();
  }
  return values;
}

/** Until when bars are filled: the running one is the last. */
function lastMoment(bars: readonly BuiltBar[], { toMs }: Known): number {
  const newest = bars.at(-1)?.startMs ?? 0;
  return Number.isFinite(toMs) ? Math.max(toMs, newest) : newest;
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
