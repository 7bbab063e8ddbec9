/** Answers with trades and quotes, which are those that the feed streams. */
import type { EventKind } from '../../contract/channel.js';
import { wallTimeAt } from '../../core/wall-time.js';
import { TimeSlice } from '../../pacing/time-slice.js';
import { timeText } from '../../simulator/encode.js';
import type { HistoricTick } from '../../simulator/history.js';
import type { Catalogue, Listed } from './catalogue.js';
import { type Document, notFound } from './documents.js';
import type { Row } from './listing.js';
import { type Request, readMoment, type Stretch } from './request.js';

const mostTicks = 50_000;
const stepsOfTick = 8;

/** Unix ns; the digits below the millisecond are those that the feed sends. */
export function digitsOf(ms: number, symbol: string): bigint {
  return BigInt(timeText(ms, 'ns', symbol));
}

type Show = (tick: HistoricTick, listed: Listed) => Row;

/** `/v3/trades/{}`, `/v3/quotes/{}` and those of futures: the newest first where no order is asked for. */
export function ticks(
  kind: EventKind,
  show: Show,
  find: (request: Request, catalogue: Catalogue) => Listed | undefined,
) {
  return async (request: Request, catalogue: Catalogue): Promise<Document> => {
    const listed = find(request, catalogue);
    const base = { status: 'OK', request_id: request.id };
    if (!listed) return { ...base, results: [] };
    const { timeZone, history } = listed.place;
    const { fromMs, untilMs } = narrowed(request, timeZone);
    if (fromMs >= untilMs) return { ...base, results: [] };
    const isBackward = (request.text('order') ?? request.text('sort')?.split('.')[1] ?? 'desc') === 'desc';
    const [onMs] = request.cursor ?? [];
    const limit = Math.min(mostTicks, request.limit(100));
    const slice = new TimeSlice(request.clock);
    await slice.begin();
    const results: Row[] = [];
    let lastMs = 0;
    const wanted = history.ticks(
      listed.symbol,
      kind,
      !isBackward && onMs !== undefined ? onMs + 1 : fromMs,
      isBackward && onMs !== undefined ? onMs : untilMs,
      isBackward,
    );
    for (const tick of wanted) {
      if (results.length === limit) return { ...base, results, next_url: request.next([lastMs]) };
      results.push(show(tick, listed));
      lastMs = tick.time;
      if (slice.spent(stepsOfTick)) await slice.rest();
      request.goOn();
    }
    return { ...base, results };
  };
}

function narrowed(request: Request, timeZone: string): Stretch {
  const { fromMs, untilMs } = request.stretch('timestamp', timeZone);
  const session = request.text('session_end_date');
  if (session === undefined) return { fromMs, untilMs };
  const { startMs, endMs } = readMoment(session, timeZone);
  return { fromMs: Math.max(fromMs, startMs), untilMs: Math.min(untilMs, endMs) };
}

export function byTicker(request: Request, catalogue: Catalogue): Listed | undefined {
  return catalogue.find(request.slot(0), request.nowMs);
}

export function byFuture(request: Request, catalogue: Catalogue): Listed | undefined {
  return catalogue.of('futures', request.nowMs).get(request.slot(0));
}

function nsOf(ms: unknown, symbol: string): bigint | undefined {
  return typeof ms === 'number' ? digitsOf(ms, symbol) : undefined;
}

export function tradeRow(tick: HistoricTick, { symbol, place }: Listed): Row {
  const isCrypto = place.market.name === 'crypto';
  const isStock = place.market.name === 'stocks';
  return {
    conditions: tick.conditions,
    exchange: tick.exchange_id,
    ...(isStock || isCrypto ? { id: tick.trade_id } : {}),
    participant_timestamp: nsOf(isCrypto ? tick.time : tick.participant_time, symbol),
    price: tick.price,
    ...(isCrypto ? {} : { sequence_number: tick.sequence, sip_timestamp: nsOf(tick.time, symbol) }),
    size: tick.size,
    ...(isStock
      ? {
          decimal_size: tick.size_exact,
          tape: tick.tape,
          trf_id: tick.reporting_facility,
          trf_timestamp: nsOf(tick.reporting_time, symbol),
        }
      : {}),
  };
}

export function quoteRow(tick: HistoricTick, { symbol, place }: Listed): Row {
  const isForex = place.market.name === 'forex';
  const prices = {
    ask_exchange: tick['ask.exchange'],
    ask_price: tick['ask.price'],
    bid_exchange: tick['bid.exchange'],
    bid_price: tick['bid.price'],
  };
  if (isForex) return { ...prices, participant_timestamp: nsOf(tick.time, symbol) };
  return {
    ...prices,
    ask_size: tick['ask.size'],
    bid_size: tick['bid.size'],
    ...(place.market.name === 'stocks'
      ? { conditions: listOf(tick.condition), indicators: tick.indicators, tape: tick.tape }
      : {}),
    sequence_number: tick.sequence,
    sip_timestamp: nsOf(tick.time, symbol),
  };
}

function listOf(value: unknown): readonly unknown[] | undefined {
  return value === undefined ? undefined : [value];
}

export function futureTradeRow(tick: HistoricTick, listed: Listed): Row {
  return { ...futureTick(tick, listed), price: tick.price, size: tick.size };
}

export function futureQuoteRow(tick: HistoricTick, listed: Listed): Row {
  const { symbol } = listed;
  return {
    ...futureTick(tick, listed),
    ask_price: tick['ask.price'],
    ask_size: tick['ask.size'],
    ask_timestamp: nsOf(tick['ask.time'], symbol),
    bid_price: tick['bid.price'],
    bid_size: tick['bid.size'],
    bid_timestamp: nsOf(tick['bid.time'], symbol),
  };
}

function futureTick(tick: HistoricTick, { ticker, symbol, place }: Listed): Row {
  return {
    ticker,
    timestamp: nsOf(tick.time, symbol),
    session_end_date: wallTimeAt(place.timeZone, tick.time).date,
    sequence_number: tick.sequence,
  };
}

/** The newest of a kind, up to and including the moment of the request. */
export function newest({ symbol, place }: Listed, kind: EventKind, nowMs: number): HistoricTick | undefined {
  return place.history.last(symbol, kind, nowMs + 1);
}

const withTrades = ['stocks', 'options'];

/** `/v2/last/trade/{}` */
export function lastTrade(request: Request, catalogue: Catalogue): Document {
  const { listed, tick } = newestOf(request, catalogue, 'TRADE');
  const { symbol, ticker } = listed;
  const t = nsOf(tick.time, symbol);
  const results = {
    T: ticker,
    ...{ c: tick.conditions, f: nsOf(tick.reporting_time, symbol), i: tick.trade_id, p: tick.price, q: tick.sequence },
    ...{ r: tick.reporting_facility, s: tick.size, ds: tick.size_exact, t, x: tick.exchange_id },
    ...{ y: nsOf(tick.participant_time, symbol), z: tick.tape },
  };
  return { status: 'OK', request_id: request.id, results };
}

/** `/v2/last/nbbo/{}` */
export function lastQuote(request: Request, catalogue: Catalogue): Document {
  const { listed, tick } = newestOf(request, catalogue, 'QUOTE');
  const { symbol, ticker } = listed;
  const results = {
    T: ticker,
    ...{ P: tick['ask.price'], S: tick['ask.size'], X: tick['ask.exchange'] },
    ...{ p: tick['bid.price'], s: tick['bid.size'], x: tick['bid.exchange'] },
    ...{ c: listOf(tick.condition), i: tick.indicators, q: tick.sequence },
    ...{ t: nsOf(tick.time, symbol), z: tick.tape },
  };
  return { status: 'OK', request_id: request.id, results };
}

function newestOf(request: Request, catalogue: Catalogue, kind: EventKind): { listed: Listed; tick: HistoricTick } {
  const listed = byTicker(request, catalogue);
  const tick = listed && newest(listed, kind, request.nowMs);
  if (!listed || !tick || !withTrades.includes(listed.place.market.name)) throw notFound('Ticker not found.');
  return { listed, tick };
}
