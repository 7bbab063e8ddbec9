/** Futures: contracts, products, schedules, statuses, snapshots. */

import { addDays, wallTimeAt } from '../../core/wall-time.js';
import { tradingTimeAt } from '../../market/hours.js';
import { ProductHours } from '../../market/product-hours.js';
import { endingOf, productOf } from '../../symbols/expiry.js';
import { daysBetween, pick } from './bars.js';
import type { Catalogue, Listed } from './catalogue.js';
import type { Document } from './documents.js';
import { futuresProduct } from './futures-products.js';
import { listed as list, type Row } from './listing.js';
import { timeframe } from './parts.js';
import { firstDate, type Request } from './request.js';
import { stateOf } from './snapshots.js';
import { digitsOf, newest } from './ticks.js';

/** No contract of the spec is listed for longer. */
const mostDays = 4_000;
const scheduleDays = 14;

function listedIn({ nowMs }: Request, catalogue: Catalogue): Listed[] {
  return [...catalogue.of('futures', nowMs).values()];
}

function codeOf({ place, symbol }: Listed): string {
  return productOf(place.market, symbol) ?? symbol;
}

function endOf({ place, symbol }: Listed, nowMs: number): string | undefined {
  return endingOf(place.market, symbol, nowMs, mostDays)?.lastDay;
}

/** `/futures/v1/contracts`: those that trade today. */
export function contracts(request: Request, catalogue: Catalogue): Document {
  const rows = listedIn(request, catalogue).map(one => contractRow(one, request.nowMs));
  return list(request, rows, { ignored: ['date'], sort: 'ticker.asc', limit: 100, isCounted: false });
}

function contractRow(one: Listed, nowMs: number): Row {
  const { market, timeZone } = one.place;
  const date = wallTimeAt(timeZone, nowMs).date;
  const end = endOf(one, nowMs);
  const product = futuresProduct(codeOf(one));
  const { tickSize } = market.simulation;
  return {
    active: true,
    date,
    days_to_maturity: end === undefined ? undefined : daysBetween(date, end),
    last_trade_date: end,
    min_order_quantity: 1,
    name: `${product.name} ${one.ticker}`,
    product_code: codeOf(one),
    settlement_date: end,
    settlement_tick_size: tickSize,
    ticker: one.ticker,
    trade_tick_size: tickSize,
    trading_venue: product.venue,
    type: 'single',
  };
}

/** The codes of the products that are listed. */
function productsIn(request: Request, catalogue: Catalogue): Map<string, Listed> {
  const found = new Map<string, Listed>();
  for (const one of listedIn(request, catalogue)) if (!found.has(codeOf(one))) found.set(codeOf(one), one);
  return found;
}

/** `/futures/v1/products` */
export function products(request: Request, catalogue: Catalogue): Document {
  const rows = [...productsIn(request, catalogue)].map(([code, { place }]) => {
    const { name, venue, assetClass, subClass, sector } = futuresProduct(code);
    const date = wallTimeAt(place.timeZone, request.nowMs).date;
    return {
      ...{ asset_class: assetClass, asset_sub_class: subClass, date, name, product_code: code, sector },
      ...{ settlement_currency_code: 'USD', trade_currency_code: 'USD', trading_venue: venue, type: 'single' },
    };
  });
  return list(request, rows, { ignored: ['date'], sort: 'product_code.asc', isCounted: false });
}

/** When a product trades, by the calendar. */
function hoursOf({ place, symbol }: Listed) {
  return new ProductHours(place.market, place.market.hours).of(symbol);
}

/** `/futures/v1/schedules`: a fortnight from today, or from the first date that is asked for. */
export function schedules(request: Request, catalogue: Catalogue): Document {
  const rows = [...productsIn(request, catalogue)].flatMap(([code, one]) => scheduleRows(request, code, one));
  return list(request, rows, { sort: 'product_code.asc', isCounted: false });
}

function scheduleRows(request: Request, code: string, one: Listed): Row[] {
  const { timeZone } = one.place;
  const today = wallTimeAt(timeZone, request.nowMs).date;
  const asked = (request.filters().get('session_end_date') ?? []).map(({ text }) => text.split(',')[0]!);
  const first = asked.toSorted()[0] ?? today;
  if (first < firstDate || first > addDays(today, mostDays)) return [];
  const last = addDays(first, scheduleDays);
  const { name, venue } = futuresProduct(code);
  const hours = hoursOf(one);
  const rows: Row[] = [];
  const base = { product_code: code, product_name: name, trading_venue: venue };
  for (let atMs = Date.parse(`${addDays(first, -1)}T00:00:00Z`); ; ) {
    const { opensMs, closesMs } = tradingTimeAt(hours, atMs).next;
    const session_end_date = wallTimeAt(timeZone, closesMs - 1).date;
    if (session_end_date > last || opensMs <= atMs) return rows;
    if (session_end_date >= first) {
      rows.push({ ...base, event: 'open', session_end_date, timestamp: new Date(opensMs).toISOString() });
      rows.push({ ...base, event: 'close', session_end_date, timestamp: new Date(closesMs).toISOString() });
    }
    atMs = opensMs;
  }
}

/** `/futures/v1/market-status`, by the calendar: the feed itself goes on. */
export function statuses(request: Request, catalogue: Catalogue): Document {
  const rows = [...productsIn(request, catalogue)].map(([code, one]) => {
    const { session, last, next } = tradingTimeAt(hoursOf(one), request.nowMs);
    const { name, venue } = futuresProduct(code);
    const sinceMs = session?.opensMs ?? last?.closesMs ?? request.nowMs;
    return {
      market_event: session ? 'open' : 'close',
      name,
      product_code: code,
      session_end_date: wallTimeAt(one.place.timeZone, (session ?? next).closesMs - 1).date,
      timestamp: new Date(sinceMs).toISOString(),
      trading_venue: venue,
    };
  });
  return list(request, rows, { sort: 'product_code.asc', limit: 99, isCounted: false });
}

/** `/futures/v1/snapshot` */
export function snapshots(request: Request, catalogue: Catalogue): Document {
  const rows = listedIn(request, catalogue).map(one => ({ one, details: detailsOf(one, request.nowMs) }));
  const fieldsOf = (row: Row): Row => row.details as Row;
  const page = list(request, rows, { fieldsOf, sort: 'ticker.asc', isCounted: false }) as {
    readonly results: typeof rows;
  };
  return { ...page, results: page.results.map(({ one, details }) => snapshotRow(one, details, request.nowMs)) };
}

function detailsOf(one: Listed, nowMs: number) {
  const end = endOf(one, nowMs);
  const settlement_date = end === undefined ? undefined : BigInt(Date.parse(end)) * 1_000_000n;
  return { product_code: codeOf(one), settlement_date, ticker: one.ticker };
}

function snapshotRow(one: Listed, details: Row, nowMs: number): Row {
  const { symbol } = one;
  const { day, previous, minute, change, changePercent } = stateOf(one, nowMs);
  const trade = newest(one, 'TRADE', nowMs);
  const quote = newest(one, 'QUOTE', nowMs);
  return {
    details,
    last_minute: minute && {
      ...pick(minute, ['open', 'high', 'low', 'close', 'volume']),
      last_updated: digitsOf(Number(minute.time), symbol),
      timeframe,
    },
    last_quote: quote && {
      ...{
        ask: quote['ask.price'],
        ask_size: quote['ask.size'],
        ask_timestamp: digitsOf(Number(quote['ask.time']), symbol),
      },
      ...{
        bid: quote['bid.price'],
        bid_size: quote['bid.size'],
        bid_timestamp: digitsOf(Number(quote['bid.time']), symbol),
      },
      last_updated: digitsOf(quote.time, symbol),
      timeframe,
    },
    last_trade: trade && {
      price: trade.price,
      size: trade.size,
      last_updated: digitsOf(trade.time, symbol),
      timeframe,
    },
    session: {
      ...{ change, change_percent: changePercent },
      ...(day ? pick(day, ['open', 'high', 'low', 'close', 'volume']) : {}),
      previous_settlement: previous?.close,
    },
  };
}
