/** Whatever the arguments allow is answered or refused, and soon. */
import { expect, test } from 'vitest';
import type { OperationParameter } from '../../../runtime/contract/operation.js';
import { StreamError } from '../../../runtime/core/errors.js';
import { simulatedRest } from '../../support/simulated-rest.js';
import { operations } from '../../support/world-host.js';

const { ask } = simulatedRest();

/** Values that the arguments take, at the ends of what they take. */
function extremesOf({ type, values, most, least }: OperationParameter): readonly unknown[] {
  if (values) return values;
  switch (type) {
    case 'integer':
    case 'number':
      return [least ?? 0, most ?? 9_007_199_254_740_991];
    case 'boolean':
      return [true, false];
    case 'date':
      return ['0000-01-01', '0999-02-28', '2024-02-29', '9999-12-31'];
    case 'moment':
      return ['0000-01-01', '9999-12-31', '0', '99999999999999999999', '0001-01-01T00:00:00Z', '9999-12-31T23:59:59Z'];
    default:
      return ['%2F..', 'x'.repeat(500), '\u{1F600}', ',,', '.desc', '__proto__'];
  }
}

/** One of each kind of reading arguments: the others share theirs. */
const kinds = [
  'get_aggs',
  'get_grouped_daily_aggs',
  'list_trades',
  'list_quotes',
  'get_sma',
  'list_tickers',
  'list_universal_snapshots',
  'get_options_chain',
  'list_futures_aggregates',
  'list_treasury_yields',
  'get_real_time_currency_conversion',
];
const asked = operations.filter(({ name }) => kinds.includes(name));

test('there is one of each kind', () => {
  expect(asked).toHaveLength(kinds.length);
});

test.each(asked.map(operation => [operation.name, operation] as const))('%s', async (name, operation) => {
  const lists = operation.parameters.flatMap(parameter => {
    const names = [parameter.argument, ...parameter.operators.map(one => `${parameter.argument}_${one}`)];
    return names.flatMap(argument => extremesOf(parameter).map(value => ({ [argument]: value })));
  });
  for (const one of lists) {
    const before = process.cpuUsage();
    const limit =
      operation.parameters.some(({ argument }) => argument === 'limit') && !('limit' in one) ? { limit: 5 } : {};
    const outcome = await ask(name, { ...operation.example, ...limit, ...one }).catch((error: unknown) => error);
    if (outcome instanceof Error) expect(outcome).toBeInstanceOf(StreamError);
    const { user } = process.cpuUsage(before);
    expect({ ...one, isSoon: user < 5_000_000 }).toEqual({ ...one, isSoon: true });
  }
});
