import { describe, expect, test } from 'vitest';
import { markets } from '../../generated/suite.js';
import type { Market } from '../../runtime/contract/market.js';
import { SimulatedHistory } from '../../runtime/simulator/history.js';
import { Tape } from '../../runtime/simulator/tape.js';
import { World } from '../../runtime/simulator/world/world.js';
import { marketOf } from '../support/markets.js';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const nowMs = Date.UTC(2026, 10, 27, 17, 4, 31, 250);

type Bars = Iterable<{ readonly [role: string]: unknown }>;

/** What bars come to together, by a person's rule: first, highest, lowest, last, sum. */
function together(bars: Bars): Record<string, unknown> {
  const list = [...bars] as Record<string, number>[];
  const sum = (role: string): number => list.reduce((total, bar) => total + bar[role]!, 0);
  return {
    open: list[0]!.open,
    high: Math.max(...list.map(({ high }) => high!)),
    low: Math.min(...list.map(({ low }) => low!)),
    close: list.at(-1)!.close,
    volume: expect.closeTo(sum('volume'), 3),
    trades: sum('trades'),
  };
}

function instrumentsOf(market: Market): [market: string, symbol: string][] {
  const { instruments } = market.simulation;
  return [instruments[0]!, instruments.at(-1)!].map(({ symbol }) => [market.name, symbol]);
}

const some = markets.flatMap(instrumentsOf);

describe('the simulated world', () => {
  test.each(some)('of %s has the same past of %s for whoever asks in whatever order', (name, symbol) => {
    const market = marketOf(name);
    const [one, other] = [new SimulatedHistory(market), new SimulatedHistory(market)];
    const days = [1, 400, 30, 2].map(ago => nowMs - ago * dayMs);
    const ask = (history: SimulatedHistory, atMs: number) => [
      ...history.bars(symbol, minuteMs, atMs, atMs + 5 * minuteMs),
      history.last(symbol, 'QUOTE', atMs),
    ];
    const asked = days.map(atMs => ask(one, atMs));
    const again = days.toReversed().map(atMs => ask(other, atMs));
    expect(asked.flat().length).toBeGreaterThan(16);
    expect(again.toReversed()).toEqual(asked);
  });

  test('is another one with another seed', () => {
    const [one, other] = [1, 2].map(seed => new SimulatedHistory(marketOf('stocks'), seed));
    expect(one!.last('AAPL', 'TRADE', nowMs)).not.toEqual(other!.last('AAPL', 'TRADE', nowMs));
  });

  test.each(some)('of %s has bars of %s that are what their shorter bars come to', (name, symbol) => {
    const history = new SimulatedHistory(marketOf(name));
    const [day] = history.bars(symbol, 'day', nowMs - 3 * dayMs, nowMs);
    const { time, end_time } = day as { time: number; end_time: number };
    expect(day).toMatchObject(together(history.bars(symbol, hourMs, time, end_time)));
    const [hour] = history.bars(symbol, hourMs, time, end_time);
    expect(hour).toMatchObject(together(history.bars(symbol, minuteMs, time, time + hourMs)));
    const [minute] = history.bars(symbol, minuteMs, time, end_time);
    expect(minute).toMatchObject(together(history.bars(symbol, 1_000, time, time + minuteMs)));
  });

  test('has days that begin at midnight on the clocks of the market, also where these change', () => {
    const history = new SimulatedHistory(marketOf('stocks'));
    // In New York it is winter time from 1 November 2026.
    const days = [...history.bars('AAPL', 'day', Date.UTC(2026, 9, 31, 4), Date.UTC(2026, 10, 3, 5))];
    expect(days.map(({ time }) => new Date(time).toISOString())).toEqual([
      '2026-10-31T04:00:00.000Z',
      '2026-11-01T04:00:00.000Z',
      '2026-11-02T05:00:00.000Z',
    ]);
  });

  test('moves like a market, and goes nowhere in the long run', () => {
    const history = new SimulatedHistory(marketOf('stocks'));
    const days = [...history.bars('AAPL', 'day', nowMs - 365 * dayMs, nowMs)] as unknown as Record<string, number>[];
    expect(days.length).toBeGreaterThan(362);
    const moves = days.slice(1).map(({ close }, index) => Math.log(close! / days[index]!.close!));
    const typical = Math.sqrt(moves.reduce((total, move) => total + move ** 2, 0) / moves.length);
    expect(typical).toBeGreaterThan(0.004);
    expect(typical).toBeLessThan(0.015);
    for (const { low, high } of days) {
      expect(low).toBeGreaterThan(232.15 * 0.75);
      expect(high).toBeLessThan(232.15 * 1.25);
    }
  });

  test('says the last close of a day before', () => {
    const history = new SimulatedHistory(marketOf('stocks'));
    const midnightMs = Date.UTC(2026, 10, 27, 5);
    const close = history.last('AAPL', 'TRADE', midnightMs)!.price;
    const [before] = history.bars('AAPL', 'day', midnightMs - dayMs, midnightMs);
    expect(history.previousClose('AAPL', nowMs)).toBe(before!.close);
    expect(Math.abs(Number(close) - Number(before!.close))).toBeLessThan(0.5);
  });

  test.each([
    ['a Sunday', '2026-11-22T12:00:00-05:00'],
    ['Thanksgiving', '2026-11-26T12:00:00-05:00'],
    ['the afternoon of a half day', '2026-11-27T16:00:00-05:00'],
  ])('trades stocks on %s, since it never closes', (_day, time) => {
    const atMs = Date.parse(time);
    const events = new Tape(marketOf('stocks'), 1).play(['AAPL'], atMs, atMs + minuteMs);
    expect(events.filter(({ prefix }) => prefix === 'T').length).toBeGreaterThan(50);
    expect(events.filter(({ prefix }) => prefix === 'AM')).toHaveLength(1);
  });

  // The numbers are those of the release before: whoever changes them on purpose says so in the changelog.
  test('of seed 1 stays the same between releases', () => {
    const stocks = new SimulatedHistory(marketOf('stocks'));
    const crypto = new SimulatedHistory(marketOf('crypto'));
    const [day] = stocks.bars('AAPL', 'day', nowMs - 2 * dayMs, nowMs);
    const { open, high, low, close, volume } = day!;
    expect({ open, high, low, close, volume }).toEqual({
      open: 245.24,
      high: 245.6,
      low: 243.14,
      close: 244.8,
      volume: 115_338_750,
    });
    expect(crypto.last('BTC-USD', 'TRADE', Date.UTC(2025, 0, 1))).toMatchObject({
      price: 101_896.07,
      size: 0.037432,
      time: 1_735_689_599_224,
    });
  });
});

describe('what the world has', () => {
  const has = (market: string, symbol: string, atMs: number) =>
    new World(marketOf(market)).find(symbol, atMs) !== undefined;

  test('are the tickers of the spec, and no others', () => {
    expect(has('stocks', 'AAPL', nowMs)).toBe(true);
    expect(has('stocks', 'ZZZZ', nowMs)).toBe(false);
    expect(has('forex', 'EUR/USD', nowMs)).toBe(true);
    expect(has('forex', 'EUR/ZZZ', nowMs)).toBe(false);
  });

  test('are contracts of the nearest months until they expire', () => {
    // The third Friday of December 2026 is the 18th, that of March 2027 the 19th.
    const [onTheDay, after] = ['2026-12-18T12:00:00-06:00', '2026-12-19T12:00:00-06:00'].map(Date.parse);
    expect(['ESZ6', 'ESH7', 'ESZ7', 'ESZ5'].map(symbol => has('futures', symbol, onTheDay!))).toEqual([
      true,
      true,
      true,
      false,
    ]);
    expect(['ESZ6', 'ESH7'].map(symbol => has('futures', symbol, after!))).toEqual([false, true]);
    const contract = 'O:SPY261218C00700000';
    expect([onTheDay, after].map(atMs => has('options', contract, atMs!))).toEqual([true, false]);
  });

  test('always are enough, also years after the spec was written', () => {
    for (const market of markets) {
      for (const year of [2026, 2031, 2040]) {
        expect(new World(market).listings(Date.UTC(year, 5, 15)).size, market.name).toBeGreaterThanOrEqual(
          Math.min(10, market.simulation.instruments.length),
        );
      }
    }
  });

  test('keeps the history of a contract that has expired', () => {
    const history = new SimulatedHistory(marketOf('futures'));
    const [fromMs, untilMs] = [Date.UTC(2026, 11, 14, 6), Date.UTC(2026, 11, 25, 6)];
    const days = [...history.bars('ESZ6', 'day', fromMs, untilMs)];
    expect(days.map(({ time }) => new Date(time).getUTCDate())).toEqual([14, 15, 16, 17, 18]);
  });

  test('are contracts of one product that move together', () => {
    const history = new SimulatedHistory(marketOf('futures'));
    const moves = ['ESZ7', 'ESH7'].map(symbol => {
      const days = [...history.bars(symbol, 'day', nowMs - 20 * dayMs, nowMs)];
      return Number(days.at(-1)!.close) / Number(days[0]!.open);
    });
    expect(moves[0]).toBeCloseTo(moves[1]!, 2);
  });
});
