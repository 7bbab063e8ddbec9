/** What the simulated world answers is what its feed streams. */
import { describe, expect, test } from 'vitest';
import { markets } from '../../../generated/suite.js';
import { TestClock } from '../../support/clock.js';
import { enter, type Message, newFeed, START_MS, setUp } from '../../support/simulated-client.js';
import { fridayMs, type Rows, simulatedRest } from '../../support/simulated-rest.js';

setUp();

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
const oddLot = 37;

/** What a client hears from `START_MS` on, and the world at the moment at which it stops listening. */
async function hear(path: string, channels: string, forMs: number) {
  const feed = newFeed({ startAtMs: START_MS }, markets);
  const client = await enter(feed, path);
  await client.subscribe(channels);
  feed.advance(forMs);
  return { messages: await client.rest(), ...simulatedRest(new TestClock(START_MS + forMs)) };
}

function barsOf(ticker: string, timespan: string, fromMs: number, toMs: number, multiplier = 1) {
  return { ticker, multiplier, timespan, from: String(fromMs), to: String(toMs), limit: 50_000 };
}

/** A bar of streamed trades, as a person would add it up: odd lots are volume alone. */
function addUp(trades: readonly Message[], startMs: number, endMs: number) {
  const inside = trades.filter(({ t }) => Number(t) >= startMs && Number(t) < endMs);
  const prices = inside.filter(({ c }) => !(c as number[] | undefined)?.includes(oddLot)).map(({ p }) => Number(p));
  return {
    t: startMs,
    o: prices[0],
    h: Math.max(...prices),
    l: Math.min(...prices),
    c: prices.at(-1),
    v: inside.reduce((sum, { s }) => sum + Number(s), 0),
    n: inside.length,
  };
}

describe('bars', () => {
  test('of whole minutes, and of the one that runs, are what the streamed trades come to', async () => {
    const { messages, ask } = await hear('/stocks', 'T.AAPL', 4.5 * minuteMs);
    const nowMs = START_MS + 4.5 * minuteMs;
    const firstMs = Math.ceil(START_MS / minuteMs) * minuteMs;
    const { rows } = await ask('list_aggs', barsOf('AAPL', 'minute', firstMs, nowMs + dayMs));
    expect(rows).toHaveLength(5);
    for (const row of rows) {
      const startMs = Number(row.t);
      expect(row).toMatchObject(addUp(messages, startMs, Math.min(startMs + minuteMs, nowMs + 1)));
    }
  });

  test.each([
    ['/stocks', 'A.AAPL', 'AAPL', 'second'],
    ['/options', 'AM.O:SPY281215C00700000', 'O:SPY281215C00700000', 'minute'],
    ['/forex', 'CA.EUR/USD', 'C:EURUSD', 'minute'],
    ['/crypto', 'XA.BTC-USD', 'X:BTCUSD', 'minute'],
    ['/indices', 'AM.I:SPX', 'I:SPX', 'minute'],
  ])('on %s are the streamed bars %s', async (path, channel, ticker, timespan) => {
    const { messages, ask } = await hear(path, channel, 4.5 * minuteMs);
    expect(messages.length).toBeGreaterThan(3);
    const [first, last] = [messages[0]!, messages.at(-1)!];
    const { rows } = await ask('list_aggs', barsOf(ticker, timespan, Number(first.s), Number(last.s)));
    expect(rows.map(({ t, o, h, l, c }) => [t, o, h, l, c])).toEqual(
      messages.map(({ s, o, h, l, c }) => [s, o, h, l, c]),
    );
    if (path !== '/indices') expect(rows.map(({ v }) => v)).toEqual(messages.map(({ v }) => v));
  });

  test('of futures are the streamed bars', async () => {
    const { messages, ask } = await hear('/futures', 'AM.ESZ7', 4.5 * minuteMs);
    const [first, last] = [messages[0]!, messages.at(-1)!];
    const args = { ticker: 'ESZ7', resolution: '1min', window_start_gte: first.s, window_start_lte: last.s };
    const { rows } = await ask('list_futures_aggregates', { ...args, sort: 'window_start.asc' });
    expect(rows.map(({ open, high, low, close, volume }) => [open, high, low, close, volume])).toEqual(
      messages.map(({ o, h, l, c, v }) => [o, h, l, c, v].map(Number)),
    );
  });

  test('of a week are what its days come to, and of five minutes what the minutes do', async () => {
    const { ask } = simulatedRest();
    const [week] = (await ask('list_aggs', { ...day('AAPL', '2026-11-18', '2026-11-18'), timespan: 'week' })).rows;
    const days = (await ask('list_aggs', day('AAPL', '2026-11-15', '2026-11-21'))).rows;
    expect(days).toHaveLength(7);
    expect(week).toMatchObject(merged(days));
    const from = fridayMs - (fridayMs % (5 * minuteMs)) - 10 * minuteMs;
    const [five] = (await ask('list_aggs', barsOf('X:ETHUSD', 'minute', from, from, 5))).rows;
    const minutes = (await ask('list_aggs', barsOf('X:ETHUSD', 'minute', from, from + 4 * minuteMs))).rows;
    expect(five).toMatchObject(merged(minutes));
  });

  test('come in pages, oldest or newest first, that are together the same as one', async () => {
    const { ask, all } = simulatedRest();
    const args = { ...day('C:EURUSD', '2026-11-25', '2026-11-25'), timespan: 'minute' };
    const whole = (await ask('list_aggs', { ...args, limit: 5_000 })).rows;
    expect(whole).toHaveLength(1_440);
    expect(await all('list_aggs', { ...args, limit: 500 })).toEqual(whole);
    expect(await all('list_aggs', { ...args, limit: 500, sort: 'desc' })).toEqual(whole.toReversed());
  });

  test('of the future are not known', async () => {
    const { rows } = await simulatedRest().ask('list_aggs', day('AAPL', '2026-11-28', '2026-12-31'));
    expect(rows).toEqual([]);
  });
});

function day(ticker: string, from: string, to: string) {
  return { ticker, multiplier: 1, timespan: 'day', from, to };
}

function merged(rows: Rows) {
  const of = (name: string): number[] => rows.map(row => Number(row[name]));
  return {
    t: of('t')[0],
    o: of('o')[0],
    h: Math.max(...of('h')),
    l: Math.min(...of('l')),
    c: of('c').at(-1),
    n: of('n').reduce((sum, one) => sum + one, 0),
    v: expect.closeTo(
      of('v').reduce((sum, one) => sum + one, 0),
      4,
    ),
  };
}

describe('ticks', () => {
  test('are the streamed trades, to the nanosecond below their millisecond', async () => {
    const { messages, all } = await hear('/stocks', 'T.AAPL', 30_000);
    const args = { ticker: 'AAPL', timestamp_gt: String(START_MS), order: 'asc', limit: 20 };
    const rows = await all('list_trades', args);
    expect(rows.length).toBeGreaterThan(20);
    expect(rows.map(row => [msOf(row.sip_timestamp), row.price, row.size, row.sequence_number, row.exchange])).toEqual(
      messages.map(({ t, p, s, q, x }) => [t, p, s, q, x]),
    );
    expect(await all('list_trades', { ...args, order: 'desc' })).toEqual(rows.toReversed());
    const [third] = rows.slice(2);
    const from = { ...args, timestamp_gt: undefined, timestamp_gte: third!.sip_timestamp };
    expect(await all('list_trades', JSON.parse(JSON.stringify(from)))).toEqual(rows.slice(2));
  });

  test('are the streamed quotes, with a side missing where the message lacks it', async () => {
    const { messages, all, ask } = await hear('/stocks', 'Q.AAPL', 5 * minuteMs);
    const rows = await all('list_quotes', {
      ticker: 'AAPL',
      timestamp_gt: String(START_MS),
      order: 'asc',
      limit: 5_000,
    });
    expect(rows.map(row => [msOf(row.sip_timestamp), row.bid_price ?? null, row.ask_price ?? null])).toEqual(
      messages.map(({ t, bp, ap }) => [t, bp ?? null, ap ?? null]),
    );
    const [last] = (await ask('get_last_quote', { ticker: 'AAPL' })).rows;
    expect(msOf(last!.t)).toBe(messages.at(-1)!.t);
  });

  test('end with the last trade, which snapshots have, too', async () => {
    const { messages, ask } = await hear('/crypto', 'XT.BTC-USD', 30_000);
    const last = messages.at(-1)!;
    const { rows } = await ask('get_last_crypto_trade', { from: 'BTC', to: 'USD' });
    expect(rows).toMatchObject([{ price: last.p, size: last.s, timestamp: last.t, exchange: last.x }]);
    const snapshot = await ask('get_snapshot_ticker', { market_type: 'crypto', ticker: 'X:BTCUSD' });
    expect(snapshot.rows).toMatchObject([{ lastTrade_p: last.p, lastTrade_t: String(last.t) }]);
  });
});

function msOf(ns: unknown): number {
  return Number(BigInt(String(ns)) / 1_000_000n);
}

describe('the day before', () => {
  test.each(['AAPL', 'X:BTCUSD', 'C:EURUSD', 'O:SPY281215C00700000'])(
    'of %s closed with its last minute',
    async ticker => {
      const { ask } = simulatedRest();
      const yesterday = '2026-11-26';
      const minutes = (await ask('list_aggs', { ...day(ticker, yesterday, yesterday), timespan: 'minute' })).rows;
      const [bar] = (await ask('list_aggs', day(ticker, yesterday, yesterday))).rows;
      const [previous] = (await ask('get_previous_close_agg', { ticker })).rows;
      expect(minutes).toHaveLength(1_440);
      expect(bar!.c).toBe(minutes.at(-1)!.c);
      expect(previous).toMatchObject({ T: ticker, ...bar });
    },
  );

  test('is that of every snapshot, and today is its running bar', async () => {
    const { ask } = simulatedRest();
    const [before, today] = (await ask('list_aggs', day('AAPL', '2026-11-26', '2026-11-27'))).rows;
    const [snapshot] = (await ask('get_snapshot_ticker', { market_type: 'stocks', ticker: 'AAPL' })).rows;
    const [universal] = (await ask('list_universal_snapshots', { ticker_any_of: 'AAPL' })).rows;
    const [grouped] = (await ask('get_grouped_daily_aggs', { date: '2026-11-27' })).rows.filter(
      ({ T }) => T === 'AAPL',
    );
    const { o, h, l, c, v } = today!;
    expect(snapshot).toMatchObject({ day_o: o, day_h: h, day_l: l, day_c: c, day_v: v, prevDay_c: before!.c });
    expect(universal).toMatchObject({ session_open: o, session_close: c, session_previous_close: before!.c });
    expect(grouped).toMatchObject({ T: 'AAPL', o, h, l, c, v });
    expect(snapshot!.todaysChange).toBeCloseTo(Number(c) - Number(before!.c), 6);
  });
});

describe('indicators', () => {
  test('are what one computes of the bars', async () => {
    const { ask } = simulatedRest();
    const closes = (await ask('list_aggs', day('AAPL', '2026-11-16', '2026-11-25'))).rows.map(({ c }) => Number(c));
    const { rows } = await ask('get_sma', { ticker: 'AAPL', window: 10, timestamp: '2026-11-25' });
    expect(rows).toHaveLength(1);
    expect(rows[0]!.value).toBeCloseTo(closes.reduce((sum, one) => sum + one, 0) / 10, 5);
  });

  test.each(['get_ema', 'get_rsi', 'get_macd'])('of %s are the same on every page', async name => {
    const { ask, all } = simulatedRest();
    const args = { ticker: 'AAPL', timestamp_gte: '2026-11-02', timestamp_lte: '2026-11-25' };
    const whole = (await ask(name, { ...args, limit: 100 })).rows;
    expect(whole).toHaveLength(24);
    expect(await all(name, { ...args, limit: 7 })).toEqual(whole);
  });
});

describe('another process', () => {
  test.each([
    ['list_aggs', day('AAPL', '2026-11-20', '2026-11-26')],
    ['list_trades', { ticker: 'AAPL', timestamp: '2026-11-26', limit: 50 }],
    ['get_options_chain', { underlying_asset: 'SPY' }],
    ['list_ticker_news', { ticker: 'AAPL' }],
    ['get_ema', { ticker: 'X:BTCUSD', timestamp_lte: '2026-11-20' }],
  ])('answers %s alike', async (name, args) => {
    const [one, other] = [simulatedRest(), simulatedRest()];
    expect(await other.ask(name, args)).toEqual(await one.ask(name, args));
  });

  test('has the same past a week later', async () => {
    const args = { ...day('X:BTCUSD', '2026-11-25', '2026-11-26'), timespan: 'hour' };
    const later = simulatedRest(new TestClock(fridayMs + 7 * dayMs));
    expect((await later.ask('list_aggs', args)).rows).toEqual((await simulatedRest().ask('list_aggs', args)).rows);
  });
});
