import { describe, expect, test } from 'vitest';
import { systemClock } from '../../runtime/pacing/system-clock.js';
import { testKey } from '../support/bench.js';
import { closeAfterEach } from '../support/closing.js';
import { ann, bob, both, servedHere, visit } from '../support/http-clients.js';
import { status } from '../support/rest-host.js';
import { RestScene } from '../support/rest-scene.js';

closeAfterEach();

type Row = Readonly<Record<string, unknown>>;

const trade = (sym: string, p: number) => ({ ev: 'T', sym, x: 4, i: '1', z: 3, p, s: 100, t: 1_790_000_000_000 });
const zeros = { o: 0, h: 0, l: 0, c: 0, v: 0, vw: 0 };
/** As the vendor shows it: AAPL has traded today, MSFT has not yet. */
const stocks = {
  status: 'OK',
  tickers: [
    {
      ticker: 'AAPL',
      day: { o: 201.5, h: 203.25, l: 199.75, c: 202, v: 1_250_000, vw: 201.3 },
      prevDay: { o: 198, h: 201, l: 197.5, c: 200.1, v: 9_000_000, vw: 199.4 },
    },
    { ticker: 'MSFT', day: zeros, prevDay: { ...zeros, c: 400 } },
  ],
};
const refused = status(403, { status: 'NOT_AUTHORIZED', message: 'You are not entitled to this data.' });

async function rowsOf(scene: RestScene, client = scene.client(), args: object = {}): Promise<Row[]> {
  await scene.play(client, 'stocks', { channels: ['T.*'] }, [trade('AAPL', 202.35), trade('MSFT', 396.5)]);
  const { symbols } = await scene.call(client, 'summarize_stream', { market: 'stocks', sort: 'symbol', ...args });
  return symbols as Row[];
}

describe('the previous close in a summary', () => {
  test('comes for all rows in one request, with the change from it and the day so far', async () => {
    const scene = await RestScene.open([stocks]);
    const [aapl, msft] = await rowsOf(scene);
    // 202.35 - 200.1 = 2.25, and 2.25 / 200.1 = 1.12443...%
    expect(aapl).toMatchObject({ last: 202.35, prev_close: 200.1, change: 2.25, change_pct: 1.1244 });
    expect(aapl).toMatchObject({
      day_open: 201.5,
      day_high: 203.25,
      day_low: 199.75,
      day_volume: 1_250_000,
      day_vwap: 201.3,
    });
    expect(aapl?.sources).toEqual({
      prev_close: 'rest',
      day_open: 'rest',
      day_high: 'rest',
      day_low: 'rest',
      day_volume: 'rest',
      day_vwap: 'rest',
    });
    expect(msft).toMatchObject({ prev_close: 400, change: -3.5, change_pct: -0.875, sources: { prev_close: 'rest' } });
    expect(msft).not.toHaveProperty('day_open');
    expect(scene.host.urls).toEqual(['/v2/snapshot/locale/us/markets/stocks/tickers?tickers=AAPL%2CMSFT']);
  });

  test('leaves what the stream says of the day as it is', async () => {
    const scene = await RestScene.open([stocks]);
    const client = scene.client();
    const bar = { o: 202, h: 202.5, l: 202, c: 202.4, v: 500, av: 1_260_000, op: 201.4, vw: 202.2, a: 201.31, z: 50 };
    const minute = { ev: 'AM', sym: 'AAPL', ...bar, s: 1_790_000_000_000, e: 1_790_000_060_000 };
    await scene.play(client, 'stocks', { channels: ['AM.AAPL'] }, [minute]);
    const { symbols } = await scene.call(client, 'summarize_stream', { market: 'stocks' });
    expect((symbols as Row[])[0]).toMatchObject({
      ...{ day_open: 201.4, day_volume: 1_260_000, day_vwap: 201.31, day_high: 203.25, day_low: 199.75 },
      // From the close of the newest bar: 202.4 - 200.1.
      ...{ change: 2.3, sources: { prev_close: 'rest', day_high: 'rest', day_low: 'rest' } },
    });
  });

  test('is asked for only where a caller wants a key that has it, and then says its source', async () => {
    const scene = await RestScene.open([stocks]);
    const client = scene.client();
    expect(await rowsOf(scene, client, { fields: ['last'] })).toEqual([
      { symbol: 'AAPL', last: 202.35 },
      { symbol: 'MSFT', last: 396.5 },
    ]);
    expect(scene.host.urls).toEqual([]);
    const wanted = { market: 'stocks', fields: ['prev_close'], top: 1, sort: 'symbol' };
    const { symbols } = await scene.call(client, 'summarize_stream', wanted);
    expect(symbols).toEqual([{ symbol: 'AAPL', prev_close: 200.1, sources: { prev_close: 'rest' } }]);
    expect(scene.host.urls).toEqual([expect.stringContaining('tickers=AAPL')]);
  });

  test('is not asked for again within seconds', async () => {
    const scene = await RestScene.open([stocks]);
    const client = scene.client();
    const [first] = await rowsOf(scene, client);
    const { symbols } = await scene.call(client, 'summarize_stream', { market: 'stocks', sort: 'symbol' });
    expect((symbols as Row[])[0]?.prev_close).toBe(first?.prev_close);
    expect(scene.host.urls).toHaveLength(1);
  });

  test('is absent with one note where the plan has none, and not asked for again at once', async () => {
    const scene = await RestScene.open([refused]);
    const client = scene.client();
    expect((await rowsOf(scene, client))[0]).not.toHaveProperty('prev_close');
    const { notes } = await scene.call(client, 'summarize_stream', { market: 'stocks' });
    expect(notes).toEqual([
      'No previous closes and days by REST: the plan of this key does not include them (NOT_ENTITLED).',
    ]);
    expect(scene.host.urls).toHaveLength(1);
  });

  test('does not keep a summary waiting beyond its time', async () => {
    const budgets: (() => void)[] = [];
    const clock = {
      ...systemClock,
      after: (delayMs: number, callback: () => void) => {
        if (delayMs !== 1_500) return systemClock.after(delayMs, callback);
        budgets.push(callback);
        return () => {};
      },
    };
    let answer = (): void => {};
    const slow = (_: unknown, response: { end(text: string): void }): void => {
      answer = () => response.end(JSON.stringify(stocks));
    };
    const scene = await RestScene.open([slow as never], { clock });
    const client = scene.client();
    await scene.play(client, 'stocks', { channels: ['T.*'] }, [trade('AAPL', 202.35)]);
    const summary = scene.call(client, 'summarize_stream', { market: 'stocks' });
    await scene.host.until(1);
    budgets[0]!();
    expect(await summary).toMatchObject({
      symbols: [{ symbol: 'AAPL', last: 202.35 }],
      notes: ['Previous closes and days are being fetched by REST: ask again.'],
    });
    answer();
    const next = await scene.call(client, 'summarize_stream', { market: 'stocks' });
    expect(next).toMatchObject({ symbols: [{ symbol: 'AAPL', prev_close: 200.1 }], notes: [] });
    expect(scene.host.urls).toHaveLength(1);
  });

  test('keeps an answer within its size', async () => {
    const scene = await RestScene.open([stocks]);
    const client = scene.client();
    const events = Array.from({ length: 20 }, (_, index) => trade(`A${String.fromCharCode(65 + index)}`, 10));
    const tickers = events.map(({ sym }) => ({ ...stocks.tickers[0], ticker: sym }));
    scene.host.answer({ status: 'OK', tickers });
    await scene.play(client, 'stocks', { channels: ['T.*'] }, events);
    const asked = { market: 'stocks', sort: 'symbol', max_bytes: 2_000 };
    const seen: unknown[] = [];
    for (let cursor: unknown; cursor !== null; ) {
      const answer = await scene.call(client, 'summarize_stream', { ...asked, ...(cursor ? { cursor } : {}) });
      expect(JSON.stringify(answer).length).toBeLessThanOrEqual(2_000);
      seen.push(...(answer.symbols as Row[]).map(({ symbol }) => symbol));
      cursor = answer.cursor;
    }
    expect(seen).toEqual(events.map(({ sym }) => sym));
  });
});

describe('who is asked for a previous close', () => {
  test('the API gets the key of the stream, and no client sees what came for the key of another', async () => {
    const scene = await RestScene.open([stocks, refused]);
    const [ann, bob] = [scene.client(), scene.client()];
    expect((await rowsOf(scene, ann))[0]).toMatchObject({ prev_close: 200.1 });
    await scene.play(bob, 'stocks', { channels: ['T.*'], api_key: 'another-key-4711' }, [trade('AAPL', 202.35)]);
    const { symbols } = await scene.call(bob, 'summarize_stream', { market: 'stocks' });
    expect((symbols as Row[])[0]).not.toHaveProperty('prev_close');
    expect(scene.keys).toEqual([testKey, 'another-key-4711']);
  });

  test('two clients over HTTP, each with a key of its own, never get an answer for the key of the other', async () => {
    const scene = await RestScene.open([stocks]);
    scene.host.answer((request, response) => {
      const isOfServer = request.headers.authorization === `Bearer ${testKey}`;
      const [aapl, msft] = stocks.tickers;
      const other = { ...aapl, prevDay: { ...zeros, c: 150 } };
      response.end(JSON.stringify({ status: 'OK', tickers: isOfServer ? [aapl, msft] : [other] }));
    });
    const { url } = await servedHere({
      ...both,
      POLYGON_FEED: scene.feed.url,
      POLYGON_REST_URL: scene.host.url,
      POLYGON_API_KEY: testKey,
    });
    const closes: unknown[] = [];
    for (const [token, own] of [
      [ann, {}],
      [bob, { api_key: 'another-key-4711' }],
    ] as const) {
      const peer = await visit(url, token);
      await peer.call('start_stocks_stream', { channels: ['T.AAPL'], ...own });
      scene.sendLast([trade('AAPL', 202.35)]);
      const called = await peer.call('summarize_stream', { market: 'stocks', fields: ['change'], wait_s: 10 });
      closes.push((called.structuredContent as { symbols: Row[] }).symbols[0]?.change);
    }
    // 202.35 - 200.1, and 202.35 - 150
    expect(closes).toEqual([2.25, 52.35]);
    expect(scene.keys).toEqual([testKey, 'another-key-4711']);
  });

  test('is not the vendor for a simulated stream, nor anybody for a feed whose REST API nobody named', async () => {
    const scene = await RestScene.open([stocks]);
    const client = scene.client();
    await scene.call(client, 'start_stocks_stream', { channels: ['T.AAPL'], endpoint: 'simulated' });
    const simulated = await scene.call(client, 'summarize_stream', { market: 'stocks', wait_s: 10 });
    expect(simulated.symbols).not.toEqual([]);
    expect(scene.host.urls).toEqual([]);

    const unnamed = await RestScene.open([stocks], { isNamed: false });
    const [row] = await rowsOf(unnamed);
    expect(row).not.toHaveProperty('prev_close');
    expect(unnamed.host.urls).toEqual([]);
  });
});

describe('the previous close in each market', () => {
  const session = { open: 11, high: 13, low: 9.5, previous_close: 10, previous_settlement: 10, volume: 700 };
  const v2 = (ticker: string) => ({
    tickers: [{ ticker, day: { ...zeros, o: 11, h: 13, l: 9.5, v: 700, vw: 12 }, prevDay: { ...zeros, c: 10 } }],
  });
  const contract = 'O:SPY281215C00700000';
  const cases = [
    [
      'options',
      `T.${contract}`,
      { ev: 'T', sym: contract, p: 12.5, s: 1, x: 300, t: 1 },
      { results: [{ ticker: contract, session }] },
      `/v3/snapshot?ticker.any_of=${encodeURIComponent(contract)}&limit=100`,
    ],
    [
      'futures',
      'T.ESZ8',
      { ev: 'T', sym: 'ESZ8', p: 12.5, s: 1, t: 1 },
      { results: [{ details: { ticker: 'ESZ8' }, session }] },
      '/futures/v1/snapshot?ticker.any_of=ESZ8&limit=100',
    ],
    [
      'indices',
      'V.I:SPX',
      { ev: 'V', T: 'I:SPX', val: 12.5, t: 1 },
      { results: [{ ticker: 'I:SPX', session }] },
      '/v3/snapshot/indices?ticker.any_of=I%3ASPX&limit=100',
    ],
    [
      'crypto',
      'XT.BTC-USD',
      { ev: 'XT', pair: 'BTC-USD', p: 12.5, s: 1, t: 1, x: 1, i: '1', c: [1] },
      v2('X:BTCUSD'),
      '/v2/snapshot/locale/global/markets/crypto/tickers?tickers=X%3ABTCUSD',
    ],
    [
      'forex',
      'CA.EUR/USD',
      { ev: 'CA', pair: 'EUR/USD', o: 12, h: 13, l: 12, c: 12.5, v: 9, s: 1_790_000_000_000, e: 1_790_000_060_000 },
      v2('C:EURUSD'),
      '/v2/snapshot/locale/global/markets/forex/tickers?tickers=C%3AEURUSD',
    ],
  ] as const;

  test.each(cases)('of %s is asked for in the form of the API', async (market, channel, event, answer, url) => {
    const scene = await RestScene.open([{ status: 'OK', ...answer }]);
    const client = scene.client();
    await scene.play(client, market, { channels: [channel] }, [event]);
    const { symbols } = await scene.call(client, 'summarize_stream', { market });
    expect((symbols as Row[])[0]).toMatchObject({
      ...{ prev_close: 10, change: 2.5, change_pct: 25, day_open: 11, day_high: 13, day_low: 9.5 },
    });
    expect(scene.host.urls).toEqual([url]);
  });

  test('of several markets stands in one summary, and each says of itself what it lacks', async () => {
    const scene = await RestScene.open([stocks]);
    const client = scene.client();
    await scene.play(client, 'stocks', { channels: ['T.*'] }, [trade('AAPL', 202.35)]);
    await scene.play(client, 'indices', { channels: ['V.I:SPX'] }, [{ ev: 'V', T: 'I:SPX', val: 12.5, t: 1 }]);
    scene.host.answer((request, response) => {
      const isOfStocks = request.url!.startsWith('/v2/');
      response.writeHead(isOfStocks ? 200 : 403);
      response.end(JSON.stringify(isOfStocks ? stocks : { status: 'NOT_AUTHORIZED' }));
    });
    const answer = await scene.call(client, 'summarize_stream', { markets: ['stocks', 'indices'], sort: 'symbol' });
    expect(answer.symbols).toMatchObject([
      { market: 'stocks', symbol: 'AAPL', change: 2.25 },
      { market: 'indices', symbol: 'I:SPX', value: 12.5 },
    ]);
    expect(answer.streams).toMatchObject([{ notes: [] }, { notes: [expect.stringContaining('NOT_ENTITLED')] }]);
  });
});
