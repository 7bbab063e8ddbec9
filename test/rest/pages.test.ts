/** From one page to the next, and on with rows that had no room. */
import { describe, expect, test } from 'vitest';
import { closeAfterEach } from '../support/closing.js';
import { askable, bars, failure, restKey, trades } from '../support/rest-host.js';

closeAfterEach();

const aapl = { ticker: 'AAPL' };
const day = { ...aapl, multiplier: 1, timespan: 'day', from: '2026-01-05', to: '2026-01-09' };

describe('pages', () => {
  const rows = (first: number, more: number): object[] =>
    Array.from({ length: more }, (_, index) => ({ sip_timestamp: first + index, price: 1 }));

  test('are read to the last one, on the host that is set, whatever host the API names', async () => {
    const { host, call } = await askable(
      { results: rows(1, 2), next_url: `https://elsewhere.example/v3/trades/AAPL?cursor=one&apiKey=abcdefgh` },
      { results: rows(3, 2), next_url: `http://api.polygon.io/v3/trades/AAPL?cursor=two%2B&limit=2` },
      { results: rows(5, 1) },
    );

    const first = await call(trades, { ...aapl, limit: 2 });
    const second = await call(trades, { page: first.next_page });
    const third = await call(trades, { page: second.next_page });

    expect([first, second, third].map(({ count }) => count)).toEqual([2, 2, 1]);
    expect(third.next_page).toBeNull();
    expect(host.urls).toEqual([
      '/v3/trades/AAPL?limit=2',
      '/v3/trades/AAPL?cursor=one',
      '/v3/trades/AAPL?cursor=two%2B&limit=2',
    ]);
    expect(new Set(host.asked.map(({ headers }) => headers.authorization))).toEqual(new Set([`Bearer ${restKey}`]));
  });

  test('may move what is in the path', async () => {
    const moved = '/v2/aggs/ticker/AAPL/range/1/day/1767675600000/2026-01-09';
    const { host, call } = await askable(
      { results: [{ t: 1 }], next_url: `https://api.polygon.io${moved}?cursor=x` },
      {},
    );

    await call(bars, { page: (await call(bars, day)).next_page });

    expect(host.urls.at(-1)).toBe(`${moved}?cursor=x`);
  });

  test('of another operation are not followed', async () => {
    const { call } = await askable({ results: [], next_url: 'https://api.polygon.io/v3/quotes/AAPL?cursor=x' });

    expect(await call(trades, aapl)).toMatchObject({
      next_page: null,
      notes: ['There is more, but the API names a next page that is not one of this operation.'],
    });
  });

  test('go on with the rows that a bound left out, and none is lost', async () => {
    const { host, call } = await askable(
      { results: rows(1, 100), next_url: 'https://x.example/v3/trades/AAPL?cursor=y' },
      { results: rows(1, 100) },
      { results: rows(1, 100) },
    );

    const first = await call(trades, aapl, { maxBytes: 200 });
    const second = await call(trades, { page: first.next_page }, { maxBytes: 100_000 });

    expect(first.truncated).toBe(true);
    expect(first.count).toBeGreaterThan(10);
    expect(Buffer.byteLength(JSON.stringify(first.csv))).toBeLessThanOrEqual(200);
    expect(first.notes).toEqual([`${100 - first.count} rows more came than fit: call again with next_page as page.`]);
    expect(first.count + second.count).toBe(100);
    expect(second.csv!.split('\n')[1]).toBe(`${first.count + 1},1`);
    expect(host.urls).toEqual(['/v3/trades/AAPL?limit=100', '/v3/trades/AAPL?limit=100']);
  });

  test('take no other arguments, and say so', async () => {
    const { host, call } = await askable({ results: [], next_url: 'https://x.example/v3/trades/AAPL?cursor=y' });
    const { next_page: page } = await call(trades, aapl);

    expect((await call(trades, { page, ticker: 'MSFT', limit: 5 })).notes).toEqual([
      'page goes on where the earlier answer ended; the other arguments are ignored.',
    ]);
    expect(host.urls.at(-1)).toBe('/v3/trades/AAPL?cursor=y');
  });

  test('say where a single row is too large', async () => {
    const { call } = await askable({ results: [{ price: 1, text: 'x'.repeat(500) }] });

    const answer = await call(trades, aapl, { maxBytes: 100 });

    expect(answer).toMatchObject({ count: 0, truncated: true });
    expect(answer.notes.at(-1)).toBe('The first row alone is larger than max_bytes: raise it.');
  });

  test.each<[string, (cursor: string) => unknown, string]>([
    ['another text', () => 'abc', 'page is no cursor.'],
    ['what is no text', () => 5.5, 'page: a text is expected, and a number came.'],
    ['one of another tool', cursor => rewritten(cursor, 2, 'list_quotes'), 'page is a cursor of another tool.'],
    ['one of another host', cursor => rewritten(cursor, 1, '00000000'), 'page is a cursor of another host.'],
    ['one with another path', cursor => rewritten(cursor, 3, '/v3/quotes/AAPL'), 'page is no cursor.'],
    ['one with a path up', cursor => rewritten(cursor, 3, '/v3/trades/../trades/AAPL/x'), 'page is no cursor.'],
    ['one that skips less than nothing', cursor => rewritten(cursor, 5, -1), 'page is no cursor.'],
    ['a very long one', cursor => `${cursor}${'A'.repeat(9_000)}`, 'page is no cursor.'],
  ])('are not read from %s', async (_, forge, message) => {
    const { host, call } = await askable({ results: [], next_url: 'https://x.example/v3/trades/AAPL?cursor=y' });
    const { next_page: cursor } = await call(trades, aapl);

    expect((await failure(call(trades, { page: forge(cursor!) }))).message).toBe(message);
    expect(host.asked).toHaveLength(1);
  });

  function rewritten(cursor: string, index: number, value: unknown): string {
    const parts = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    parts[index] = value;
    return Buffer.from(JSON.stringify(parts)).toString('base64url');
  }
});
