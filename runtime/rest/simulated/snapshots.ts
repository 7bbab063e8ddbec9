/** The snapshots of `/v2`: day, minute, last trade and quote of stocks, pairs and coins. */

import type { HistoricBar } from '../../simulator/history.js';
import { round } from '../../simulator/world/grid.js';
import { dayBar, mapInSlices, previousDayBar } from './bars.js';
import type { Catalogue, Listed } from './catalogue.js';
import { type Document, notFound, Refused } from './documents.js';
import type { Row } from './listing.js';
import type { Request } from './request.js';
import { digitsOf, newest } from './ticks.js';

const minuteMs = 60_000;
const mostMovers = 20;
/** As the path calls them. */
const markets = ['stocks', 'forex', 'crypto'];

/** The newest state of an instrument. */
export interface State {
  readonly day: HistoricBar | undefined;
  readonly previous: HistoricBar | undefined;
  /** The last whole minute. */
  readonly minute: HistoricBar | undefined;
  /** Of the last price since the close of the day before. */
  readonly change: number | undefined;
  readonly changePercent: number | undefined;
}

export function stateOf(listed: Listed, nowMs: number): State {
  const day = dayBar(listed, nowMs, nowMs + 1);
  const previous = previousDayBar(listed, nowMs);
  const endMs = Math.floor(nowMs / minuteMs) * minuteMs;
  const [minute] = listed.place.history.bars(listed.symbol, minuteMs, endMs - minuteMs, endMs);
  const [close, before] = [day?.close, previous?.close].map(value => (value === undefined ? undefined : Number(value)));
  const change = close === undefined || before === undefined ? undefined : round(close - before, 6);
  const changePercent = change === undefined ? undefined : round((100 * change) / before!, 4);
  return { day, previous, minute, change, changePercent };
}

/** `/v2/snapshot/locale/{}/markets/{}/tickers` */
export async function all(request: Request, catalogue: Catalogue): Promise<Document> {
  const wanted = request
    .text('tickers')
    ?.split(',')
    .filter(ticker => ticker !== '');
  const listed = listedIn(request, catalogue).filter(({ ticker }) => wanted?.includes(ticker) ?? true);
  const tickers = await mapInSlices(request, listed, one => snapshotRow(one, request.nowMs));
  return { status: 'OK', request_id: request.id, count: tickers.length, tickers };
}

/** `/v2/snapshot/locale/{}/markets/{}/{gainers|losers}` */
export async function movers(request: Request, catalogue: Catalogue): Promise<Document> {
  const sign = request.slot(2) === 'losers' ? -1 : 1;
  const rows = await mapInSlices(request, listedIn(request, catalogue), one => snapshotRow(one, request.nowMs));
  const moved = rows.filter(({ todaysChangePerc }) => sign * Number(todaysChangePerc) > 0);
  moved.sort((one, other) => sign * (Number(other.todaysChangePerc) - Number(one.todaysChangePerc)));
  return { status: 'OK', request_id: request.id, tickers: moved.slice(0, mostMovers) };
}

/** `/v2/snapshot/locale/{}/markets/{}/tickers/{}` */
export function one(request: Request, catalogue: Catalogue): Document {
  const found = listedIn(request, catalogue).find(({ ticker }) => ticker === request.slot(2));
  if (!found) throw new Refused(404, { status: 'NotFound', request_id: request.id, message: 'Ticker not found.' });
  return { status: 'OK', request_id: request.id, ticker: snapshotRow(found, request.nowMs) };
}

function listedIn(request: Request, catalogue: Catalogue): Listed[] {
  const market = request.slot(1);
  if (!markets.includes(market)) throw notFound('Market not found.');
  return [...catalogue.of(market, request.nowMs).values()];
}

function snapshotRow(listed: Listed, nowMs: number): Row {
  const { day, previous, minute, change, changePercent } = stateOf(listed, nowMs);
  return {
    ticker: listed.ticker,
    todaysChange: change,
    todaysChangePerc: changePercent,
    updated: digitsOf(nowMs, listed.symbol),
    day: day && short(day),
    ...lastOf(listed, nowMs),
    min: minute && { ...short(minute), av: day?.volume, n: minute.trades, t: minute.time },
    prevDay: previous && short(previous),
  };
}

function short({ open: o, high: h, low: l, close: c, volume: v, vwap: vw }: HistoricBar) {
  return { o, h, l, c, v, vw };
}

function lastOf(listed: Listed, nowMs: number): Row {
  const { symbol, place } = listed;
  const trade = newest(listed, 'TRADE', nowMs);
  const quote = newest(listed, 'QUOTE', nowMs);
  const lastTrade = trade && {
    ...{ c: trade.conditions, i: trade.trade_id, p: trade.price, s: trade.size, x: trade.exchange_id },
    t: place.market.name === 'crypto' ? trade.time : digitsOf(trade.time, symbol),
  };
  if (place.market.name === 'crypto') return { lastTrade };
  const [ask, bid] = [quote?.['ask.price'], quote?.['bid.price']];
  if (place.market.name === 'forex')
    return { lastQuote: quote && { a: ask, b: bid, t: quote.time, x: quote.exchange_id } };
  const lastQuote = quote && {
    ...{ P: ask, S: quote['ask.size'], p: bid, s: quote['bid.size'], t: digitsOf(quote.time, symbol) },
  };
  return { lastQuote, lastTrade };
}
