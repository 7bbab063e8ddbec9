import { afterEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import type { Channel, Market } from '../../runtime/contract/contract.js';
import { encode } from '../../runtime/simulator/encode.js';
import type { SimulatedEvent } from '../../runtime/simulator/event.js';
import { SimulatedFeed, type SimulatedFeedOptions } from '../../runtime/simulator/feed.js';
import { Random, seedOf } from '../../runtime/simulator/random.js';
import { Tape } from '../../runtime/simulator/tape.js';
import { forex, options, stocks } from '../support/tables.js';

const START_MS = Date.UTC(2026, 9, 14, 15, 4, 31, 250);
const MINUTE_MS = 60_000;

type Message = Record<string, unknown>;

/** A plain client: keeps what it is sent, frame by frame. */
class Client {
  readonly socket: WebSocket;
  readonly frames: string[] = [];
  /** Close code, once closed; 1006 means that there was no close frame. */
  readonly closed: Promise<number>;
  #taken = 0;
  #wake: (() => void) | undefined;

  constructor(url: string) {
    this.socket = new WebSocket(url);
    this.closed = new Promise(resolve => this.socket.on('close', resolve));
    this.socket.on('error', () => {});
    this.socket.on('message', data => {
      this.frames.push(String(data));
      this.#wake?.();
    });
  }

  /** The next frame that was not taken yet. */
  async next(): Promise<Message[]> {
    while (this.#taken === this.frames.length) {
      await new Promise<void>(resolve => {
        this.#wake = resolve;
      });
    }
    return JSON.parse(this.frames[this.#taken++]!);
  }

  request(action: string, params: string): void {
    this.socket.send(JSON.stringify({ action, params }));
  }

  /** Everything sent before has arrived on both sides; answers the messages not taken yet. */
  async rest(): Promise<Message[]> {
    const pong = new Promise(resolve => this.socket.once('pong', resolve));
    this.socket.ping();
    await pong;
    const texts = this.frames.slice(this.#taken);
    this.#taken = this.frames.length;
    return texts.flatMap(text => JSON.parse(text));
  }

  async authenticate(key = 'key'): Promise<void> {
    await this.next();
    this.request('auth', key);
    await this.next();
  }

  async subscribe(channels: string): Promise<Message[]> {
    this.request('subscribe', channels);
    return this.next();
  }
}

const feeds: SimulatedFeed[] = [];

afterEach(async () => {
  await Promise.all(feeds.splice(0).map(feed => feed.close()));
});

function newFeed(extra: SimulatedFeedOptions = {}, markets: readonly Market[] = [stocks, forex, options]) {
  const feed = new SimulatedFeed(markets, { startAtMs: START_MS, stepMs: 0, ...extra });
  feeds.push(feed);
  return feed;
}

async function connect(feed: SimulatedFeed, path = '/stocks'): Promise<Client> {
  return new Client(`${await feed.listen()}${path}`);
}

async function enter(feed: SimulatedFeed, path = '/stocks', key = 'key'): Promise<Client> {
  const client = await connect(feed, path);
  await client.authenticate(key);
  return client;
}

const acks = (...channels: string[]) =>
  channels.map(channel => ({ ev: 'status', status: 'success', message: `subscribed to: ${channel}` }));

const errors = (count: number, message: string) => Array(count).fill({ ev: 'status', status: 'error', message });

const LIMIT = 'Subscription limit reached for feed. Please remove some subscriptions and try again.';

describe('the door', () => {
  test('greets, then lets a good key in', async () => {
    const client = await connect(newFeed());
    expect(await client.next()).toEqual([{ ev: 'status', status: 'connected', message: 'Connected Successfully' }]);
    client.request('auth', 'any key');
    expect(await client.next()).toEqual([{ ev: 'status', status: 'auth_success', message: 'authenticated' }]);
  });

  test('refuses an unknown key and drops the connection without a close frame', async () => {
    const client = await connect(newFeed({ keys: ['good'] }));
    await client.next();
    client.request('auth', 'bad');
    expect(await client.next()).toEqual([{ ev: 'status', status: 'auth_failed', message: 'authentication failed' }]);
    expect(await client.closed).toBe(1006);
  });

  test('refuses an empty key although every other is good', async () => {
    const client = await connect(newFeed());
    await client.next();
    client.request('auth', '');
    expect(await client.next()).toMatchObject([{ status: 'auth_failed' }]);
  });

  test('refuses with the text of a plan without websocket access', async () => {
    const client = await connect(newFeed({ authAnswer: "Your plan doesn't include websocket access." }));
    await client.next();
    client.request('auth', 'key');
    expect(await client.next()).toMatchObject([
      { status: 'auth_failed', message: "Your plan doesn't include websocket access." },
    ]);
    expect(await client.closed).toBe(1006);
  });

  test('loses patience with who does not authenticate', async () => {
    const client = await connect(newFeed({ authTimeoutMs: 1 }));
    await client.next();
    expect(await client.next()).toEqual([
      { ev: 'status', status: 'auth_timeout', message: 'No authentication request received.' },
    ]);
    expect(await client.closed).toBe(1006);
  });

  test('denies real-time data after a successful authentication', async () => {
    const client = await enter(newFeed({ realtimeDenied: true }));
    expect(await client.next()).toEqual(
      errors(
        1,
        "You don't have access real-time data. If your plan only includes delayed data, " +
          'you can connect to the delayed websocket at wss://delayed.polygon.io/stocks.',
      ),
    );
  });

  test('answers 404 on a path of no market', async () => {
    const base = await newFeed().listen();
    const status = await new Promise(resolve => {
      const client = new WebSocket(`${base}/stocks/AM`);
      client.on('unexpected-response', (_request, response) => resolve(response.statusCode));
    });
    expect(status).toBe(404);
  });

  test('serves a market on each of its paths', async () => {
    const feed = newFeed();
    await enter(feed, '/stocks/late');
    expect(feed.sessions('stocks')).toHaveLength(1);
  });

  test('evicts the older connection of a key, not that of another key or market', async () => {
    const feed = newFeed();
    const older = await enter(feed);
    const elsewhere = await enter(feed, '/forex');
    const otherKey = await enter(feed, '/stocks', 'other key');
    const newer = await enter(feed);
    expect(await older.next()).toEqual([
      {
        ev: 'status',
        status: 'max_connections',
        message: 'Maximum number of websocket connections exceeded. ',
      },
    ]);
    expect(await older.closed).toBe(1008);
    expect(await newer.subscribe('T.AAPL')).toEqual(acks('T.AAPL'));
    expect(await otherKey.subscribe('T.AAPL')).toEqual(acks('T.AAPL'));
    expect(await elsewhere.subscribe('C.EUR/USD')).toEqual(acks('C.EUR/USD'));
  });

  test('allows as many connections as it is told', async () => {
    const feed = newFeed({ maxConnections: 2 });
    const first = await enter(feed);
    const second = await enter(feed);
    await enter(feed);
    expect(await first.closed).toBe(1008);
    expect(await second.rest()).toEqual([]);
  });
});

describe('subscriptions', () => {
  test('are acknowledged one by one in one frame', async () => {
    const client = await enter(newFeed());
    expect(await client.subscribe('T.AAPL,Q.BRK.B,AM.*')).toEqual(acks('T.AAPL', 'Q.BRK.B', 'AM.*'));
  });

  test('are ignored before authentication', async () => {
    const client = await connect(newFeed());
    await client.next();
    client.request('subscribe', 'T.AAPL');
    client.request('auth', 'key');
    expect(await client.next()).toMatchObject([{ status: 'auth_success' }]);
    expect(await client.rest()).toEqual([]);
  });

  test('get no answer if already held, nor if the prefix is unknown, an alias or legacy', async () => {
    const client = await enter(newFeed());
    await client.subscribe('T.AAPL');
    client.request('subscribe', 'T.AAPL,T.AAPL');
    client.request('subscribe', 'ZZ.AAPL,AS.AAPL,LV.AAPL,AAPL,T.');
    expect(await client.subscribe('T.AAPL,AS.*,Q.AAPL,Q.AAPL')).toEqual(acks('Q.AAPL'));
    expect(await client.rest()).toEqual([]);
  });

  test('outside the plan are refused before the acknowledgements, without a name', async () => {
    const denied = (market: string, channel: string) => market === 'stocks' && channel.startsWith('Q.');
    const client = await enter(newFeed({ denied }));
    client.request('subscribe', 'T.AAPL,Q.AAPL,Q.MSFT');
    expect(await client.next()).toEqual(errors(2, 'not authorized'));
    expect(await client.next()).toEqual(acks('T.AAPL'));
  });

  test('beyond the cap are refused as a whole frame, and released contracts count no more', async () => {
    const feed = newFeed();
    const client = await enter(feed, '/options');
    const contracts = [1, 2, 3, 4].map(strike => `Q.O:SPY251219C0000${strike}000`);
    await client.subscribe(contracts.slice(0, 2).join());
    const answer = await client.subscribe(`T.*,${contracts.slice(2).join()}`);
    expect(answer).toEqual(errors(answer.length, LIMIT));
    expect(answer.length).toBeGreaterThan(1);
    expect([...feed.sessions('options')[0]!.held]).toEqual(contracts.slice(0, 2));
    client.request('unsubscribe', contracts[0]!);
    await client.next();
    expect(await client.subscribe(contracts.slice(2).join())).toEqual(acks(...contracts.slice(2)));
  });

  test('end with an acknowledgement for what was held and with none for the rest', async () => {
    const feed = newFeed();
    const client = await enter(feed);
    await client.subscribe('T.AAPL,Q.AAPL');
    client.request('unsubscribe', 'T.AAPL,T.MSFT,ZZ.AAPL');
    expect(await client.next()).toEqual([{ ev: 'status', status: 'success', message: 'unsubscribed to: T.AAPL' }]);
    expect([...feed.sessions('stocks')[0]!.held]).toEqual(['Q.AAPL']);
    feed.advance(5_000);
    expect(new Set((await client.rest()).map(({ ev }) => ev))).toEqual(new Set(['Q']));
  });

  test('are acknowledged in the spelling sent and delivered in the canonical one', async () => {
    const feed = newFeed();
    const client = await enter(feed, '/forex');
    expect(await client.subscribe('C.EUR-USD,CAS.C:EUR-USD')).toEqual(acks('C.EUR-USD', 'CAS.C:EUR-USD'));
    expect([...feed.sessions('forex')[0]!.held]).toEqual(['C.EUR/USD', 'CAS.EUR/USD']);
    feed.advance(3_000);
    const [quotes, bars] = split(await client.rest(), 'C', 'CAS');
    expect(new Set(quotes.map(({ p }) => p))).toEqual(new Set(['EUR/USD']));
    expect(new Set(bars.map(({ pair }) => pair))).toEqual(new Set(['EUR/USD']));
  });

  test('to malformed symbols, partial wildcards and wildcards not served are acknowledged, then silent', async () => {
    const feed = newFeed();
    const client = await enter(feed, '/options');
    expect(await client.subscribe('T.O:*,T.SPY,Q.*')).toEqual(acks('T.O:*', 'T.SPY', 'Q.*'));
    feed.advance(10_000);
    expect(await client.rest()).toEqual([]);
  });

  test('to a wildcard deliver exactly the listed instruments, also when others play', async () => {
    const feed = newFeed({ maxConnections: 2 });
    const client = await enter(feed);
    const other = await enter(feed);
    await client.subscribe('T.*,Q.ZZZZ');
    await other.subscribe('T.ZZZZ');
    feed.advance(10_000);
    const [trades, quotes] = split(await client.rest(), 'T', 'Q');
    expect(new Set(trades.map(({ sym }) => sym))).toEqual(new Set(['AAPL', 'MSFT', 'BRK.B']));
    expect(new Set(quotes.map(({ sym }) => sym))).toEqual(new Set(['ZZZZ']));
  });

  test('that cannot be parsed are called invalid JSON, and the connection lives on', async () => {
    const client = await enter(newFeed());
    client.socket.send('{"action":');
    expect(await client.next()).toEqual(errors(1, 'Invalid JSON'));
    client.socket.send('null');
    client.socket.send('{"action":"subscribe","params":["T.AAPL"]}');
    expect(await client.subscribe('T.AAPL')).toEqual(acks('T.AAPL'));
  });
});

function split<Prefixes extends readonly string[]>(
  messages: readonly Message[],
  ...prefixes: Prefixes
): { [index in keyof Prefixes]: Message[] } {
  return prefixes.map(prefix => messages.filter(({ ev }) => ev === prefix)) as { [index in keyof Prefixes]: Message[] };
}

describe('what is played', () => {
  test('includes a complete minute bar within five seconds', async () => {
    const feed = newFeed();
    const client = await enter(feed);
    await client.subscribe('AM.*');
    feed.advance(5_000);
    const bars = await client.rest();
    expect(bars.map(({ sym }) => sym)).toEqual(['AAPL', 'BRK.B', 'MSFT']);
    const endMs = Math.floor(START_MS / MINUTE_MS) * MINUTE_MS;
    for (const { s, e } of bars) expect([s, e]).toEqual([endMs - MINUTE_MS, endMs]);
  });

  test('has bars that agree with the trades they sum up', async () => {
    const feed = newFeed();
    const client = await enter(feed);
    await client.subscribe('T.AAPL,A.AAPL,AM.AAPL');
    feed.advance(130_000);
    const [trades, seconds, minutes] = split(await client.rest(), 'T', 'A', 'AM');
    expect(minutes).toHaveLength(3);
    const whole = [...seconds, ...minutes.slice(1)] as Record<string, number>[];
    for (const bar of whole) {
      const inside = trades.filter(({ t }) => Number(t) >= bar.s! && Number(t) < bar.e!) as Record<string, number>[];
      const prices = inside.map(({ p }) => p!);
      const volume = sum(inside.map(({ s }) => s!));
      expect(bar.o).toBe(prices[0]);
      expect(bar.c).toBe(prices.at(-1));
      expect(bar.h).toBe(Math.max(...prices));
      expect(bar.l).toBe(Math.min(...prices));
      expect(bar.v).toBe(volume);
      expect(bar.dv).toBe(`${volume}.0`);
      expect(bar.vw).toBeCloseTo(sum(inside.map(({ p, s }) => p! * s!)) / volume, 3);
      expect(bar.z).toBeCloseTo(volume / inside.length, 3);
    }
    const tradedSeconds = new Set(trades.map(({ t }) => Math.floor(Number(t) / 1000)));
    expect(seconds).toHaveLength(tradedSeconds.size);
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
      const inside = quotes!.filter(({ t }) => t! >= bar.s! && t! < bar.e!);
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
    ['/stocks', 'NEVER.HEARD'],
  ])('has quotes on %s that straddle the trades of %s', async (path, symbol) => {
    const feed = newFeed();
    const client = await enter(feed, path);
    await client.subscribe(`T.${symbol},Q.${symbol}`);
    feed.advance(300_000);
    let last: number | undefined;
    let quote: Message | undefined;
    const messages = await client.rest();
    for (const message of messages) {
      if (message.ev === 'T') last = Number(message.p);
      else quote = message;
      if (quote === undefined) continue;
      expect(quote.bp).toBeGreaterThan(0);
      expect(quote.ap).toBeGreaterThan(Number(quote.bp));
      if (last !== undefined) {
        expect(last).toBeGreaterThanOrEqual(Number(quote.bp));
        expect(last).toBeLessThanOrEqual(Number(quote.ap));
      }
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
    feed.advance(5_000);
    expect(await client.rest()).toMatchObject([
      { sym: 'AAPL', e: Math.floor(START_MS / MINUTE_MS) * MINUTE_MS + 3_600_000 },
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
    await client.subscribe('T.*,Q.AAPL,A.XYZ');
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

  test.each(['AAPL', 'XYZ'])('the path of %s does not depend on what else is held', async symbol => {
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
    values: { price: 0.0000005, size: 12.5, conditions: [4], start_time: 1_790_000_000_000 },
  };
  const encodeFields = (...fields: [name: string, type: string, extra?: object][]) => {
    const [shape] = stocks.channels;
    const table = fields.map(([name, type, extra], index) => ({
      key: `k${index}`,
      name,
      type,
      optional: false,
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
    expect(encodeFields(['t', 'integer', { epoch: 'ms' }], ['start_time', 'integer', { epoch: 'ns' }])).toBe(
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

describe('a slow or wilful connection', () => {
  test('is cut off without a close frame when too much waits for it', async () => {
    const feed = newFeed({ slowConsumerBytes: 1_000_000 });
    const client = await enter(feed);
    await client.subscribe('T.AAPL');
    client.socket.pause();
    feed.sessions('stocks')[0]!.send(`["${'x'.repeat(32_000_000)}"]`);
    feed.advance(1_000);
    client.socket.resume();
    expect(await client.closed).toBe(1006);
  });

  test('can be closed and terminated by a test', async () => {
    const feed = newFeed();
    const closed = await enter(feed);
    feed.sessions('stocks')[0]!.close(1012, 'restart');
    expect(await closed.closed).toBe(1012);
    const cut = await enter(feed);
    feed.sessions('stocks')[0]!.terminate();
    expect(await cut.closed).toBe(1006);
  });

  test('does not outlive the feed', async () => {
    const feed = newFeed({ stepMs: 1 });
    const client = await enter(feed);
    await client.subscribe('Q.*');
    expect((await client.next()).length).toBeGreaterThan(0);
    await feed.close();
    expect(await client.closed).toBe(1006);
    expect(feed.sessions('stocks')).toEqual([]);
  });
});

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
