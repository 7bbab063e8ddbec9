/** What the spec lists, read without the generator, for tests that mean all markets, channels or pages. */
import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';

interface MarketFile {
  readonly market: string;
  readonly order: number;
  readonly paths: readonly unknown[];
  readonly feeds: readonly { readonly feed: string }[];
  readonly channels: readonly { readonly prefix: string }[];
}

const spec = new URL('../../spec/', import.meta.url);

/** Every file of a market, in the order of the markets. */
export const marketFiles: readonly MarketFile[] = readdirSync(new URL('markets/', spec))
  .filter(name => name.endsWith('.yaml'))
  .map((name): MarketFile => parse(readFileSync(new URL(`markets/${name}`, spec), 'utf8')))
  .sort((a, b) => a.order - b.order);

/** `stocks`, `options` ... */
export const marketNames = marketFiles.map(({ market }) => market);

/** Groups of requests of the REST API: `stocks`, `economy` ... */
export const restGroupNames = readdirSync(new URL('rest/', spec))
  .filter(name => name.endsWith('.yaml') && !['errata.yaml', 'shared.yaml'].includes(name))
  .map(name => name.slice(0, -'.yaml'.length));

export const channelCount = marketFiles.flatMap(({ channels }) => channels).length;

/** URL paths of all markets. */
export const pathCount = marketFiles.flatMap(({ paths }) => paths).length;

/** Pages of the documentation, and guides. */
export const pageCount = ['polygon-docs/', 'guides/']
  .flatMap(folder => readdirSync(new URL(folder, spec), { recursive: true, encoding: 'utf8' }))
  .filter(name => name.endsWith('.md')).length;

/** Tools of the toolset `reading`, in their order. */
export const readingNames = [
  'read_stream_messages',
  'wait_for_stream_message',
  'summarize_stream',
  'read_bars',
  'backfill_outage',
  'get_streams_overview',
  'stop_all_streams',
];

/** Tools across markets, in their order. */
export const sharedNames = [...readingNames, 'find_rest_tool', 'call_rest_tool'];

/** Tools of the REST API that are served by default, in their order. */
export const restNames = [
  'get_aggs',
  'get_previous_close_agg',
  'list_universal_snapshots',
  'get_snapshot_all',
  'get_snapshot_direction',
  'get_snapshot_ticker',
  'get_market_holidays',
  'get_market_status',
  'list_tickers',
  'get_ticker_details',
  'list_ticker_news',
  'get_options_chain',
];

/** Tools that are of no market, and served by default. */
export const generalNames = [...sharedNames, ...restNames];

/** Six tools for each market, and those of none, as they are served by default. */
export const toolCount = 6 * marketNames.length + generalNames.length;
