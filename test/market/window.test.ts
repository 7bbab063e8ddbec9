/** Columns say the same as a look at each message. */
import { describe, expect, test } from 'vitest';
import { markets, suite } from '../../generated/suite.js';
import type { Channel, Field } from '../../runtime/contract/channel.js';
import type { Market } from '../../runtime/contract/market.js';
import { unshown } from '../../runtime/feed/feed-text.js';
import { ProductHours } from '../../runtime/market/product-hours.js';
import { rowOf } from '../../runtime/market/row.js';
import type { SymbolState, SymbolStates } from '../../runtime/market/totals/symbol-state.js';
import { Window } from '../../runtime/market/totals/window.js';
import { systemClock } from '../../runtime/pacing/system-clock.js';
import { Random } from '../../runtime/simulator/random.js';
import { Held } from '../support/held.js';
import { marketOf } from '../support/markets.js';
import { tries } from '../support/property.js';
import { Snapshots } from '../support/snapshots.js';

const { seed, numRuns } = tries(60);
/** 2026-09-21 09:28 in New York: the regular session of stocks begins two minutes later. */
const beganMs = Date.UTC(2026, 8, 21, 13, 28);
const stocks = marketOf('stocks');
const symbolsOf: Readonly<Record<string, readonly string[]>> = {
  stocks: ['AAPL', 'BRK.B', 'SPY'],
  options: ['O:AAPL261218C00250000', 'O:SPX261218P05000000'],
  forex: ['EUR/USD', 'USD/JPY'],
  crypto: ['BTC-USD', 'ETH-USD'],
  futures: ['ESZ6', 'NQZ6'],
  indices: ['I:SPX', 'I:NDX'],
};
const unknownCodes = [250, 251];

function symbolsIn({ name, simulation }: Market): readonly string[] {
  return symbolsOf[name] ?? simulation.instruments.map(({ symbol }) => symbol);
}

/** A message of a channel, with values that are missing, quoted or long now and then. */
class Sender {
  constructor(
    private readonly market: Market,
    private readonly random: Random,
  ) {}

  frame(messages: number): string {
    return `[${Array.from({ length: messages }, () => this.message(this.random.pick(this.market.channels))).join()}]`;
  }

  private message(channel: Channel): string {
    const symbol = this.random.pick(symbolsIn(this.market));
    const members = channel.fields.flatMap(field => {
      if (field.role === 'symbol') return [`"${field.key}":"${symbol}"`];
      const value = field.role !== undefined && !this.random.chance(0.05) ? this.value(field, channel) : undefined;
      return value === undefined ? [] : [`"${field.key}":${value}`];
    });
    return `{"ev":"${channel.prefix}",${members.join()}}`;
  }

  private value({ role, type, flag }: Field, { event }: Channel): string | undefined {
    const { random } = this;
    if (role === 'conditions') return this.conditions();
    if (flag) return JSON.stringify([random.pick([flag.on, flag.off, 1, 2])]);
    if (role === 'time' || role === 'end_time') return this.time(event.startsWith('AGGREGATE'));
    const amount = role === 'size' || role === 'volume' ? String(random.integer(0, 500)) : this.amount();
    return type === 'decimal' || random.chance(0.03) ? `"${amount}"` : amount;
  }

  /** Few, so that they are equal now and then. */
  private amount(): string {
    const { random } = this;
    if (random.chance(0.02)) return `${random.integer(1, 9)}234567890123456789`;
    if (random.chance(0.05)) return '0';
    if (random.chance(0.02)) return `-${random.integer(1, 900) / 100}`;
    return String(random.integer(1, 3_000) / 10 ** random.integer(0, 4));
  }

  /** Bars begin with a minute, and some come again. */
  private time(isOfBar: boolean): string {
    const { random } = this;
    const atMs = beganMs + random.integer(0, 7) * 60_000 + (isOfBar ? 0 : random.integer(0, 59_999));
    if (random.chance(0.1)) return `${atMs}${isOfBar ? '000000' : '123457'}`;
    return random.chance(0.02) ? '17' : String(atMs);
  }

  private conditions(): string | undefined {
    const { random } = this;
    const codes = this.market.codes?.trades?.map(({ code }) => code) ?? [1, 2];
    if (random.chance(0.03)) return random.pick(['null', '12', '"x"', '[2.5]', '["12"]', '[[1]]']);
    if (random.chance(0.5)) return undefined;
    const code = (): number => (random.chance(0.05) ? random.pick(unknownCodes) : random.pick(codes));
    return JSON.stringify(Array.from({ length: random.integer(0, 3) }, code));
  }
}

/** The row of a symbol and what it is compared by. */
function shown(market: Market, state: SymbolState): object {
  const prices = (['open', 'high', 'low', 'volume', 'newest', 'bid', 'ask'] as const).map(by => state.compared(by));
  return {
    row: rowOf(state, {
      market,
      hours: new ProductHours(market, market.hours),
      nowMs: 1_000,
      isHeld: () => false,
      text: unshown,
    }),
    // What is no number is not compared by.
    compared: prices.map(price => (typeof price === 'number' ? price : null)),
  };
}

function everything(market: Market, states: SymbolStates): object {
  const { missed, others, firstMs, unknownConditions } = states;
  const bySymbol = [...states.all].map(state => [state.symbol, shown(market, state)] as const);
  return {
    ...{ missed, others, firstMs },
    unknown: new Set(unknownConditions),
    symbols: Object.fromEntries(bySymbol),
    absent: shown(market, states.of('ZZZZ')),
  };
}

describe('a window', () => {
  test.each(markets.map(market => [market.name, market] as const))(
    'of %s says the same as snapshots of the same messages',
    async (_, market) => {
      for (let run = 0; run < numRuns; run++) {
        const random = new Random(seed + run);
        const held = new Held(market, 10_000, 10_000_000);
        const sender = new Sender(market, random);
        const from = random.integer(0, 20);
        const everyPrint = random.chance(0.2);
        const kernel = random.chance(0.8) ? suite.numberKernel : undefined;
        for (let frames = random.integer(3, 8); frames > 0; frames--) held.take(sender.frame(random.integer(1, 60)));
        const window = new Window(market, held.buffer, { kernel, clock: systemClock, from, everyPrint });
        const snapshots = new Snapshots(market, held.buffer, systemClock, from, everyPrint);
        for (let asked = random.integer(1, 3); asked > 0; asked--) {
          await Promise.all([window.update(), snapshots.update()]);
          expect(everything(market, window), `seed ${seed + run}`).toEqual(everything(market, snapshots));
          held.take(sender.frame(random.integer(1, 60)));
        }
        window.release();
      }
    },
  );

  test.each(markets.map(market => [market.name, market] as const))(
    'of %s that is kept says the same of everything that came, however little is held and asked',
    async (_, market) => {
      for (let run = 0; run < numRuns; run++) {
        const random = new Random(seed + run);
        const [held, all] = [new Held(market, random.integer(30, 120)), new Held(market, 10_000, 10_000_000)];
        const sender = new Sender(market, random);
        const kernel = random.chance(0.8) ? suite.numberKernel : undefined;
        const window = new Window(market, held.buffer, { kernel, clock: systemClock, from: 0, isKept: true });
        const snapshots = new Snapshots(market, all.buffer, systemClock, 0);
        for (let asked = random.integer(1, 3); asked > 0; asked--) {
          for (let frames = random.integer(1, 10); frames > 0; frames--) {
            const frame = sender.frame(random.integer(1, 30));
            held.take(frame);
            all.take(frame);
          }
          await Promise.all([window.update(), snapshots.update()]);
          expect(everything(market, window), `seed ${seed + run}`).toEqual(everything(market, snapshots));
        }
      }
    },
  );

  test('shows messages that left the buffer after they were added', async () => {
    const held = new Held(stocks, 100);
    const sender = new Sender(stocks, new Random(seed));
    held.take(sender.frame(100));
    const window = new Window(stocks, held.buffer, { kernel: suite.numberKernel, clock: systemClock, from: 0 });
    const snapshots = new Snapshots(stocks, held.buffer, systemClock, 0);
    await Promise.all([window.update(), snapshots.update()]);
    for (let frames = 0; frames < 200; frames++) held.take(sender.frame(60));
    expect(held.buffer.oldestSeq).toBeGreaterThan(10_000);
    expect(everything(stocks, window)).toEqual(everything(stocks, snapshots));
    expect(held.buffer.readableSeq).toBe(0);
    window.release();
    expect(held.buffer.readableSeq).toBe(held.buffer.oldestSeq);
  });

  test('is lost with the messages of a stream that is started anew, and says so', async () => {
    const held = new Held(stocks, 100);
    held.add('T', 'AAPL', { p: 1, s: 1 });
    const window = new Window(stocks, held.buffer, { kernel: suite.numberKernel, clock: systemClock, from: 0 });
    await window.update();
    const before = window.of('AAPL');
    held.buffer.clear();
    expect(window.isLost).toBe(true);
    expect(() => before.range).toThrow('gone');
    expect(() => window.all).toThrow('gone');
    window.release();
    expect(held.buffer.readableSeq).toBe(held.buffer.nextSeq);
  });

  const minute = (index: number, o: number, h: number, l: number, v = 10): object => {
    const s = beganMs + index * 60_000;
    return { ev: 'AM', sym: 'SPY', o, h, l, c: o, v, vw: o, s, e: s + 60_000 };
  };

  test('takes high and low from the last version of each bar, of any age', async () => {
    const held = new Held(stocks, 1_000);
    // Of 50 bars the first and the tenth come again without their extremes.
    const bars = Array.from({ length: 50 }, (_, index) => minute(index, 20, index === 10 ? 90 : 21, index ? 19 : 1));
    held.take(JSON.stringify([...bars, minute(10, 20, 22, 19, 30), minute(0, 18, 21, 17, 5)]));
    const window = new Window(stocks, held.buffer, { kernel: suite.numberKernel, clock: systemClock, from: 0 });
    await window.update();
    expect(window.of('SPY').range).toMatchObject({ open: 18, high: 22, low: 17, volume: 50 * 10 + 20 - 5 });
    window.release();
  });
});
