/** Names and paths lead to the operation that they name, and to no other. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { operationGroups } from '../../../generated/rest/operations.js';
import { readArguments } from '../../../runtime/rest/arguments.js';
import { callOfPath, operationOf } from '../../../runtime/rest/find/named-call.js';
import { tries } from '../../support/property.js';

const all = operationGroups.flatMap(({ operations }) => operations);

function read(path: string): readonly [string | undefined, unknown] {
  const call = callOfPath(all, path);
  return [call?.operation.name, call?.arguments];
}

describe('a path', () => {
  test.each([
    ['/v2/aggs/ticker/{ticker}/prev', 'get_previous_close_agg', {}],
    ['/v2/aggs/ticker/{stocksTicker}/prev', 'get_previous_close_agg', {}],
    ['/v2/aggs/ticker/AAPL/prev', 'get_previous_close_agg', { ticker: 'AAPL' }],
    ['/v2/aggs/ticker/AAPL/prev/', 'get_previous_close_agg', { ticker: 'AAPL' }],
    [
      'https://api.polygon.io/v2/aggs/ticker/AAPL/prev?adjusted=true',
      'get_previous_close_agg',
      { ticker: 'AAPL', adjusted: 'true' },
    ],
    [
      '/v3/trades/X%3ABTC-USD?timestamp.gte=2026-01-02&apiKey=secret',
      'list_trades',
      { ticker: 'X:BTC-USD', 'timestamp.gte': '2026-01-02' },
    ],
    ['/v1/indicators/sma/AAPL', 'get_sma', { ticker: 'AAPL' }],
    ['/v1/indicators/sma/X:BTCUSD', 'get_crypto_sma', { ticker: 'X:BTCUSD' }],
    ['/v1/indicators/rsi/{fxTicker}', 'get_forex_rsi', {}],
    [
      '/v2/snapshot/locale/us/markets/stocks/gainers',
      'get_snapshot_direction',
      { market_type: 'stocks', direction: 'gainers' },
    ],
    ['/v2/snapshot/locale/global/markets/crypto/tickers', 'get_snapshot_all', { market_type: 'crypto' }],
    [
      '/v2/snapshot/locale/us/markets/stocks/tickers/AAPL',
      'get_snapshot_ticker',
      { market_type: 'stocks', ticker: 'AAPL' },
    ],
    [
      '/v1/open-close/crypto/BTC/USD/2026-01-02',
      'get_crypto_open_close',
      { from: 'BTC', to: 'USD', date: '2026-01-02' },
    ],
    ['/stocks/financials/v1/ratios?ticker=AAPL', 'list_ratios', { ticker: 'AAPL' }],
  ])('is read, its values as arguments: %s', (path, name, args) => {
    expect(read(path)).toEqual([name, args]);
  });

  test.each([
    ['of none', '/v9/nothing'],
    ['of another host', 'https://evil.example/v2/aggs/ticker/AAPL/prev'],
    ['of a host that only looks like the vendor', 'https://api.polygon.io.evil.example/v3/trades/AAPL'],
    ['with a user', 'https://user@api.polygon.io/v3/trades/AAPL'],
    ['that leads up', '/v3/trades/../reference/tickers'],
    ['that leads up, encoded', '/v3/trades/%2e%2e'],
    ['with nothing in a slot', '/v3/trades/'],
    ['with two slashes', '//v3/trades/AAPL'],
    ['with a control character', '/v3/trades/A%00'],
    ['with broken encoding', '/v3/trades/%zz'],
    ['whose words contradict each other', '/v2/snapshot/locale/global/markets/stocks/gainers'],
    ['with a word that is no value', '/v2/snapshot/locale/us/markets/stocks/winners'],
    ['of any length', `/v3/trades/${'A'.repeat(3_000)}`],
  ])('%s is refused', (_, path) => {
    expect(callOfPath(all, path)).toBeUndefined();
  });
});

test('every operation is named by its name and by its path', () => {
  for (const operation of all) {
    expect(operationOf(all, operation.name)).toBe(operation);
    expect(operationOf(all, ` ${operation.name.toUpperCase().replaceAll('_', '-')} `)).toBe(operation);
    expect(callOfPath(all, operation.path)?.operation.path).toBe(operation.path);
  }
});

const segment = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.constantFrom(
    '..',
    '.',
    '%2e%2e',
    '%2f',
    'AAPL',
    'O:SPY281215C00700000',
    'prev',
    'tickers',
    '{ticker}',
    'a?b=c',
    '#',
    '\\',
    '%',
    'us',
    '',
  ),
);
const operation = fc.constantFrom(...all);

test('whatever stands in its slots, a path leads to the path of the operation that it fits, or to none', () => {
  fc.assert(
    fc.property(operation, fc.array(segment, { minLength: 6, maxLength: 6 }), ({ path }, values) => {
      let index = 0;
      const written = path.replace(/\{\w+\}/g, () => encodeURIComponent(values[index++ % values.length]!));
      const call = callOfPath(all, written);
      if (!call) return;
      expect(call.operation.path.split('/')).toHaveLength(written.replace(/\/$/, '').split('/').length);
      sameWords(call.operation.path, written);
      addressed(call);
    }),
    tries(1_000),
  );
});

test('whatever a caller writes for a path leads to no other than it says', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(segment, fc.constantFrom('v1', 'v2', 'v3', 'aggs', 'ticker', 'trades', 'snapshot')), {
        maxLength: 9,
      }),
      parts => {
        const written = `/${parts.join('/')}`;
        const call = callOfPath(all, written);
        if (!call) return;
        sameWords(call.operation.path, written.replace(/[?#].*$/s, ''));
        addressed(call);
      },
    ),
    tries(2_000),
  );
});

/** What is a word in the template is the same word in the path. */
function sameWords(template: string, path: string): void {
  const parts = path
    .replace(/\/$/, '')
    .split('/')
    .map(part => decodeURIComponent(part));
  for (const [index, word] of template.split('/').entries()) if (!word.startsWith('{')) expect(parts[index]).toBe(word);
}

/** The request that follows goes to the operation's own path. */
function addressed({ operation: of, arguments: args }: NonNullable<ReturnType<typeof callOfPath>>): void {
  let asked: ReturnType<typeof readArguments>;
  try {
    asked = readArguments(of, args);
  } catch {
    return;
  }
  if (!('address' in asked)) return;
  const { pathname } = new URL(`http://api.invalid${asked.address.path}`);
  const segments = pathname.split('/');
  expect(segments).toHaveLength(of.path.split('/').length);
  for (const [index, word] of of.path.split('/').entries())
    if (!word.startsWith('{')) expect(segments[index]).toBe(word);
}
