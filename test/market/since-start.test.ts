import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { suite } from '../../generated/suite.js';
import { unshown } from '../../runtime/feed/feed-text.js';
import { ProductHours } from '../../runtime/market/product-hours.js';
import { rowOf } from '../../runtime/market/row.js';
import { Window } from '../../runtime/market/totals/window.js';
import { systemClock } from '../../runtime/pacing/system-clock.js';
import { Held } from '../support/held.js';
import { marketOf } from '../support/markets.js';
import { tries } from '../support/property.js';

const stocks = marketOf('stocks');
const hours = new ProductHours(stocks, stocks.hours);
const startMs = 1_790_000_000_000;

/** Prices and sizes in whole hundredths, so that the naive sums are exact. */
const symbol = fc.constantFrom('AAPL', 'MSFT', 'BRK.B');
const cents = fc.integer({ min: -500, max: 50_000 });
const size = fc.nat({ max: 10_000 });
const event = fc.oneof(
  fc.record({ ev: fc.constant('T' as const), symbol, price: cents, size }),
  fc.record({ ev: fc.constant('Q' as const), symbol, bid: cents, ask: cents }),
  fc.record({ ev: fc.constant('AM' as const), symbol, minute: fc.nat({ max: 4 }), close: cents }),
);
type Event = typeof event extends fc.Arbitrary<infer E> ? E : never;

function wire(given: Event): object {
  switch (given.ev) {
    case 'T':
      return { ev: 'T', sym: given.symbol, p: given.price / 100, s: given.size };
    case 'Q':
      return { ev: 'Q', sym: given.symbol, bp: given.bid / 100, ap: given.ask / 100 };
    case 'AM':
      return { ev: 'AM', sym: given.symbol, c: given.close / 100, s: startMs + given.minute * 60_000 };
  }
}

/** What is true of a symbol, from everything that came of it. */
function naive(events: readonly Event[]): Record<string, unknown> {
  const trades = events.filter(other => other.ev === 'T');
  const quotes = events.filter(other => other.ev === 'Q');
  const bars = events.filter(other => other.ev === 'AM');
  const prices = trades.map(({ price }) => price);
  const volume = trades.reduce((sum, trade) => sum + trade.size, 0);
  const turnover = trades.reduce((sum, trade) => sum + trade.price * trade.size, 0);
  const quote = quotes.at(-1);
  const newest = Math.max(...bars.map(({ minute }) => minute));
  return {
    messages: events.length,
    ...(trades.length > 0
      ? {
          trades: trades.length,
          last: prices.at(-1)! / 100,
          last_size: trades.at(-1)!.size,
          window_open: prices[0]! / 100,
          window_high: Math.max(...prices) / 100,
          window_low: Math.min(...prices) / 100,
          window_volume: volume,
          window_vwap: volume === 0 ? null : expect.closeTo(turnover / volume / 100, 6),
        }
      : {}),
    ...(quote
      ? { quotes: quotes.length, bid: quote.bid / 100, ask: quote.ask / 100, spread: (quote.ask - quote.bid) / 100 }
      : {}),
    ...(bars.length > 0 ? { bar: { close: bars.findLast(({ minute }) => minute === newest)!.close / 100 } } : {}),
  };
}

/** Since now, whatever leaves the buffer. */
function sinceStart(held: Held): Window {
  const from = held.buffer.nextSeq;
  return new Window(stocks, held.buffer, { kernel: suite.numberKernel, clock: systemClock, from, isKept: true });
}

describe('what symbols come to since the start', () => {
  test('agrees with a naive look at everything that came, however often it is asked for, and however little is held', async () => {
    const step = fc.oneof(
      { weight: 3, arbitrary: fc.array(event, { minLength: 1, maxLength: 10 }) },
      { weight: 1, arbitrary: fc.constant('ask' as const) },
    );
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 10, max: 60 }), fc.array(step, { maxLength: 15 }), async (bound, steps) => {
        const held = new Held(stocks, bound);
        const window = sinceStart(held);
        const came: Event[] = [];
        for (const taken of [...steps, 'ask' as const]) {
          if (taken !== 'ask') {
            came.push(...taken);
            held.take(JSON.stringify(taken.map(wire)));
            continue;
          }
          await window.update();
          const rows = window.all.map(state =>
            rowOf(state, { market: stocks, hours, nowMs: startMs, isHeld: () => false, text: unshown }),
          );
          expect(rows).toHaveLength(new Set(came.map(other => other.symbol)).size);
          for (const row of rows) expect(row).toMatchObject(naive(came.filter(other => other.symbol === row.symbol)));
        }
        expect(window.missed).toBe(0);
      }),
      tries(300),
    );
  });

  test('keeps nothing in the buffer', () => {
    const held = new Held(stocks, 3);
    sinceStart(held);
    for (let count = 0; count < 10_000; count++) held.add('T', 'AAPL', { p: 1, s: 1 });
    expect(held.buffer.readableSeq).toBe(9_997);
  });

  test('is lost with a stream that is started anew, and says so', async () => {
    const held = new Held(stocks, 3);
    const window = sinceStart(held);
    held.add('T', 'AAPL', { p: 1, s: 1 });
    await window.update();
    const before = window.of('AAPL');
    held.buffer.clear();
    expect(window.isLost).toBe(true);
    expect(() => before.last.get('TRADE')).toThrow('gone');
    for (let count = 0; count < 10; count++) held.add('T', 'MSFT', { p: 1, s: 1 });
  });
});

describe('the bars of a symbol since the start', () => {
  type Bar = Readonly<{ minute: number; volume: number; low: number; high: number; open?: number }>;

  /** Sends bars of a minute, of which a few are held. */
  async function rangeOf(bound: number, bars: readonly Bar[]) {
    const held = new Held(stocks, bound);
    const window = sinceStart(held);
    for (const { minute, volume, low, high, open = low } of bars) {
      const s = startMs + minute * 60_000;
      held.add('AM', 'SPY', { o: open, h: high, l: low, c: low, v: volume, vw: low, s, e: s + 60_000 });
    }
    await window.update();
    return window.of('SPY').range!;
  }

  const hour = Array.from({ length: 50 }, (_, minute): Bar => ({ minute, volume: 1, low: 10, high: 11 }));

  test('count once, in their last version, though the version before has left', async () => {
    const again: Bar = { minute: 0, volume: 15, low: 10, high: 10 };
    const bars: Bar[] = [{ ...again, volume: 10 }, ...hour.slice(1, 20), again];
    expect(await rangeOf(5, bars)).toMatchObject({ volume: 34, open: 10 });
  });

  test('give high and low back where a later version lacks them', async () => {
    const bars: Bar[] = [{ minute: 0, volume: 1, low: 1, high: 50 }, ...hour.slice(1, 20)];
    expect(await rangeOf(5, bars)).toMatchObject({ high: 50, low: 1, open: 1 });
    expect(await rangeOf(5, [...bars, { minute: 0, volume: 1, low: 9, high: 12 }])).toMatchObject({
      high: 12,
      low: 9,
      open: 9,
    });
  });

  test('keep high, low and open of those that are too old to be replaced', async () => {
    const bars: Bar[] = [{ minute: 0, volume: 1, low: 1, high: 50 }, ...hour.slice(1)];
    const later: Bar[] = [{ ...hour[45]!, high: 90 }, hour[45]!];
    expect(await rangeOf(5, [...bars, ...later])).toMatchObject({ high: 50, low: 1, open: 1, volume: 50 });
  });

  test('count no volume twice of one that is too old to be replaced', async () => {
    const late: Bar = { minute: 0, volume: 100, low: 8, high: 12 };
    expect(await rangeOf(5, [...hour, late, late])).toMatchObject({ volume: 50, low: 8, high: 12 });
  });

  test('agree with a book of last versions, in any order within what can be replaced, however little is held', async () => {
    const any = fc.record({
      minute: fc.nat({ max: 29 }),
      volume: fc.nat({ max: 1_000 }),
      low: fc.integer({ min: 1, max: 50 }),
      rise: fc.nat({ max: 50 }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 40 }),
        fc.array(any, { minLength: 1, maxLength: 80 }),
        async (bound, came) => {
          const range = await rangeOf(
            bound,
            came.map(({ rise, ...bar }) => ({ ...bar, high: bar.low + rise })),
          );
          const book = new Map(came.map(bar => [bar.minute, bar]));
          const last = [...book.values()];
          const volume = last.reduce((sum, bar) => sum + bar.volume, 0);
          const turnover = last.reduce((sum, bar) => sum + bar.volume * bar.low, 0);
          expect(range).toMatchObject({
            open: book.get(Math.min(...book.keys()))!.low,
            high: Math.max(...last.map(({ low, rise }) => low + rise)),
            low: Math.min(...last.map(({ low }) => low)),
            volume,
            vwap: volume === 0 ? null : expect.closeTo(turnover / volume, 6),
          });
        },
      ),
      tries(200),
    );
  });
});
