import { describe, expect, test } from 'vitest';
import { markets, suite } from '../../generated/suite.js';
import { SimulatedFeed } from '../../runtime/simulator/feed.js';
import { SimulatedHistory } from '../../runtime/simulator/history.js';
import type { SimulatedFeedOptions } from '../../runtime/simulator/options.js';
import { callOn, clockFrom, hubOn } from '../support/bench.js';
import { marketOf } from '../support/markets.js';
import {
  type Client,
  enter,
  feeds,
  type Message,
  newFeed,
  START_MS,
  setUp,
  split,
} from '../support/simulated-client.js';

setUp();

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

function open(options: SimulatedFeedOptions = {}) {
  return newFeed(options, markets);
}

async function hear(startAtMs: number, forMs: number, path: string, channels: string): Promise<Message[]> {
  const feed = open({ startAtMs });
  const client = await enter(feed, path);
  await client.subscribe(channels);
  feed.advance(forMs);
  return client.rest();
}

describe('what is streamed', () => {
  test('has minute bars that are what the trades of the minute come to, odd lots as volume alone', async () => {
    const messages = await hear(START_MS, 3 * minuteMs, '/stocks', 'T.AAPL,AM.AAPL');
    const [trades, bars] = split(messages, 'T', 'AM');
    const whole = bars.filter(({ s }) => Number(s) > START_MS);
    expect(whole).toHaveLength(2);
    for (const bar of whole) {
      const inside = trades.filter(({ t }) => Number(t) >= Number(bar.s) && Number(t) < Number(bar.e));
      const prices = inside.filter(({ c }) => !(c as number[] | undefined)?.includes(37)).map(({ p }) => Number(p));
      expect(prices.length).toBeLessThan(inside.length);
      expect(bar).toMatchObject({
        o: prices[0],
        h: Math.max(...prices),
        l: Math.min(...prices),
        c: prices.at(-1),
        v: inside.reduce((sum, { s }) => sum + Number(s), 0),
      });
    }
  });

  test('is what history says of the time', async () => {
    const [bars] = split(await hear(START_MS, 5 * minuteMs, '/stocks', 'AM.AAPL'), 'AM');
    const firstMs = Number(bars[0]!.s);
    const history = new SimulatedHistory(marketOf('stocks'));
    const told = [...history.bars('AAPL', minuteMs, firstMs, firstMs + 5 * minuteMs)];
    expect(told.map(({ open, high, low, close, volume, time }) => [open, high, low, close, volume, time])).toEqual(
      bars.map(({ o, h, l, c, v, s }) => [o, h, l, c, v, s]),
    );
  });

  test.each(['/stocks T.AAPL,Q.AAPL', '/forex C.EUR/USD', '/indices V.I:SPX', '/crypto XT.BTC-USD,XQ.BTC-USD'])(
    'on %s is the same at every start',
    async wanted => {
      const [path, channels] = wanted.split(' ') as [string, string];
      const earlier = await hear(START_MS, 30_000, path, channels);
      const later = await hear(START_MS + 7_000, 10_000, path, channels);
      expect(later.length).toBeGreaterThan(20);
      const [fromMs, toMs] = [START_MS + 7_000, START_MS + 17_000];
      expect(later).toEqual(earlier.filter(({ t }) => Number(t) > fromMs && Number(t) <= toMs));
    },
  );

  test('leaves out what the feed leaves out, and says what it says now and then', async () => {
    const messages = await hear(START_MS, 5 * minuteMs, '/stocks', 'T.AAPL,Q.AAPL,AM.AAPL');
    const [trades, quotes] = split(messages, 'T', 'Q');
    const share = (of: Message[], key: string): number => of.filter(one => key in one).length / of.length;
    expect(share(trades, 'c')).toBeLessThan(0.5);
    expect(share(trades, 'c')).toBeGreaterThan(0.1);
    for (const key of ['ds', 'trfi', 'trft', 'pt']) {
      expect([key, share(trades, key) > 0.1, share(trades, key) < 0.9]).toEqual([key, true, true]);
    }
    expect([share(quotes, 'c'), share(quotes, 'i')].every(found => found > 0.05 && found < 0.6)).toBe(true);
    for (const trade of trades) expect('trfi' in trade).toBe(trade.x === 4);
  });

  test('of an expired contract is nothing', async () => {
    const [startAtMs, path] = [Date.parse('2026-12-19T12:00:00-06:00'), '/futures'];
    const feed = open({ startAtMs });
    const client = await enter(feed, path);
    expect(await client.subscribe('T.ESZ6,T.ESH7')).toMatchObject([{ status: 'success' }, { status: 'success' }]);
    feed.advance(10_000);
    expect(new Set((await client.rest()).map(({ sym }) => sym))).toEqual(new Set(['ESH7']));
  });
});

describe('the clock of the simulated feed', () => {
  async function follow(): Promise<{ client: Client; set: (ms: number) => void }> {
    let shownMs = START_MS;
    const feed = new SimulatedFeed(markets, { stepMs: 2, clock: { now: () => shownMs } });
    feeds.push(feed);
    const client = await enter(feed);
    await client.subscribe('Q.*');
    return {
      client,
      set: ms => {
        shownMs = ms;
      },
    };
  }

  const timesIn = (messages: Message[]): number[] => messages.map(({ t }) => Number(t));

  test('is that of the machine: what comes has just happened', async () => {
    const { client, set } = await follow();
    set(START_MS + 500);
    const times = timesIn(await client.next());
    expect(Math.min(...times)).toBeGreaterThan(START_MS);
    expect(Math.max(...times)).toBeLessThanOrEqual(START_MS + 500);
  });

  test('does not flood who wakes from sleep, and goes back with a clock that is set back', async () => {
    const { client, set } = await follow();
    const later = START_MS + hourMs;
    set(later);
    expect(Math.min(...timesIn(await client.next()))).toBeGreaterThan(later - 5_000);
    for (let times: number[] = []; Math.max(...times) < later - 500; ) times = timesIn(await client.next());
    set(START_MS);
    const wait = setInterval(() => set(START_MS + 400), 10);
    let back = timesIn(await client.next());
    while (Math.min(...back) > START_MS + hourMs / 2) back = timesIn(await client.next());
    clearInterval(wait);
    expect(Math.max(...back)).toBeLessThanOrEqual(START_MS + 400);
  });
});

test('a stream of a ticker that the simulated world does not have is told so, and what it has', async () => {
  const hub = hubOn(suite, markets, 'simulated');
  await callOn(hub, 'start_stocks_stream', { channels: ['T.ZZZZ'] });
  const { text } = await callOn(hub, 'get_stocks_stream_status');
  await hub.close();
  expect(text).toMatch(/The simulated feed does not have ZZZZ\. It has AAPL, MSFT, NVDA and \d+ more\./);
});

test.each([
  ['a Sunday', '2026-11-22'],
  ['Thanksgiving', '2026-11-26'],
  ['the evening of a half day', '2026-11-27'],
])('a client hears trades of %s on that day, and that the simulated feed never closes', async (_day, date) => {
  const hub = hubOn(suite, markets, 'simulated', {}, clockFrom(Date.parse(`${date}T21:00:00Z`)));
  const { structured } = await callOn(hub, 'start_stocks_stream', { channels: ['T.AAPL'] });
  const { cursor } = structured;
  const heard = await callOn(hub, 'wait_for_stream_message', { market: 'stocks', cursor });
  const { text } = await callOn(hub, 'get_stocks_stream_status');
  await hub.close();
  expect(heard.structured.messages).toMatchObject([{ symbol: 'AAPL', timestamp: expect.stringContaining(date) }]);
  expect(text).toContain('open: the simulated feed never closes');
});
