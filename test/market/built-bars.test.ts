import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Hours } from '../../runtime/contract/market.js';
import { JoinedBars, TimedBars } from '../../runtime/market/bar-builder.js';
import { fillBars } from '../../runtime/market/bar-fill.js';
import { alignmentOf, type Interval, parseInterval } from '../../runtime/market/bar-interval.js';
import { marksOf } from '../../runtime/market/bar-marks.js';
import { type BuiltBar, PrintBar } from '../../runtime/market/built-bar.js';
import { ProductHours } from '../../runtime/market/product-hours.js';
import { TickBars } from '../../runtime/market/tick-bars.js';
import { marketOf } from '../support/markets.js';
import { tries } from '../support/property.js';

const startMs = Date.parse('2026-11-23T14:30:00Z');
const stocks = marketOf('stocks').hours;
const aligned = (text: string, hours = stocks) =>
  alignmentOf(parseInterval(text) as Exclude<Interval, { kind: 'ticks' }>, hours);

/** What a print may update, as its conditions say. */
const updates = fc.record({ last: fc.boolean(), highLow: fc.boolean(), volume: fc.boolean() });
const print = fc.record({
  afterS: fc.nat({ max: 600 }),
  cents: fc.integer({ min: 1, max: 5_000 }),
  size: fc.nat({ max: 500 }),
  updates,
});

const shown = ({ startMs: begin, open, high, low, close, volume, trades }: BuiltBar) => ({
  begin,
  open,
  high,
  low,
  close,
  volume,
  trades,
});

describe('the length of bars', () => {
  test.each([
    ['1s', { kind: 'time', name: '1s', ms: 1_000 }],
    ['5m', { kind: 'time', name: '5m', ms: 300_000 }],
    ['24h', { kind: 'time', name: '24h', ms: 86_400_000 }],
    ['5 min', { kind: 'time', name: '5m', ms: 300_000 }],
    ['1 hour', { kind: 'time', name: '1h', ms: 3_600_000 }],
    ['1d', { kind: 'day', name: '1d' }],
    ['100t', { kind: 'ticks', name: '100t', count: 100 }],
  ])('%s is read', (text, interval) => {
    expect(parseInterval(text)).toEqual(interval);
  });

  test.each(['', '5', 'm', '0s', '2d', '25h', '1M', '5M', '1w', '1.5m', '-1m', '10001t', '1mm'])('%j is none', text => {
    expect(parseInterval(text)).toBeUndefined();
  });

  test('a day begins when a session opens that runs over midnight', () => {
    const futures = marketOf('futures');
    const day = (text: string, hours: Hours) => new Date(aligned('1d', hours)(Date.parse(text)).startMs).toISOString();
    const index = new ProductHours(futures, futures.hours).of('ESZ6');
    expect(day('2026-11-24T23:30:00Z', index)).toBe('2026-11-24T23:00:00.000Z');
    expect(day('2026-11-24T20:00:00Z', index)).toBe('2026-11-23T23:00:00.000Z');
    const forex = marketOf('forex').hours;
    expect(day('2026-11-24T21:59:59Z', forex)).toBe('2026-11-23T22:00:00.000Z');
    expect(day('2026-07-07T21:00:00Z', forex)).toBe('2026-07-07T21:00:00.000Z');
    expect(day('2026-11-24T23:59:59Z', marketOf('crypto').hours)).toBe('2026-11-24T00:00:00.000Z');
  });

  test('a day else begins at midnight in the time zone of the market, in summer and winter', () => {
    const day = aligned('1d');
    const at = (text: string) => new Date(day(Date.parse(text)).startMs).toISOString();
    expect(at('2026-07-01T03:59:59Z')).toBe('2026-06-30T04:00:00.000Z');
    expect(at('2026-11-23T20:00:00Z')).toBe('2026-11-23T05:00:00.000Z');
    // The clocks go back on 2026-11-01, so that this day has 25 hours.
    const long = day(Date.parse('2026-11-01T12:00:00Z'));
    expect(long.endMs - long.startMs).toBe(25 * 3_600_000);
  });

  test('other bars begin at multiples since 1970 in UTC', () => {
    expect(new Date(aligned('7m')(startMs).startMs).toISOString()).toBe('2026-11-23T14:29:00.000Z');
    expect(new Date(aligned('4h')(startMs).startMs).toISOString()).toBe('2026-11-23T12:00:00.000Z');
  });
});

describe('bars of trades', () => {
  test('agree with a naive ledger, in whatever order the trades are given', () => {
    fc.assert(
      fc.property(fc.array(print, { maxLength: 80 }), fc.infiniteStream(fc.nat()), (prints, keys) => {
        const given = prints.map((one, seq) => ({
          seq,
          atMs: startMs + one.afterS * 1_000,
          price: one.cents / 100,
          size: one.size,
          updates: one.updates,
        }));
        const bars = new TimedBars(aligned('1m'));
        const mixed = given.map(one => [keys.next().value as number, one] as const).sort(([a], [b]) => a - b);
        for (const [, one] of mixed) bars.add(one);

        const inOrder = given.toSorted((a, b) => a.atMs - b.atMs || a.seq - b.seq);
        const minutes = [...new Set(inOrder.map(({ atMs }) => Math.floor(atMs / 60_000) * 60_000))];
        const naive = minutes.map(begin => {
          const own = inOrder.filter(({ atMs }) => atMs >= begin && atMs < begin + 60_000);
          const lasts = own.filter(one => one.updates.last).map(({ price }) => price);
          const extremes = own.filter(one => one.updates.highLow).map(({ price }) => price);
          const counted = own.filter(one => one.updates.volume);
          return {
            begin,
            open: lasts[0] ?? null,
            high: extremes.length > 0 ? Math.max(...extremes) : null,
            low: extremes.length > 0 ? Math.min(...extremes) : null,
            close: lasts.at(-1) ?? null,
            volume: counted.reduce((sum, { size }) => sum + size, 0),
            trades: counted.length,
          };
        });
        expect([...bars.list()].map(shown)).toEqual(naive);
      }),
      tries(200),
    );
  });

  test('sum sizes and prices exactly', () => {
    const bars = new TimedBars(aligned('1m'));
    const all = { last: true, highLow: true, volume: true };
    for (const [seq, size] of ['0.1', '0.2', '9007199254740993'].entries()) {
      bars.add({ seq, atMs: startMs, price: 0.3, size, updates: all });
    }
    expect([...bars.list()]).toMatchObject([{ volume: '9007199254740993.3', vwap: 0.3 }]);
  });

  test('of so many are counted from the oldest on, whatever kind their numbers are of', () => {
    const amount = fc.oneof(fc.nat({ max: 900 }), fc.constantFrom('9007199254740993', undefined));
    const some = fc.record({ afterS: fc.nat({ max: 600 }), price: amount, size: amount, updates });
    fc.assert(
      fc.property(
        fc.array(some, { maxLength: 60 }),
        fc.integer({ min: 1, max: 7 }),
        fc.nat({ max: 9 }),
        (prints, count, newest) => {
          const bars = new TickBars(count);
          const given = prints.map(({ afterS, ...one }, seq) => ({ ...one, seq, atMs: startMs + afterS }));
          for (const one of given.toReversed()) bars.add(one);
          const naive: unknown[] = [];
          for (let from = 0; from < given.length; from += count) {
            const bar = new PrintBar();
            const own = given.slice(from, from + count);
            for (const one of own) bar.add(one);
            const times = own.map(({ atMs }) => atMs);
            naive.push(shown(bar.show({ startMs: Math.min(...times), endMs: Math.max(...times) }, true)));
          }
          expect([...bars.list()].map(shown)).toEqual(naive);
          const few = naive.filter((_, index) => index === 0 || index >= naive.length - newest);
          expect([...bars.list(newest)].map(shown)).toEqual(few);
        },
      ),
      tries(200),
    );
  });

  test('of so many are counted in the order in which they came', () => {
    fc.assert(
      fc.property(fc.array(print, { maxLength: 60 }), fc.integer({ min: 1, max: 7 }), (prints, size) => {
        const bars = new TickBars(size);
        const given = prints.map((one, seq) => ({
          seq,
          atMs: startMs + one.afterS,
          price: one.cents,
          size: one.size,
          updates: { ...one.updates, volume: true },
        }));
        for (const one of given.toReversed()) bars.add(one);
        const list = [...bars.list()];
        expect(list.map(({ trades }) => trades)).toEqual(
          Array.from({ length: Math.ceil(prints.length / size) }, (_, index) =>
            Math.min(size, prints.length - index * size),
          ),
        );
        expect(list.map(({ volume }) => Number(volume)).reduce((sum, volume) => sum + volume, 0)).toBe(
          prints.reduce((sum, one) => sum + one.size, 0),
        );
      }),
      tries(200),
    );
  });
});

describe('bars of shorter bars', () => {
  const piece = fc.record({
    minute: fc.nat({ max: 30 }),
    low: fc.integer({ min: 1, max: 50 }),
    rise: fc.nat({ max: 20 }),
    volume: fc.nat({ max: 100 }),
  });

  test('agree with a ledger of the last versions, of whatever time these are', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 80 }), pieces => {
        const given = pieces.map(({ minute, low, rise, volume }) => ({
          startMs: startMs + minute * 60_000,
          endMs: startMs + (minute + 1) * 60_000,
          open: low,
          high: low + rise,
          low,
          close: low + rise,
          volume,
          vwap: low,
          trades: 1,
        }));
        const bars = new JoinedBars(aligned('5m'));
        for (const one of given.toReversed()) bars.add(one);

        const last = new Map(given.map(one => [one.startMs, one]));
        const kept = [...last.values()].sort((a, b) => a.startMs - b.startMs);
        const begins = [...new Set(kept.map(one => Math.floor(one.startMs / 300_000) * 300_000))];
        const naive = begins.map(begin => {
          const own = kept.filter(one => one.startMs >= begin && one.startMs < begin + 300_000);
          return {
            begin,
            open: own[0]!.open,
            high: Math.max(...own.map(({ high }) => high)),
            low: Math.min(...own.map(({ low }) => low)),
            close: own.at(-1)!.close,
            volume: own.reduce((sum, { volume }) => sum + volume, 0),
            trades: own.length,
          };
        });
        expect([...bars.list()].map(shown)).toEqual(naive);
      }),
      tries(200),
    );
  });
});

function minuteBar(minute: number, close: number | null = 10, piecesToMs?: number): BuiltBar {
  const bars = new TimedBars(aligned('1m'));
  const all = { last: true, highLow: true, volume: true };
  bars.add({ seq: 0, atMs: startMs + minute * 60_000, price: close ?? undefined, size: 1, updates: all });
  return { ...[...bars.list()][0]!, ...(piecesToMs === undefined ? {} : { piecesToMs }) };
}

describe('flat bars', () => {
  const fill = (bars: BuiltBar[], toMinute: number, isOpen = (_: number) => true) =>
    [...fillBars(bars, aligned('1m'), startMs + toMinute * 60_000, isOpen)].map(
      ({ startMs: begin, close, isFilled }) => [(begin - startMs) / 60_000, close, isFilled ?? false],
    );

  test('stand where nothing came, up to now', () => {
    expect(fill([minuteBar(0, 10), minuteBar(3, 12)], 4)).toEqual([
      [0, 10, false],
      [1, 10, true],
      [2, 10, true],
      [3, 12, false],
      [4, 12, true],
    ]);
  });

  test('do not stand where the market is closed, nor after a bar without a price', () => {
    expect(fill([minuteBar(0), minuteBar(3)], 3, at => at !== startMs + 60_000)).toEqual([
      [0, 10, false],
      [2, 10, true],
      [3, 10, false],
    ]);
    expect(fill([minuteBar(0, null), minuteBar(3)], 3)).toEqual([
      [0, null, false],
      [3, 10, false],
    ]);
  });

  test('are the newest only where there would be too many', () => {
    expect(fill([minuteBar(0)], 1_000_000)).toHaveLength(20_002);
  });
});

describe('the marks of a bar', () => {
  const minute = 60_000;
  const known = {
    toMs: startMs + 10 * minute,
    fromMs: startMs - minute,
    isFollowed: true,
    lostToMs: undefined,
    outages: [],
  };
  const middle = { isFirst: false, isLast: false };
  const marks = (bar: BuiltBar, what: object = {}, place = middle) => marksOf(bar, { ...known, ...what }, place);

  test('say nothing of a whole one', () => {
    expect(marks(minuteBar(2))).toEqual({ isPartial: false, hasGap: false });
    expect(marks(minuteBar(2), {}, { isFirst: true, isLast: true })).toEqual({ isPartial: false, hasGap: false });
  });

  test.each([
    ['it still runs', minuteBar(10), {}, middle],
    ['the channel was subscribed while it ran', minuteBar(2), { fromMs: startMs + 2.5 * minute }, middle],
    ['nobody knows when it began', minuteBar(2), { fromMs: undefined }, { isFirst: true, isLast: false }],
    ['the channel was unsubscribed since', minuteBar(2), { isFollowed: false }, { isFirst: false, isLast: true }],
    ['messages of it left the buffer', minuteBar(2), { lostToMs: startMs + 2.1 * minute }, middle],
    [
      'its last shorter bar is due',
      minuteBar(9, 10, startMs + 9.5 * minute),
      { toMs: startMs + 10 * minute + 1 },
      middle,
    ],
  ])('call it partial where %s', (_, bar, what, place) => {
    expect(marks(bar, what, place).isPartial).toBe(true);
  });

  test.each([
    ['its last shorter bar came', minuteBar(9, 10, startMs + 10 * minute), { toMs: startMs + 9.9 * minute }],
    [
      'no more of it came for a while',
      minuteBar(9, 10, startMs + 9.5 * minute),
      { toMs: startMs + 10 * minute + 5_000 },
    ],
    ['what left the buffer is older', minuteBar(3), { lostToMs: startMs + 2.1 * minute }],
  ])('call it whole where %s', (_, bar, what) => {
    expect(marks(bar, what).isPartial).toBe(false);
  });

  test.each([
    [true, 'ended in it', { fromMs: startMs, toMs: startMs + 2.5 * minute }],
    [true, 'lies in it', { fromMs: startMs + 2.2 * minute, toMs: startMs + 2.3 * minute }],
    [true, 'lasts', { fromMs: startMs + 2.5 * minute }],
    [false, 'was over', { fromMs: startMs, toMs: startMs + 2 * minute }],
    [false, 'came later', { fromMs: startMs + 3 * minute, toMs: startMs + 4 * minute }],
  ])('say %s to a gap where an outage %s', (hasGap, _, outage) => {
    expect(marks(minuteBar(2), { outages: [outage] }).hasGap).toBe(hasGap);
  });
});
