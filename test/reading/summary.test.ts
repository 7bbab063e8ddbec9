import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { markets, suite } from '../../generated/suite.js';
import { Turnover } from '../../runtime/market/turnover.js';
import { systemClock } from '../../runtime/pacing/system-clock.js';
import { Bench, callOn, hubOn } from '../support/bench.js';
import { handFrame } from '../support/hand-feed.js';
import { tries } from '../support/property.js';

let bench: Bench | undefined;

afterEach(async () => {
  await bench?.close();
  bench = undefined;
});

async function summaryOf(market: string, channels: string[], events: object[], args: object = {}, options = {}) {
  bench = await Bench.open({ suite, markets, options });
  await callOn(bench.hub, `start_${market}_stream`, { channels });
  const stream = bench.hub.stream(market);
  for (const event of events) bench.session(market).send(JSON.stringify([event]));
  await stream.changes.until(() => stream.totals.received === events.length, 5_000);
  const { structured } = await callOn(bench.hub, 'summarize_stream', { market, ...args });
  return structured;
}

const bar = { o: 10, h: 12, l: 9, c: 11, v: 500, av: 900, vw: 10.5, a: 10.4, z: 50 };

describe('a summary', () => {
  test('shows band, fair value, imbalance and the newest bar of a stock, each with its age', async () => {
    const { symbols } = await summaryOf(
      'stocks',
      ['LULD.*', 'FMV.*', 'NOI.*', 'AM.*', 'A.*'],
      [
        { ev: 'LULD', T: 'AAPL', h: 20, l: 5, i: [17], z: 1, t: 1_790_000_000_000, q: 1 },
        { ev: 'FMV', sym: 'AAPL', fmv: 11.25, t: 1_790_000_000_000 },
        { ev: 'NOI', T: 'AAPL', t: 1_790_000_000_000, at: 1600, a: 'C', i: 1, x: 10, o: -300, p: 400, b: 11 },
        { ev: 'AM', sym: 'AAPL', ...bar, s: 1_790_000_000_000, e: 1_790_000_060_000 },
        { ev: 'A', sym: 'AAPL', ...bar, c: 10.75, s: 1_790_000_060_000, e: 1_790_000_061_000 },
      ],
    );
    expect(symbols).toEqual([
      {
        symbol: 'AAPL',
        messages: 5,
        window_open: 10,
        window_high: 12,
        window_low: 9,
        window_volume: 500,
        window_vwap: 10.5,
        window_change_pct: 7.5,
        day_volume: 900,
        day_vwap: 10.4,
        bar: {
          event: 'AGGREGATE_SECOND',
          open: 10,
          high: 12,
          low: 9,
          close: 10.75,
          volume: 500,
          vwap: 10.5,
          start_time: '2026-09-21T14:14:20.000Z',
        },
        bar_age_ms: expect.any(Number),
        limit_up: 20,
        limit_down: 5,
        luld_indicators: [17],
        luld_age_ms: expect.any(Number),
        halted: true,
        fair_value: 11.25,
        fair_value_age_ms: expect.any(Number),
        imbalance: -300,
        imbalance_age_ms: expect.any(Number),
      },
    ]);
  });

  test('tells ages in whole milliseconds', async () => {
    const { symbols } = await summaryOf('stocks', ['T.*'], [{ ev: 'T', sym: 'A', p: 1, s: 1 }]);
    const [{ trade_age_ms: ageMs }] = symbols as [{ trade_age_ms: number }];
    expect(Number.isInteger(ageMs)).toBe(true);
  });

  test('shows the range of an index from its values', async () => {
    const { symbols } = await summaryOf(
      'indices',
      ['V.*'],
      [3, 5, 4].map(val => ({ ev: 'V', T: 'I:SPX', val, t: 1_790_000_000_000 })),
    );
    expect(symbols).toMatchObject([
      { symbol: 'I:SPX', value: 4, window_open: 3, window_high: 5, window_low: 3, messages: 3 },
    ]);
  });

  test('takes no price from what is none, and knows no average of nothing', async () => {
    const { symbols } = await summaryOf(
      'stocks',
      ['T.*'],
      [
        { ev: 'T', sym: 'AAPL', p: 'high', s: 5 },
        { ev: 'T', sym: 'AAPL', s: 'many' },
        { ev: 'T', sym: 'MSFT', p: 3, s: 0 },
      ],
    );
    expect(symbols).toMatchObject([
      { symbol: 'AAPL', trades: 2, last: null, window_volume: 5, window_vwap: null },
      { symbol: 'MSFT', trades: 1, last: 3, window_open: 3, window_volume: 0, window_vwap: null },
    ]);
  });

  test('counts only the window that is asked for, and the most active symbols first', async () => {
    const events = ['A', 'B', 'B'].map(sym => ({ ev: 'T', sym, p: 1, s: 1, t: 1_790_000_000_000 }));
    const answer = await summaryOf('stocks', ['T.*'], events, { window_s: 3600 });
    expect(answer).toMatchObject({ symbols: [{ symbol: 'B' }, { symbol: 'A' }], omitted: 0, silence: null });
    expect(answer).not.toHaveProperty('incomplete');
    const { from, to } = answer.window as { from: string; to: string };
    expect(from <= to).toBe(true);
  });

  describe('of a window', () => {
    /** Trades with sizes 1, 2, 4 ... that arrived so many seconds ago, in a buffer for so many. */
    async function windowOf(seconds: number, agesS: readonly number[], bufferMessages = 100) {
      const beganMs = 1_790_000_000_000;
      let nowMs = beganMs;
      const clock = { ...systemClock, now: () => nowMs, elapsed: () => nowMs - beganMs };
      const hub = hubOn(suite, markets, 'realtime', { bufferMessages }, clock);
      const endMs = nowMs + 1_000_000;
      for (const [index, age] of agesS.entries()) {
        nowMs = endMs - age * 1_000;
        handFrame(hub.stream('stocks'), Buffer.from(`[{"ev":"T","sym":"A","p":1,"s":${2 ** index}}]`));
        // The time of arrival is looked at once in a turn.
        await nextTurn();
      }
      nowMs = endMs;
      const { structured } = await callOn(hub, 'summarize_stream', { market: 'stocks', window_s: seconds });
      return { ...structured, endMs } as Record<string, unknown> & { endMs: number };
    }

    test('leaves out what came before it, and begins with it', async () => {
      const { symbols, window, endMs, ...answer } = await windowOf(60, [100, 61, 60, 5]);
      expect(symbols).toMatchObject([{ trades: 2, window_volume: 12 }]);
      expect(window).toEqual({ from: new Date(endMs - 60_000).toISOString(), to: new Date(endMs).toISOString() });
      expect(answer).not.toHaveProperty('incomplete');
    });

    test('lacks nothing where only older messages had left the buffer', async () => {
      const { symbols, ...answer } = await windowOf(60, [100, 90, 80, 5, 4], 2);
      expect(symbols).toMatchObject([{ trades: 2, window_volume: 24 }]);
      expect(answer).not.toHaveProperty('incomplete');
    });

    test('says what may be lacking, and from when it counts', async () => {
      const { symbols, window, endMs, ...answer } = await windowOf(60, [100, 50, 40, 5], 2);
      expect(symbols).toMatchObject([{ trades: 2, window_volume: 12 }]);
      expect(answer.incomplete).toMatch(/^Up to \d+ messages? had left the buffer/);
      expect(window).toMatchObject({ from: new Date(endMs - 40_000).toISOString() });
    });
  });

  test('of a window of a stream that is started anew meanwhile speaks of the new one', async () => {
    let elapsedMs = 0;
    // Each look at the clock finds it later, so a slice has few steps.
    const clock = { ...systemClock, elapsed: () => (elapsedMs += 4) };
    const hub = hubOn(suite, markets, 'realtime', {}, clock);
    const stream = hub.stream('stocks');
    const trades = (sym: string, count: number): string =>
      JSON.stringify(Array.from({ length: count }, () => ({ ev: 'T', sym, p: 1, s: 1 })));
    for (let frames = 0; frames < 80; frames++) handFrame(stream, trades('OLD', 100));
    const asked = callOn(hub, 'summarize_stream', { market: 'stocks', window_s: 86_400 });
    await nextTurn();
    stream.buffer.clear();
    handFrame(stream, trades('NEW', 3));
    const { structured } = await asked;
    expect(structured.symbols).toMatchObject([{ symbol: 'NEW', messages: 3 }]);
    expect(stream.buffer.readableSeq).toBe(8_000);
  });

  test('says when older messages had left the buffer', async () => {
    const events = [1, 2, 3, 4].map(p => ({ ev: 'T', sym: 'A', p, s: 1 }));
    const answer = await summaryOf('stocks', ['T.*'], events, {}, { bufferMessages: 2 });
    expect(answer).toMatchObject({
      symbols: [{ trades: 2, window_open: 3 }],
      incomplete: expect.stringContaining('left the buffer'),
    });
  });

  test('cuts by bytes and counts the rest', async () => {
    const events = Array.from({ length: 40 }, (_, index) => ({ ev: 'T', sym: `S${index}`, p: 1, s: 1 }));
    const { symbols, omitted } = await summaryOf('stocks', ['T.*'], events, { max_bytes: 2000 });
    expect(JSON.stringify(symbols).length).toBeLessThanOrEqual(2000);
    expect((symbols as unknown[]).length + (omitted as number)).toBe(40);
    expect(omitted).toBeGreaterThan(0);
  });

  test('explains its emptiness', async () => {
    const { symbols, silence } = await summaryOf('crypto', ['XT.*'], []);
    expect(symbols).toEqual([]);
    expect(silence).toContain('just become live');
  });

  test('looks at thousands of messages without holding up anything else', async () => {
    const made = await Bench.open({ suite, markets });
    bench = made;
    await callOn(made.hub, 'start_stocks_stream', { channels: ['T.*'] });
    const frame = JSON.stringify(Array.from({ length: 5_000 }, () => ({ ev: 'T', sym: 'A', p: 1, s: 1 })));
    for (let times = 0; times < 16; times++) made.session('stocks').send(frame);
    const stream = made.hub.stream('stocks');
    await stream.changes.until(() => stream.totals.received === 80_000, 10_000);
    let turns = 0;
    const count = setInterval(() => turns++, 0);
    const { structured } = await callOn(made.hub, 'summarize_stream', { market: 'stocks' });
    clearInterval(count);
    expect(structured.symbols).toMatchObject([{ trades: 80_000 }]);
    expect(turns).toBeGreaterThan(0);
  });

  test('counts what came since the last one, whatever left the buffer, and nothing twice', async () => {
    bench = await Bench.open({ suite, markets, options: { bufferMessages: 3 } });
    await callOn(bench.hub, 'start_stocks_stream', { channels: ['T.*'] });
    const stream = bench.hub.stream('stocks');
    const sendTrades = async (...prices: number[]): Promise<void> => {
      const before = stream.totals.received;
      bench!.session('stocks').send(JSON.stringify(prices.map(p => ({ ev: 'T', sym: 'A', p, s: 10 }))));
      await stream.changes.until(() => stream.totals.received === before + prices.length, 5_000);
    };
    const summary = async () => (await callOn(bench!.hub, 'summarize_stream', { market: 'stocks' })).structured;

    await sendTrades(5, 6);
    expect((await summary()).symbols).toMatchObject([
      { trades: 2, window_volume: 20, window_vwap: 5.5, window_open: 5 },
    ]);
    expect((await summary()).symbols).toMatchObject([{ trades: 2, window_volume: 20 }]);
    await sendTrades(9, 4, 7);
    const third = await summary();
    expect(third.symbols).toMatchObject([
      { trades: 5, window_volume: 50, window_open: 5, window_high: 9, window_low: 4, last: 7, window_vwap: 6.2 },
    ]);
    expect(third).not.toHaveProperty('incomplete');
    await sendTrades(1, 2, 3, 4);
    const fourth = await summary();
    expect(fourth.symbols).toMatchObject([{ trades: 9, window_low: 1, window_volume: 90, last: 4 }]);
    expect(fourth).not.toHaveProperty('incomplete');
  });

  test('begins anew with the stream', async () => {
    await summaryOf('stocks', ['T.*'], [{ ev: 'T', sym: 'A', p: 1, s: 1 }]);
    const { hub } = bench!;
    await callOn(hub, 'stop_stocks_stream');
    expect((await callOn(hub, 'summarize_stream', { market: 'stocks' })).structured.symbols).toMatchObject([
      { trades: 1 },
    ]);
    await callOn(hub, 'start_stocks_stream', { channels: ['T.*'] });
    expect((await callOn(hub, 'summarize_stream', { market: 'stocks' })).structured.symbols).toEqual([]);
  });

  test('asked for by several at once counts each message once', async () => {
    await summaryOf('stocks', ['T.*'], [{ ev: 'T', sym: 'A', p: 1, s: 1 }]);
    const { hub } = bench!;
    const frame = JSON.stringify(Array.from({ length: 20_000 }, () => ({ ev: 'T', sym: 'A', p: 2, s: 1 })));
    bench!.session('stocks').send(frame);
    await hub.stream('stocks').changes.until(() => hub.stream('stocks').totals.received === 20_001, 5_000);
    const answers = await Promise.all([1, 2, 3].map(() => callOn(hub, 'summarize_stream', { market: 'stocks' })));
    for (const { structured } of answers) expect(structured.symbols).toMatchObject([{ trades: 20_001 }]);
  });

  test('takes a bar that comes again for the one it was, and no older bar for the newest', async () => {
    const minute = (number: number, c: number): object => {
      const s = 1_790_000_000_000 + number * 60_000;
      return { ev: 'AM', sym: 'AAPL', ...bar, c, s, e: s + 60_000 };
    };
    const { symbols } = await summaryOf(
      'stocks',
      ['AM.*'],
      [minute(0, 10), minute(1, 11), minute(0, 10.5), minute(1, 12)],
    );
    expect(symbols).toMatchObject([{ messages: 4, bar: { close: 12, start_time: '2026-09-21T14:14:20.000Z' } }]);
    await bench!.close();
    const late = await summaryOf('stocks', ['AM.*'], [minute(1, 11), minute(0, 10.5)]);
    expect(late.symbols).toMatchObject([{ bar: { close: 11 } }]);
  });

  test('takes the bar that began last for the newest, also where its time has other digits', async () => {
    const at = (s: string, c: number): string =>
      JSON.stringify([{ ev: 'AM', sym: 'AAPL', ...bar, c, s: 0, e: 0 }]).replace('"s":0,"e":0', `"s":${s},"e":${s}`);
    const [early, late] = [at('1790000000000', 10), at('1790000000000000001', 11)];
    for (const frames of [
      [early, late],
      [late, early],
    ]) {
      bench = await Bench.open({ suite, markets });
      await callOn(bench.hub, 'start_stocks_stream', { channels: ['AM.*'] });
      const stream = bench.hub.stream('stocks');
      for (const frame of frames) bench.session('stocks').send(frame);
      await stream.changes.until(() => stream.totals.received === frames.length, 5_000);
      const { structured } = await callOn(bench.hub, 'summarize_stream', { market: 'stocks' });
      expect(structured.symbols).toMatchObject([{ bar: { close: 11, start_time: '2026-09-21T14:13:20.000000001Z' } }]);
      await bench.close();
    }
  });

  test('says of forex that its volume counts quotes', async () => {
    const minute = { ev: 'CA', pair: 'EUR/USD', o: 1.1, c: 1.1, h: 1.1, l: 1.1, v: 42, s: 1_790_000_000_000 };
    const { symbols, notes } = await summaryOf('forex', ['CA.*'], [minute]);
    expect(symbols).toMatchObject([{ symbol: 'EUR/USD', window_volume: 42 }]);
    expect(notes).toEqual(['volume is in quote updates: a count of quotes, not of money or lots.']);
    await bench!.close();
    expect((await summaryOf('stocks', ['T.*'], [{ ev: 'T', sym: 'A', p: 1, s: 1 }])).notes).toEqual([]);
  });

  test('knows a zero from what it cannot know', async () => {
    const { symbols } = await summaryOf(
      'stocks',
      ['Q.AAPL', 'T.AAPL'],
      [
        { ev: 'Q', sym: 'AAPL', bp: 100.1, bs: 1, ap: 100.4, as: 2, t: 1_790_000_000_000 },
        { ev: 'A', sym: 'MSFT', ...bar, s: 1_790_000_000_000, e: 1_790_000_001_000 },
      ],
    );
    expect(symbols).toMatchObject([
      { symbol: 'AAPL', trades: 0, quotes: 1, spread: 0.3 },
      { symbol: 'MSFT', window_volume: 500 },
    ]);
    expect((symbols as object[])[0]).not.toHaveProperty('window_volume');
    for (const key of ['trades', 'quotes', 'last', 'bid']) expect((symbols as object[])[1]).not.toHaveProperty(key);
  });

  test('takes range, volume and average from bars where there is nothing else, the shortest, each in its last version', async () => {
    const of = (ev: string, atS: number, more: object): object => {
      const s = 1_790_000_000_000 + atS * 1_000;
      return { ev, sym: 'AAPL', ...bar, s, e: s + (ev === 'AM' ? 60_000 : 1_000), ...more };
    };
    const minutes = [
      of('AM', 0, { o: 10, h: 12, l: 9, v: 100, vw: 10 }),
      of('AM', 60, { o: 11, h: 13, l: 10, v: 100, vw: 11 }),
      of('AM', 60, { o: 11, h: 13, l: 8, v: 300, vw: 12 }),
      of('AM', 0, { o: 10, h: 20, l: 9, v: 120, vw: 10 }),
    ];
    const { symbols } = await summaryOf('stocks', ['AM.*'], minutes);
    expect(symbols).toMatchObject([
      { window_open: 10, window_high: 20, window_low: 8, window_volume: 420, window_vwap: 11.42857143 },
    ]);
    await bench!.close();
    const seconds = [...minutes, of('A', 1, { o: 10.5, h: 10.6, l: 10.4, c: 10.5, v: 5, vw: 10.5 })];
    const both = await summaryOf('stocks', ['AM.*', 'A.*'], seconds);
    expect(both.symbols).toMatchObject([
      { window_open: 10.5, window_high: 10.6, window_low: 10.4, window_volume: 5, window_vwap: 10.5 },
    ]);
    await bench!.close();
    const trades = await summaryOf('stocks', ['AM.*', 'T.*'], [...minutes, { ev: 'T', sym: 'AAPL', p: 15, s: 7 }]);
    expect(trades.symbols).toMatchObject([
      { window_open: 15, window_high: 15, window_low: 15, window_volume: 7, window_vwap: 15 },
    ]);
  });

  test('shows the bar that ended last', async () => {
    const second = { ev: 'A', sym: 'AAPL', ...bar, c: 1, s: 1_790_000_000_000, e: 1_790_000_001_000 };
    const minute = { ev: 'AM', sym: 'AAPL', ...bar, c: 2, s: 1_790_003_600_000, e: 1_790_003_660_000 };
    const { symbols } = await summaryOf('stocks', ['A.*', 'AM.*'], [second, minute]);
    expect(symbols).toMatchObject([{ bar: { event: 'AGGREGATE_MINUTE', close: 2 } }]);
  });

  test('has a row for each symbol that is asked for, and says what of it is not subscribed', async () => {
    const args = { symbols: ['T.AAPL', 'MSFT', 'NVDA', 'MSFT'] };
    const answer = await summaryOf('stocks', ['T.AAPL', 'T.NVDA'], [{ ev: 'T', sym: 'AAPL', p: 1, s: 1 }], args);
    expect(answer).toMatchObject({
      symbols: [
        { symbol: 'AAPL', messages: 1 },
        { symbol: 'MSFT', messages: 0 },
        { symbol: 'NVDA', messages: 0, trades: 0 },
      ],
      omitted: 0,
      silence: null,
    });
    expect(answer.notes).toContain('Nothing of MSFT is subscribed.');
    const { structured } = await callOn(bench!.hub, 'summarize_stream', { market: 'stocks', symbols: ['MSFT'] });
    expect(structured.silence).toBe(
      'Nothing of MSFT is subscribed: call subscribe_stocks_channels with {"channels": ["T.MSFT"]}.',
    );
    const quiet = await callOn(bench!.hub, 'summarize_stream', { market: 'stocks', symbols: ['NVDA'] });
    expect(quiet.structured.silence).toBe('1 message came, and none of NVDA.');
  });

  test('refuses what is no symbol', async () => {
    await summaryOf('stocks', ['T.*'], []);
    for (const symbol of ['*', 'T.*', 'A B']) {
      const { structured } = await callOn(bench!.hub, 'summarize_stream', { market: 'stocks', symbols: [symbol] });
      expect(structured).toMatchObject({ market: 'stocks', error: { code: 'INVALID_CHANNEL' } });
    }
  });

  test('keeps to its bytes with everything that is in it', async () => {
    const events = Array.from({ length: 60 }, (_, index) => ({ ev: 'T', sym: `S${index}`, p: 1, s: 1 }));
    const answer = await summaryOf('stocks', ['T.*'], events, { max_bytes: 3_000 });
    const bytes = Buffer.byteLength(JSON.stringify(answer));
    expect(bytes).toBeLessThanOrEqual(3_000);
    expect(bytes).toBeGreaterThan(2_500);
  });

  test('loses no digit of a volume', async () => {
    const sizes = [0.1, 0.2, 123_456.789_012, 0.000_001];
    const { symbols } = await summaryOf(
      'crypto',
      ['XT.*'],
      sizes.map(s => ({ ev: 'XT', pair: 'BTC-USD', p: 2, s })),
    );
    expect(symbols).toMatchObject([{ window_volume: 123_457.089_013, window_vwap: 2 }]);
  });

  test.each<[string, unknown[], unknown]>([
    ['as a number up to 2^53', [9_007_199_254_740_990, 1], 9_007_199_254_740_991],
    ['as digits beyond it', [9_007_199_254_740_991, 2], '9007199254740993'],
    ['as digits where one size is beyond it', ['9007199254740993', '9007199254740993', 3], '18014398509481989'],
    ['as digits behind the point, too', [9_007_199_254_740_991, 2, '0.250'], '9007199254740993.25'],
    ['as digits beyond what a number can be', [1e308, 1e308], `2${'0'.repeat(308)}`],
  ])('counts a volume to the last whole unit: %s', (_what, sizes, volume) => {
    const turnover = new Turnover();
    for (const size of sizes) turnover.add(size, 2);
    expect(turnover.volume).toBe(volume);
  });

  describe('averages prices', () => {
    test.each<[string, [price: number | string, size: number | string][], number | null]>([
      ['with every digit of one trade', [[1234567.8901, 3]], 1234567.8901],
      [
        'with every digit of equal prices',
        [
          [1234567.8901, 0.1],
          [1234567.8901, 0.2],
        ],
        1234567.8901,
      ],
      [
        'exactly where the average ends',
        [
          [10.01, 1],
          [10.02, 3],
        ],
        10.0175,
      ],
      [
        'to ten digits where it does not end',
        [
          [1, 1],
          [2, 2],
        ],
        1.666666667,
      ],
      [
        'to four digits beyond those of the prices',
        [
          [1234567.8901, 1],
          [1234567.8902, 2],
        ],
        1234567.89016667,
      ],
      [
        'half up',
        [
          [0.1, 1],
          [0.1000001, 1],
        ],
        0.10000005,
      ],
      [
        'that are small',
        [
          [0.000_012_34, 1_000_000],
          [0.000_012_36, 1_000_000],
        ],
        0.000_012_35,
      ],
      ['that are sent as text', [['98765432.1234567', 2]], 98765432.1234567],
      [
        'below zero',
        [
          [-37.63, 1],
          [-37.6, 2],
        ],
        -37.61,
      ],
      [
        'of sizes beyond 2^53',
        [
          [2, '12345678901234567890'],
          [4, '12345678901234567890'],
        ],
        3,
      ],
      ['of nothing as null', [[3, 0]], null],
    ])('%s', (_what, trades, vwap) => {
      const turnover = new Turnover();
      for (const [price, size] of trades) turnover.add(size, price);
      expect(turnover.vwap).toBe(vwap);
    });

    const price = fc.tuple(fc.integer({ min: 1, max: 10 ** 9 }), fc.integer({ min: 0, max: 8 }));
    const size = fc.tuple(fc.integer({ min: 1, max: 10 ** 7 }), fc.integer({ min: 0, max: 6 }));

    test('as exact fractions do, to half of the last digit', () => {
      fc.assert(
        fc.property(fc.array(fc.tuple(price, size), { minLength: 1, maxLength: 30 }), trades => {
          const sums = new Turnover();
          let [turnover, volume] = [0n, 0n];
          for (const [[p, pScale], [s, sScale]] of trades) {
            sums.add(Number(`${s}e-${sScale}`), Number(`${p}e-${pScale}`));
            // Prices in units of 1e-8, sizes in units of 1e-6.
            const [units, lots] = [BigInt(p) * 10n ** BigInt(8 - pScale), BigInt(s) * 10n ** BigInt(6 - sScale)];
            turnover += units * lots;
            volume += lots;
          }
          const decimals = Math.max(...trades.map(([[p, scale]]) => decimalsSent(p, scale)));
          const [digits = '', exponent = '0'] = sums.vwap!.toExponential(16).split('e');
          const found = { units: BigInt(digits.replace('.', '')), scale: 16 - Number(exponent) };
          // | found - turnover / volume | within half of the last digit, and what a double cannot hold of it.
          const scale = Math.max(found.scale, 8);
          const error = found.units * 10n ** BigInt(scale - found.scale) * volume - turnover * 10n ** BigInt(scale - 8);
          const tolerance = Number(`5e-${decimals + 5}`) + sums.vwap! * Number.EPSILON;
          const off = Number((error < 0n ? -error : error) / volume) / 10 ** scale;
          expect(off).toBeLessThanOrEqual(tolerance);
          expect(sums.volume).toBe(Number(`${volume}e-6`));
        }),
        tries(500),
      );
    });

    function decimalsSent(digits: number, scale: number): number {
      return String(Number(`${digits}e-${scale}`)).includes('e')
        ? scale
        : (String(Number(`${digits}e-${scale}`)).split('.')[1] ?? '').length;
    }

    test('of bars without a trace of the version that a later one replaced', () => {
      const turnover = new Turnover();
      turnover.add(0.1, 1234567.8901);
      turnover.add(0.1, 1234567.8901, -1);
      turnover.add(0.3, 0.7);
      expect([turnover.volume, turnover.vwap]).toEqual([0.3, 0.7]);
    });
  });
});
