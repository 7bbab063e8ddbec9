/** Bars are built from numbers in columns; here they are held against a look at each message. */
import { describe, expect, test } from 'vitest';
import { markets, suite } from '../../generated/suite.js';
import { Random } from '../../runtime/simulator/random.js';
import type { Client } from '../../runtime/stream/client.js';
import { callOn, hubOn } from '../support/bench.js';
import { handFrame } from '../support/hand-feed.js';
import { tries } from '../support/property.js';

const { seed, numRuns } = tries(40);
const minuteMs = 60_000;
/** 2026-09-21 10:00 in New York, in the regular session. */
const beganMs = Date.UTC(2026, 8, 21, 14);

/** A trade or a minute, in whole hundredths, of a symbol among others. */
interface Sent {
  readonly sym: string;
  readonly atMs: number;
  readonly cents: number;
  readonly size: number;
  /** Allows volume alone. */
  readonly isOdd: boolean;
}

interface Naive {
  prices: number[];
  cents: number;
  volume: number;
  trades: number;
}

/** Condition 2 keeps a trade from every price, and lets it count as volume (average price trade). */
const volumeOnly = 2;

function sentBy(random: Random, symbols: readonly string[]): Sent {
  return {
    sym: random.pick(symbols),
    atMs: beganMs + random.integer(0, 5 * minuteMs),
    cents: random.integer(1, 50_000),
    size: random.integer(1, 900),
    isOdd: random.chance(0.1),
  };
}

/** In the ways in which a feed may write the same. */
function tradeOf(random: Random, { sym, atMs, cents, size, isOdd }: Sent): string {
  const time = random.chance(0.1) ? `${atMs}123456` : random.chance(0.1) ? `${atMs}999` : `${atMs}`;
  const whole = random.chance(0.2) ? `"s":0,"ds":"${size}.0"` : `"s":${size}`;
  const codes = isOdd ? `,"c":[${volumeOnly}]` : random.chance(0.1) ? ',"c":[]' : '';
  const pad = random.chance(0.01) ? `,"pad":"${'x'.repeat(70_000)}"` : '';
  return `{"ev":"T","sym":"${sym}","p":${cents / 100},${whole},"t":${time}${codes}${pad}}`;
}

function naiveBars(sent: readonly Sent[], sym: string): object[] {
  const bars = new Map<number, Naive>();
  const inTime = sent.filter(one => one.sym === sym).sort((one, other) => one.atMs - other.atMs);
  for (const { atMs, cents, size, isOdd } of inTime) {
    const start = Math.floor(atMs / minuteMs) * minuteMs;
    const bar = bars.get(start) ?? { prices: [], cents: 0, volume: 0, trades: 0 };
    bars.set(start, bar);
    if (!isOdd) bar.prices.push(cents / 100);
    bar.cents += cents * size;
    bar.volume += size;
    bar.trades++;
  }
  return [...bars].map(([start, { prices, cents, volume, trades }]) => ({
    start_time: new Date(start).toISOString(),
    open: prices[0] ?? null,
    high: prices.length > 0 ? Math.max(...prices) : null,
    low: prices.length > 0 ? Math.min(...prices) : null,
    close: prices.at(-1) ?? null,
    volume,
    vwap: expect.closeTo(cents / volume / 100, 4),
    trades,
  }));
}

async function barsOf(hub: Client, sym: string): Promise<unknown> {
  const { structured, text } = await callOn(hub, 'read_bars', { market: 'stocks', symbols: [sym], interval: '1m' });
  const [series] = structured.symbols as { bars: object[] }[];
  if (!series) throw new Error(text);
  return series.bars;
}

describe('bars of a symbol among others', () => {
  test('are what a look at each trade tells, whether its numbers were read before or not', async () => {
    for (let run = 0; run < numRuns; run++) {
      const random = new Random(seed + run);
      const symbols = random.chance(0.3) ? ['AAPL'] : ['AAPL', 'MSFT', 'SPY', 'QQQ'];
      const hub = hubOn(suite, markets, 'realtime');
      const sent: Sent[] = [];
      for (let frames = random.integer(2, 12); frames > 0; frames--) {
        const some = Array.from({ length: random.integer(1, 120) }, () => sentBy(random, symbols));
        sent.push(...some);
        handFrame(hub.stream('stocks'), `[${some.map(one => tradeOf(random, one)).join()}]`);
        // A summary reads what came so far into columns, and what comes later is not in them.
        if (random.chance(0.3)) await callOn(hub, 'summarize_stream', { market: 'stocks' });
      }
      for (const sym of new Set(sent.map(one => one.sym)))
        expect(await barsOf(hub, sym), `seed ${seed + run}`).toMatchObject(naiveBars(sent, sym));
    }
  });

  test('keep every digit of what no double holds', async () => {
    const hub = hubOn(suite, markets, 'realtime');
    const trade = (price: string, t: string): string => `{"ev":"T","sym":"AAPL","p":${price},"s":2,"t":${t}}`;
    // The last nanosecond of a minute, which a double would round into the next.
    const last = `${beganMs + minuteMs - 1}999999`;
    handFrame(hub.stream('stocks'), `[${trade('1234567890123456789', `${beganMs}`)},${trade('1.5', last)}]`);
    expect(await barsOf(hub, 'AAPL')).toMatchObject([
      { open: '1234567890123456789', high: '1234567890123456789', low: 1.5, close: 1.5, volume: 4 },
    ]);
  });
});
