/** Joins the rows of a summary with what the REST API has of their days. */
import type { Row } from '../../../generated/types.js';
import type { Market } from '../../contract/market.js';
import { subtract } from '../../core/decimal.js';
import { percentChange } from '../../market/ratios.js';
import type { RestClient } from '../../rest/client.js';
import { operationIn } from '../../rest/operations.js';
import type { RestTarget } from '../../stream/rest-keys.js';
import type { HubView, StreamView } from '../../stream/view.js';
import { DailyCache, type Found } from './cache.js';
import type { DailyValues } from './values.js';

/** Keys of a row that may come by REST. */
export const dailyKeys: readonly string[] = [
  'prev_close',
  'change',
  'change_pct',
  'day_open',
  'day_high',
  'day_low',
  'day_volume',
  'day_vwap',
];

type Source = NonNullable<Row['sources']>[string];

/** What is joined to the rows of a stream. */
export interface Days extends Found {
  readonly source: Source;
}

const none: Days = { of: new Map(), notes: [], source: 'rest' };

/**
 * What the REST API of the stream's own world has of symbols.
 *
 * @param fields keys that the caller asks for; absent: all
 */
export async function daysOf(
  hub: HubView,
  stream: StreamView,
  symbols: readonly string[],
  fields: readonly string[] | undefined,
  abort?: AbortSignal,
): Promise<Days> {
  const { market, target } = stream;
  const waitMs = hub.settings.options.restJoinMs;
  const isWanted = fields?.some(name => dailyKeys.includes(name)) ?? true;
  if (!market.rest || !target || !isWanted || waitMs === 0 || symbols.length === 0) return none;
  const beside = await hub.restBeside(target);
  if (!beside.api) return fields ? { ...none, notes: [whyNone(beside)] } : none;
  const cache = await cacheOf(hub, market, beside.api);
  if (!cache) return none;
  const found = await cache.find(symbols, { client: hub.process, waitMs, abort });
  return { ...found, source: beside.endpoint === 'simulated' ? 'simulated' : 'rest' };
}

function whyNone({ endpoint }: RestTarget): string {
  return endpoint === 'replay'
    ? 'A recording has no previous closes, and nothing of today is mixed with it.'
    : 'No previous closes: the feed is at an address of its own, and POLYGON_REST_URL does not say where its REST API is.';
}

/** Of each client of the API, and so of each key, its own. */
const caches = new WeakMap<RestClient, Map<string, DailyCache>>();

async function cacheOf(hub: HubView, market: Market, api: RestClient): Promise<DailyCache | undefined> {
  const own = caches.get(api) ?? new Map<string, DailyCache>();
  caches.set(api, own);
  const known = own.get(market.name);
  if (known || !market.rest) return known;
  const operation = await operationIn(hub.suite.rest, market.rest.daily.operation);
  if (!operation) return undefined;
  const cache = own.get(market.name) ?? new DailyCache(market, market.rest, operation, api, hub.clock);
  own.set(market.name, cache);
  return cache;
}

/**
 * A row with what the stream itself does not say.
 *
 * @param newest price to compare with the previous close
 */
export function joined(row: Row, newest: unknown, found: DailyValues, source: Source): Row {
  const { prevClose, day } = found;
  const { open: day_open, high: day_high, low: day_low, volume: day_volume, vwap: day_vwap } = day;
  const rest = { prev_close: prevClose, day_open, day_high, day_low, day_volume, day_vwap };
  const added = Object.entries(rest).filter(([name, value]) => value !== undefined && !Object.hasOwn(row, name));
  if (added.length === 0) return row;
  return {
    ...row,
    ...Object.fromEntries(added),
    ...changeOf(prevClose, newest),
    sources: Object.fromEntries(added.map(([name]) => [name, source])),
  };
}

function changeOf(prevClose: number | undefined, newest: unknown): Partial<Row> {
  if (prevClose === undefined || typeof newest !== 'number') return {};
  const percent = percentChange(prevClose, newest);
  return { change: subtract(newest, prevClose), ...(percent === null ? {} : { change_pct: percent }) };
}
