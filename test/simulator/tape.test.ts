import { describe, expect, test } from 'vitest';
import type { Channel } from '../../runtime/contract/channel.js';
import type { Market } from '../../runtime/contract/market.js';
import { encode } from '../../runtime/simulator/encode.js';
import type { SimulatedEvent } from '../../runtime/simulator/event.js';
import { Random, seedOf } from '../../runtime/simulator/random.js';
import { Tape } from '../../runtime/simulator/tape.js';
import { enter, type Message, newFeed, START_MS, setUp, split } from '../support/simulated-client.js';
import { stocks } from '../support/tables.js';

setUp();

const MINUTE_MS = 60_000;

describe('what is played', () => {
  test('includes at the turn of a minute the whole bar of it, also where the feed began within it', async () => {
    const feed = newFeed();
    const client = await enter(feed);
    await client.subscribe('AM.*');
    feed.advance(30_000);
    const bars = await client.rest();
    expect(bars.map(({ sym }) => sym)).toEqual(['AAPL', 'BRK.B', 'MSFT']);
    const beginMs = Math.floor(START_MS / MINUTE_MS) * MINUTE_MS;
    for (const { s, e } of bars) expect([s, e]).toEqual([beginMs, beginMs + MINUTE_MS]);
    const earlier = newFeed({ startAtMs: beginMs });
    const other = await enter(earlier);
    await other.subscribe('AM.*');
    earlier.advance(MINUTE_MS);
    expect(await other.rest()).toEqual(bars);
  });

  test('has bars that agree with the trades they sum up', async () => {
    const feed = newFeed();
    const client = await enter(feed);
    await client.subscribe('T.AAPL,A.AAPL,AM.AAPL');
    feed.advance(160_000);
    const [trades, seconds, minutes] = split(await client.rest(), 'T', 'A', 'AM');
    expect(minutes).toHaveLength(3);
    // The feed began within a second and a minute, of which earlier trades were not heard.
    const whole = [...seconds.slice(1), ...minutes.slice(1)] as Record<string, number>[];
    for (const bar of whole) {
      const inside = trades.filter(({ t }) => Number(t) >= bar.s! && Number(t) < bar.e!) as Record<string, number>[];
      const prices = inside.map(({ p }) => p!);
      const volume = sum(inside.map(({ s }) => s!));
      expect(bar.o).toBe(prices[0]);
      expect(bar.c).toBe(prices.at(-1));
      expect(bar.h).toBe(Math.max(...prices));
      expect(bar.l).toBe(Math.min(...prices));
      expect(bar.v).toBe(volume);
      if (bar.dv !== undefined) expect(bar.dv).toBe(`${volume}.0`);
      expect(bar.vw).toBeCloseTo(sum(inside.map(({ p, s }) => p! * s!)) / volume, 3);
      expect(bar.z).toBeCloseTo(volume / inside.length, 3);
    }
    const tradedSeconds = new Set(trades.map(({ t }) => Math.floor(Number(t) / 1000) * 1000));
    const lastEndMs = Number(seconds.at(-1)!.e);
    expect(seconds.slice(1).map(({ s }) => s)).toEqual(
      [...tradedSeconds].filter(ms => ms > Number(seconds[0]!.s) && ms < lastEndMs),
    );
    for (const bars of [seconds, minutes] as Record<string, number>[][]) {
      for (const [index, bar] of bars.entries()) {
        if (index > 0) expect(bar.av! - bars[index - 1]!.av!).toBe(bar.v);
      }
    }
  });

  test('has forex bars that agree with the middles of the quotes and count them', async () => {
    const feed = newFeed();
    const client = await enter(feed, '/forex');
    await client.subscribe('C.EUR/USD,CAS.EUR/USD');
    feed.advance(20_000);
    const [quotes, bars] = split(await client.rest(), 'C', 'CAS') as Record<string, number>[][];
    expect(bars!.length).toBeGreaterThan(10);
    for (const bar of bars!.slice(1)) {
      const inside = quotes!.filter(({ t }) => t! >= bar.s! && t! < bar.s! + 1_000);
      const middles = inside.map(({ a, b }) => (a! + b!) / 2);
      expect(bar.v).toBe(inside.length);
      expect(bar.o).toBeCloseTo(middles[0]!, 8);
      expect(bar.c).toBeCloseTo(middles.at(-1)!, 8);
      expect(bar.h).toBeCloseTo(Math.max(...middles), 8);
      expect(bar.l).toBeCloseTo(Math.min(...middles), 8);
    }
  });

  test.each([
    ['/stocks', 'AAPL'],
    ['/options', 'O:SPY251219P00600000'],
  ])('has trades on %s at or between the quotes of %s', async (path, symbol) => {
    const feed = newFeed();
    const client = await enter(feed, path);
    await client.subscribe(`T.${symbol},Q.${symbol}`);
    feed.advance(300_000);
    let quote: Message | undefined;
    const messages = await client.rest();
    for (const message of messages) {
      if (message.ev === 'Q') quote = message;
      if (quote === undefined) continue;
      expect(quote.bp).toBeGreaterThan(0);
      expect(quote.ap).toBeGreaterThan(Number(quote.bp));
      if (message.ev === 'Q') continue;
      expect(Number(message.p)).toBeGreaterThanOrEqual(Number(quote.bp));
      expect(Number(message.p)).toBeLessThanOrEqual(Number(quote.ap));
    }
    const perSecond = messages.length / 300;
    expect(perSecond).toBeGreaterThan(3);
    expect(perSecond).toBeLessThan(8);
  });

  test('has clean prices, ids of their own and sequence numbers that rise with gaps', async () => {
    const feed = newFeed();
    const client = await enter(feed);
    await client.subscribe('T.AAPL,Q.AAPL');
    feed.advance(120_000);
    const messages = await client.rest();
    const [trades] = split(messages, 'T');
    for (const { p } of trades) expect(String(p)).toMatch(/^\d+(\.\d{1,2})?$/);
    expect(new Set(trades.map(({ i }) => i)).size).toBe(trades.length);
    const steps = messages.slice(1).map(({ q }, index) => Number(q) - Number(messages[index]!.q));
    expect(Math.min(...steps)).toBeGreaterThan(0);
    expect(Math.max(...steps)).toBeGreaterThan(1);
    expect(trades.some(({ c }) => c !== undefined)).toBe(true);
    expect(trades.some(({ c }) => c === undefined)).toBe(true);
  });

  test('has nanosecond times as exact integers of 19 digits', async () => {
    const feed = newFeed();
    const client = await enter(feed);
    await client.subscribe('LULD.AAPL,FMV.AAPL');
    feed.advance(60_000);
    await client.rest();
    const events = client.frames.join('').match(/\{"ev":"(?:LULD|FMV)".*?\}/g)!;
    expect(events.length).toBeGreaterThan(20);
    for (const event of events) expect(event).toMatch(/"t":\d{19}[,}]/);
    expect(events.some(event => !/"t":\d{17}00/.test(event))).toBe(true);
  });

  test('has bands of five per cent around the price and fair values near it', async () => {
    const feed = newFeed();
    const client = await enter(feed);
    await client.subscribe('LULD.AAPL,FMV.AAPL');
    feed.advance(120_000);
    const [bands, values] = split(await client.rest(), 'LULD', 'FMV');
    for (const { T, h, l } of bands) {
      expect(T).toBe('AAPL');
      expect(Number(h) / Number(l)).toBeCloseTo(1.05 / 0.95, 3);
    }
    for (const { fmv } of values) expect(Math.abs(Number(fmv) - 212.4)).toBeLessThan(2);
  });

  test('is not played on where nobody holds anything', async () => {
    const feed = newFeed();
    const client = await enter(feed);
    feed.advance(3_600_000);
    expect(await client.rest()).toEqual([]);
    await client.subscribe('AM.AAPL');
    feed.advance(30_000);
    expect(await client.rest()).toMatchObject([
      { sym: 'AAPL', e: Math.floor(START_MS / MINUTE_MS + 1) * MINUTE_MS + 3_600_000 },
    ]);
  });

  test('goes on after a pause with complete bars', async () => {
    const feed = newFeed();
    const client = await enter(feed);
    await client.subscribe('AM.AAPL,T.AAPL');
    feed.advance(10_000);
    const before = (await client.rest()).findLast(({ ev }) => ev === 'T')!;
    client.request('unsubscribe', 'AM.AAPL,T.AAPL');
    await client.next();
    feed.advance(600_000);
    await client.subscribe('AM.AAPL,T.AAPL');
    feed.advance(60_000);
    const [bars, trades] = split(await client.rest(), 'AM', 'T');
    expect(bars).toHaveLength(1);
    expect(Math.abs(Number(trades[0]!.p) - Number(before.p))).toBeLessThan(1);
    expect(Number(trades[0]!.t)).toBeGreaterThan(Number(before.t) + 600_000);
  });
});

describe('repeatability', () => {
  async function record(seed: number): Promise<string[]> {
    const feed = newFeed({ seed });
    const client = await enter(feed);
    await client.subscribe('T.*,Q.AAPL,A.BRK.B');
    feed.advance(7_500);
    await client.subscribe('LULD.*,AM.*,FMV.MSFT');
    feed.advance(70_000);
    await client.rest();
    return client.frames;
  }

  test('two feeds of one seed send the same bytes', async () => {
    const frames = await record(7);
    expect(frames.join('').length).toBeGreaterThan(50_000);
    expect(await record(7)).toEqual(frames);
  });

  test('another seed sends something else', async () => {
    expect(await record(8)).not.toEqual(await record(7));
  });

  test.each(['AAPL', 'BRK.B'])('the path of %s does not depend on what else is held', async symbol => {
    async function trades(alsoHeld: string): Promise<Message[]> {
      const feed = newFeed();
      const client = await enter(feed);
      await client.subscribe(`T.${symbol}${alsoHeld}`);
      feed.advance(30_000);
      return (await client.rest()).filter(({ ev, sym }) => ev === 'T' && sym === symbol);
    }
    const alone = await trades('');
    expect(alone.length).toBeGreaterThan(20);
    expect(await trades(`,Q.*,AM.${symbol},T.MSFT,T.ABC,LULD.*`)).toEqual(alone);
  });

  test('a long step gives what many short ones give', () => {
    const play = (stepMs: number) => {
      const tape = new Tape(stocks, 1);
      const events: SimulatedEvent[] = [];
      for (let atMs = START_MS; atMs < START_MS + 60_000; atMs += stepMs) {
        events.push(...tape.play(['AAPL', 'MSFT'], atMs, atMs + stepMs));
      }
      return events;
    };
    expect(play(100)).toEqual(play(60_000));
  });

  test('random numbers stay in their range and follow from the seed', () => {
    const [one, two] = [new Random(seedOf('a')), new Random(seedOf('a'))];
    const numbers = Array.from({ length: 1_000 }, () => one.integer(3, 6));
    expect(new Set(numbers)).toEqual(new Set([3, 4, 5, 6]));
    expect(Array.from({ length: 1_000 }, () => two.integer(3, 6))).toEqual(numbers);
    expect(seedOf('a')).not.toBe(seedOf('b'));
    expect(one.uuid()).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
  });
});

describe('encoding', () => {
  const event: SimulatedEvent = {
    prefix: 'X',
    symbol: 'ABC',
    atMs: 1_790_000_000_123,
    values: { price: 0.0000005, size: 12.5, conditions: [4], end_time: 1_790_000_000_000 },
  };
  const encodeFields = (...fields: [name: string, type: string, extra?: object][]) => {
    const [shape] = stocks.channels;
    const table = fields.map(([name, type, extra], index) => ({
      key: `k${index}`,
      name,
      type,
      optional: false,
      ...(Object.hasOwn(event.values, name) ? { role: name } : {}),
      ...extra,
    }));
    return encode(event, { ...shape, prefix: 'X', fields: table } as Channel);
  };

  test('writes each type as the wire has it', () => {
    expect(encodeFields(['price', 'decimal'], ['price', 'number'], ['size', 'integer'], ['size', 'identifier'])).toBe(
      '{"ev":"X","k0":"0.0000005","k1":5e-7,"k2":13,"k3":13}',
    );
    expect(encodeFields(['conditions', 'integers'], ['conditions', 'integer'], ['size', 'integers'])).toBe(
      '{"ev":"X","k0":[4],"k1":4,"k2":[12.5]}',
    );
  });

  test('fills what is required and unknown by its type and leaves out what is optional', () => {
    expect(
      encodeFields(
        ['a', 'string'],
        ['b', 'number'],
        ['c', 'boolean'],
        ['d', 'integers'],
        ['e', 'decimal'],
        ['f', 'identifier'],
        ['toString', 'integer'],
        ['g', 'string', { role: 'symbol' }],
        ['h', 'integer', { optional: true }],
      ),
    ).toBe('{"ev":"X","k0":"","k1":0,"k2":false,"k3":[],"k4":"0","k5":0,"k6":0,"k7":"ABC"}');
  });

  test('writes times in the unit of the field, full seconds without a rest', () => {
    expect(encodeFields(['t', 'integer', { epoch: 'ms' }], ['end_time', 'integer', { epoch: 'ns' }])).toBe(
      '{"ev":"X","k0":1790000000123,"k1":1790000000000000000}',
    );
    expect(encodeFields(['t', 'integer', { epoch: 'us' }])).toMatch(/^\{"ev":"X","k0":1790000000123\d{3}\}$/);
    expect(encodeFields(['t', 'integer', { epoch: 'magnitude' }])).toMatch(/^\{"ev":"X","k0":1790000000123\d{6}\}$/);
  });
});

describe('a market that nobody foresaw', () => {
  const [trades] = stocks.channels;
  const market: Market = {
    ...stocks,
    name: 'weather',
    paths: ['/weather'],
    simulation: { tickSize: 0.25, lotSize: 0.01, instruments: [{ symbol: 'RAIN', price: 4000 }] },
    channels: [
      {
        ...trades!,
        prefix: 'V',
        event: 'INDEX_VALUE',
        fields: [valueField('val', 'value'), valueField('x', 'humidity')],
      },
      { ...trades!, prefix: 'N', event: 'IMBALANCE', fields: [valueField('o', 'unmatched_size')] },
      { ...trades!, prefix: 'VA', event: 'AGGREGATE_SECOND', fields: [valueField('c', 'close')] },
    ],
  };

  function valueField(key: string, name: string) {
    return { key, name, type: 'number', optional: false } as const;
  }

  test('is played from its event kinds alone', async () => {
    const feed = newFeed({}, [market]);
    const client = await enter(feed, '/weather');
    await client.subscribe('V.RAIN,VA.RAIN,N.RAIN');
    feed.advance(30_000);
    const [values, imbalances, bars] = split(await client.rest(), 'V', 'N', 'VA');
    expect(values!.length).toBeGreaterThan(90);
    for (const { val, x } of values!) expect([Number(val) % 0.25, x]).toEqual([0, 0]);
    expect(imbalances!.length).toBeGreaterThan(0);
    for (const { c } of bars!) expect(values!.map(({ val }) => val)).toContain(c);
  });
});

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
