/** Reference: tickers, their details and kinds, exchanges, conditions. */
import type { NamedCode, TradeCode, Update } from '../../contract/codes.js';
import { wallTimeAt } from '../../core/wall-time.js';
import type { Catalogue, Listed } from './catalogue.js';
import { type Document, notFound } from './documents.js';
import { futuresVenues } from './futures-products.js';
import { listed as list, type Row } from './listing.js';
import { currencyNamed, stockNamed } from './names.js';
import type { Request } from './request.js';

/** As tickers are listed; contracts are listed apart. */
const markets = ['stocks', 'crypto', 'forex', 'indices'];
const usualTickers = 100;

/** `/v3/reference/tickers` */
export function tickers(request: Request, catalogue: Catalogue): Document {
  const all = markets.flatMap(market => [...catalogue.of(market, request.nowMs).values()]);
  const sought = request.text('search')?.toLowerCase();
  const found = all.filter(
    ({ ticker, name }) => sought === undefined || `${ticker} ${name}`.toLowerCase().includes(sought),
  );
  const exchange = request.text('exchange');
  const rows = found
    .map(one => tickerRow(one, request.nowMs))
    .filter(({ primary_exchange }) => exchange === undefined || primary_exchange === exchange);
  return list(request, rows, { ignored: ['search', 'date', 'exchange'], sort: 'ticker.asc', limit: usualTickers });
}

function tickerRow({ ticker, symbol, name, place }: Listed, nowMs: number): Row {
  const market = place.market.name;
  const base = { ticker, name, market: place.type, active: true };
  const last_updated_utc = `${wallTimeAt('UTC', nowMs).date}T00:00:00Z`;
  if (market === 'stocks') {
    const { exchange, kind } = stockNamed(symbol);
    return { ...base, locale: 'us', primary_exchange: exchange, type: kind, currency_name: 'usd', last_updated_utc };
  }
  if (market === 'indices') return { ...base, locale: 'us', type: 'INDEX', last_updated_utc };
  const [from = '', to = ''] = symbol.split(/[-/]/);
  return {
    ...base,
    locale: 'global',
    currency_symbol: to,
    base_currency_symbol: from,
    currency_name: currencyNamed(to),
    base_currency_name: currencyNamed(from),
    last_updated_utc,
  };
}

const roundLot = 100;

/** `/v3/reference/tickers/{}` */
export function details(request: Request, catalogue: Catalogue): Document {
  const found = catalogue.find(request.slot(0), request.nowMs);
  if (!found || !markets.includes(found.place.market.name)) throw notFound('Ticker not found.');
  const isStock = found.place.market.name === 'stocks';
  const { last_updated_utc: _, ...row } = tickerRow(found, request.nowMs);
  const results = {
    ...row,
    description: 'An instrument of the simulated world: its prices are made up, and nothing is said of the company.',
    ...(isStock
      ? { round_lot: roundLot, ticker_root: found.ticker.split('.')[0], ticker_suffix: found.ticker.split('.')[1] }
      : {}),
  };
  return { status: 'OK', request_id: request.id, results };
}

/** `/v1/related-companies/{}`: others of the same exchange. */
export function related(request: Request, catalogue: Catalogue): Document {
  const ticker = request.slot(0);
  const stocks = [...catalogue.of('stocks', request.nowMs).values()];
  const own = stocks.find(one => one.ticker === ticker);
  if (!own) throw notFound('Ticker not found.');
  const like = stocks.filter(one => one !== own && stockNamed(one.symbol).exchange === stockNamed(own.symbol).exchange);
  const results = like.slice(0, 10).map(one => ({ ticker: one.ticker }));
  return { status: 'OK', request_id: request.id, ticker, results };
}

/** `/vX/reference/tickers/{}/events`: nothing was ever renamed. */
export function events(request: Request, catalogue: Catalogue): Document {
  const found = catalogue.of('stocks', request.nowMs).get(request.slot(0));
  if (!found) throw notFound('Ticker not found.');
  const results = { name: found.name, events: [] };
  return { status: 'OK', request_id: request.id, results };
}

const kinds: Readonly<Record<string, string>> = {
  CS: 'Common Stock',
  PFD: 'Preferred Stock',
  WARRANT: 'Warrant',
  RIGHT: 'Rights',
  BOND: 'Corporate Bond',
  ETF: 'Exchange Traded Fund',
  ETN: 'Exchange Traded Note',
  SP: 'Structured Product',
  ADRC: 'American Depository Receipt Common',
  ADRP: 'American Depository Receipt Preferred',
  ADRW: 'American Depository Receipt Warrants',
  ADRR: 'American Depository Receipt Rights',
  FUND: 'Fund',
  BASKET: 'Basket',
  UNIT: 'Unit',
  LT: 'Liquidating Trust',
  OS: 'Ordinary Shares',
  GDR: 'Global Depository Receipts',
  OTHER: 'Other Security Type',
  NYRS: 'New York Registry Shares',
  AGEN: 'Agency Bond',
  EQLK: 'Equity Linked Bond',
};

/** `/v3/reference/tickers/types` */
export function types(request: Request): Document {
  const rows = [
    ...Object.entries(kinds).map(([code, description]) => ({ code, description, asset_class: 'stocks', locale: 'us' })),
    { code: 'INDEX', description: 'Index', asset_class: 'indices', locale: 'us' },
  ];
  return list(request, rows);
}

/** `/v3/reference/exchanges` */
export function exchanges(request: Request, catalogue: Catalogue): Document {
  const rows = ['stocks', 'options', 'crypto', 'forex', 'futures'].flatMap(market => exchangeRows(catalogue, market));
  return list(request, rows, { limit: rows.length });
}

/** `/{stocks|options|crypto|forex|futures}/v1/exchanges`, where codes are texts. */
export function exchangesOf(market: string) {
  return (request: Request, catalogue: Catalogue): Document => {
    const rows = exchangeRows(catalogue, market).map(({ asset_class: _, ...row }) => ({ ...row, id: String(row.id) }));
    const isGlobal = market === 'crypto' || market === 'forex';
    return list(request, isGlobal ? rows.map(({ locale: _, ...row }) => row) : rows);
  };
}

interface ExchangeRow extends Row {
  readonly id: number;
  readonly asset_class: string;
  readonly locale: string;
}

function exchangeRows(catalogue: Catalogue, market: string): ExchangeRow[] {
  const place = catalogue.place(market);
  if (!place) return [];
  const { assetClass } = place;
  if (market === 'futures')
    return futuresVenues.map(venue => ({ ...venue, asset_class: assetClass, locale: 'us', type: 'exchange' }));
  const locale = market === 'stocks' || market === 'options' ? 'us' : 'global';
  const codes = place.market.codes?.exchanges ?? [];
  return codes.map(({ code, name }) => ({ id: code, name, asset_class: assetClass, locale, type: 'exchange' }));
}

/** `/v3/reference/conditions`: the codes that the feed's messages carry. */
export function conditions(request: Request, catalogue: Catalogue): Document {
  const rows = ['stocks', 'options', 'crypto'].flatMap(market => {
    const { codes } = catalogue.place(market)?.market ?? {};
    const asset_class = market;
    const tradeRows = (codes?.trades ?? []).map(code => tradeCondition(asset_class, code));
    const quoteRows = (codes?.quotes ?? []).map(code => quoteCondition(asset_class, code));
    return [...tradeRows, ...quoteRows];
  });
  const type = request.text('data_type');
  const kept = rows.filter(({ data_types }) => type === undefined || data_types.includes(type));
  return list(request, kept, { ignored: ['data_type', 'sip'] });
}

function tradeCondition(asset_class: string, { code, name, updates }: TradeCode) {
  const rules = updates && rulesOf(updates);
  return {
    ...{ id: code, name, asset_class, data_types: ['trade'], type: 'sale_condition', legacy: false },
    ...(rules ? { update_rules: { consolidated: rules, market_center: rules } } : {}),
  };
}

function rulesOf(updates: readonly Update[]) {
  return {
    updates_high_low: updates.includes('high_low'),
    updates_open_close: updates.includes('last'),
    updates_volume: updates.includes('volume'),
  };
}

function quoteCondition(asset_class: string, { code, name }: NamedCode) {
  return { id: code, name, asset_class, data_types: ['bbo', 'nbbo'], type: 'quote_condition', legacy: false };
}
