import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { alignmentOf } from '../../runtime/market/bar-interval.js';
import type { BuiltBar } from '../../runtime/market/built-bar.js';
import { parseIndicator } from '../../runtime/market/indicator-names.js';
import { closeDecimals, runIndicators } from '../../runtime/market/indicators.js';
import { Turnover } from '../../runtime/market/turnover.js';
import { marketOf } from '../support/markets.js';
import { tries } from '../support/property.js';

const dayOf = alignmentOf({ kind: 'day', name: '1d' }, marketOf('stocks').hours);
const startMs = Date.parse('2026-11-23T14:30:00Z');

interface Given {
  readonly high: number;
  readonly low: number;
  readonly close: number | null;
  readonly volume?: number;
  readonly vwap?: number;
  readonly afterMs?: number;
}

function bar({ high, low, close, volume = 1, vwap = 1, afterMs }: Given, index: number): BuiltBar {
  const turnover = new Turnover();
  turnover.add(volume, vwap);
  const begin = startMs + (afterMs ?? index * 60_000);
  const prices = { open: close, high, low, close };
  return { startMs: begin, endMs: begin + 60_000, ...prices, volume, vwap, trades: 1, turnover };
}

const hour = [
  { high: 10.5, low: 9.5, close: 10 },
  { high: 11.5, low: 10.5, close: 11 },
  { high: 12.5, low: 11.5, close: 12 },
  { high: 11.5, low: 10.5, close: 11 },
  { high: 13.5, low: 12, close: 13.25 },
];

function valuesOf(name: string, given: readonly Given[] = hour): unknown[] {
  const request = parseIndicator(name);
  if (!('name' in request)) throw new Error(`${name} is no indicator`);
  const bars = given.map(bar);
  const next = runIndicators([request], Math.max(0, ...bars.map(closeDecimals)), dayOf);
  return bars.map(one => next(one)[name]);
}

/** Computed by hand from the closes 10, 11, 12, 11, 13.25. */
describe('an indicator has the values that a person computes', () => {
  test('the simple average of the last three closes', () => {
    expect(valuesOf('sma:3')).toEqual([null, null, 11, 11.3333, 12.0833]);
  });

  test('the exponential average, which begins with the first close', () => {
    expect(valuesOf('ema:3')).toEqual([null, null, 11.25, 11.125, 12.1875]);
  });

  test('the strength of gains against losses, smoothed as Wilder did', () => {
    expect(valuesOf('rsi:2')).toEqual([null, null, 100, 50, 84.62]);
  });

  test('the difference of two exponential averages, and its own average once that has enough', () => {
    expect(valuesOf('macd:1:2:2')).toEqual([
      { macd: null, signal: null, histogram: null },
      { macd: 0.3333, signal: null, histogram: null },
      { macd: 0.4444, signal: 0.4074, histogram: 0.037 },
      { macd: -0.1852, signal: 0.0123, histogram: -0.1975 },
      { macd: 0.6883, signal: 0.463, histogram: 0.2253 },
    ]);
  });

  test('the bands around the average, by the deviation of all values in it', () => {
    expect(valuesOf('bbands:2:1')).toEqual([
      { upper: null, middle: null, lower: null },
      { upper: 11, middle: 10.5, lower: 10 },
      { upper: 12, middle: 11.5, lower: 11 },
      { upper: 12, middle: 11.5, lower: 11 },
      { upper: 13.25, middle: 12.125, lower: 11 },
    ]);
  });

  test('the true range, which knows the close before, smoothed as Wilder did', () => {
    expect(valuesOf('atr:2')).toEqual([null, 1.25, 1.375, 1.4375, 1.9688]);
  });

  test('the average price of the day, which begins anew with the next', () => {
    const prices = { high: 1, low: 1, close: 1 };
    expect(
      valuesOf('vwap', [
        { ...prices, volume: 100, vwap: 10 },
        { ...prices, volume: 300, vwap: 12 },
        { ...prices, volume: 50, vwap: 20, afterMs: 24 * 3_600_000 },
      ]),
    ).toEqual([10, 11.5, 20]);
  });
});

describe('a bar without a close', () => {
  test('has no values, and counts for none', () => {
    const [first, second, third] = hour;
    const gap = { high: 0, low: 0, close: null };
    expect(valuesOf('sma:3', [first!, second!, gap, third!])).toEqual([null, null, null, 11]);
    expect(valuesOf('macd:1:2:2', [first!, second!, gap])).toHaveLength(3);
  });
});

describe('the name of an indicator', () => {
  test.each([
    ['sma:20', 'sma', [20]],
    [' SMA:20 ', 'sma', [20]],
    ['rsi', 'rsi', [14]],
    ['macd', 'macd', [12, 26, 9]],
    ['macd:5:35', 'macd', [5, 35, 9]],
    ['bbands:20:2.5', 'bbands', [20, 2.5]],
    ['vwap', 'vwap', []],
  ])('%j is read', (text, kind, numbers) => {
    expect(parseIndicator(text)).toMatchObject({ kind, numbers });
  });

  test.each([
    ['sna:20', 'sma:20'],
    ['sma', 'sma:20'],
    ['sma20', 'sma:20'],
    ['sma:0', 'sma:20'],
    ['sma:2.5', 'sma:20'],
    ['sma:2000', 'sma:20'],
    ['sma:20:3', 'sma:20'],
    ['rsi:1', 'rsi:14'],
    ['macd:26:12:9', 'macd:12:26:9'],
    ['bband:20', 'bbands:20:2'],
    ['bbands:20:0', 'bbands:20:2'],
    ['vwap:3', 'vwap'],
    ['ichimoku', undefined],
    ['constructor', undefined],
  ])('%j is none, and %j is nearest', (text, meant) => {
    expect(parseIndicator(text)).toEqual({ meant });
  });
});

describe('a bar that comes again with more in it', () => {
  const price = fc.integer({ min: 1, max: 40 }).map(quarters => quarters / 4);
  const version = fc.record({
    close: fc.option(price, { freq: 5 }),
    more: price,
    volume: fc.integer({ min: 1, max: 9 }),
  });
  const versions = fc.array(version, { minLength: 1, maxLength: 3 });

  test.each(['sma:3', 'ema:3', 'rsi:2', 'macd:1:2:2', 'bbands:2:1', 'atr:2', 'vwap'])(
    'leaves of %s what the last version alone would have',
    name => {
      const request = parseIndicator(name);
      if (!('name' in request)) throw new Error(`${name} is no indicator`);
      fc.assert(
        fc.property(fc.array(versions, { maxLength: 12 }), bars => {
          const [step, whole] = [runIndicators([request], 2, dayOf), runIndicators([request], 2, dayOf)];
          for (const [index, list] of bars.entries()) {
            // A close that is known once stays known.
            const known = list.findIndex(({ close }) => close !== null);
            const built = list.map(({ close, more, volume }, at) => {
              const now = known >= 0 && at >= known ? (close ?? more) : null;
              return bar({ high: 20, low: 0, close: now, volume, vwap: more, afterMs: index * 10_000_000 }, index);
            });
            const values = built.map((one, at) => step(one, at > 0));
            expect(values.at(-1)).toEqual(whole(built.at(-1)!));
          }
        }),
        tries(100),
      );
    },
  );
});
