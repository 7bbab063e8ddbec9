/** Bars of any length from what a stream received, with indicators. */
import type { BarsAnswer, BarsArguments, IntervalBar, SymbolBars } from '../../generated/types.js';
import { count } from '../core/count.js';
import { StreamError } from '../core/errors.js';
import type { Amount } from '../core/exact-sum.js';
import type { FeedText } from '../feed/feed-text.js';
import { ProductHours } from '../market/product-hours.js';
import { hasRegularSession } from '../market/regular-hours.js';
import { TimeSlice } from '../pacing/time-slice.js';
import type { HubView, StreamView } from '../stream/view.js';
import { spellJson } from '../symbols/example.js';
import { commonAnswer, roomIn, showOutagesSince } from './answer.js';
import { History } from './bars/history.js';
import { type BarRequest, readRequest } from './bars/request.js';
import { explainNoneChosen, explainNoSource } from './bars/silence.js';
import { chooseSource } from './bars/source.js';
import { type Building, buildBars, type MarkedBar } from './bars/symbol-bars.js';
import { CsvTable } from './csv-table.js';
import { requireSymbols } from './required-symbol.js';
import { inPlace } from './summary/windows.js';

/**
 * The bars of each symbol, oldest first; what is not known of one is null.
 *
 * @param abort ends it early
 * @throws StreamError INVALID_ARGUMENT, INVALID_CHANNEL, STOPPED
 */
export async function bars(hub: HubView, args: BarsArguments, abort?: AbortSignal) {
  const stream = hub.stream(args.market);
  const request = readRequest(args);
  const symbols = requireSymbols(stream, args.symbols);
  const history = request.interval.kind === 'ticks' ? undefined : await History.of(hub, stream, abort);
  try {
    return await answerWith(hub, args, { stream, request, symbols, history }, abort);
  } finally {
    history?.close();
  }
}

/** Which bars are answered. */
interface Asked {
  readonly stream: StreamView;
  readonly request: BarRequest;
  readonly symbols: readonly string[];
  readonly history: History | undefined;
}

async function answerWith(
  hub: HubView,
  args: BarsArguments,
  { stream, request, symbols, history }: Asked,
  abort: AbortSignal | undefined,
) {
  const slice = new TimeSlice(hub.clock);
  const building: Building = {
    stream,
    kernel: hub.suite.numberKernel,
    hours: new ProductHours(stream.market, hub.hours.of(stream.market)),
    nowMs: hub.clock.now(),
    slice,
    abort,
    history,
    inPlace: build => inPlace(hub, stream.buffer.size, build, abort),
    compute: request.indicators.length > 0 ? await import('../market/indicators.js') : undefined,
  };
  await slice.begin();
  const frame = {
    ...commonAnswer(stream, notesOn(stream, args, request)),
    interval: request.interval.name,
    source: sourceOf(stream),
    ...showOutagesSince(stream, 0),
  };
  const rest = spellJson(callFor(args, request, symbols[0]!, '2026-11-23T14:30:00.000Z')).length + noteBytes;
  let room = roomIn(args.max_bytes, frame) - rest;
  const table =
    args.format === 'csv' ? new CsvTable([...columnsOf(request), ...(history ? ['source'] : [])]) : undefined;
  if (table) room -= table.bytes;
  const answered: SymbolBars[] = [];
  let more: Omitted | undefined;
  for (const [index, symbol] of symbols.entries()) {
    const { series, found } = await seriesOf(hub, building, symbol, request);
    if (abort?.aborted) throw new StreamError('STOPPED', 'The call was cancelled.');
    const quota = room / (symbols.length - index) - Buffer.byteLength(JSON.stringify(series)) - series.symbol.length;
    const page = newestWithin(
      quota,
      found,
      bar => showBar(bar, stream.text),
      table && (bar => table.weigh({ symbol: series.symbol, ...bar })),
    );
    const omitted = found.length - page.bars.length;
    const whole = { ...series, count: page.bars.length, omitted, ...(table ? {} : { bars: page.bars }) };
    for (const bar of table ? page.bars : []) table!.add({ symbol: series.symbol, ...bar });
    room -= Buffer.byteLength(JSON.stringify(whole)) + 1 + (table ? page.bytes : 0);
    if (omitted > 0) more ??= { symbol: series.symbol, before: page.bars[0]?.start_time, count: omitted };
    answered.push(whole);
  }
  return {
    ...frame,
    notes: [...(history?.notes ?? []), ...frame.notes, ...(more ? [noteOnMore(args, request, more)] : [])],
    symbols: answered,
    ...(table ? { csv: table.text } : {}),
    omitted: answered.reduce((sum, { omitted }) => sum + omitted, 0),
  } satisfies BarsAnswer;
}

/** Of the sentence on what is omitted, without the call in it. */
const noteBytes = 120;

function sourceOf({ target }: StreamView): 'stream' | 'simulated' | 'replay' | null {
  if (!target) return null;
  if (target.replay) return 'replay';
  return target.endpoint.simulated ? 'simulated' : 'stream';
}

function notesOn({ market }: StreamView, args: BarsArguments, { interval, session }: BarRequest): string[] {
  return [
    ...(interval.name === args.interval ? [] : [`interval is read as ${interval.name}`]),
    ...(session === 'regular' && !hasRegularSession(market.hours)
      ? [`${market.title} have no regular session here: the bars are of all hours.`]
      : []),
    ...(interval.kind === 'ticks' ? ['Trades are counted from the oldest in memory.'] : []),
  ];
}

interface Series {
  /** Without bars. */
  readonly series: SymbolBars;
  readonly found: readonly MarkedBar[];
}

async function seriesOf(hub: HubView, building: Building, symbol: string, request: BarRequest): Promise<Series> {
  const { stream } = building;
  const source = chooseSource(stream, symbol, request.interval);
  const shown = stream.text.quote(symbol);
  const { bars: found, span } =
    source || building.history ? await buildBars(building, symbol, source, request) : { bars: [], span: [] };
  const isRegularOnly = request.session === 'regular';
  const whyNone = (): string =>
    source ? explainNoneChosen(span, isRegularOnly) : explainNoSource(hub, stream, symbol, request.interval);
  const isAdjusted = building.history?.isAdjusted === true && found.some(({ source: of }) => of !== undefined);
  return {
    series: {
      symbol: shown,
      from: source?.from ?? null,
      channel: source ? `${source.channel.prefix}.${shown}` : null,
      ...(isAdjusted ? { adjusted: true } : {}),
      count: 0,
      omitted: 0,
      silence: found.length > 0 ? null : whyNone(),
    },
    found,
  };
}

/** The newest bars that fit. */
function newestWithin(
  maxBytes: number,
  found: readonly MarkedBar[],
  show: (bar: MarkedBar) => IntervalBar,
  weigh: (bar: IntervalBar) => number = bar => Buffer.byteLength(JSON.stringify(bar)) + 1,
): { readonly bars: readonly IntervalBar[]; readonly bytes: number } {
  const shown: IntervalBar[] = [];
  let bytes = 0;
  for (const bar of found.toReversed()) {
    const next = show(bar);
    const size = weigh(next);
    if (bytes + size > maxBytes) break;
    bytes += size;
    shown.push(next);
  }
  return { bars: shown.reverse(), bytes };
}

function showBar({ bar, isPartial, hasGap, indicators, source }: MarkedBar, text: FeedText): IntervalBar {
  const clean = (amount: Amount | null): Amount | null =>
    typeof amount === 'number' ? text.number(amount) : amount && text.clean(amount);
  const { startMs, endMs, open, high, low, close, volume, vwap, trades, isFilled = false } = bar;
  return {
    start_time: new Date(startMs).toISOString(),
    ...(bar.isTicks ? { end_time: new Date(endMs).toISOString() } : {}),
    open: clean(open),
    high: clean(high),
    low: clean(low),
    close: clean(close),
    volume: clean(volume),
    vwap: clean(vwap),
    trades,
    ...(isPartial ? { partial: true } : {}),
    ...(hasGap ? { gap: true } : {}),
    ...(isFilled ? { filled: true } : {}),
    ...(indicators ? { indicators } : {}),
    ...(source ? { source } : {}),
  };
}

function columnsOf({ interval, indicators }: BarRequest): string[] {
  const values = indicators.flatMap(({ name, parts }) =>
    parts.length === 0 ? [`indicators.${name}`] : parts.map(part => `indicators.${name}.${part}`),
  );
  const end = interval.kind === 'ticks' ? ['end_time'] : [];
  const prices = ['open', 'high', 'low', 'close', 'volume', 'vwap', 'trades', 'partial', 'gap', 'filled'];
  return ['symbol', 'start_time', ...end, ...prices, ...values];
}

/** The call that gets what is omitted. */
function callFor(args: BarsArguments, request: BarRequest, symbol: string, to?: string) {
  const { market, session, fill } = args;
  const { interval, fromMs, indicators } = request;
  return {
    market,
    symbols: [symbol],
    interval: interval.name,
    ...(fromMs === undefined ? {} : { from: new Date(fromMs).toISOString() }),
    ...(to === undefined ? {} : { to }),
    ...(indicators.length > 0 ? { indicators: indicators.map(({ name }) => name) } : {}),
    ...(session === 'all' ? {} : { session }),
    ...(fill === 'none' ? {} : { fill }),
  };
}

/** A symbol of which bars are omitted. */
interface Omitted {
  readonly symbol: string;
  /** Begin of the oldest bar that is shown; absent where none is. */
  readonly before: string | undefined;
  readonly count: number;
}

function noteOnMore(args: BarsArguments, request: BarRequest, { symbol, before, count: left }: Omitted): string {
  if (before === undefined) return `No bar of ${symbol} fits: raise max_bytes or name fewer symbols.`;
  const call = spellJson(callFor(args, request, symbol, before));
  return `${count(left, 'earlier bar')} of ${symbol} left out: call read_bars with ${call}, or raise max_bytes.`;
}
