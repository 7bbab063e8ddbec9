import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadSpec } from '../../codegen/load/file.js';
import { describeProblem } from '../../codegen/problem.js';
import { buildRest } from '../../codegen/rest/build.js';
import { judgeMarketRest } from '../../codegen/rest/market-rest.js';
import { repository } from '../support/project.js';

const { spec } = loadSpec(join(repository, 'spec'));
const { model } = buildRest(spec!.rest!);
const crypto = spec!.markets.find(({ value }) => value.market === 'crypto')!;

type Rest = NonNullable<(typeof crypto)['value']['rest']>;

/** What is wrong where crypto says something else of its days, without places. */
function faultsOf(daily: object, symbol: object = {}, bars?: Rest['bars'], ticks?: Rest['ticks']): string[] {
  const rest = crypto.value.rest!;
  const changed = {
    ...rest,
    symbol: { ...rest.symbol!, ...symbol },
    daily: { ...rest.daily, ...daily },
    ...(bars ? { bars } : {}),
    ...(ticks ? { ticks } : {}),
  };
  const loaded = { ...crypto, value: { ...crypto.value, rest: changed } };
  return judgeMarketRest(loaded, model).map(problem => describeProblem(problem).replace(/^\S+ /, ''));
}

test('what a market asks of the REST API is there', () => {
  expect(spec!.markets.flatMap(market => judgeMarketRest(market, model))).toEqual([]);
  expect(faultsOf({})).toEqual([]);
});

test('an operation, an argument or a column that is not there is refused with the nearest', () => {
  expect(faultsOf({ operation: 'get_snapshots_all' })).toEqual([
    'there is no operation get_snapshots_all; did you mean get_snapshot_all?',
  ]);
  expect(faultsOf({ symbols: 'ticker' })).toEqual(['get_snapshot_all takes no ticker; did you mean tickers?']);
  expect(faultsOf({ prev_close: 'prevDay_d' })).toEqual([
    expect.stringMatching(/^get_snapshot_all has no column prevDay_d; did you mean/),
  ]);
  expect(faultsOf({ day: { open: 'open' } })).toEqual([expect.stringContaining('has no column open')]);
});

test('the same holds for the request of bars', () => {
  const bars = crypto.value.rest!.bars!;
  const asked = (changes: object): string[] => faultsOf({}, {}, { ...bars, ...changes });
  expect(asked({ from: 'form' })).toEqual([expect.stringContaining('get_aggs takes no form')]);
  expect(asked({ lengths: { hour: { timespans: 'hour' } } })).toEqual([
    'get_aggs takes no timespans; did you mean timespan?',
  ]);
  expect(asked({ columns: { ...bars.columns, trades: 'trades' } })).toEqual([
    expect.stringContaining('get_aggs has no column trades'),
  ]);
});

test('the same holds for the requests of trades and quotes, whose columns stand under roles', () => {
  const [trades] = crypto.value.rest!.ticks!;
  const asked = (changes: object): string[] => faultsOf({}, {}, undefined, [{ ...trades!, ...changes }]);
  expect(asked({})).toEqual([]);
  expect(asked({ from: 'timestamp_gt_' })).toEqual([expect.stringContaining('list_trades takes no timestamp_gt_')]);
  expect(asked({ columns: { time: 'participant_timestamp', price: 'prices' } })).toEqual([
    'list_trades has no column prices; did you mean price?',
  ]);
  expect(asked({ columns: { time: 'participant_timestamp', prize: 'price' } })).toEqual([
    'no field of TRADE has the role prize; did you mean price?',
  ]);
  expect(asked({ columns: { price: 'price' } })).toEqual(['the column with the time of TRADE is missing']);
});

test('an example of a symbol that is written otherwise is refused', () => {
  expect(faultsOf({}, { written: 'X:$1-$2' })).toEqual(['example BTC-USD is written X:BTC-USD, not X:BTCUSD']);
});
