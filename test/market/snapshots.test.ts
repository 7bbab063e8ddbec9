import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { unshown } from '../../runtime/feed/feed-text.js';
import { ProductHours } from '../../runtime/market/product-hours.js';
import { rowOf } from '../../runtime/market/row.js';
import { Snapshots } from '../../runtime/market/snapshots.js';
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

describe('the pictures of a stream', () => {
  test('agree with a naive look at everything that came, however often they are asked for', async () => {
    const step = fc.oneof(
      { weight: 3, arbitrary: fc.array(event, { minLength: 1, maxLength: 10 }) },
      { weight: 1, arbitrary: fc.constant('ask' as const) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 15 }), async steps => {
        const held = new Held(stocks);
        const snapshots = new Snapshots(stocks, held.buffer, systemClock, 0);
        const came: Event[] = [];
        for (const taken of [...steps, 'ask' as const]) {
          if (taken !== 'ask') {
            came.push(...taken);
            held.take(JSON.stringify(taken.map(wire)));
            continue;
          }
          await snapshots.update();
          const rows = [...snapshots.all].map(snapshot =>
            rowOf(snapshot, { market: stocks, hours, nowMs: startMs, isHeld: () => false, text: unshown }),
          );
          expect(rows).toHaveLength(new Set(came.map(other => other.symbol)).size);
          for (const row of rows) expect(row).toMatchObject(naive(came.filter(other => other.symbol === row.symbol)));
        }
        expect(snapshots.missed).toBe(0);
      }),
      tries(300),
    );
  });

  test('count each message that came as drawn or missed, under any bound of the buffer', async () => {
    const bursts = fc.array(fc.tuple(fc.integer({ min: 1, max: 30 }), fc.boolean()), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 40 }), bursts, async (bound, steps) => {
        const held = new Held(stocks, bound);
        const snapshots = new Snapshots(stocks, held.buffer, systemClock, 0);
        let came = 0;
        let drawable = 0;
        for (const [count, asks] of [...steps, [1, true] as const]) {
          for (let number = 0; number < count; number++) held.add('T', 'AAPL', { p: 1, s: 1 });
          came += count;
          drawable = Math.min(drawable + count, bound);
          if (!asks) continue;
          const before = [...snapshots.all].reduce((sum, { messages }) => sum + messages, 0);
          await snapshots.update();
          const drawn = [...snapshots.all].reduce((sum, { messages }) => sum + messages, 0);
          expect(drawn - before).toBe(drawable);
          expect(drawn + snapshots.missed).toBe(came);
          drawable = 0;
        }
      }),
      tries(100),
    );
  });
});
