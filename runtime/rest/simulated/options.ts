/** Contracts of options: what their symbols say, the chain, and what is made up of them. */
import { wallTimeAt } from '../../core/wall-time.js';
import { seedOf } from '../../simulator/random.js';
import { round } from '../../simulator/world/grid.js';
import { hash, uniform } from '../../simulator/world/hash.js';
import { dayBar, daysBetween, pick, previousDayBar } from './bars.js';
import { type Catalogue, type Listed, marketOf } from './catalogue.js';
import { type Document, notFound, Refused } from './documents.js';
import { listed as list, type Row } from './listing.js';
import { fairValueOf, quoteOf, timeframe, tradeOf } from './parts.js';
import type { Request } from './request.js';
import { digitsOf, newest } from './ticks.js';

const form = /^O:([A-Z]+)\d?(\d\d)(\d\d)(\d\d)([CP])(\d{8})$/;
const sharesPerContract = 100;

interface Contract {
  readonly underlying: string;
  /** `2028-12-15` */
  readonly expiration: string;
  readonly type: 'call' | 'put';
  readonly strike: number;
}

function contractOf(ticker: string): Contract | undefined {
  const [, underlying, year, month, day, side, strike] = form.exec(ticker) ?? [];
  if (underlying === undefined) return undefined;
  const type = side === 'C' ? 'call' : 'put';
  return { underlying, expiration: `20${year}-${month}-${day}`, type, strike: Number(strike) / 1_000 };
}

/** `/v3/reference/options/contracts`: those that trade, as nothing is remembered of others. */
export function contracts(request: Request, catalogue: Catalogue): Document {
  const isExpired = request.text('expired') === 'true';
  const rows = isExpired ? [] : listedOn(request, catalogue).map(referenceRow);
  return list(request, rows, { ignored: ['expired', 'as_of'], sort: 'ticker.asc', limit: 100, isCounted: false });
}

/** `/v3/reference/options/contracts/{}` */
export function contract(request: Request, catalogue: Catalogue): Document {
  const found = listedOn(request, catalogue).find(({ ticker }) => ticker === request.slot(0));
  if (!found) throw notFound('The requested resource was not found.');
  return { status: 'OK', request_id: request.id, results: referenceRow(found) };
}

function listedOn(request: Request, catalogue: Catalogue): Listed[] {
  return [...catalogue.of('options', request.nowMs).values()];
}

function referenceRow({ ticker }: Listed): Row {
  const { underlying, expiration, type, strike } = contractOf(ticker)!;
  return {
    cfi: type === 'call' ? 'OCASPS' : 'OPASPS',
    contract_type: type,
    exercise_style: 'american',
    expiration_date: expiration,
    primary_exchange: 'BATO',
    shares_per_contract: sharesPerContract,
    strike_price: strike,
    ticker,
    underlying_ticker: underlying,
  };
}

/** `/v3/snapshot/options/{}` */
export function chain(request: Request, catalogue: Catalogue): Document {
  const underlying = request.slot(0);
  const found = listedOn(request, catalogue).filter(
    ({ ticker }) => contractOf(ticker)?.underlying === plain(underlying),
  );
  const rows = found.map(one => chainRow(one, request.nowMs, catalogue));
  const fieldsOf = (row: Row): Row => row.details as Row;
  return list(request, rows, { fieldsOf, sort: 'ticker.asc', limit: 250, isCounted: false });
}

/** `/v3/snapshot/options/{}/{}` */
export function snapshot(request: Request, catalogue: Catalogue): Document {
  const [underlying = '', ticker = ''] = request.slots;
  const found = catalogue.of('options', request.nowMs).get(ticker);
  if (!found || contractOf(ticker)?.underlying !== plain(underlying)) {
    throw new Refused(404, { status: 'NOT_FOUND', request_id: request.id, message: 'Options contract not found.' });
  }
  const results = chainRow(found, request.nowMs, catalogue);
  return { status: 'OK', request_id: request.id, results };
}

/** An index stands without its prefix in the symbols of options. */
function plain(underlying: string): string {
  return underlying.replace(/^I:/, '');
}

function chainRow(one: Listed, nowMs: number, catalogue: Catalogue): Row {
  const day = dayBar(one, nowMs, nowMs + 1);
  const previous = previousDayBar(one, nowMs);
  const change = day && previous ? round(Number(day.close) - Number(previous.close), 4) : undefined;
  return {
    ...optionParts(one, nowMs, catalogue),
    day: day && {
      change,
      change_percent: change === undefined ? undefined : round((100 * change) / Number(previous!.close), 4),
      ...pick(day, ['open', 'high', 'low', 'close', 'volume', 'vwap']),
      last_updated: digitsOf(Number(day.time), one.symbol),
      previous_close: previous?.close,
    },
    ...quoteOf(one, nowMs),
    ...tradeOf(one, nowMs),
    ...fairValueOf(one, nowMs),
  };
}

/** What a snapshot says of a contract beside its prices. */
export function optionParts(one: Listed, nowMs: number, catalogue: Catalogue): Row {
  const { underlying, expiration, type, strike } = contractOf(one.ticker)!;
  const { timeZone } = one.place;
  const days = Math.max(1, daysBetween(wallTimeAt(timeZone, nowMs).date, expiration));
  const base = priceOf(underlying, nowMs, catalogue);
  const premium = Number(dayBar(one, nowMs, nowMs + 1)?.close ?? Number.NaN);
  const breakEven = Number.isNaN(premium) ? undefined : round(type === 'call' ? strike + premium : strike - premium, 4);
  const seed = seedOf(one.ticker);
  const volatility = round(0.15 + 0.4 * uniform(hash(seed, 1)), 4);
  return {
    break_even_price: breakEven,
    details: {
      contract_type: type,
      exercise_style: 'american',
      expiration_date: expiration,
      shares_per_contract: sharesPerContract,
      strike_price: strike,
      ticker: one.ticker,
    },
    ...(base ? { greeks: greeksOf({ price: base.price, strike, days, volatility, type }) } : {}),
    implied_volatility: volatility,
    open_interest: 100 + (hash(seed, 2) % 20_000),
    ...(base
      ? {
          underlying_asset: {
            change_to_break_even: breakEven === undefined ? undefined : round(breakEven - base.price, 4),
            last_updated: digitsOf(base.atMs, underlying),
            price: base.price,
            ticker: underlying,
            timeframe,
          },
        }
      : {}),
  };
}

function priceOf(ticker: string, nowMs: number, catalogue: Catalogue): { price: number; atMs: number } | undefined {
  const found = catalogue.of(marketOf(ticker), nowMs).get(ticker);
  const day = found && dayBar(found, nowMs, nowMs + 1);
  const last = found && newest(found, found.place.market.name === 'indices' ? 'INDEX_VALUE' : 'TRADE', nowMs);
  return day && last ? { price: Number(day.close), atMs: last.time } : undefined;
}

interface Greeks {
  readonly price: number;
  readonly strike: number;
  readonly days: number;
  readonly volatility: number;
  readonly type: 'call' | 'put';
}

/** As an option of that volatility would have about, by arithmetic that every machine does alike. */
function greeksOf({ price, strike, days, volatility, type }: Greeks) {
  const root = Math.sqrt(days / 365);
  const spread = volatility * root;
  const apart = (price - strike) / (strike * spread) + spread / 2;
  // In the shape of a normal distribution: a half at the money, and none far away.
  const bell = 1 / (1 + apart * apart);
  const call = 0.5 + (0.5 * apart) / Math.sqrt(1 + apart * apart);
  return {
    delta: round(type === 'call' ? call : call - 1, 4),
    gamma: round((0.4 * bell) / (price * spread), 6),
    theta: round((-0.2 * price * volatility * bell) / (root * 365), 4),
    vega: round(0.004 * price * root * bell, 4),
  };
}
