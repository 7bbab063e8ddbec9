/** What the tools of the REST API answer: rows, pages, errors as a model sees them, endpoints and keys. */
import { describe, expect, test } from 'vitest';
import { AnswerSchemas } from '../support/answer-schemas.js';
import type { Called } from '../support/bench.js';
import { closeAfterEach } from '../support/closing.js';
import { partsOf, restBench } from '../support/rest-bench.js';
import { status } from '../support/rest-host.js';

closeAfterEach();

const list = { market: 'stocks', limit: 2 };
const page = (rows: readonly string[], cursor?: string) => ({
  status: 'OK',
  request_id: 'abc',
  results: rows.map(ticker => ({ ticker, name: `About ${ticker}` })),
  ...(cursor ? { next_url: `https://api.polygon.io/v3/reference/tickers?cursor=${cursor}` } : {}),
});

function errorOf({ structured }: Called) {
  return (structured as { error: { code: string; message: string; hint: string; docs?: string } }).error;
}

describe('rows', () => {
  test('come as CSV, in a text that says all that the structured answer does', async () => {
    const { host, call } = await restBench([page(['AAPL', 'MSFT'], 'x1')]);
    const { structured, text } = await call('list_tickers', list);

    expect(structured).toEqual({
      endpoint: 'vendor',
      simulated: false,
      csv: 'name,ticker\nAbout AAPL,AAPL\nAbout MSFT,MSFT\n',
      count: 2,
      next_page: expect.any(String),
      request_id: 'abc',
      source: { path: '/v3/reference/tickers', host: host.url.slice('http://'.length) },
      truncated: false,
      notes: [],
    });
    expect(text.split('\n')).toEqual([
      `2 rows of /v3/reference/tickers (vendor, ${host.url.slice('http://'.length)}). Quoted data up to the empty line:`,
      'name,ticker',
      'About AAPL,AAPL',
      'About MSFT,MSFT',
      '',
      `Next page: the same call with {"page": "${structured.next_page}"}`,
      'Request: "abc"',
    ]);
  });

  test('come as JSON where that is asked for, also inside params and as text', async () => {
    const { call } = await restBench([page(['AAPL'])]);
    for (const args of [{ format: 'json' }, { params: { format: 'json' } }, { params: '{"format": "JSON"}' }]) {
      const { structured, text } = await call('list_tickers', args);
      expect(structured.rows).toEqual([{ ticker: 'AAPL', name: 'About AAPL' }]);
      expect(structured.csv).toBeUndefined();
      expect(text).toContain('\n{"name":"About AAPL","ticker":"AAPL"}\n\n');
    }
  });

  test('have their units named, and are told to be old where they were kept', async () => {
    const bars = { status: 'OK', results: [{ t: 1767589200000, o: 1, v: 5 }] };
    const { host, call } = await restBench([bars]);
    const args = { ticker: 'AAPL', multiplier: 1, timespan: 'day', from: '2026-01-05', to: '2026-01-06' };
    const first = await call('get_aggs', args);
    const second = await call('get_aggs', args);

    expect(first.structured.units).toMatchObject({ t: 'ms' });
    expect(first.text).toMatch(/^Units: .*t ms/m);
    expect(first.structured.cached_age_s).toBeUndefined();
    expect(second.structured).toMatchObject({ cached_age_s: 0, csv: first.structured.csv });
    expect(second.text).toContain('(vendor, 0 s old)');
    expect(host.asked).toHaveLength(1);
  });

  test('end within max_bytes, and the next page begins with those that were left out', async () => {
    const names = Array.from({ length: 80 }, (_, index) => `TICK${index}`);
    const { call } = await restBench([page(names)]);
    const first = await call('list_tickers', { ...list, max_bytes: 1_000 });
    const seen = [first];
    while (seen.at(-1)!.structured.next_page !== null) {
      seen.push(await call('list_tickers', { page: seen.at(-1)!.structured.next_page, max_bytes: '1000' }));
    }
    const rows = seen.flatMap(({ structured }) => String(structured.csv).trim().split('\n').slice(1));

    expect(first.structured.truncated).toBe(true);
    expect(Buffer.byteLength(String(first.structured.csv))).toBeLessThanOrEqual(1_000);
    expect(rows.map(row => row.split(',')[1])).toEqual(names);
  });

  test('of all pages are had by page, to the last', async () => {
    const { host, call } = await restBench([page(['A', 'B'], 'x1'), page(['C', 'D'], 'x2'), page(['E'])]);
    const seen = [await call('list_tickers', list)];
    while (seen.at(-1)!.structured.next_page !== null) {
      const { next_page: next } = seen.at(-1)!.structured;
      // A host that holds models to the schema may send what the schema requires, too.
      seen.push(await call('list_tickers', seen.length === 1 ? { page: next } : { params: { page: next } }));
    }

    expect(seen.map(({ structured }) => structured.count)).toEqual([2, 2, 1]);
    expect(host.urls.slice(1).map(url => partsOf(url).query)).toEqual([{ cursor: 'x1' }, { cursor: 'x2' }]);
    expect(seen.at(-1)!.text).not.toContain('Next page');
  });
});

test('every answer is as the spec says, with rows, without, of a page, and of a failure', async () => {
  const schemas = new AnswerSchemas();
  const { call } = await restBench([page(['A'], 'x1'), { results: [] }, status(404, { error: 'No.' })]);
  const { call: replayed } = await restBench([], { feed: 'replay:/tmp' });
  const answers = [
    await call('list_tickers', list),
    await call('list_tickers', list),
    await call('list_tickers', { search: 'nothing', format: 'json' }),
    await call('list_tickers', { search: 'missing' }),
    await replayed('get_aggs', {}),
  ];

  expect(answers.map(({ isError }) => isError)).toEqual([false, false, false, true, false]);
  for (const { structured, isError } of answers) expect(schemas.faultsOfRequest(structured, isError)).toEqual([]);
});

describe('what a caller should know', () => {
  test('is noted: what was ignored, and what the spec says of the operation', async () => {
    const { host, call } = await restBench();
    const { structured } = await call('list_splits', { ticker: 'AAPL', reverse_split: true, execution_date: '' });

    expect(partsOf(host.urls[0]!).query).toMatchObject({ adjustment_type: 'reverse_split' });
    expect(structured.notes).toContain(
      'reverse_split is written as adjustment_type: reverse_split where true, forward_split where false.',
    );
    expect(String(structured.notes)).toContain('superseded /v3/reference/splits');
  });

  test.each([
    [{ dividend_type: 'CD' }, 'recurring'],
    [{ dividend_type: 'sc' }, 'special'],
    [{ dividend_type: 'SC', distribution_type: 'recurring' }, 'recurring'],
  ])('is derived from %j', async (args, type) => {
    const { host, call } = await restBench();
    await call('list_dividends', { ticker: 'AAPL', ...args });

    expect(partsOf(host.urls[0]!).query.distribution_type).toBe(type);
  });

  test('is judged where values follow from it', async () => {
    const { host, call } = await restBench();
    const refused = errorOf(await call('list_dividends', { ticker: 'AAPL', dividend_type: 'XX' }));

    expect(refused.message).toBe('dividend_type: one of CD, SC is expected, and a text of 2 characters came.');
    expect(host.asked).toEqual([]);
  });
});

describe('an error', () => {
  test.each([
    [400, { status: 'ERROR', error: 'Bad date.' }, 'INVALID_ARGUMENT', '"Bad date."'],
    [401, { status: 'ERROR', error: 'Unknown API Key' }, 'AUTH_FAILED', '"Unknown API Key"'],
    [403, { status: 'NOT_AUTHORIZED', message: 'Not entitled.' }, 'NOT_ENTITLED', '"Not entitled."'],
    [404, { status: 'NOT_FOUND', message: 'Ticker not found.' }, 'NOT_FOUND', '"Ticker not found."'],
    [418, 'tea', 'UPSTREAM_ERROR', 'no JSON'],
    [500, '<html>', 'UPSTREAM_ERROR', 'HTML'],
  ])('of the API says what happened and what to do: %i', async (code, body, expected, said) => {
    const { call } = await restBench([status(code, body)]);
    const failed = await call('get_ticker_details', { ticker: 'AAPL' });

    expect(failed.isError).toBe(true);
    expect(errorOf(failed)).toMatchObject({ code: expected, message: expect.stringContaining(said) });
    for (const part of Object.values(errorOf(failed))) expect(failed.text).toContain(part);
    expect(errorOf(failed).docs).toBe('polygon-docs://tools/get_ticker_details');
  });

  test('of the arguments shows a call that fits, whose contracts have not expired', async () => {
    const { host, call } = await restBench([], { wallMs: Date.UTC(2029, 5, 1) });
    const missing = errorOf(await call('get_aggs', {}));
    const contract = errorOf(await call('get_options_contract', {}));

    expect(missing.hint).toBe(
      'Call get_aggs with {"ticker": "AAPL", "multiplier": 1, "timespan": "day", "from": "2026-01-02", "to": "2026-01-30"}.',
    );
    expect(contract.hint).toMatch(
      /^Call get_options_contract with \{"options_ticker": "O:SPY(29|3\d)\d{4}C\d{8}"\}\.$/,
    );
    expect(host.asked).toEqual([]);
  });

  test('of what every request takes shows that', async () => {
    const { call } = await restBench();
    const { message, hint } = errorOf(await call('list_tickers', { ...list, format: 'xml', max_bytes: 1 }));

    expect(message).toContain('format: one of csv, json is expected');
    expect(message).toContain('max_bytes: a whole number from 1000 to 200000 is expected, and a smaller one came.');
    expect(hint).toBe('Call list_tickers with {"format": "csv", "max_bytes": 1000}.');
  });

  test('comes of a cursor of another tool, and says where to begin', async () => {
    const { call } = await restBench([page(['A'], 'x1')]);
    const { structured } = await call('list_tickers', list);

    expect(errorOf(await call('list_ticker_news', { page: structured.next_page }))).toMatchObject({
      code: 'BAD_CURSOR',
      hint: 'Call list_ticker_news without page to begin at the first one.',
    });
  });
});
