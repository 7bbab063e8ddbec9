import { afterEach, describe, expect, test } from 'vitest';
import { markets, suite } from '../generated/suite.js';
import { Bench, callOn } from './support/bench.js';

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
        trades: 0,
        quotes: 0,
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
        fair_value: 11.25,
        fair_value_age_ms: expect.any(Number),
        imbalance: -300,
        imbalance_age_ms: expect.any(Number),
      },
    ]);
  });

  test('shows the range of an index from its values', async () => {
    const { symbols } = await summaryOf(
      'indices',
      ['V.*'],
      [3, 5, 4].map(val => ({ ev: 'V', T: 'I:SPX', val, t: 1_790_000_000_000 })),
    );
    expect(symbols).toMatchObject([{ symbol: 'I:SPX', value: 4, open: 3, high: 5, low: 3, messages: 3 }]);
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
      { symbol: 'AAPL', trades: 2, last: null, volume: 5, vwap: null },
      { symbol: 'MSFT', trades: 1, last: 3, open: 3, volume: 0, vwap: null },
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

  test('says when older messages had left the buffer', async () => {
    const events = [1, 2, 3, 4].map(p => ({ ev: 'T', sym: 'A', p, s: 1 }));
    const answer = await summaryOf('stocks', ['T.*'], events, {}, { bufferMessages: 2 });
    expect(answer).toMatchObject({
      symbols: [{ trades: 2, open: 3 }],
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
    made.session('stocks').send(frame);
    const stream = made.hub.stream('stocks');
    await stream.changes.until(() => stream.totals.received === 5_000, 5_000);
    let turns = 0;
    const count = setInterval(() => turns++, 0);
    const { structured } = await callOn(made.hub, 'summarize_stream', { market: 'stocks' });
    clearInterval(count);
    expect(structured.symbols).toMatchObject([{ trades: 5_000 }]);
    expect(turns).toBeGreaterThan(0);
  });
});
