/** The tools of the REST API are those of the Python server, and take what that takes. */
import { describe, expect, test } from 'vitest';
import { operationGroups } from '../../generated/rest/operations.js';
import { restTools } from '../../generated/rest/tools.js';
import { markets, suite } from '../../generated/suite.js';
import type { Operation } from '../../runtime/contract/operation.js';
import { describeTool } from '../../runtime/mcp/listing.js';
import { readPythonTools } from '../support/python-tools.js';
import { restGroupNames } from '../support/spec.js';

const known = readPythonTools();
const operations = operationGroups.flatMap(group => group.operations);
const tools = operations.filter(({ isTool }) => isTool);

function named(name: string): Operation {
  return operations.find(operation => operation.name === name)!;
}

/** The parameter that takes a word. */
function taking({ parameters }: Operation, word: string) {
  return parameters.find(({ argument, aliases, operators }) =>
    [argument, ...aliases].some(one => one === word || operators.some(operator => `${one}_${operator}` === word)),
  );
}

describe('the Python server', () => {
  test('has 81 tools with 819 arguments', () => {
    expect(known).toHaveLength(81);
    expect(known.flatMap(tool => tool.arguments)).toHaveLength(819);
  });

  test('has the same tools, in the same groups', () => {
    const names = (some: readonly { readonly group: string; readonly name: string }[]): string[] =>
      some.map(({ group, name }) => `${group} ${name}`).sort();

    expect(names(tools)).toEqual(names(known));
  });

  test.each(known.map(tool => [tool.name, tool] as const))('%s has no argument that is not taken', (name, tool) => {
    const words = tool.arguments.filter(word => word !== 'params');

    expect(words.filter(word => !taking(named(name), word))).toEqual([]);
  });

  test('has arguments that no path takes: those are taken, and nothing is sent for them but what follows', () => {
    const unsent = known.flatMap(({ name, arguments: words }) => {
      const lost = words.filter(word => taking(named(name), word)?.wire === null);
      return lost.length === 0 ? [] : [`${name}: ${lost.sort().join(' ')}`];
    });

    expect(unsent).toEqual([
      'get_ticker_changes: date limit order sort',
      'list_splits: reverse_split',
      'list_dividends: dividend_type',
      'list_short_interest: order',
      'list_short_volume: order',
      'list_benzinga_analyst_insights: last_updated_any_of',
      'list_benzinga_news: last_updated last_updated_any_of last_updated_gt last_updated_gte last_updated_lt last_updated_lte published_any_of',
      'list_benzinga_ratings: importance_any_of last_updated_any_of',
      'list_futures_products: name_search',
      'list_futures_quotes: session_end_date_gt session_end_date_gte session_end_date_lt session_end_date_lte',
      'list_futures_trades: session_end_date_gt session_end_date_gte session_end_date_lt session_end_date_lte',
      'list_futures_market_statuses: sort',
      'get_crypto_sma: adjusted',
      'get_crypto_ema: adjusted',
      'get_crypto_macd: adjusted',
      'get_crypto_rsi: adjusted',
      'list_treasury_yields: order',
      'list_inflation_expectations: order',
    ]);
    const notes = operations.flatMap(({ parameters }) => parameters.filter(({ wire }) => wire === null));
    expect(notes.filter(({ note }) => !note)).toEqual([]);
  });

  test('has words of the past for arguments that are called otherwise', () => {
    const wires = [
      ['get_aggs', 'from_', 'from'],
      ['get_snapshot_ticker', 'market_type', 'market'],
      ['get_snapshot_option', 'underlying_asset', 'underlyingAsset'],
      ['list_futures_contracts', 'as_of', 'date'],
      ['list_ticker_events', 'ticker', 'id'],
      ['get_crypto_sma', 'ticker', 'cryptoTicker'],
    ] as const;

    expect(wires.map(([name, word]) => taking(named(name), word)?.wire)).toEqual(wires.map(([, , wire]) => wire));
  });

  test('has splits of a kind and snapshots of a market, from which a value follows', () => {
    expect(named('list_splits').derived).toEqual([
      {
        wire: 'adjustment_type',
        place: 'query',
        from: 'reverse_split',
        values: { true: 'reverse_split', false: 'forward_split' },
      },
    ]);
    for (const name of ['get_snapshot_all', 'get_snapshot_direction', 'get_snapshot_ticker']) {
      expect(named(name).derived).toEqual([
        {
          wire: 'locale',
          place: 'path',
          from: 'market_type',
          values: { stocks: 'us', crypto: 'global', forex: 'global' },
        },
      ]);
    }
  });

  test.each([
    ['get_ticker_changes', '/vX/reference/tickers/{id}/events'],
    ['list_inflation_expectations', '/fed/v1/inflation-expectations'],
    ['get_indices_snapshot', '/v3/snapshot/indices'],
    ['list_futures_aggregates', '/futures/v1/aggs/{ticker}'],
    ['get_futures_contract_details', '/futures/v1/contracts'],
    ['get_futures_product_details', '/futures/v1/products'],
    ['list_futures_schedules_by_product_code', '/futures/v1/schedules'],
    ['list_benzinga_news', '/benzinga/v2/news'],
    ['list_splits', '/stocks/v1/splits'],
    ['list_dividends', '/stocks/v1/dividends'],
  ])('asks a living path for %s', (name, path) => {
    expect(named(name).path).toBe(path);
  });

  test.each(operations.filter(({ path, isTool }) => isTool && path.startsWith('/futures/')).map(({ name }) => [name]))(
    'is told where %s leads now',
    name => {
      expect(named(name).notes.join(' ')).toMatch(/moved|is gone/);
    },
  );
});

describe('the operations', () => {
  test('are 115, of which 34 have no tool of their own', () => {
    const counts = Object.fromEntries(
      [...new Set(operations.map(({ group }) => group))].map(group => {
        const own = operations.filter(operation => operation.group === group);
        return [group, [own.filter(({ isTool }) => isTool).length, own.filter(({ isTool }) => !isTool).length]];
      }),
    );

    expect(counts).toEqual({
      stocks: [42, 24],
      options: [8, 1],
      futures: [11, 1],
      crypto: [6, 3],
      forex: [6, 2],
      indices: [5, 0],
      economy: [3, 3],
    });
  });

  test('know where rows lie that the Python server lost', () => {
    const places = [
      'get_snapshot_all',
      'get_snapshot_ticker',
      'list_ticker_events',
      'get_last_crypto_trade',
      'get_sma',
    ];

    expect(places.map(name => named(name).rows)).toEqual([
      { path: ['tickers'], shape: 'list' },
      { path: ['ticker'], shape: 'object' },
      { path: ['results', 'events'], shape: 'list' },
      { path: ['last'], shape: 'object' },
      { path: ['results', 'values'], shape: 'list' },
    ]);
    expect(named('get_market_holidays').rows).toEqual({ path: [], shape: 'list' });
    expect(named('get_market_status').rows).toEqual({ path: [], shape: 'object' });
  });

  test('keep times as texts that no number holds', () => {
    const exact = (name: string): string[] =>
      named(name)
        .columns.filter(({ type }) => type === 'exact')
        .map(column => column.name);

    expect(exact('list_trades')).toEqual([
      'participant_timestamp',
      'received_timestamp',
      'sip_timestamp',
      'trf_timestamp',
    ]);
    expect(exact('get_snapshot_ticker')).toEqual(['lastQuote_t', 'lastTrade_t', 'updated']);
    expect(exact('list_futures_aggregates')).toEqual(['window_start']);
    expect(exact('get_aggs')).toEqual([]);
  });

  test('have the largest limits that the texts of the vendor name', () => {
    const most = (name: string): number | undefined =>
      named(name).parameters.find(({ argument }) => argument === 'limit')?.most;
    const names = [
      'get_aggs',
      'list_trades',
      'list_futures_trades',
      'list_futures_market_statuses',
      'list_short_interest',
    ];

    expect(names.map(most)).toEqual([50000, 50000, 49999, 99, 50000]);
  });
});

describe('the list of tools', () => {
  const bytes = (some: readonly unknown[]): number => Buffer.byteLength(JSON.stringify(some));
  const ofVendor = markets.filter(({ name }) => restGroupNames.includes(name));
  const own = [...ofVendor.flatMap(market => market.tools), ...suite.tools];
  const standard = new Set(suite.toolsets.filter(set => set.standard).map(({ name }) => name));
  const ofRest = restTools.map(tool => ({ toolset: tool.toolset, shown: describeTool(tool) }));

  test('has a dozen of the REST API by default', () => {
    expect(restTools.filter(({ toolset }) => standard.has(toolset)).map(({ name }) => name)).toEqual([
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
    ]);
  });

  test('stays below 110 KB with all tools, and below 40 KB by default', () => {
    const all = [...own.map(describeTool), ...ofRest.map(({ shown }) => shown)];
    const usual = [
      ...own.filter(({ toolset }) => standard.has(toolset)).map(describeTool),
      ...ofRest.filter(({ toolset }) => standard.has(toolset)).map(({ shown }) => shown),
    ];

    expect(bytes(all)).toBeLessThan(110_000);
    expect(bytes(usual)).toBeLessThan(40_000);
  });
});
