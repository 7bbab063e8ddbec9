import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BarSeries } from '../../runtime/market/bar-series.js';
import { tries } from '../support/property.js';

const start = (minute: number): string => `2026-11-23T15:${String(minute).padStart(2, '0')}:00.000Z`;

function bar(minute: number, volume: number, price = 10) {
  return { start: start(minute), open: price, high: price, low: price, close: price, volume, vwap: price };
}

function volumeOf(...bars: ReturnType<typeof bar>[]): unknown {
  const series = new BarSeries();
  for (const one of bars) series.addBar(one);
  return series.volume;
}

describe('a series of bars', () => {
  test('takes a bar that comes again for the one before, whatever came between', () => {
    expect(volumeOf(bar(0, 10), bar(1, 20), bar(0, 15))).toBe(35);
    expect(volumeOf(bar(0, 10), bar(0, 15), bar(1, 20))).toBe(35);
  });

  test('takes a late bar in', () => {
    expect(volumeOf(bar(1, 20), bar(0, 10))).toBe(30);
  });

  test('takes high and low of a bar back where its later version lacks them', () => {
    const series = new BarSeries();
    series.addBar({ ...bar(0, 10), high: 50, low: 1 });
    series.addBar(bar(1, 20));
    series.addBar({ ...bar(0, 10), high: 12, low: 9 });
    expect([series.high, series.low]).toEqual([12, 9]);
  });

  test('opens with the earliest bar, whenever it comes', () => {
    const series = new BarSeries();
    series.addBar(bar(5, 1, 11));
    series.addBar(bar(3, 1, 7));
    series.addBar(bar(9, 1, 15));
    expect(series.open).toBe(7);
  });

  test('counts no volume twice of a bar that is too old to be replaced', () => {
    const hour = Array.from({ length: 50 }, (_, minute) => bar(minute, 1));
    expect(volumeOf(...hour, bar(0, 100))).toBe(50);
  });

  test('agrees with a book of last versions, in any order within what can be replaced', () => {
    const any = fc.record({
      minute: fc.nat({ max: 29 }),
      volume: fc.nat({ max: 1_000 }),
      low: fc.integer({ min: 1, max: 50 }),
      rise: fc.nat({ max: 50 }),
    });
    fc.assert(
      fc.property(fc.array(any, { minLength: 1, maxLength: 60 }), came => {
        const series = new BarSeries();
        const book = new Map<number, (typeof came)[number]>();
        for (const one of came) {
          const { minute, volume, low, rise } = one;
          series.addBar({ start: start(minute), open: low, high: low + rise, low, close: low, volume, vwap: low });
          book.set(minute, one);
        }
        const last = [...book.values()];
        const volume = last.reduce((sum, one) => sum + one.volume, 0);
        const turnover = last.reduce((sum, one) => sum + one.volume * one.low, 0);
        expect(series.volume).toBe(volume);
        expect(series.vwap).toEqual(volume === 0 ? null : expect.closeTo(turnover / volume, 6));
        expect(series.high).toBe(Math.max(...last.map(({ low, rise }) => low + rise)));
        expect(series.low).toBe(Math.min(...last.map(({ low }) => low)));
        expect(series.open).toBe(book.get(Math.min(...book.keys()))!.low);
      }),
      tries(200),
    );
  });
});
