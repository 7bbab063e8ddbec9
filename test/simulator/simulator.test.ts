import { describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { connect, enter, newFeed, setUp, split } from '../support/simulated-client.js';

setUp();

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

  test('to a wildcard deliver all listed instruments, and to others only what they hold', async () => {
    const feed = newFeed({ maxConnections: 2 });
    const client = await enter(feed);
    const other = await enter(feed);
    await client.subscribe('T.*,Q.MSFT');
    await other.subscribe('T.AAPL');
    feed.advance(10_000);
    const [trades, quotes] = split(await client.rest(), 'T', 'Q');
    expect(new Set(trades.map(({ sym }) => sym))).toEqual(new Set(['AAPL', 'MSFT', 'BRK.B']));
    expect(new Set(quotes.map(({ sym }) => sym))).toEqual(new Set(['MSFT']));
    expect(new Set((await other.rest()).map(({ ev, sym }) => `${ev}.${sym}`))).toEqual(new Set(['T.AAPL']));
  });

  test('to tickers that the world does not have are acknowledged, then silent', async () => {
    const feed = newFeed();
    const client = await enter(feed);
    expect(await client.subscribe('T.ZZZZ,Q.ZZZZ,AM.ZZZZ')).toEqual(acks('T.ZZZZ', 'Q.ZZZZ', 'AM.ZZZZ'));
    feed.advance(65_000);
    expect(await client.rest()).toEqual([]);
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
