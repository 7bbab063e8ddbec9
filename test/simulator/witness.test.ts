import { afterEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { markets } from '../../generated/suite.js';
import { SimulatedFeed } from '../../runtime/simulator/feed.js';
import type { SimulatedFeedOptions } from '../../runtime/simulator/options.js';
import {
  judgeShape,
  type Recorded,
  readRecorded,
  readWire,
  recordedMarkets,
  type WireEvent,
} from '../support/recorded.js';

const startAtMs = Date.UTC(2026, 9, 6, 15, 42, 17, 300);

const feeds: SimulatedFeed[] = [];

afterEach(async () => {
  await Promise.all(feeds.splice(0).map(feed => feed.close()));
});

async function open(market: string, options: SimulatedFeedOptions = {}) {
  const feed = new SimulatedFeed(markets, { startAtMs, stepMs: 0, ...options });
  feeds.push(feed);
  const client = new Client(`${await feed.listen()}/${market}`);
  return { feed, client };
}

async function enter(market: string, options: SimulatedFeedOptions = {}) {
  const opened = await open(market, options);
  await opened.client.frame();
  opened.client.send('{"action":"auth","params":"a key"}');
  await opened.client.frame();
  return opened;
}

class Client {
  readonly closed: Promise<number>;
  private readonly socket: WebSocket;
  private readonly frames: string[] = [];
  private wake = () => {};

  constructor(url: string) {
    this.socket = new WebSocket(url);
    this.closed = new Promise(resolve => this.socket.on('close', resolve));
    this.socket.on('error', () => {});
    this.socket.on('message', data => {
      this.frames.push(String(data));
      this.wake();
    });
  }

  send(text: string): void {
    this.socket.send(text);
  }

  async frame(): Promise<string> {
    while (this.frames.length === 0) {
      await new Promise<void>(resolve => {
        this.wake = resolve;
      });
    }
    return this.frames.shift()!;
  }

  async rest(): Promise<string[]> {
    const pong = new Promise(resolve => this.socket.once('pong', resolve));
    this.socket.ping();
    await pong;
    return this.frames.splice(0);
  }
}

async function play({ market, subscribe, shapes }: Recorded): Promise<WireEvent[]> {
  const { feed, client } = await enter(market);
  const names = shapes.map(({ prefix }) => `${prefix}.${subscribe}`).join(',');
  client.send(`{"action":"subscribe","params":"${names}"}`);
  await client.frame();
  feed.advance(300_000);
  return (await client.rest()).flatMap(readWire);
}

const played = new Map<string, WireEvent[]>();

async function eventsOf(recorded: Recorded, prefix: string): Promise<WireEvent[]> {
  const events = played.get(recorded.market) ?? (await play(recorded));
  played.set(recorded.market, events);
  return events.filter(({ ev }) => ev === prefix);
}

const channels = recordedMarkets.flatMap(name => {
  const recorded = readRecorded(name);
  return recorded.shapes.map(shape => ({ market: name, prefix: shape.prefix, recorded, shape }));
});

describe.each(channels)('a simulated $prefix of $market', ({ recorded, prefix, shape }) => {
  test('comes', async () => {
    expect((await eventsOf(recorded, prefix)).length).toBeGreaterThan(0);
  });

  test('has the keys and types of a recorded one', async () => {
    const faults = (await eventsOf(recorded, prefix)).flatMap(event => judgeShape(shape, event, 'wire'));
    expect([...new Set(faults)]).toEqual([]);
  });

  test('names its symbol as a recorded one does', async () => {
    const symbols = (await eventsOf(recorded, prefix)).map(event => event[shape.symbol.key]);
    expect([...new Set(symbols)]).toEqual([shape.symbol.text]);
  });
});

const bars = channels.filter(({ shape }) => shape.windowMs !== undefined);

describe.each(bars)('a simulated bar $prefix of $market', ({ recorded, prefix, shape }) => {
  test('begins at the turn of its window and ends before the next', async () => {
    for (const { s, e } of await eventsOf(recorded, prefix)) {
      expect(Number(s) % shape.windowMs!).toBe(0);
      if (e !== undefined) expect(Number(e) - Number(s)).toBe(shape.windowMs);
    }
  });

  test('spans its prices', async () => {
    for (const bar of await eventsOf(recorded, prefix)) {
      const [open, high, low, close] = ['o', 'h', 'l', 'c'].map(key => Number(bar[key]));
      expect(high).toBe(Math.max(open!, high!, low!, close!));
      expect(low).toBe(Math.min(open!, high!, low!, close!));
    }
  });
});

const recordedFrame = new Map(readRecorded('statuses').recordings.map(({ name, frame }) => [name, frame]));

describe('the simulated feed says to the letter', () => {
  test.each(recordedMarkets)('the handshake of %s', async market => {
    const { client } = await open(market);
    expect(await client.frame()).toBe(recordedFrame.get('the greeting'));
    client.send('{"action":"auth","params":"a key"}');
    expect(await client.frame()).toBe(recordedFrame.get('an accepted key'));
  });

  test('the acknowledgements of two channels in one frame', async () => {
    const { client } = await enter('stocks');
    client.send('{"action":"subscribe","params":"T.NKE,A.NKE"}');
    expect(await client.frame()).toBe(recordedFrame.get('two acknowledgements in one frame'));
    client.send('{"action":"unsubscribe","params":"T.NKE"}');
    expect(await client.frame()).toBe(recordedFrame.get('an acknowledged unsubscription'));
  });

  test('that a channel is not authorized, before it acknowledges others', async () => {
    const { client } = await enter('stocks', { denied: (_market, channel) => channel.startsWith('NOI.') });
    client.send('{"action":"subscribe","params":"AM.NKE,NOI.*"}');
    const first = await client.frame();
    const frames = [first, ...(await client.rest())];
    expect(frames.flatMap(readWire)).toEqual(readWire(recordedFrame.get('a refusal before an acknowledgement')!));
  });

  test('nothing about an unknown prefix and nothing about a channel that is held', async () => {
    const { client } = await enter('stocks');
    client.send('{"action":"subscribe","params":"T.NKE"}');
    await client.frame();
    client.send('{"action":"subscribe","params":"ZZ.NKE,AS.NKE,T.NKE"}');
    expect(await client.rest()).toEqual([]);
  });

  test('that a key is refused, and drops the connection without a close frame', async () => {
    const { client } = await open('stocks', { keys: ['another key'] });
    await client.frame();
    client.send('{"action":"auth","params":"a key"}');
    expect(await client.frame()).toBe(recordedFrame.get('a refused key'));
    expect(await client.closed).toBe(1006);
  });

  test('that a plan has delayed data only', async () => {
    const { client } = await enter('stocks', { realtimeDenied: true });
    expect(await client.frame()).toBe(recordedFrame.get('a key for delayed data on the real-time host'));
  });

  test('that a frame is no JSON', async () => {
    const { client } = await enter('stocks');
    client.send('{"action":');
    expect(await client.frame()).toBe(recordedFrame.get('a frame that the feed cannot read'));
  });

  test('that nobody authenticated', async () => {
    const { client } = await open('stocks', { authTimeoutMs: 1 });
    await client.frame();
    expect(await client.frame()).toBe(recordedFrame.get('a key that came too late'));
  });

  test('that too many contracts are held', async () => {
    const { client } = await enter('options');
    const names = Array.from({ length: 1_001 }, (_, index) => `Q.O:KO270115C${String(index + 1).padStart(8, '0')}`);
    client.send(`{"action":"subscribe","params":"${names.join(',')}"}`);
    const said = readWire(await client.frame());
    expect(said.length).toBeGreaterThan(0);
    for (const status of said) expect([status]).toEqual(readWire(recordedFrame.get('too many contracts')!));
  });

  test('to the older of two connections that it loses its place, with close code 1008', async () => {
    const { feed, client } = await enter('stocks');
    const newcomer = new Client(`${await feed.listen()}/stocks`);
    await newcomer.frame();
    newcomer.send('{"action":"auth","params":"a key"}');
    await newcomer.frame();
    expect(await client.frame()).toBe(recordedFrame.get('a lost place'));
    expect(await client.closed).toBe(1008);
  });
});
