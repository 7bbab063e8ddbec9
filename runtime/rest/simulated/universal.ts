/** The snapshots of `/v3`: any market, and indices. */
import { onlySessionAt } from '../../market/hours.js';
import { mapInSlices, pick } from './bars.js';
import type { Catalogue, Listed } from './catalogue.js';
import type { Document } from './documents.js';
import { listed as list, type Row } from './listing.js';
import { optionParts } from './options.js';
import { fairValueOf, quoteOf, timeframe, tradeOf } from './parts.js';
import type { Comparison, Request } from './request.js';
import { type State, stateOf } from './snapshots.js';
import { digitsOf, newest } from './ticks.js';

const markets = ['stocks', 'options', 'crypto', 'forex', 'indices'];

/** `/v3/snapshot` */
export async function universal(request: Request, catalogue: Catalogue): Promise<Document> {
  const type = request.text('type');
  const named = namedIn(request);
  const all = markets.flatMap(market => [...catalogue.of(market, request.nowMs).values()]);
  const found = all.filter(({ place }) => type === undefined || place.type === type);
  return list(request, await rowsOf(request, found, named, catalogue), {
    ignored: ['type'],
    sort: 'ticker.asc',
    isCounted: false,
  });
}

/** `/v3/snapshot/indices` */
export async function indices(request: Request, catalogue: Catalogue): Promise<Document> {
  const found = [...catalogue.of('indices', request.nowMs).values()];
  const rows = await rowsOf(request, found, namedIn(request), catalogue);
  return list(request, rows, { sort: 'ticker.asc', isCounted: false });
}

/** What is no ticker in any market is not repeated. */
const tickerForm = /^[A-Z\d][A-Za-z\d:.-]{0,30}$/;

/** The tickers that are asked for by name. */
function namedIn(request: Request): readonly string[] | undefined {
  const names = (request.filters().get('ticker') ?? []).filter(({ operator }: Comparison) =>
    ['equal', 'any_of'].includes(operator),
  );
  return names.length === 0 ? undefined : names.flatMap(({ text }) => text.split(','));
}

/** What is named and not found has a row that says so. Of the others only what a page shows is computed. */
function rowsOf(
  request: Request,
  found: readonly Listed[],
  named: readonly string[] | undefined,
  catalogue: Catalogue,
): Promise<Row[]> {
  const show = (one: Listed): Row => universalRow(one, request.nowMs, catalogue);
  if (named) {
    const byTicker = new Map(found.map(one => [one.ticker, one]));
    return mapInSlices(request, new Set(named), ticker => {
      const one = byTicker.get(ticker);
      if (one) return show(one);
      return { ...(tickerForm.test(ticker) ? { ticker } : {}), error: 'NOT_FOUND', message: 'Ticker not found.' };
    });
  }
  const sorted = [...found].sort((one, other) => (one.ticker < other.ticker ? -1 : 1));
  if (request.text('order') === 'desc') sorted.reverse();
  const [from = 0] = request.cursor ?? [];
  const isFiltered = request.filters().has('ticker');
  return mapInSlices(request, sorted.entries(), ([index, one]) => {
    const isOnPage = isFiltered || (index >= from && index < from + request.limit(100));
    return isOnPage ? show(one) : { ticker: one.ticker };
  });
}

function universalRow(one: Listed, nowMs: number, catalogue: Catalogue): Row {
  const { ticker, name, place, symbol } = one;
  const market = place.market.name;
  const state = stateOf(one, nowMs);
  const base = { ticker, name, type: place.type, market_status: statusOf(one, nowMs) };
  if (market === 'indices') {
    const value = newest(one, 'INDEX_VALUE', nowMs);
    return {
      ...base,
      value: value?.value,
      last_updated: value && digitsOf(value.time, symbol),
      timeframe,
      session: sessionOf(one, state),
    };
  }
  const parts = market === 'options' ? optionParts(one, nowMs, catalogue) : {};
  return {
    ...base,
    ...parts,
    ...minuteOf(one, state),
    ...quoteOf(one, nowMs),
    ...tradeOf(one, nowMs),
    session: sessionOf(one, state),
    ...(market === 'stocks' ? fairValueOf(one, nowMs) : {}),
  };
}

function minuteOf(one: Listed, { minute }: State): Row {
  if (!minute || one.place.market.name === 'options') return {};
  return {
    last_minute: { ...pick(minute, ['open', 'high', 'low', 'close', 'volume', 'vwap']), transactions: minute.trades },
  };
}

/** Today so far, and what it comes to since yesterday. */
function sessionOf(one: Listed, { day, previous, change, changePercent }: State): Row {
  const isIndex = one.place.market.name === 'indices';
  return {
    change,
    change_percent: changePercent,
    ...(day ? pick(day, ['open', 'high', 'low', 'close']) : {}),
    ...(isIndex ? {} : { price: day?.close, volume: day?.volume }),
    previous_close: previous?.close,
  };
}

/** By the calendar, although the feed goes on. */
function statusOf({ place }: Listed, nowMs: number): string {
  const session = onlySessionAt(place.market.hours, nowMs);
  if (session === 'pre-market') return 'early_trading';
  if (session === 'after hours') return 'late_trading';
  return session === undefined ? 'closed' : 'open';
}
