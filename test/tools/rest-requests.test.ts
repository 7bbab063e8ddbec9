/** What each tool of the REST API sends: by hand for twelve of them, by the digest of the vendor's document for all. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { operationGroups } from '../../generated/rest/operations.js';
import type { Operation, OperationParameter } from '../../runtime/contract/operation.js';
import { closeAfterEach } from '../support/closing.js';
import { readPythonTools } from '../support/python-tools.js';
import { partsOf, restBench } from '../support/rest-bench.js';
import { restKey } from '../support/rest-host.js';

closeAfterEach();

const operations = operationGroups.flatMap(group => group.operations);
const tools = operations.filter(({ isTool }) => isTool);

/** Typed from the vendor's document. */
const byHand: readonly (readonly [tool: string, args: object, path: string, query: object])[] = [
  [
    'get_aggs',
    {
      ...{ ticker: 'AAPL', multiplier: 5, timespan: 'minute', from: '2026-01-05', to: '1767999600000' },
      ...{ adjusted: false, sort: 'desc', limit: 120 },
    },
    '/v2/aggs/ticker/AAPL/range/5/minute/2026-01-05/1767999600000',
    { adjusted: 'false', sort: 'desc', limit: '120' },
  ],
  ['get_previous_close_agg', { ticker: 'I:SPX', adjusted: true }, '/v2/aggs/ticker/I:SPX/prev', { adjusted: 'true' }],
  [
    'list_universal_snapshots',
    { ticker_any_of: ['AAPL', 'X:BTCUSD'], type: 'stocks', order: 'asc', limit: 10, sort: 'ticker' },
    '/v3/snapshot',
    { 'ticker.any_of': 'AAPL,X:BTCUSD', type: 'stocks', order: 'asc', limit: '10', sort: 'ticker' },
  ],
  [
    'get_snapshot_all',
    { market_type: 'stocks', tickers: 'AAPL,MSFT', include_otc: true },
    '/v2/snapshot/locale/us/markets/stocks/tickers',
    { tickers: 'AAPL,MSFT', include_otc: 'true' },
  ],
  [
    'get_snapshot_direction',
    { market_type: 'crypto', direction: 'losers' },
    '/v2/snapshot/locale/global/markets/crypto/losers',
    {},
  ],
  [
    'get_snapshot_ticker',
    { market_type: 'forex', ticker: 'C:EURUSD' },
    '/v2/snapshot/locale/global/markets/forex/tickers/C:EURUSD',
    {},
  ],
  ['get_market_holidays', {}, '/v1/marketstatus/upcoming', {}],
  ['get_market_status', {}, '/v1/marketstatus/now', {}],
  [
    'list_tickers',
    {
      ...{ search: 'apple', ticker_gte: 'A', type: 'CS', market: 'stocks', active: true, exchange: 'XNAS' },
      ...{ cusip: '037833100', cik: '320193', date: '2026-01-05', sort: 'ticker', order: 'asc', limit: 1000 },
    },
    '/v3/reference/tickers',
    {
      ...{ search: 'apple', 'ticker.gte': 'A', type: 'CS', market: 'stocks', active: 'true', exchange: 'XNAS' },
      ...{ cusip: '037833100', cik: '320193', date: '2026-01-05', sort: 'ticker', order: 'asc', limit: '1000' },
    },
  ],
  [
    'get_ticker_details',
    { ticker: 'BRK.B', date: '2026-01-05' },
    '/v3/reference/tickers/BRK.B',
    { date: '2026-01-05' },
  ],
  [
    'list_ticker_news',
    { ticker: 'AAPL', published_utc_gte: '2026-01-05T14:30:00Z', sort: 'published_utc', order: 'desc', limit: 5 },
    '/v2/reference/news',
    { ticker: 'AAPL', 'published_utc.gte': '2026-01-05T14:30:00Z', sort: 'published_utc', order: 'desc', limit: '5' },
  ],
  [
    'get_options_chain',
    {
      ...{ underlying_asset: 'AAPL', strike_price_gte: 200.5, expiration_date_lte: '2026-12-18' },
      ...{ contract_type: 'put', sort: 'strike_price', order: 'asc', limit: 250 },
    },
    '/v3/snapshot/options/AAPL',
    {
      ...{ 'strike_price.gte': '200.5', 'expiration_date.lte': '2026-12-18', contract_type: 'put' },
      ...{ sort: 'strike_price', order: 'asc', limit: '250' },
    },
  ],
];

test.each(byHand)('%s asks for what the document has', async (tool, args, path, query) => {
  const { host, call } = await restBench();
  const { isError } = await call(tool, args);

  expect(isError).toBe(false);
  expect(host.asked.map(({ headers }) => headers.authorization)).toEqual([`Bearer ${restKey}`]);
  expect(host.urls.map(partsOf)).toEqual([{ path, query }]);
});

interface Digested {
  readonly in: string;
  readonly operators?: readonly string[];
  readonly enum?: readonly unknown[];
  readonly maximum?: number;
}

const digest: { readonly operations: Readonly<Record<string, { readonly parameters: Record<string, Digested> }>> } =
  JSON.parse(readFileSync(new URL('../../spec/rest/digest.json', import.meta.url), 'utf8'));

/** What the document has at an address; several markets can share one. */
function documented(path: string): Digested[][] {
  const all = Object.entries(digest.operations).filter(([template]) =>
    new RegExp(`^${template.replaceAll('.', '\\.').replace(/\{\w+\}/g, '[^/]+')}$`).test(path),
  );
  // A literal part says more than a slot.
  const fewest = Math.min(...all.map(([template]) => template.split('{').length));
  return all.filter(([template]) => template.split('{').length === fewest).map(([, one]) => one.parameters) as never;
}

/** The digest of a name of the query: of `timestamp.gte` that of `timestamp`, if it has the operator. */
function factsOf(path: string, name: string): Digested | undefined {
  const [plain = '', operator] = name.split('.');
  const found = documented(path).flatMap(one => (one as unknown as Record<string, Digested>)[plain] ?? []);
  return found.find(({ operators = [] }) => operator === undefined || operators.includes(operator));
}

/** A value that fits, as large as it may be. */
function valueFor({ type, values, most, argument }: OperationParameter, operation: Operation): unknown {
  const example = operation.example?.[argument];
  if (values) return values.at(-1);
  if (example !== undefined) return example;
  if (type === 'integer' || type === 'number') return most ?? 2;
  if (type === 'boolean') return true;
  return type === 'date' || type === 'moment' ? '2026-01-05' : 'AAPL';
}

/** Every argument of an operation, with and without its operators. */
function everyArgument(operation: Operation): Readonly<Record<string, unknown>> {
  const given = operation.parameters.flatMap(parameter => {
    const value = valueFor(parameter, operation);
    return ['', ...parameter.operators.map(operator => `_${operator}`)].map(end => [
      `${parameter.argument}${end}`,
      value,
    ]);
  });
  return Object.fromEntries(given);
}

/** Where what went out is not what the document has, or is not all that was given. */
function faultsOf({ parameters }: Operation, url: string): string[] {
  const { path, query } = partsOf(url);
  const sent = Object.entries(query).flatMap(([name, value]) => {
    const facts = factsOf(path, name);
    if (!facts) return [`${path} has no ${name}`];
    const isKnown = !facts.enum || facts.enum.map(String).includes(value);
    return [
      ...(Number(value) > (facts.maximum ?? Infinity) ? [`${name} is too large`] : []),
      ...(isKnown ? [] : [`${name} is no ${value}`]),
    ];
  });
  const due = parameters
    .filter(({ place, wire }) => place === 'query' && wire !== null)
    .flatMap(({ wire, operators }) => [wire!, ...operators.map(operator => `${wire}.${operator}`)]);
  return [
    ...(documented(path).length > 0 ? [] : [`${path} is not documented`]),
    ...sent,
    ...due.filter(name => !(name in query)).map(name => `${name} did not go out`),
  ];
}

test('every tool takes all of its arguments and operators, and each goes out as the document has it', async () => {
  const { host, call } = await restBench();
  const faults: string[] = [];
  for (const operation of tools) {
    const { isError, text } = await call(operation.name, everyArgument(operation));
    const found = [...(isError ? [text] : []), ...faultsOf(operation, host.urls.at(-1)!)];
    faults.push(...found.map(fault => `${operation.name}: ${fault}`));
  }

  expect(faults).toEqual([]);
  // list_aggs asks the same as get_aggs, whose answer is kept.
  expect([tools.length, host.asked.length]).toEqual([81, 80]);
});

describe('the Python server', () => {
  test('is matched: each of its 819 arguments is taken by the tool of the same name', async () => {
    const { call } = await restBench();
    const refused: string[] = [];
    let taken = 0;
    for (const { name, arguments: words } of readPythonTools()) {
      const operation = tools.find(one => one.name === name)!;
      const required = operation.parameters.filter(({ isRequired }) => isRequired);
      const needed = Object.fromEntries(required.map(one => [one.argument, valueFor(one, operation)]));
      for (const word of words) {
        taken++;
        const parameter = operation.parameters.find(({ argument, aliases, operators }) =>
          [argument, ...aliases].some(one => word === one || operators.some(operator => word === `${one}_${operator}`)),
        );
        const value = word === 'params' ? '{}' : parameter && valueFor(parameter, operation);
        const { [parameter?.argument ?? '']: _, ...others } = needed;
        const { isError, text } = await call(name, { ...others, [word]: value });
        if (isError || value === undefined) refused.push(`${name} ${word}: ${text}`);
      }
    }

    expect(refused).toEqual([]);
    expect(taken).toBe(819);
  });
});
