/** What an answer becomes: requests as they are recorded, pages, rows, columns, CSV and JSON. */
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { Operation } from '../../runtime/contract/operation.js';
import { closeAfterEach } from '../support/closing.js';
import { askable, bars, restKey, snapshot, tickers, trades } from '../support/rest-host.js';

closeAfterEach();

const aapl = { ticker: 'AAPL' };
const day = { ...aapl, multiplier: 1, timespan: 'day', from: '2026-01-05', to: '2026-01-09' };

test('a request is a GET of the path, with the key in one header', async () => {
  const { host, call } = await askable({ status: 'OK', results: [] });

  await call(bars, day);

  expect(host.urls).toEqual(['/v2/aggs/ticker/AAPL/range/1/day/2026-01-05/2026-01-09?limit=5000']);
  const { connection: _, ...headers } = host.asked[0]!.headers;
  expect(headers).toEqual({
    host: host.url.replace('http://', ''),
    authorization: `Bearer ${restKey}`,
    accept: 'application/json',
    'accept-encoding': 'gzip',
    'user-agent': 'mcp-polygon',
  });
});

test('rows come as CSV, in the order of the spec, then what it does not know', async () => {
  const { call, host } = await askable({
    status: 'OK',
    request_id: 'abc',
    resultsCount: 2,
    results: [
      { vw: 1.5, v: 100, o: 287.41, c: 288, t: 1767589200000 },
      { c: 289.5, t: 1767675600000, v: 2e3, o: -1, otc: true },
    ],
  });

  expect(await call(bars, day)).toEqual({
    csv: 't,o,c,v,vw,otc\n1767589200000,287.41,288,100,1.5,\n1767675600000,-1,289.5,2000,,true\n',
    columns: [...bars.columns, { name: 'vw' }, { name: 'otc' }],
    count: 2,
    next_page: null,
    request_id: 'abc',
    source: {
      path: '/v2/aggs/ticker/{ticker}/range/{multiplier}/{timespan}/{from}/{to}',
      host: host.url.replace('http://', ''),
    },
    truncated: false,
    notes: ['from is read as from_.'],
  });
});

test('the same as JSON', async () => {
  const { call } = await askable({ results: [{ t: 1, o: 2, error: null }] });

  const { rows, csv } = await call(bars, day, { format: 'json' });

  expect(rows).toEqual([{ t: 1, o: 2, error: null }]);
  expect(csv).toBeUndefined();
});

test.each<[string, object]>([
  ['no results', { status: 'OK', ticker: 'AAPL', queryCount: 0, resultsCount: 0, request_id: 'x' }],
  ['null', { results: null }],
  ['an empty list', { results: [] }],
])('no rows are a header and nothing else: %s', async (_, answer) => {
  const { call } = await askable(answer);

  expect(await call(bars, day)).toMatchObject({ csv: 't,o,c,v\n', count: 0, next_page: null });
});

test('rows that are not where the spec has them are said to be so', async () => {
  const { call } = await askable({ resultsCount: 3, data: [] });

  expect((await call(bars, day)).notes.at(-1)).toBe(
    'The API counts rows, but they are not where the spec has them; please report it.',
  );
});

describe('digits', () => {
  const answer =
    '{"results":[{"sip_timestamp":1517562000015577001,"price":171.55,"size":1e2,"n":-123456789012345678901,"d":0.1234567890123456789,"e":21.504000000000001,"s":5}]}';

  test('are kept in CSV, those of negative numbers too', async () => {
    const { call } = await askable(answer);

    expect((await call(trades, aapl)).csv).toBe(
      'sip_timestamp,price,size,n,d,e,s\n1517562000015577001,171.55,100,-123456789012345678901,0.1234567890123456789,21.504,5\n',
    );
  });

  test('are text in JSON where no number holds them', async () => {
    const { call } = await askable(answer, '{"results":[{"sip_timestamp":5}]}');

    expect((await call(trades, aapl, { format: 'json' })).rows).toEqual([
      {
        sip_timestamp: '1517562000015577001',
        price: 171.55,
        size: 100,
        n: '-123456789012345678901',
        d: '0.1234567890123456789',
        e: 21.504,
        s: 5,
      },
    ]);
    // The column is exact, whatever the size of a value.
    expect((await call(trades, aapl, { format: 'json' })).rows).toEqual([{ sip_timestamp: '5' }]);
  });
});

describe('an answer that was made to be slow', () => {
  const members = (count: number, name: (index: number) => string): string =>
    Array.from({ length: count }, (_, index) => `"${name(index)}":1`).join();

  /** Processor time of reading it, ms. */
  async function took(...rows: readonly string[]): Promise<number> {
    const { call } = await askable(`{"results":[${rows.join()}]}`);
    await call(trades, aapl);
    const before = process.cpuUsage();
    await call(trades, aapl);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000;
  }

  test('names its columns in one pass where all names are the same once they are cut', async () => {
    const long = await took(`{${members(1_000, index => `${'x'.repeat(100)}${index}`)}}`);

    expect(long).toBeLessThan(5 * (await took(`{${members(1_000, index => `${index}${'x'.repeat(90)}`)}}`)) + 20);
  });
});

describe('shapes', () => {
  const at = (path: readonly string[], shape: 'list' | 'object'): Operation => ({ ...snapshot, rows: { path, shape } });

  test.each<[string, Operation, object, string]>([
    ['an object', snapshot, { ticker: { day: { o: 1, h: 2 }, name: 'x' } }, 'day_o,day_h,name\n1,2,x\n'],
    [
      'a list in an object',
      at(['results', 'values'], 'list'),
      { results: { underlying: {}, values: [{ timestamp: 1, value: 2 }] } },
      'timestamp,value\n1,2\n',
    ],
    [
      'the root, without what stands around it',
      at([], 'object'),
      { status: 'OK', request_id: 'r', close: 5, from: '2026-01-05' },
      'close,from\n5,2026-01-05\n',
    ],
    ['a list at the root', at([], 'list'), [{ a: 1 }, { a: 2 }], 'a\n1\n2\n'],
    ['an object where a list is expected', at(['results'], 'list'), { results: { a: 1 } }, 'a\n1\n'],
    ['a list where an object is expected', at(['results'], 'object'), { results: [{ a: 1 }, { a: 2 }] }, 'a\n1\n2\n'],
    ['plain values', at(['results'], 'list'), { results: ['AAPL', 'MSFT'] }, 'value\nAAPL\nMSFT\n'],
    [
      'members that come to one name',
      at(['results'], 'list'),
      { results: [{ a: { b: 1 }, a_b: 2 }, { a: { b: 3 } }] },
      'a_b_2,a_b\n1,2\n3,\n',
    ],
    [
      'lists, as JSON',
      at(['results'], 'list'),
      { results: [{ c: [12, 41], x: [{ y: null, z: 'q"' }], e: [], o: {} }] },
      'c,x,e,o\n"[12,41]","[{""y"":null,""z"":""q\\""""}]",[],{}\n',
    ],
    [
      'names that objects have of their own',
      at(['results'], 'list'),
      JSON.parse('{"results":[{"__proto__":{"a":1},"constructor":2}]}'),
      '__proto___a,constructor\n1,2\n',
    ],
  ])('%s', async (_, operation, answer, csv) => {
    const { call } = await askable(answer);

    expect((await call(operation, aapl)).csv).toBe(csv);
  });

  test('a text is cut where it is long, with a sign that it goes on', async () => {
    const { call } = await askable({ results: [{ a: `x${'\n'.repeat(50_000)}y` }, { a: 'z'.repeat(50_000) }] });

    const { rows } = await call(at(['results'], 'list'), aapl, { format: 'json' });

    expect(rows).toEqual([{ a: 'x …' }, { a: `${'z'.repeat(3_999)}…` }]);
  });

  test('deeper than any are JSON, and end', async () => {
    const nested = (levels: number): string => (levels === 0 ? '1' : `{"a":${nested(levels - 1)}}`);
    const { call } = await askable(`{"ticker":${nested(60)}}`);

    const { csv } = await call(snapshot, aapl);

    expect(csv).toContain('a_a_a_a_a_a_a_a\n');
    expect(csv).toContain('…');
  });
});

test('no cell is a formula, and no text more than text', async () => {
  const { call } = await askable({
    results: [
      {
        ticker: '=1+1',
        name: '+1-555',
        a: '-5',
        b: '@SUM(A1)',
        c: '-x',
        d: -5.5,
        e: 'line\nbreak, "quoted"',
        f: '\u202eevil',
      },
    ],
  });

  expect((await call(tickers, {})).csv).toBe(
    'ticker,name,a,b,c,d,e,f\n\'=1+1,\'+1-555,-5,\'@SUM(A1),\'-x,-5.5,"line break, ""quoted""",\\u202eevil\n',
  );
});

test('the key in an answer is not passed on', async () => {
  const { call } = await askable({
    request_id: restKey,
    results: [{ ticker: `x ${restKey} y`, [restKey]: 1 }],
    next_url: `https://api.polygon.io/v3/reference/tickers?cursor=${encodeURIComponent(restKey)}&apiKey=${restKey}`,
  });

  const answer = await call(tickers, {});

  expect(JSON.stringify(answer)).not.toContain(restKey);
  expect(Buffer.from(answer.next_page!, 'base64url').toString()).not.toMatch(/k3y-of/);
});

test('errors of single rows are rows, and are told', async () => {
  const { call } = await askable({
    results: [
      { ticker: 'AAPL', name: 'Apple' },
      { ticker: 'ZZZ', error: 'NOT_FOUND', message: 'Ticker not found.' },
    ],
  });

  const { csv, notes } = await call(tickers, {});

  expect(csv).toBe('ticker,name,error,message\nAAPL,Apple,,\nZZZ,,NOT_FOUND,Ticker not found.\n');
  expect(notes).toEqual(['1 row of 2 is an error of the API: see error and message.']);
});

test('a compressed answer is read', async () => {
  const { call } = await askable((_, response) => {
    response.writeHead(200, { 'content-encoding': 'gzip' });
    response.end(gzipSync(JSON.stringify({ results: [{ ticker: 'A' }] })));
  });

  expect(await call(tickers, {})).toMatchObject({ csv: 'ticker\nA\n' });
});
