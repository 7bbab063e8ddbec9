/** Questions of an analyst, asked by a real client of a server on a real socket; every number is worked out by hand. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { WebSocket } from 'ws';
import { testKey } from '../support/bench.js';
import { polite, RawFeed } from '../support/raw-feed.js';
import { HostedServer } from '../support/stdio.js';

type Answer = Readonly<Record<string, unknown>>;

/** Monday, 21 September 2026, 10:14:20 in New York. */
const t = Date.UTC(2026, 8, 21, 14, 14, 20);
/** The same day at 08:00 in New York. */
const early = Date.UTC(2026, 8, 21, 12);

const trade = (sym: string, p: number, s: number, c: readonly number[] = [], at = t): object => ({
  ...{ ev: 'T', sym, x: 4, i: '1', z: 3, p, s, t: at, q: 1 },
  ...(c.length > 0 ? { c } : {}),
});
const quote = (sym: string, bp: number, ap: number): object => ({
  ...{ ev: 'Q', sym, bx: 4, bp, bs: 2, ax: 7, ap, as: 3, c: 0, t, q: 1, z: 3 },
});

const session: readonly object[] = [
  trade('AAPL', 230, 100),
  // 37 is an odd lot, 2 an average price: volume alone. 41 lets everything pass.
  trade('AAPL', 230.1, 50, [37]),
  trade('AAPL', 230.4, 200),
  trade('AAPL', 229, 1_000, [2]),
  trade('AAPL', 230.2, 300, [41]),
  quote('AAPL', 230.19, 230.21),
  trade('MSFT', 500, 10),
  trade('MSFT', 510, 10),
  quote('MSFT', 509, 511),
  trade('NVDA', 100, 500),
  trade('NVDA', 97, 500),
  trade('TSLA', 400, 1),
  { ev: 'LULD', T: 'TSLA', h: 420, l: 380, i: [17], z: 3, t, q: 1 },
  {
    ...{ ev: 'AM', sym: 'AMZN', o: 180, h: 182, l: 179, c: 181, v: 5_000, vw: 180.6 },
    ...{ av: 120_000, op: 178.5, a: 180.2, z: 50, s: t - 20_000, e: t + 40_000 },
  },
  // Outside the regular session nearly every print carries 12.
  trade('GOOG', 150, 10, [12], early),
];

let feed: RawFeed;
let server: HostedServer;
/** Where the session begins. */
let begun: unknown;

beforeAll(async () => {
  const sockets: WebSocket[] = [];
  feed = await RawFeed.open({
    ...polite,
    open(socket, attempt) {
      sockets.push(socket);
      polite.open(socket, attempt);
    },
  });
  server = await HostedServer.start({ POLYGON_API_KEY: testKey, POLYGON_FEED: feed.url });
  const { cursor } = await ask('start_stocks_stream', { channels: ['T.*', 'Q.*', 'AM.*', 'LULD.*'] });
  sockets.at(-1)!.send(JSON.stringify(session));
  begun = cursor;
  const came = { market: 'stocks', cursor, count: session.length, timeout_s: 20 };
  expect(await ask('wait_for_stream_message', came)).toMatchObject({ matched: true });
});

afterAll(async () => {
  await server.close();
  await feed.close();
});

async function ask(tool: string, args: Record<string, unknown> = {}): Promise<Answer> {
  return (await server.call(tool, args)).structuredContent as Answer;
}

async function rows(args: Record<string, unknown>): Promise<unknown> {
  return (await ask('summarize_stream', { market: 'stocks', ...args })).symbols;
}

describe('an analyst asks', () => {
  test('what AAPL is doing', async () => {
    expect(await rows({ symbols: ['AAPL'] })).toMatchObject([
      {
        trades: 5,
        ineligible_trades: 2,
        last: 230.2,
        last_size: 300,
        bid: 230.19,
        ask: 230.21,
        spread: 0.02,
        // 0.02 / 230.2
        spread_bps: 0.87,
        window_open: 230,
        window_high: 230.4,
        window_low: 230,
        window_volume: 1_650,
        // (23,000 + 11,505 + 46,080 + 229,000 + 69,060) / 1,650
        window_vwap: 229.4818182,
        // 0.2 / 230
        window_change_pct: 0.087,
      },
    ]);
  });

  test('what rose and what fell the most', async () => {
    const fields = ['window_change_pct'];
    expect(await rows({ sort: 'change', top: 1, fields })).toEqual([{ symbol: 'MSFT', window_change_pct: 2 }]);
    expect(await rows({ sort: 'change', order: 'asc', top: 1, fields })).toEqual([
      { symbol: 'NVDA', window_change_pct: -3 },
    ]);
  });

  test('where the volume is', async () => {
    expect(await rows({ sort: 'volume', top: 2, fields: ['window_volume'] })).toEqual([
      { symbol: 'AMZN', window_volume: 5_000 },
      { symbol: 'AAPL', window_volume: 1_650 },
    ]);
  });

  test('which spread is the widest', async () => {
    // 2 / 510
    expect(await rows({ sort: 'spread', top: 1, fields: ['spread_bps'] })).toEqual([
      { symbol: 'MSFT', spread_bps: 39.22 },
    ]);
  });

  test('how the range would look if every print counted', async () => {
    expect(await rows({ symbols: ['AAPL'], prints: 'all', fields: ['window_high', 'window_low', 'last'] })).toEqual([
      { symbol: 'AAPL', window_high: 230.4, window_low: 229, last: 230.2 },
    ]);
  });

  test('why the print at 229 did not count', async () => {
    const read = { market: 'stocks', channels: ['T.AAPL'], detail: 'full', names: true };
    const { messages } = await ask('read_stream_messages', read);
    expect((messages as { price: number }[]).find(({ price }) => price === 229)).toMatchObject({
      conditions: [2],
      names: { conditions: ['Average Price Trade'] },
      updates: ['volume'],
    });
  });

  test('whether TSLA trades, and between which bands', async () => {
    expect(await rows({ symbols: ['TSLA'], fields: ['halted', 'limit_up', 'limit_down'] })).toEqual([
      { symbol: 'TSLA', halted: true, limit_up: 420, limit_down: 380 },
    ]);
  });

  test('how the day of AMZN stands, and what of it came over the stream', async () => {
    expect(await rows({ symbols: ['AMZN'] })).toMatchObject([
      {
        day_open: 178.5,
        day_volume: 120_000,
        day_vwap: 180.2,
        window_open: 180,
        window_volume: 5_000,
        // 1 / 180
        window_change_pct: 0.5556,
      },
    ]);
  });

  test('of which session the last price of GOOG is', async () => {
    expect(await rows({ symbols: ['GOOG'], fields: ['last', 'last_session'] })).toEqual([
      { symbol: 'GOOG', last: 150, last_session: 'pre-market' },
    ]);
  });

  test.each<[string, object, object, string]>([
    // 2 / 510
    [
      'when a spread is wide',
      { field: 'spread_bps', op: '>', value: 39 },
      { bid: { price: 509 } },
      'spread_bps 39.2157',
    ],
    [
      'when a price falls by 3 percent within a minute',
      { move_pct: 'price', window_s: 60, op: '<=', value: -3 },
      { symbol: 'NVDA', price: 97 },
      'move_pct of price in 60 s -3',
    ],
    [
      'when a thousand have been traded, and not at once',
      {
        all: [
          { field: 'window_volume', window_s: 60, op: '>=', value: '1000' },
          { field: 'size', op: '<', value: 1_000 },
        ],
      },
      { symbol: 'AAPL', price: 230.2 },
      'window_volume in 60 s 1650',
    ],
    [
      'when the ask is not under the last price',
      { field: 'ask.price', op: '>=', value: '{"field": "price"}', symbol: 'MSFT' },
      { symbol: 'MSFT', event: 'QUOTE' },
      'ask.price 511, price 510',
    ],
  ])('%s', async (_, condition, message, said) => {
    const asked = { market: 'stocks', condition, cursor: begun, timeout_s: 20 };
    expect(await ask('wait_for_stream_message', asked)).toMatchObject({
      matched: true,
      messages: [message],
      notes: [`At the last message: ${said}.`],
    });
  });

  test('and is told at once what can never be', async () => {
    const condition = { all: [230, 231].map((value, index) => ({ field: 'price', op: index ? '>' : '<', value })) };
    const answer = await ask('wait_for_stream_message', { market: 'stocks', condition, timeout_s: 50 });
    expect(answer).toMatchObject({
      matched: false,
      silence: 'The condition can never hold: its comparisons of price exclude each other.',
    });
    expect(answer.waited_ms).toBeLessThan(10_000);
  });

  test('whether all of that can be trusted', async () => {
    const { running, streams } = await ask('get_streams_overview');
    expect(running).toBe(1);
    expect((streams as Answer[]).find(({ market }) => market === 'stocks')).toMatchObject({
      state: 'live',
      simulated: false,
      subscription_count: 4,
      messages_received: session.length,
    });
    const { symbols, omitted, outages } = await ask('summarize_stream', { market: 'stocks' });
    expect([(symbols as unknown[]).length, omitted, outages]).toEqual([6, 0, []]);
  });
});
