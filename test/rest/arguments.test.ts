import { describe, expect, test } from 'vitest';
import type { Operation } from '../../runtime/contract/operation.js';
import { StreamError } from '../../runtime/core/errors.js';
import { readArguments } from '../../runtime/rest/arguments.js';
import { bars, parameter, tickers, trades } from '../support/rest-host.js';

const range = { multiplier: 1, timespan: 'day', from_: '2026-01-05', to: '2026-01-09' };

function addressOf(operation: Operation, args: unknown): string {
  const asked = readArguments(operation, args);
  if (!('address' in asked)) throw new Error('a page');
  return `${asked.address.path}?${asked.address.query}`;
}

function notesOf(operation: Operation, args: unknown): readonly string[] {
  return readArguments(operation, args).notes;
}

function refusal(operation: Operation, args: unknown): StreamError {
  try {
    readArguments(operation, args);
  } catch (error) {
    if (error instanceof StreamError) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

describe('arguments become an address', () => {
  test.each<[string, Operation, unknown, string]>([
    [
      'in the path and the query',
      bars,
      { ticker: 'AAPL', ...range, sort: 'desc' },
      '/v2/aggs/ticker/AAPL/range/1/day/2026-01-05/2026-01-09?sort=desc&limit=5000',
    ],
    ['as JSON in a text', trades, '{"ticker": "AAPL", "limit": 5}', '/v3/trades/AAPL?limit=5'],
    [
      'with numbers and truth as text',
      bars,
      { ticker: 'AAPL', ...range, multiplier: '5', adjusted: 'TRUE', limit: '7' },
      '/v2/aggs/ticker/AAPL/range/5/day/2026-01-05/2026-01-09?adjusted=true&limit=7',
    ],
    [
      'without what is left out',
      trades,
      { ticker: 'AAPL', order: '', timestamp_gte: null },
      '/v3/trades/AAPL?limit=100',
    ],
    [
      'with operators',
      trades,
      { ticker: 'AAPL', timestamp_gte: '2026-01-05', timestamp_lt: '2026-01-05T15:00:00Z' },
      '/v3/trades/AAPL?timestamp.gte=2026-01-05&timestamp.lt=1767625200000000000&limit=100',
    ],
    [
      'with a Unix time as a number',
      trades,
      { ticker: 'AAPL', timestamp: 1_767_623_400_000 },
      '/v3/trades/AAPL?timestamp=1767623400000000000&limit=100',
    ],
    ['with words in other case', trades, { ticker: 'AAPL', order: 'DESC' }, '/v3/trades/AAPL?order=desc&limit=100'],
    ['under other words', trades, { symbol: 'AAPL' }, '/v3/trades/AAPL?limit=100'],
    [
      'under wire names',
      trades,
      { ticker: 'AAPL', 'timestamp.gte': '2026-01-05' },
      '/v3/trades/AAPL?timestamp.gte=2026-01-05&limit=100',
    ],
    [
      'from free parameters',
      trades,
      { ticker: 'AAPL', params: { limit: 9, 'timestamp.lt': '2026-01-05' } },
      '/v3/trades/AAPL?timestamp.lt=2026-01-05&limit=9',
    ],
    [
      'from free parameters as JSON in a text',
      trades,
      { ticker: 'AAPL', params: '{"order": "asc"}' },
      '/v3/trades/AAPL?order=asc&limit=100',
    ],
    [
      'named ones before free ones',
      trades,
      { ticker: 'AAPL', limit: 3, params: { limit: 9 } },
      '/v3/trades/AAPL?limit=3',
    ],
    [
      'a list of any of',
      tickers,
      { ticker_any_of: ['AAA', 'BBB'] },
      '/v3/reference/tickers?ticker.any_of=AAA%2CBBB&limit=100',
    ],
    [
      'any of by commas',
      tickers,
      { ticker_any_of: 'AAA, BBB' },
      '/v3/reference/tickers?ticker.any_of=AAA%2CBBB&limit=100',
    ],
    [
      'any of as JSON',
      tickers,
      { ticker_any_of: '["AAA","BBB"]' },
      '/v3/reference/tickers?ticker.any_of=AAA%2CBBB&limit=100',
    ],
    ['any of words', tickers, { type_any_of: 'cs,etf' }, '/v3/reference/tickers?type.any_of=CS%2CETF&limit=100'],
    ['a list without an operator', tickers, { tickers: 'BRK.A' }, '/v3/reference/tickers?tickers=BRK.A&limit=100'],
    [
      'a small number without an exponent',
      tickers,
      { strike: 1e-7 },
      '/v3/reference/tickers?strike=0.0000001&limit=100',
    ],
    ['every path segment encoded', trades, { ticker: 'A/../../x?y=1' }, '/v3/trades/A%2F..%2F..%2Fx%3Fy%3D1?limit=100'],
    ['a colon as it is', trades, { ticker: 'X:BTCUSD' }, '/v3/trades/X:BTCUSD?limit=100'],
    ['what is encoded already, encoded again', trades, { ticker: '%2e%2e' }, '/v3/trades/%252e%252e?limit=100'],
  ])('%s', (_, operation, args, address) => {
    expect(addressOf(operation, args)).toBe(address);
  });

  test('with the values that follow from them', () => {
    const operation = {
      ...tickers,
      path: '/v2/snapshot/locale/{locale}/x',
      parameters: [parameter({ argument: 'market_type', values: ['stocks', 'crypto'] })],
      derived: [{ wire: 'locale', place: 'path', from: 'market_type', values: { stocks: 'us', crypto: 'global' } }],
    } as Operation;

    expect(addressOf(operation, { market_type: 'crypto' })).toBe('/v2/snapshot/locale/global/x?market_type=crypto');
  });

  test('and are ignored where there are none, since some hosts cannot call without one', () => {
    const operation = { ...tickers, path: '/v1/marketstatus/now', parameters: [] };

    expect(addressOf(operation, { random_string: 'x' })).toBe('/v1/marketstatus/now?');
    expect(notesOf(operation, { random_string: 'x' })).toEqual([
      'This tool takes no arguments; those given are ignored.',
    ]);
    expect(notesOf(operation, undefined)).toEqual([]);
  });

  test('and notes say what was read into them', () => {
    expect(notesOf(trades, { symbol: 'AAPL', limit: '5' })).toEqual([
      'limit came as text and is read as a number.',
      'symbol is read as ticker.',
    ]);
    expect(notesOf(tickers, { market_type: 'stocks' })).toEqual(['market_type is ignored: the path says it.']);
    expect(notesOf(trades, { ticker: 'A', limit: 3, params: { limit: 9 } })).toEqual([
      'params has another limit, which is ignored.',
    ]);
  });
});

describe('arguments are refused', () => {
  const rest = 'and the other arguments as they were';

  test.each<[string, Operation, unknown, string, string]>([
    [
      'that are missing',
      trades,
      {},
      'ticker is missing: a text is expected.',
      'Call list_trades with {"ticker": "TICKER"}.',
    ],
    [
      'over their range',
      trades,
      { ticker: 'A', limit: 50_001 },
      'limit: a whole number from 1 to 50000 is expected, and a larger one came.',
      `Call list_trades with {"limit": 50000}, ${rest}.`,
    ],
    [
      'under it',
      trades,
      { ticker: 'A', limit: 0 },
      'limit: a whole number from 1 to 50000 is expected, and a smaller one came.',
      `Call list_trades with {"limit": 1}, ${rest}.`,
    ],
    [
      'of another type',
      trades,
      { ticker: 'A', limit: 'many' },
      'limit: a whole number from 1 to 50000 is expected, and a text of 4 characters came.',
      `Call list_trades with {"limit": 10}, ${rest}.`,
    ],
    [
      'of a word that is none',
      trades,
      { ticker: 'A', order: 'descending' },
      'order: one of asc, desc is expected, and a text of 10 characters came; did you mean desc?',
      `Call list_trades with {"order": "desc"}, ${rest}.`,
    ],
    [
      'of a word that is like none, by the word of the example',
      { ...bars, example: { timespan: 'day' } },
      { ticker: 'A', ...range, timespan: '1d' },
      'timespan: one of minute, hour, day is expected, and a text of 2 characters came.',
      `Call list_aggs with {"timespan": "day"}, ${rest}.`,
    ],
    [
      'of a day that is none',
      tickers,
      { date: '2026-02-29' },
      'date: a date as YYYY-MM-DD is expected, and a text of 10 characters came.',
      'Call list_tickers with {"date": "2026-01-05"}.',
    ],
    [
      'of a time that is none',
      trades,
      { ticker: 'A', timestamp_lt: 'yesterday' },
      'timestamp_lt: a date as YYYY-MM-DD, a time as 2026-01-05T14:30:00Z, or a Unix time is expected, and a text of 9 characters came.',
      `Call list_trades with {"timestamp_lt": "2026-01-05"}, ${rest}.`,
    ],
    [
      'that lead up the path',
      trades,
      { ticker: '..' },
      'ticker: a text is expected, and a text of 2 characters came.',
      'Call list_trades with {"ticker": "TICKER"}.',
    ],
    [
      'that lead nowhere',
      trades,
      { ticker: '.' },
      'ticker: a text is expected, and a text of 1 character came.',
      'Call list_trades with {"ticker": "TICKER"}.',
    ],
    [
      'with control characters',
      trades,
      { ticker: 'A\r\nHost: x' },
      'ticker: a text is expected, and a text of 10 characters came.',
      'Call list_trades with {"ticker": "TICKER"}.',
    ],
    [
      'with a comma in an entry',
      tickers,
      { ticker_any_of: ['A,B'] },
      'ticker_any_of[0]: an entry of a list has no comma.',
      'Call list_tickers with {"ticker_any_of": ["TICKER"]}.',
    ],
    [
      'that are unknown',
      trades,
      { ticker: 'A', limits: 5 },
      'One argument is unknown here; there are ticker, timestamp (also with _gt, _gte, _lt, _lte), order, limit; did you mean limit?',
      'Call list_trades with the known arguments as they were.',
    ],
    [
      'that are unknown among the free ones',
      trades,
      { ticker: 'A', params: { ordr: 'asc' } },
      'One argument is unknown here; there are ticker, timestamp (also with _gt, _gte, _lt, _lte), order, limit; did you mean order?',
      'Call list_trades with the known arguments as they were.',
    ],
    [
      'that are given twice',
      trades,
      { ticker: 'A', symbol: 'B' },
      'ticker is given twice, under two names; give it once.',
      'Call list_trades with the known arguments as they were.',
    ],
    [
      'that are no object',
      trades,
      [1],
      'The arguments are expected as one object, and a list of 1 came.',
      'Call list_trades with the known arguments as they were.',
    ],
  ])('%s', (_, operation, args, message, hint) => {
    expect(refusal(operation, args)).toMatchObject({ code: 'INVALID_ARGUMENT', message, hint });
  });

  test.each(['apiKey', 'api_key', 'apikey', 'key', 'token', 'access_token', 'Authorization', 'X-API-Key'])(
    'that would carry a key: %s',
    name => {
      const value = 'a-key-that-somebody-has';
      for (const args of [
        { ticker: 'A', [name]: value },
        { ticker: 'A', params: { [name]: value } },
      ]) {
        const { code, message, hint } = refusal(trades, args);
        expect(code).toBe('INVALID_ARGUMENT');
        expect(message).toBe('The key is no parameter of a request: the server has its own, and sends it in a header.');
        expect(message + hint).not.toContain(value);
      }
    },
  );

  test('that make an address no host takes', () => {
    const many = Array.from({ length: 900 }, (_, index) => `SYMBOL${index}`);

    expect(refusal(tickers, { tickers: many }).message).toContain('more than 8000 characters');
  });
});
