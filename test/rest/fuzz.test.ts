/** Whatever a caller writes, a request leads to the operation's own path, and a refusal repeats nothing. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { StreamError } from '../../runtime/core/errors.js';
import { reduceUrl } from '../../runtime/rest/address.js';
import { readArguments } from '../../runtime/rest/arguments.js';
import { readCursor } from '../../runtime/rest/page.js';
import { placeOf } from '../../runtime/rest/place.js';
import { tries } from '../support/property.js';
import { bars, tickers, trades } from '../support/rest-host.js';

const nasty = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc
    .array(
      fc.constantFrom(
        '.',
        '..',
        '/',
        '\\',
        '%2e',
        '%2f',
        '%',
        '?',
        '#',
        '&',
        '=',
        'A',
        '\r\n',
        '\0',
        '@',
        ':',
        ';',
        '{ticker}',
        '//evil.example',
      ),
      { maxLength: 8 },
    )
    .map(parts => parts.join('')),
);

function isRefusal(error: unknown): true {
  expect(error).toBeInstanceOf(StreamError);
  return true;
}

test('no symbol leads out of its segment, and none adds to the query', () => {
  fc.assert(
    fc.property(nasty, ticker => {
      let asked: ReturnType<typeof readArguments>;
      try {
        asked = readArguments(trades, { ticker });
      } catch (error) {
        return isRefusal(error);
      }
      if (!('address' in asked)) return false;
      const { path, query } = asked.address;
      const url = new URL(`http://api.invalid${path}?${query}`);
      const segments = url.pathname.split('/');
      expect(segments.slice(0, 3)).toEqual(['', 'v3', 'trades']);
      expect(segments).toHaveLength(4);
      expect(decodeURIComponent(segments[3]!)).toBe(ticker.trim());
      expect([url.host, url.hash, url.search]).toEqual(['api.invalid', '', '?limit=100']);
      return true;
    }),
    tries(500),
  );
});

test('arguments of any shape are read or refused, and what was written is in no refusal', () => {
  const marker = 'zQ7marker';
  const value = fc.oneof(fc.jsonValue(), nasty, fc.constant(marker), fc.constant([marker]), fc.constant({ a: marker }));
  const name = fc.constantFrom(
    'ticker',
    'limit',
    'timestamp_gte',
    'order',
    'params',
    'tickers',
    'type_any_of',
    'date',
    marker,
    '__proto__',
    'constructor',
    'page',
  );
  fc.assert(
    fc.property(fc.dictionary(name, value), fc.constantFrom(bars, trades, tickers), (args, operation) => {
      try {
        readArguments(operation, args);
      } catch (error) {
        isRefusal(error);
        const { message, hint } = error as StreamError;
        expect(message + hint).not.toContain(marker);
      }
    }),
    tries(500),
  );
});

test('a forged cursor leads to the path of its operation or nowhere', () => {
  const place = placeOf();
  const part = fc.oneof(
    nasty,
    fc.constantFrom('/v3/trades/A', '/v3/trades/../reference/tickers', '//evil.example/v3/trades/A', 'apiKey=x'),
  );
  fc.assert(
    fc.property(part, part, fc.oneof(fc.nat(), fc.jsonValue()), (path, query, skip) => {
      const forged = Buffer.from(JSON.stringify([1, place.mark, 'list_trades', path, query, skip])).toString(
        'base64url',
      );
      try {
        const { address } = readCursor(trades, place, forged);
        expect(address.path).toMatch(/^\/v3\/trades\/[^/?#]+$/);
        expect(new URL(`https://x.invalid${address.path}`).pathname).toBe(address.path);
        expect(address.query).not.toMatch(/apiKey|#/);
      } catch (error) {
        if (!(error instanceof StreamError)) throw error;
        expect(error.code).toBe('BAD_CURSOR');
      }
    }),
    tries(500),
  );
});

test.each([
  ['https://evil.example/v3/trades/AAPL?cursor=abc', { path: '/v3/trades/AAPL', query: 'cursor=abc' }],
  [
    'https://api.polygon.io/v3/trades/AAPL?cursor=a%2Bb&apiKey=secret&limit=5',
    { path: '/v3/trades/AAPL', query: 'cursor=a%2Bb&limit=5' },
  ],
  ['/v3/trades/X:BTC-USD?cursor=a', { path: '/v3/trades/X:BTC-USD', query: 'cursor=a' }],
  ['https://api.polygon.io/v3/quotes/AAPL?cursor=abc', undefined],
  ['https://api.polygon.io/v3/trades/AAPL/more?cursor=abc', undefined],
  ['https://api.polygon.io/v3/trades/', undefined],
  ['https://api.polygon.io/v3/trades/..%2F..%2Fx', { path: '/v3/trades/..%2F..%2Fx', query: '' }],
  ['https://api.polygon.io/v3/trades/%2e%2e', undefined],
  ['http://[', undefined],
])('a next page of %s is reduced to its own path', (url, address) => {
  expect(reduceUrl('/v3/trades/{ticker}', url, '')).toEqual(address);
});
