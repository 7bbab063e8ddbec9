/** Answers about pairs of currencies and coins: last prices, conversion, the book. */
import type { HistoricTick } from '../../simulator/history.js';
import { seedOf } from '../../simulator/random.js';
import { round } from '../../simulator/world/grid.js';
import { hash, uniform } from '../../simulator/world/hash.js';
import type { Catalogue, Listed } from './catalogue.js';
import { type Document, notFound } from './documents.js';
import type { Request } from './request.js';
import { newest } from './ticks.js';

/** `/v1/last/crypto/{}/{}` */
export function lastCrypto(request: Request, catalogue: Catalogue): Document {
  const listed = catalogue.find(`X:${request.slot(0)}${request.slot(1)}`.toUpperCase(), request.nowMs);
  const trade = listed && newest(listed, 'TRADE', request.nowMs);
  if (!listed || !trade) throw notFound('Ticker not found.');
  const { conditions, exchange_id: exchange, price, size, time: timestamp } = trade;
  const last = { conditions, exchange, price, size, timestamp };
  return { last, request_id: request.id, status: 'success', symbol: listed.symbol };
}

/** `/v1/last_quote/currencies/{}/{}` */
export function lastForex(request: Request, catalogue: Catalogue): Document {
  const [from, to] = pairOf(request);
  const quote = directQuote(request, catalogue, from, to);
  if (!quote) throw notFound('Ticker not found.');
  return { last: quote, request_id: request.id, status: 'success', symbol: `${from}/${to}` };
}

/** A rate of exchange, and when it was quoted, Unix ms. */
interface Quote {
  readonly ask: number;
  readonly bid: number;
  readonly exchange: number;
  readonly timestamp: number;
}

/** `/v1/conversion/{}/{}`: one gets the bid, of the pair itself, the other way around, or by way of the dollar. */
export function conversion(request: Request, catalogue: Catalogue): Document {
  const [from, to] = pairOf(request);
  const quote = rate(request, catalogue, from, to);
  if (!quote) throw notFound('Ticker not found.');
  const initialAmount = request.number('amount') ?? 1;
  const converted = round(initialAmount * quote.bid, request.number('precision') ?? 2);
  return {
    converted,
    from,
    initialAmount,
    last: quote,
    request_id: request.id,
    status: 'success',
    symbol: `${from}/${to}`,
    to,
  };
}

function pairOf(request: Request): [from: string, to: string] {
  return [request.slot(0).toUpperCase(), request.slot(1).toUpperCase()];
}

function directQuote({ nowMs }: Request, catalogue: Catalogue, from: string, to: string): Quote | undefined {
  const listed = catalogue.find(`C:${from}${to}`, nowMs);
  const tick = listed && newest(listed, 'QUOTE', nowMs);
  return tick && quoteOf(tick);
}

function quoteOf(tick: HistoricTick): Quote {
  const [ask, bid, exchange] = [tick['ask.price'], tick['bid.price'], tick.exchange_id].map(Number);
  return { ask: ask!, bid: bid!, exchange: exchange!, timestamp: tick.time };
}

const decimals = 6;

function rate(request: Request, catalogue: Catalogue, from: string, to: string): Quote | undefined {
  const direct = (one: string, other: string): Quote | undefined => {
    const quote = directQuote(request, catalogue, one, other);
    if (quote) return quote;
    const inverse = directQuote(request, catalogue, other, one);
    return inverse && { ...inverse, ask: round(1 / inverse.bid, decimals), bid: round(1 / inverse.ask, decimals) };
  };
  const own = direct(from, to);
  if (own) return own;
  const [first, second] = [direct(from, 'USD'), direct('USD', to)];
  if (!first || !second) return undefined;
  const [ask, bid] = [round(first.ask * second.ask, decimals), round(first.bid * second.bid, decimals)];
  return { ...first, ask, bid, timestamp: Math.min(first.timestamp, second.timestamp) };
}

const levels = 10;

/** `/v2/snapshot/locale/global/markets/crypto/tickers/{}/book`: levels around the newest quote. */
export function book(request: Request, catalogue: Catalogue): Document {
  const listed = catalogue.find(request.slot(0), request.nowMs);
  const tick = listed && newest(listed, 'QUOTE', request.nowMs);
  if (!listed || !tick || listed.place.market.name !== 'crypto') throw notFound('Ticker not found.');
  const quote = quoteOf(tick);
  const bids = sideOf(listed, quote.bid, -1, tick);
  const asks = sideOf(listed, quote.ask, 1, tick);
  const spread = round(quote.ask - quote.bid, 8);
  const data = {
    ticker: listed.ticker,
    bids,
    asks,
    bidCount: total(bids),
    askCount: total(asks),
    spread,
    updated: tick.time,
  };
  return { status: 'OK', request_id: request.id, data };
}

interface Level {
  readonly p: number;
  /** Sizes by exchange. */
  readonly x: Readonly<Record<string, number>>;
}

function sideOf({ place, symbol }: Listed, best: number, sign: 1 | -1, tick: HistoricTick): Level[] {
  const { tickSize } = place.market.simulation;
  const seed = seedOf(`${symbol} ${tick.time} ${sign}`);
  const first = Number(sign === 1 ? tick['ask.size'] : tick['bid.size']);
  return Array.from({ length: levels }, (_, level) => {
    const size = level === 0 ? first : round(first * (0.5 + 2 * uniform(hash(seed, level))), 8);
    return { p: round(best + sign * level * tickSize, 8), x: { [String(tick.exchange_id)]: size } };
  }).filter(({ p }) => p > 0);
}

function total(side: readonly Level[]): number {
  return round(
    side.reduce((sum, { x }) => sum + Object.values(x).reduce((one, size) => one + size, 0), 0),
    8,
  );
}
