/** News, dividends and splits: few, deterministic, and each says that it is made up. */
import { addDays, wallTimeAt } from '../../core/wall-time.js';
import { seedOf } from '../../simulator/random.js';
import { round } from '../../simulator/world/grid.js';
import { hash } from '../../simulator/world/hash.js';
import { dayBar } from './bars.js';
import type { Catalogue, Listed } from './catalogue.js';
import { type Document, requestId } from './documents.js';
import { listed as list, type Row } from './listing.js';
import { stockNamed } from './names.js';
import type { Request } from './request.js';

const zone = 'America/New_York';
const newsDays = 30;
const story = 'Made up for the simulated feed; nothing of this happened.';
/** Where nothing is served: a name that no host can have. */
const site = 'https://simulated.invalid';

/** A story of an instrument and a day. */
interface Story {
  readonly id: string;
  readonly title: string;
  readonly tickers: readonly string[];
  readonly published: string;
}

/** One in three days, the newest last: what the day of an instrument came to. */
function storiesOf(one: Listed, nowMs: number): Story[] {
  const today = wallTimeAt(zone, nowMs).date;
  const days = Array.from({ length: newsDays }, (_, ago) => addDays(today, ago - newsDays));
  return days.flatMap(date => {
    const id = requestId(`news ${one.ticker} ${date}`);
    if (hash(seedOf(id), 0) % 3 !== 0) return [];
    const bar = dayBar(one, Date.parse(`${date}T17:00:00Z`), nowMs + 1);
    if (!bar) return [];
    const percent = round((100 * (Number(bar.close) - Number(bar.open))) / Number(bar.open), 2);
    const moved = percent < 0 ? `falls ${-percent}` : `rises ${percent}`;
    const title = `[Simulated] ${one.ticker} ${moved} per cent on a made-up day`;
    return [{ id, title, tickers: [one.ticker], published: `${addDays(date, 1)}T01:00:00Z` }];
  });
}

function allStories(request: Request, catalogue: Catalogue, field: string): Story[] {
  const named = (request.filters().get(field) ?? []).filter(({ operator }) => /equal|any_of|all_of/.test(operator));
  const wanted = named.flatMap(({ text }) => text.split(','));
  const stocks = [...catalogue.of('stocks', request.nowMs).values()];
  const others = wanted.flatMap(ticker => catalogue.find(ticker, request.nowMs) ?? []);
  return [...new Set(wanted.length > 0 ? others : stocks)].flatMap(one => storiesOf(one, request.nowMs));
}

/** `/v2/reference/news` */
export function news(request: Request, catalogue: Catalogue): Document {
  const rows = allStories(request, catalogue, 'ticker').map(({ id, title, tickers, published }) => ({
    ...{ id, title, author: 'The simulator', description: story, tickers },
    article_url: `${site}/news/${id}`,
    keywords: ['simulated'],
    published_utc: published,
    publisher: { name: 'Simulated feed', homepage_url: site },
  }));
  return list(request, rows, { sort: 'published_utc.desc', limit: 10 });
}

/** `/benzinga/v2/news` */
export function otherNews(request: Request, catalogue: Catalogue): Document {
  const field = request.filters().has('stocks') ? 'stocks' : 'tickers';
  const rows = allStories(request, catalogue, field).map(({ id, title, tickers, published }) => ({
    ...{ author: 'The simulator', benzinga_id: seedOf(id), body: story, teaser: story, title, tickers },
    ...{ channels: ['simulated'], tags: ['simulated'], published, last_updated: published, url: `${site}/news/${id}` },
  }));
  return list(request, rows, { ignored: ['stocks'], sort: 'published.desc', isCounted: false });
}

const quarters = ['02-10', '05-11', '08-10', '11-09'];
const dividendYears = 2;

/** Of a stock that pays, by its ticker: those that were declared in two years. */
function dividendsOf({ ticker, symbol, place }: Listed, nowMs: number): Row[] {
  const seed = seedOf(`dividend ${ticker}`);
  if (stockNamed(symbol).kind !== 'CS' || seed % 2 === 0) return [];
  const price = place.market.simulation.instruments.find(one => one.symbol === symbol)?.price ?? 0;
  const amount = round(price * 0.002 * (1 + (seed % 5)), 2);
  const year = Number(wallTimeAt(zone, nowMs).date.slice(0, 4));
  const years = Array.from({ length: dividendYears + 1 }, (_, ago) => year - dividendYears + ago);
  const today = wallTimeAt(zone, nowMs).date;
  return years
    .flatMap(one => quarters.map(day => dividendRow(ticker, `${one}-${day}`, amount)))
    .filter(({ declaration_date }) => declaration_date <= today);
}

function dividendRow(ticker: string, date: string, amount: number) {
  return {
    ...{ id: `simulated-${requestId(`${ticker} ${date}`).slice(0, 16)}`, ticker, cash_amount: amount, currency: 'USD' },
    ...{ declaration_date: addDays(date, -14), ex_dividend_date: date, record_date: date, pay_date: addDays(date, 4) },
    ...{
      distribution_type: 'recurring',
      frequency: 4,
      historical_adjustment_factor: 1,
      split_adjusted_cash_amount: amount,
    },
  };
}

/** `/stocks/v1/dividends` */
export function dividends(request: Request, catalogue: Catalogue): Document {
  const stocks = [...catalogue.of('stocks', request.nowMs).values()];
  const rows = stocks.flatMap(one => dividendsOf(one, request.nowMs));
  return list(request, rows, { sort: 'ex_dividend_date.desc', isCounted: false });
}

const splitYear = 2000;

/** `/stocks/v1/splits`: one in five stocks split once, before the first bar, so that none has to be adjusted. */
export function splits(request: Request, catalogue: Catalogue): Document {
  const stocks = [...catalogue.of('stocks', request.nowMs).values()];
  const rows = stocks.flatMap(({ ticker }) => {
    const seed = seedOf(`split ${ticker}`);
    if (seed % 5 !== 0) return [];
    const execution_date = `${splitYear}-06-${String(1 + (seed % 28)).padStart(2, '0')}`;
    return {
      ...{
        id: `simulated-${requestId(ticker).slice(0, 16)}`,
        ticker,
        execution_date,
        adjustment_type: 'forward_split',
      },
      ...{ split_from: 1, split_to: 2, historical_adjustment_factor: 0.5 },
    };
  });
  return list(request, rows, { sort: 'execution_date.desc', isCounted: false });
}
