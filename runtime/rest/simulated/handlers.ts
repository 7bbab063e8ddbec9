/** What answers each path of the API. */
import type { Operation } from '../../contract/operation.js';
import * as aggregates from './aggregates.js';
import type { Catalogue } from './catalogue.js';
import * as currencies from './currencies.js';
import type { Document } from './documents.js';
import * as economy from './economy.js';
import * as futures from './futures.js';
import * as madeUp from './made-up.js';
import * as marketStatus from './market-status.js';
import * as options from './options.js';
import * as reference from './reference.js';
import type { Request } from './request.js';
import * as snapshots from './snapshots.js';
import * as ticks from './ticks.js';
import * as universal from './universal.js';

export type Handler = (request: Request, catalogue: Catalogue) => Document | Promise<Document>;

/** By path, whatever its slots are called. */
const handlers: Readonly<Record<string, Handler>> = {
  '/v2/aggs/ticker/{}/range/{}/{}/{}/{}': aggregates.range,
  '/v2/aggs/ticker/{}/prev': aggregates.previous,
  '/v2/aggs/grouped/locale/us/market/stocks/{}': aggregates.grouped('stocks'),
  '/v2/aggs/grouped/locale/global/market/crypto/{}': aggregates.grouped('crypto'),
  '/v2/aggs/grouped/locale/global/market/fx/{}': aggregates.grouped('forex'),
  '/v1/open-close/{}/{}': aggregates.openClose,
  '/v1/open-close/crypto/{}/{}/{}': aggregates.cryptoOpenClose,
  '/futures/v1/aggs/{}': aggregates.futuresRange,
  '/v3/trades/{}': ticks.ticks('TRADE', ticks.tradeRow, ticks.byTicker),
  '/v3/quotes/{}': ticks.ticks('QUOTE', ticks.quoteRow, ticks.byTicker),
  '/futures/v1/trades/{}': ticks.ticks('TRADE', ticks.futureTradeRow, ticks.byFuture),
  '/futures/v1/quotes/{}': ticks.ticks('QUOTE', ticks.futureQuoteRow, ticks.byFuture),
  '/v2/last/trade/{}': ticks.lastTrade,
  '/v2/last/nbbo/{}': ticks.lastQuote,
  '/v1/last/crypto/{}/{}': currencies.lastCrypto,
  '/v1/last_quote/currencies/{}/{}': currencies.lastForex,
  '/v1/conversion/{}/{}': currencies.conversion,
  '/v2/snapshot/locale/global/markets/crypto/tickers/{}/book': currencies.book,
  '/v2/snapshot/locale/{}/markets/{}/tickers': snapshots.all,
  '/v2/snapshot/locale/{}/markets/{}/{}': snapshots.movers,
  '/v2/snapshot/locale/{}/markets/{}/tickers/{}': snapshots.one,
  '/v3/snapshot': universal.universal,
  '/v3/snapshot/indices': universal.indices,
  '/v3/snapshot/options/{}': options.chain,
  '/v3/snapshot/options/{}/{}': options.snapshot,
  '/v3/reference/options/contracts': options.contracts,
  '/v3/reference/options/contracts/{}': options.contract,
  '/v3/reference/tickers': reference.tickers,
  '/v3/reference/tickers/{}': reference.details,
  '/v3/reference/tickers/types': reference.types,
  '/vX/reference/tickers/{}/events': reference.events,
  '/v1/related-companies/{}': reference.related,
  '/v3/reference/exchanges': reference.exchanges,
  '/stocks/v1/exchanges': reference.exchangesOf('stocks'),
  '/options/v1/exchanges': reference.exchangesOf('options'),
  '/crypto/v1/exchanges': reference.exchangesOf('crypto'),
  '/forex/v1/exchanges': reference.exchangesOf('forex'),
  '/futures/v1/exchanges': reference.exchangesOf('futures'),
  '/v3/reference/conditions': reference.conditions,
  '/v1/marketstatus/now': marketStatus.now,
  '/v1/marketstatus/upcoming': marketStatus.upcoming,
  '/futures/v1/contracts': futures.contracts,
  '/futures/v1/products': futures.products,
  '/futures/v1/schedules': futures.schedules,
  '/futures/v1/market-status': futures.statuses,
  '/futures/v1/snapshot': futures.snapshots,
  '/v2/reference/news': madeUp.news,
  '/benzinga/v2/news': madeUp.otherNews,
  '/stocks/v1/dividends': madeUp.dividends,
  '/stocks/v1/splits': madeUp.splits,
  '/fed/v1/treasury-yields': economy.yields,
  '/fed/v1/inflation': economy.inflation,
  '/fed/v1/inflation-expectations': economy.expectations,
  '/fed/v1/labor-market': economy.labor,
};

const indicatorForm = /^\/v1\/indicators\/(\w+)\/\{\}$/;

export function findHandler({ path }: Operation): Handler {
  const form = formOf(path);
  const [, kind] = indicatorForm.exec(form) ?? [];
  if (kind !== undefined) {
    // Most never ask for one.
    return async (request, catalogue) => (await import('./indicators.js')).indicator(kind)(request, catalogue);
  }
  return handlers[form] ?? nothing;
}

/** Filings, ratings, fundamentals: a made-up row of a real company could be taken for true. */
function nothing({ id }: Request): Document {
  return { status: 'OK', request_id: id, results: [] };
}

const greeks =
  'Greeks, implied volatility and open interest follow from the contract alone: they are made up and do not explain its price.';
const company = 'What companies pay and report is made up, too: this follows from the ticker, not from the company.';
const office = 'These are not the figures of any office.';
const calendar = 'This is what the calendar says; the simulated feed never closes, and has bars of every day.';
const headlines = 'Nothing of this happened; only the prices are those of the simulated feed.';

/** What is to be known of an answer, beside that everything is made up. */
const notes: Readonly<Record<string, string>> = {
  '/v3/snapshot': greeks,
  '/v3/snapshot/options/{}': greeks,
  '/v3/snapshot/options/{}/{}': greeks,
  '/v1/marketstatus/now': calendar,
  '/v1/marketstatus/upcoming': calendar,
  '/futures/v1/schedules': calendar,
  '/futures/v1/market-status': calendar,
  '/v2/reference/news': headlines,
  '/benzinga/v2/news': headlines,
  '/stocks/v1/dividends': company,
  '/stocks/v1/splits': company,
  '/fed/v1/treasury-yields': office,
  '/fed/v1/inflation': office,
  '/fed/v1/inflation-expectations': office,
  '/fed/v1/labor-market': office,
  '/vX/reference/tickers/{}/events': 'Nothing was ever renamed in the simulated world.',
};
const none =
  'The simulated world has prices and contracts, but nothing of this kind: reports and opinions are not made up.';

export function notesOn({ path }: Operation): readonly string[] {
  const form = formOf(path);
  const note = notes[form] ?? (handlers[form] || indicatorForm.test(form) ? undefined : none);
  return note === undefined ? [] : [note];
}

/** A path, whatever its slots are called. */
function formOf(path: string): string {
  return path.replace(/\{[^{}]*\}/g, '{}');
}
