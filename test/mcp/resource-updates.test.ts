import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { markets, suite } from '../../generated/suite.js';
import { hearClient, hearServer, listenedBy } from '../../runtime/mcp/listening.js';
import { ResourceUpdates, wholeList } from '../../runtime/mcp/resource-updates.js';
import { SimulatedFeed } from '../../runtime/simulator/feed.js';
import type { Client } from '../../runtime/stream/client.js';
import { callOn, hubOn } from '../support/bench.js';
import { TestClock } from '../support/clock.js';
import { handFrame } from '../support/hand-feed.js';
import { noMarket } from '../support/markets.js';

const all = 'polygon://streams/stocks';
const aapl = `${all}/T.AAPL`;
const msft = `${all}/T.MSFT`;

/** A hub whose messages come from the test, and what a client that follows it is told. */
class Followed {
  readonly clock = new TestClock();
  readonly hub: Client;
  readonly watches: ResourceUpdates;
  readonly told: string[] = [];
  /** Holds up whatever is told from now on. */
  reading: Promise<void> = Promise.resolve();

  constructor(url = 'ws://127.0.0.1:9') {
    this.hub = hubOn(suite, markets, url, {}, this.clock);
    const tell = (what: string): Promise<void> => {
      this.told.push(what);
      return this.reading;
    };
    this.watches = new ResourceUpdates(this.hub, { updated: tell, listChanged: () => tell('list') });
  }

  /** Follows, and lets a second pass, so that the next change is told at once. */
  async follow(follower: string | number, ...uris: readonly string[]): Promise<void> {
    this.watches.follow(follower, uris);
    await this.pass(1_000);
    await this.pass(1_000);
  }

  /** A frame with a trade of each stock. */
  trade(...symbols: readonly string[]): void {
    this.send('stocks', ...symbols.map(sym => ({ ev: 'T', sym, p: 10, s: 1, t: 1_790_000_000_000 })));
  }

  send(market: string, ...events: readonly object[]): void {
    handFrame(this.hub.stream(market), Buffer.from(JSON.stringify(events)));
  }

  async pass(ms: number): Promise<void> {
    this.clock.advance(ms);
    await nextTurn();
  }

  get listeners(): number {
    return this.hub.markets.reduce((sum, { name }) => sum + this.hub.stream(name).changes.listening, 0);
  }
}

describe('who follows', () => {
  test('a channel is told when it got a message, and not when another did', async () => {
    const followed = new Followed();
    await followed.follow(1, msft, aapl);
    followed.trade('AAPL');
    followed.send('stocks', { ev: 'Q', sym: 'MSFT', bp: 1, ap: 2, t: 1_790_000_000_000 });
    await followed.pass(0);
    expect(followed.told).toEqual([aapl]);
  });

  test('a stream is told of every message, and a kind of each of its symbols', async () => {
    const followed = new Followed();
    await followed.follow(1, all, `${all}/T.*`, `${all}/Q.*`, 'polygon://streams/crypto');
    followed.trade('ANY');
    await followed.pass(0);
    expect(followed.told).toEqual([all, `${all}/T.*`]);
  });

  test.each(['C.EUR%2FUSD', 'C.EUR/USD', 'C.EUR-USD', 'C.C:EUR-USD'])(
    'a pair as %s is told by that spelling',
    async spelled => {
      const followed = new Followed();
      const uri = `polygon://streams/forex/${spelled}`;
      await followed.follow(1, uri);
      followed.send('forex', { ev: 'C', p: 'EUR/USD', b: 1, a: 2, x: 48, t: 1_790_000_000_000 });
      await followed.pass(0);
      expect(followed.told).toEqual([uri]);
    },
  );

  test('is told once a second however much comes, the first time at once', async () => {
    const followed = new Followed();
    await followed.follow(1, aapl);
    for (let tenths = 0; tenths < 30; tenths++) {
      for (let count = 0; count < 50; count++) followed.trade('AAPL');
      await followed.pass(tenths === 0 ? 0 : 100);
      expect(followed.told).toHaveLength(1 + Math.floor(tenths / 10));
    }
  });

  test('is told of the last message too, and then of nothing, without a timer', async () => {
    const followed = new Followed();
    await followed.follow(1, aapl);
    followed.trade('AAPL');
    await followed.pass(0);
    followed.trade('AAPL');
    await followed.pass(10_000);
    expect(followed.told).toEqual([aapl, aapl]);
    await followed.pass(10_000);
    expect(followed.told).toHaveLength(2);
    expect(followed.clock.waiting).toBe(0);
  });

  test('is not told of what came before', async () => {
    const followed = new Followed();
    await followed.follow(1, msft);
    followed.trade('MSFT', 'AAPL');
    followed.watches.follow(2, [aapl]);
    await followed.pass(2_000);
    expect(followed.told).toEqual([msft]);
    followed.trade('AAPL');
    await followed.pass(2_000);
    expect(followed.told).toEqual([msft, aapl]);
  });

  test('is told of no resource that never changes', async () => {
    const followed = new Followed();
    await followed.follow(
      1,
      'polygon-docs://websockets/quickstart.md',
      `polygon://streams/${noMarket}`,
      `${all}/nothing`,
    );
    expect([followed.listeners, followed.clock.waiting]).toEqual([0, 0]);
  });

  test('is told nothing more while it does not read, and once of what came meanwhile', async () => {
    const followed = new Followed();
    await followed.follow(1, aapl, msft);
    let read = (): void => {};
    followed.reading = new Promise(resolve => {
      read = resolve;
    });
    followed.trade('AAPL', 'MSFT');
    await followed.pass(0);
    for (let count = 0; count < 10; count++) {
      followed.trade('AAPL', 'MSFT');
      await followed.pass(5_000);
    }
    expect(followed.told).toEqual([aapl]);
    expect(followed.clock.waiting).toBe(0);
    followed.reading = Promise.resolve();
    read();
    await followed.pass(0);
    expect(followed.told).toEqual([aapl, msft]);
    await followed.pass(1_000);
    expect(followed.told).toEqual([aapl, msft, aapl, msft]);
  });
});

describe('nobody', () => {
  test('costs a listener or a timer', async () => {
    const followed = new Followed();
    followed.trade('AAPL');
    await followed.pass(5_000);
    expect([followed.listeners, followed.clock.waiting, followed.told]).toEqual([0, 0, []]);
  });

  test('is left when the last of two followers goes', async () => {
    const followed = new Followed();
    await followed.follow(1, aapl);
    await followed.follow(2, aapl, all);
    followed.watches.unfollow(2);
    followed.trade('AAPL');
    await followed.pass(5_000);
    expect(followed.told).toEqual([aapl]);
    followed.watches.unfollow(1);
    followed.trade('AAPL');
    await followed.pass(5_000);
    expect(followed.told).toEqual([aapl]);
    expect([followed.listeners, followed.clock.waiting]).toEqual([0, 0]);
  });

  test('is left after the end, even if it comes while something is due or told', async () => {
    const due = new Followed();
    await due.follow(1, aapl);
    due.trade('AAPL');
    expect(due.clock.waiting).toBe(1);
    due.watches.close();
    expect(due.clock.waiting).toBe(0);
    await due.pass(5_000);
    expect([due.told, due.listeners, due.clock.waiting]).toEqual([[], 0, 0]);

    const telling = new Followed();
    await telling.follow(1, aapl, msft);
    let read = (): void => {};
    telling.reading = new Promise(resolve => {
      read = resolve;
    });
    telling.trade('AAPL', 'MSFT');
    await telling.pass(0);
    telling.watches.close();
    read();
    await telling.pass(5_000);
    expect([telling.told, telling.listeners, telling.clock.waiting]).toEqual([[aapl], 0, 0]);
  });
});

describe('on a connection', () => {
  const open: { close(): Promise<void> }[] = [];

  afterEach(async () => {
    for (const item of open.splice(0).reverse()) await item.close();
  });

  let feed: SimulatedFeed;

  async function connected(): Promise<Followed> {
    feed = new SimulatedFeed(markets, { stepMs: 0 });
    const followed = new Followed(await feed.listen());
    open.push(feed, followed.hub);
    return followed;
  }

  const trades = { channels: ['T.AAPL'] };
  const quotes = { channels: ['Q.AAPL'] };

  test('the list is told when a stream begins, holds another channel, or ends, and never of messages', async () => {
    const followed = await connected();
    const { hub, told } = followed;
    await followed.follow(1, wholeList);
    await callOn(hub, 'start_stocks_stream', trades);
    await followed.pass(1_000);
    expect(told).toEqual(['list']);
    await callOn(hub, 'subscribe_stocks_channels', quotes);
    await callOn(hub, 'unsubscribe_stocks_channels', trades);
    await followed.pass(1_000);
    expect(told).toEqual(['list', 'list']);
    const timers = followed.clock.waiting;
    const stream = hub.stream('stocks');
    feed.sessions('stocks')[0]!.send('[{"ev":"Q","sym":"AAPL","bp":10}]');
    expect(await stream.changes.until(() => stream.totals.received === 1, 10_000)).toBe(true);
    expect(followed.clock.waiting).toBe(timers);
    await followed.pass(1_000);
    await callOn(hub, 'subscribe_stocks_channels', quotes);
    await followed.pass(1_000);
    expect(told).toEqual(['list', 'list']);
    await callOn(hub, 'stop_stocks_stream');
    await followed.pass(1_000);
    expect(told).toEqual(['list', 'list', 'list']);
  });

  test('a change of the list is not missed when somebody begins to follow just then', async () => {
    const followed = await connected();
    const { hub, told, watches } = followed;
    await callOn(hub, 'start_stocks_stream', trades);
    await followed.follow(1, wholeList);
    const subscribing = callOn(hub, 'subscribe_stocks_channels', quotes);
    watches.follow(2, ['polygon://streams/crypto']);
    await subscribing;
    await followed.pass(1_000);
    expect(told).toEqual(['list']);
  });

  test('a stream and its channels are told when it comes up, and when a channel is held or let go', async () => {
    const followed = await connected();
    const { hub, told } = followed;
    const held = `${all}/Q.AAPL`;
    await followed.follow(1, all, aapl, held);
    await callOn(hub, 'start_stocks_stream', trades);
    await followed.pass(1_000);
    expect(told).toEqual([all, aapl, held]);
    await callOn(hub, 'subscribe_stocks_channels', quotes);
    await followed.pass(1_000);
    expect(told.slice(3)).toEqual([all, held]);
    await callOn(hub, 'unsubscribe_stocks_channels', trades);
    await followed.pass(1_000);
    expect(told.slice(5)).toEqual([all, aapl]);
  });
});

describe('a client of 2026-07-28', () => {
  const acknowledged = (id: string | number, notifications: object) => ({
    method: 'notifications/subscriptions/acknowledged',
    params: { notifications, _meta: { 'io.modelcontextprotocol/subscriptionId': id } },
  });

  test('follows what it was acknowledged to listen to, until it cancels that', async () => {
    const followed = new Followed();
    const { watches, told } = followed;
    hearServer(watches, acknowledged('listen:1', { resourceSubscriptions: [aapl, msft], resourcesListChanged: true }));
    hearServer(watches, acknowledged(2, { resourceSubscriptions: [aapl] }));
    await followed.pass(1_000);
    expect(followed.listeners).toBe(markets.length);
    hearClient(watches, { method: 'notifications/cancelled', params: { requestId: 'listen:1' } });
    expect(followed.listeners).toBe(1);
    followed.trade('AAPL', 'MSFT');
    await followed.pass(1_000);
    expect(told).toEqual([aapl]);
    hearClient(watches, { method: 'notifications/cancelled', params: { requestId: 2 } });
    expect(followed.listeners).toBe(0);
  });

  test.each([
    { method: 'notifications/cancelled' },
    { method: 'notifications/cancelled', params: { requestId: {} } },
    { method: 'notifications/initialized' },
    { method: 'notifications/progress', params: { requestId: 1 } },
  ])('goes on to be told after %j', async notification => {
    const followed = new Followed();
    hearServer(followed.watches, acknowledged(1, { resourceSubscriptions: [aapl] }));
    hearClient(followed.watches, notification);
    hearServer(followed.watches, notification);
    expect(followed.listeners).toBe(1);
  });

  test('that listens to nothing costs nothing', () => {
    const followed = new Followed();
    hearServer(followed.watches, acknowledged(1, { toolsListChanged: true }));
    expect([followed.listeners, followed.clock.waiting]).toEqual([0, 0]);
  });
});

test('the list of the resources is listened to by its own name alone, so that every URI counts', () => {
  const listen = (notifications: object): unknown =>
    listenedBy({ method: 'subscriptions/listen', params: { notifications } });
  expect(listen({ resourceSubscriptions: ['', 'polygon://streams/stocks', ''] })).toEqual(['polygon://streams/stocks']);
  expect(listen({ resourceSubscriptions: [''], resourcesListChanged: true })).toEqual(['']);
});
