/** Answers with bars: ranges, days of a whole market, a day, the previous day. */
import { wallTimeAt } from '../../core/wall-time.js';
import type { HistoricBar } from '../../simulator/history.js';
import { alignmentOf, type BarPage, dayBar, lettersOf, mapInSlices, pick, previousDayBar, readBars } from './bars.js';
import { type Catalogue, type Listed, marketOf } from './catalogue.js';
import { badRequest, type Document, notFound } from './documents.js';
import { firstDate, type Request, readMoment, startOf } from './request.js';
import { digitsOf } from './ticks.js';

const mostBars = 50_000;
const minuteMs = 60_000;
const usualZone = 'America/New_York';

/** `/v2/aggs/ticker/{}/range/{}/{}/{}/{}` */
export async function range(request: Request, catalogue: Catalogue): Promise<Document> {
  const [ticker = '', multiplier = '1', timespan = 'day', from = '', to = ''] = request.slots;
  const listed = catalogue.find(ticker, request.nowMs);
  const zone = catalogue.place(marketOf(ticker))?.timeZone ?? usualZone;
  const fromMs = Math.max(startOf(zone, firstDate), readMoment(from, zone).startMs);
  const untilMs = readMoment(to, zone).endMs;
  if (untilMs <= fromMs) throw badRequest('The parameter to must be a time after from.');
  const align = alignmentOf(timespan, Number(multiplier), zone, fromMs);
  const isBackward = request.text('sort') === 'desc';
  const page = listed ? await pageOf(request, listed, { align, fromMs, untilMs, isBackward }) : { bars: [] };
  const results = page.bars.map(bar => lettersOf(bar, listed!));
  return {
    ticker,
    ...counts(request, results.length),
    results,
    ...nextOf(request, page),
  };
}

type Wanted = Pick<Parameters<typeof readBars>[2], 'align' | 'fromMs' | 'untilMs' | 'isBackward'>;

/** Pages that follow are as of the first one. */
async function pageOf(request: Request, listed: Listed, wanted: Wanted): Promise<BarPage> {
  const [onMs, asOfMs = request.nowMs + 1] = request.cursor ?? [];
  const { fromMs, untilMs, isBackward } = wanted;
  const left =
    onMs === undefined ? {} : isBackward ? { untilMs: Math.min(untilMs, onMs) } : { fromMs: Math.max(fromMs, onMs) };
  return readBars(request, listed, { ...wanted, ...left, asOfMs, limit: Math.min(mostBars, request.limit(5_000)) });
}

function nextOf(request: Request, { nextMs }: BarPage): { next_url?: string } {
  if (nextMs === undefined) return {};
  return { next_url: request.next([nextMs, request.cursor?.[1] ?? request.nowMs + 1]) };
}

function counts(request: Request, count: number) {
  const adjusted = request.text('adjusted') !== 'false';
  return { queryCount: count, resultsCount: count, adjusted, status: 'OK', request_id: request.id, count };
}

/** `/v2/aggs/grouped/locale/{us|global}/market/{}/{}`: every instrument of a market on a day. */
export function grouped(market: string) {
  return async (request: Request, catalogue: Catalogue): Promise<Document> => {
    const results = await rowsOn(request, catalogue, market, request.slot(0));
    return { ...counts(request, results.length), results };
  };
}

async function rowsOn(request: Request, catalogue: Catalogue, market: string, date: string) {
  const { nowMs } = request;
  const zone = catalogue.place(market)?.timeZone ?? usualZone;
  const atMs = readMoment(date, zone).startMs;
  if (atMs > nowMs || date < firstDate) return [];
  const rows = await mapInSlices(request, catalogue.of(market, nowMs).values(), listed => {
    const bar = dayBar(listed, atMs, nowMs + 1);
    return bar ? { T: listed.ticker, ...lettersOf(bar, listed) } : [];
  });
  return rows.flat();
}

/** `/v2/aggs/ticker/{}/prev` */
export function previous(request: Request, catalogue: Catalogue): Document {
  const ticker = request.slot(0);
  const listed = catalogue.find(ticker, request.nowMs);
  const bar = listed && previousDayBar(listed, request.nowMs);
  const results = listed && bar ? [{ T: ticker, ...lettersOf(bar, listed) }] : [];
  return { ticker, ...counts(request, results.length), results };
}

const preMarketMinute = 4 * 60;
const lateMinute = 20 * 60;

/** `/v1/open-close/{}/{}`: the day as its bar, and the prices at 04:00 and 20:00 of New York. */
export function openClose(request: Request, catalogue: Catalogue): Document {
  const { listed, bar } = dayOf(request, catalogue, request.slot(0), request.slot(1));
  const { ticker, place, symbol } = listed;
  const at = (minute: number): number | undefined => {
    const atMs = Number(bar.time) + minute * minuteMs;
    return atMs < request.nowMs
      ? (firstOf(place.history.bars(symbol, minuteMs, atMs - minuteMs, atMs))?.close as number)
      : undefined;
  };
  return {
    status: 'OK',
    request_id: request.id,
    from: request.slot(1),
    symbol: ticker,
    ...pick(bar, ['open', 'high', 'low', 'close']),
    ...(place.market.name === 'indices' ? {} : { volume: bar.volume }),
    afterHours: at(lateMinute),
    preMarket: at(preMarketMinute),
  };
}

/** `/v1/open-close/crypto/{}/{}/{}`; the first and the last trades of the day stand beside its prices. */
export function cryptoOpenClose(request: Request, catalogue: Catalogue): Document {
  const [from, to, date = ''] = request.slots;
  const { listed, bar } = dayOf(request, catalogue, `X:${from}${to}`, date);
  const { history } = listed.place;
  const endMs = Math.min(Number(bar.end_time), request.nowMs + 1);
  const some = (isBackward: boolean) => {
    const trades = history.ticks(listed.symbol, 'TRADE', Number(bar.time), endMs, isBackward);
    const shown = [...take(trades, 3)].map(
      ({ price: p, size: s, exchange_id: x, time: t, conditions: c, trade_id: i }) => {
        return { p, s, x, t, c, i };
      },
    );
    return isBackward ? shown.reverse() : shown;
  };
  return {
    symbol: listed.symbol,
    isUTC: true,
    day: new Date(Number(bar.time)).toISOString(),
    ...pick(bar, ['open', 'close']),
    openTrades: some(false),
    closingTrades: some(true),
  };
}

function dayOf(
  { nowMs }: Request,
  catalogue: Catalogue,
  ticker: string,
  date: string,
): { listed: Listed; bar: HistoricBar } {
  const listed = catalogue.find(ticker, nowMs);
  const atMs = listed && readMoment(date, listed.place.timeZone).startMs;
  const bar = listed && atMs! <= nowMs && date >= firstDate ? dayBar(listed, atMs!, nowMs + 1) : undefined;
  if (!listed || !bar) throw notFound('Data not found.');
  return { listed, bar };
}

const resolutionForm = /^(\d*)\s*(sec|second|min|minute|hour|day|session|week|month|quarter|year|trading_day)s?$/;
const timespans: Readonly<Record<string, string>> = {
  sec: 'second',
  min: 'minute',
  session: 'day',
  trading_day: 'day',
};

/** `/futures/v1/aggs/{}`; a session is a day in the time zone of the market, as the feed plays it. */
export async function futuresRange(request: Request, catalogue: Catalogue): Promise<Document> {
  const listed = catalogue.of('futures', request.nowMs).get(request.slot(0));
  const [, digits = '', unit = ''] = resolutionForm.exec(request.text('resolution') ?? '') ?? [];
  if (unit === '') throw badRequest('The resolution is a number and a unit, such as 1min or 1session.');
  if (!listed) return { status: 'OK', request_id: request.id, results: [] };
  const { timeZone } = listed.place;
  const timespan = timespans[unit] ?? unit;
  const { fromMs, untilMs } = request.stretch('window_start', timeZone);
  const align = alignmentOf(timespan, Number(digits || 1), timeZone, fromMs);
  const isBackward = request.text('sort') !== 'window_start.asc';
  const page = await pageOf(request, listed, { align, fromMs, untilMs, isBackward });
  const results = page.bars.map(bar => ({
    ticker: listed.ticker,
    window_start: digitsOf(Number(bar.time), listed.symbol),
    session_end_date: wallTimeAt(timeZone, Number(bar.time)).date,
    ...pick(bar, ['open', 'high', 'low', 'close', 'volume', 'dollar_volume']),
    transactions: bar.trades,
    ...(timespan === 'day' && Number(bar.end_time) <= request.nowMs ? { settlement_price: bar.close } : {}),
  }));
  return { status: 'OK', request_id: request.id, results, ...nextOf(request, page) };
}

function firstOf<Item>(items: Iterable<Item>): Item | undefined {
  const [first] = items;
  return first;
}

function* take<Item>(items: Iterable<Item>, count: number): Generator<Item> {
  let left = count;
  for (const item of items) {
    if (left-- <= 0) return;
    yield item;
  }
}
