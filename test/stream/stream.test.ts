import { describe, expect, test } from 'vitest';
import { markets, suite } from '../../generated/suite.js';
import { callOn, hubOn, routeTo, testKey } from '../support/bench.js';
import { greeting, polite, RawFeed, statusFrame } from '../support/raw-feed.js';
import { bench, open, scripted, setUp, trade, until } from '../support/stream-bench.js';

setUp();

describe('a stream that is dropped', () => {
  test('comes back, subscribes again and tells what was missed', async () => {
    const { hub, feed, ...b } = await bench().then(made => ({
      hub: made.hub,
      feed: made.feed,
      call: made.call.bind(made),
    }));
    await b.call('start_stocks_stream', { channels: ['T.AAPL', 'Q.MSFT'] });
    feed.sessions('stocks')[0]!.send(trade(200));
    await until(hub, 'stocks', () => hub.stream('stocks').totals.received === 1);
    feed.sessions('stocks')[0]!.terminate();
    await until(hub, 'stocks', () => hub.stream('stocks').state === 'retrying');
    await until(hub, 'stocks', () => hub.stream('stocks').subscriptions.namesIn('accepted').length === 2);
    feed.sessions('stocks')[0]!.send(trade(201));
    await until(hub, 'stocks', () => hub.stream('stocks').totals.received === 2);
    const { structured } = await b.call('get_stocks_stream_status');
    expect(structured).toMatchObject({
      state: 'live',
      reconnects: 1,
      subscriptions: ['T.AAPL', 'Q.MSFT'],
      outages: [{ from: expect.any(String), to: expect.any(String), channels: ['T.AAPL', 'Q.MSFT'] }],
    });
    const read = await b.call('read_stream_messages', { market: 'stocks' });
    expect(read.structured.messages).toMatchObject([{ price: 200 }, { price: 201 }]);
    expect(read.structured.outages).toHaveLength(1);
  });

  test.each([1000, 1001, 1008, 1011, 1012, 4000])('comes back after a close with code %i', async code => {
    const { hub, feed } = await bench();
    await callOn(hub, 'start_crypto_stream', { channels: ['XT.BTC-USD'] });
    feed.sessions('crypto')[0]!.close(code, 'bye');
    await until(hub, 'crypto', () => hub.stream('crypto').totals.reconnects === 1);
    const { structured } = await callOn(hub, 'get_crypto_stream_status');
    expect(structured).toMatchObject({
      state: 'live',
      last_error: { code: 'CONNECT_FAILED', message: expect.stringContaining(`${code}`) },
    });
  });

  test('waits five seconds when it is asked to try again later', async () => {
    const { hub, feed } = await bench();
    await callOn(hub, 'start_crypto_stream', { channels: ['XT.BTC-USD'] });
    const before = hub.clock.now();
    feed.sessions('crypto')[0]!.close(1013);
    await until(hub, 'crypto', () => hub.stream('crypto').state === 'retrying');
    expect(hub.stream('crypto').nextRetryAtMs).toBeGreaterThanOrEqual(before + 5_000);
  });

  test('keeps what is subscribed and unsubscribed meanwhile for later', async () => {
    const { hub, feed } = await bench({ options: { backoffInitialMs: 300 } });
    await callOn(hub, 'start_stocks_stream', { channels: ['T.AAPL', 'T.MSFT'] });
    feed.sessions('stocks')[0]!.terminate();
    await until(hub, 'stocks', () => hub.stream('stocks').state === 'retrying');
    const [subscribed, unsubscribed] = await Promise.all([
      callOn(hub, 'subscribe_stocks_channels', { channels: ['T.NVDA'] }),
      callOn(hub, 'unsubscribe_stocks_channels', { channels: ['T.MSFT'] }),
    ]);
    expect(subscribed.isError).toBe(false);
    expect(unsubscribed.structured).toMatchObject({ removed: ['T.MSFT'], subscription_count: 2 });
    await until(hub, 'stocks', () => hub.stream('stocks').subscriptions.namesIn('accepted').length === 2);
    expect([...feed.sessions('stocks')[0]!.held].sort()).toEqual(['T.AAPL', 'T.NVDA']);
  });

  test('is given up when the peer is dead', async () => {
    const { hub } = await scripted(polite, { pingIntervalMs: 40, pongTimeoutMs: 40 });
    await callOn(hub, 'start_stocks_stream', { channels: ['T.AAPL'] });
    await until(hub, 'stocks', () => hub.stream('stocks').lastFault !== undefined);
    expect(hub.stream('stocks').lastFault?.message).toContain('not even an answer to a ping');
  });

  test('is kept when the peer answers no ping, but goes on sending', async () => {
    let pings = 0;
    const { hub } = await scripted(
      {
        ...polite,
        open: socket => {
          socket.send(greeting);
          socket.on('ping', () => socket.send(trade(++pings)));
        },
      },
      { pingIntervalMs: 20, pongTimeoutMs: 200 },
    );
    await callOn(hub, 'start_stocks_stream', { channels: ['T.AAPL'] });
    await until(hub, 'stocks', () => hub.stream('stocks').totals.received >= 5);
    expect(hub.stream('stocks').lastFault).toBeUndefined();
  });
});

describe('a stream that is refused', () => {
  test.each([
    ['AUTH_FAILED', 'authentication failed'],
    ['PLAN_NO_WEBSOCKET', "Your plan doesn't include websocket access. Visit https://massive.com/pricing to upgrade."],
  ])('ends with %s at once and leaves nothing running', async (code, authAnswer) => {
    const { hub, feed } = await bench({ feed: { authAnswer } });
    const { structured, isError } = await callOn(hub, 'start_stocks_stream', { channels: ['T.AAPL'] });
    expect(isError).toBe(true);
    expect(structured).toMatchObject({
      market: 'stocks',
      state: 'refused',
      error: { code, message: expect.stringContaining(authAnswer) },
    });
    expect(hub.stream('stocks').nextRetryAtMs).toBeUndefined();
    await until(hub, 'stocks', () => feed.sessions('stocks').length === 0).catch(() => {});
    const { structured: status } = await callOn(hub, 'get_stocks_stream_status');
    expect(status).toMatchObject({
      state: 'refused',
      last_error: { code },
      silence: expect.stringContaining('refused'),
    });
  });

  test('names the delayed feed to a key without real-time data, and its absence where there is none', async () => {
    const { hub } = await bench({ feed: { realtimeDenied: true } });
    const stocks = await callOn(hub, 'start_stocks_stream', { channels: ['T.AAPL'] });
    expect(stocks.structured).toMatchObject({
      error: { code: 'PLAN_NOT_REALTIME', hint: expect.stringContaining('"delayed"') },
    });
    const forex = await callOn(hub, 'start_forex_stream', { channels: ['C.EUR/USD'] });
    expect(forex.structured).toMatchObject({
      error: { code: 'PLAN_NOT_REALTIME', hint: expect.stringContaining('no delayed feed') },
    });
  });

  test('stays down when another program takes its place', async () => {
    const { hub, feed } = await bench();
    await callOn(hub, 'start_stocks_stream', { channels: ['T.AAPL'] });
    const evicted = new Promise(resolve => feed.sessions('stocks')[0]!.socket.once('close', resolve));
    const other = hubOn(suite, markets, hub.settings.feed);
    open.push(other);
    await callOn(other, 'start_stocks_stream', { channels: ['T.AAPL'] });
    await until(hub, 'stocks', () => hub.stream('stocks').state === 'refused');
    expect(hub.stream('stocks').lastFault).toMatchObject({ code: 'MAX_CONNECTIONS' });
    expect(other.stream('stocks').state).toBe('live');
    await evicted;
    expect(feed.sessions('stocks')).toHaveLength(1);
  });

  test('is started anew by the next start', async () => {
    const { hub } = await bench({ feed: { keys: ['good-key-123456'] } });
    expect((await callOn(hub, 'start_stocks_stream', { channels: ['T.AAPL'] })).isError).toBe(true);
    const again = await callOn(hub, 'start_stocks_stream', { channels: ['T.AAPL'], api_key: 'good-key-123456' });
    expect(again.structured).toMatchObject({ state: 'live', accepted: ['T.AAPL'] });
  });

  test.each([401, 403, 404])('by HTTP %i ends at once', async status => {
    const { hub, feed } = await scripted({ upgrade: (_, socket) => !!socket.end(`HTTP/1.1 ${status} No\r\n\r\n`) });
    const { structured } = await callOn(hub, 'start_stocks_stream', { channels: ['T.AAPL'] });
    expect(structured).toMatchObject({
      state: 'refused',
      error: {
        code: 'CONNECT_FAILED',
        message: expect.stringContaining(`${status}`),
        hint: 'Check the network and the endpoint, then start again.',
      },
    });
    expect(feed.attempts).toBe(1);
  });

  test('by a timed out authentication ends at the second time', async () => {
    const { hub, feed } = await scripted({
      open: socket => socket.send(greeting),
      message: socket => socket.send(statusFrame('auth_timeout', 'No authentication request received.')),
    });
    await callOn(hub, 'start_stocks_stream', { channels: ['T.AAPL'] });
    await until(hub, 'stocks', () => hub.stream('stocks').state === 'refused');
    expect(hub.stream('stocks').lastFault?.code).toBe('AUTH_TIMEOUT');
    expect(feed.attempts).toBe(2);
  });

  test('by policy closes ends at the fifth in a row', async () => {
    const { hub, feed } = await scripted({ ...polite, message: socket => socket.close(1008) }, { backoffMaxMs: 20 });
    await callOn(hub, 'start_stocks_stream', { channels: ['T.AAPL'] });
    await until(hub, 'stocks', () => hub.stream('stocks').state === 'refused');
    expect(feed.attempts).toBe(5);
  });
});

test('a stream that is closed with 1008 again and again is not refused as long as messages come', async () => {
  const { hub, feed } = await scripted(
    {
      ...polite,
      message: (socket, request, attempt) => {
        polite.message(socket, request, attempt);
        if (request.action !== 'subscribe' || attempt > 6) return;
        socket.send(trade(attempt));
        socket.close(1008);
      },
    },
    { backoffMaxMs: 20 },
  );
  await callOn(hub, 'start_stocks_stream', { channels: ['T.AAPL'] });
  const stream = hub.stream('stocks');
  await until(hub, 'stocks', () => stream.state === 'refused' || stream.totals.reconnects === 6);
  expect([stream.state, stream.totals.received, feed.attempts]).toEqual(['live', 6, 7]);
});

describe('a start that cannot connect', () => {
  test.each([200, 302, 400, 429, 500, 503])('answers in time and goes on trying after HTTP %i', async status => {
    const { hub, feed } = await scripted({
      ...polite,
      upgrade: (_, socket, attempt) =>
        attempt === 1 && !!socket.end(`HTTP/1.1 ${status} No\r\nLocation: ws://127.0.0.1:1/\r\n\r\n`),
    });
    const { structured, isError } = await callOn(hub, 'start_stocks_stream', { channels: ['T.AAPL'] });
    expect(isError).toBe(false);
    expect(structured).toMatchObject({
      state: 'retrying',
      unconfirmed: ['T.AAPL'],
      last_error: {
        code: 'CONNECT_FAILED',
        message: expect.stringContaining(`${status}`),
        hint: 'The server keeps trying; if this lasts, check the network and the endpoint.',
      },
      next_retry_at: expect.any(String),
    });
    await until(hub, 'stocks', () => hub.stream('stocks').subscriptions.stateOf('T.AAPL') === 'accepted');
    expect(feed.attempts).toBe(2);
  });

  test('does not come back before Retry-After says so', async () => {
    const { hub } = await scripted({
      upgrade: (_, socket) => !!socket.end('HTTP/1.1 503 Busy\r\nRetry-After: 7\r\n\r\n'),
    });
    const before = hub.clock.now();
    await callOn(hub, 'start_stocks_stream', { channels: ['T.AAPL'] });
    expect(hub.stream('stocks').nextRetryAtMs).toBeGreaterThanOrEqual(before + 7_000);
  });

  test('answers when nobody listens, and is ended by stop', async () => {
    const feed = await RawFeed.open({});
    await feed.close();
    const hub = hubOn(suite, markets, feed.url);
    open.push(hub);
    const { structured } = await callOn(hub, 'start_stocks_stream', { channels: ['T.AAPL'] });
    expect(structured).toMatchObject({
      state: 'retrying',
      last_error: { message: expect.stringContaining('ECONNREFUSED') },
    });
    expect((await callOn(hub, 'stop_stocks_stream')).structured).toMatchObject({ state: 'stopped' });
    expect(hub.stream('stocks').nextRetryAtMs).toBeUndefined();
  });

  test('gives up on a host that never answers the upgrade or the key', async () => {
    const silent = await scripted({ upgrade: () => true }, { connectTimeoutMs: 50 });
    await callOn(silent.hub, 'start_stocks_stream', { channels: ['T.AAPL'] });
    expect(silent.hub.stream('stocks').lastFault?.message).toContain('within 50 ms');
    const mute = await scripted({ open: socket => socket.send(greeting) }, { authTimeoutMs: 50 });
    await callOn(mute.hub, 'start_stocks_stream', { channels: ['T.AAPL'] });
    expect(mute.hub.stream('stocks').lastFault?.message).toContain('did not answer the key within 50 ms');
  });

  test('authenticates even if the feed does not greet', async () => {
    const { hub, feed } = await scripted({ message: polite.message }, { authTimeoutMs: 400 });
    const { structured } = await callOn(hub, 'start_stocks_stream', { channels: ['T.AAPL'] });
    expect(structured).toMatchObject({ state: 'live', accepted: ['T.AAPL'] });
    expect(feed.received.map(frame => JSON.parse(frame))).toEqual([
      { action: 'auth', params: testKey },
      { action: 'subscribe', params: 'T.AAPL' },
    ]);
  });

  test('is answered STOPPED when it is stopped meanwhile', async () => {
    const { hub, feed } = await scripted({});
    const starting = callOn(hub, 'start_stocks_stream', { channels: ['T.AAPL'] });
    await until(hub, 'stocks', () => hub.stream('stocks').state === 'authenticating');
    await callOn(hub, 'stop_stocks_stream');
    expect((await starting).structured).toMatchObject({ error: { code: 'STOPPED' }, state: 'stopped' });
    expect(feed.attempts).toBe(1);
  });
});

describe('what is subscribed', () => {
  test('is rejected by elimination when the feed names nothing', async () => {
    const { hub, feed } = await bench({ feed: { denied: (_, channel) => channel.startsWith('Q.') } });
    const { structured } = await callOn(hub, 'start_stocks_stream', {
      channels: ['T.AAPL', 'Q.AAPL', 'Q.MSFT', 'AM.*'],
    });
    expect(structured).toMatchObject({ accepted: ['T.AAPL', 'AM.*'], unconfirmed: [], subscription_count: 2 });
    expect(structured.rejected).toMatchObject([
      { channel: 'Q.AAPL', code: 'NOT_AUTHORIZED' },
      { channel: 'Q.MSFT', code: 'NOT_AUTHORIZED' },
    ]);
    feed.sessions('stocks')[0]!.terminate();
    await until(
      hub,
      'stocks',
      () =>
        hub.stream('stocks').subscriptions.namesIn('accepted').length === 2 &&
        hub.stream('stocks').totals.reconnects === 1,
    );
    expect([...feed.sessions('stocks')[0]!.held].sort()).toEqual(['AM.*', 'T.AAPL']);
  });

  test('leaves nothing running when all of it is refused', async () => {
    const { hub } = await bench({ feed: { denied: () => true } });
    const { structured, isError } = await callOn(hub, 'start_stocks_stream', { channels: ['T.AAPL'] });
    expect(isError).toBe(true);
    expect(structured).toMatchObject({
      error: { code: 'CHANNELS_REJECTED' },
      rejected: [{ channel: 'T.AAPL', code: 'NOT_AUTHORIZED' }],
    });
    expect(hub.stream('stocks').state).toBe('stopped');
  });

  test('is unconfirmed without an answer, and confirmed by its data', async () => {
    const { hub, feed } = await scripted(
      {
        ...polite,
        message: (socket, frame, attempt) =>
          frame.action === 'auth' ? polite.message(socket, frame, attempt) : socket.send(trade(5, 'MSFT')),
      },
      { ackTimeoutMs: 50 },
    );
    const { structured } = await callOn(hub, 'start_stocks_stream', { channels: ['T.AAPL', 'Q.AAPL'] });
    expect(structured).toMatchObject({ state: 'live', accepted: [], unconfirmed: ['T.AAPL', 'Q.AAPL'] });
    expect(hub.stream('stocks').totals.received).toBe(1);
    expect(feed.attempts).toBe(1);
    await callOn(hub, 'subscribe_stocks_channels', { channels: ['T.MSFT'] });
    await callOn(hub, 'subscribe_stocks_channels', { channels: ['A.MSFT'] });
    expect(hub.stream('stocks').subscriptions.stateOf('T.MSFT')).toBe('accepted');
  });

  test('goes out in several frames when it is much', async () => {
    const { hub, feed } = await scripted(polite, { framePairs: 400 });
    const channels = Array.from({ length: 1000 }, (_, index) => `T.S${index}`);
    const { structured } = await callOn(hub, 'start_stocks_stream', { channels });
    expect(structured).toMatchObject({ subscription_count: 1000, unconfirmed: [] });
    expect(structured.accepted).toHaveLength(100);
    expect(structured.notes).toContain('accepted shows the first 100 of 1000.');
    const sizes = feed.received.slice(1).map(frame => JSON.parse(frame).params.split(',').length);
    expect(sizes).toEqual([400, 400, 200]);
  });

  test('fills a limit that only the feed knows, and rejects the rest', async () => {
    const options = markets.find(({ name }) => name === 'options')!;
    const caps = [{ prefixes: ['Q', 'FMV'], maxHeld: 5, unit: 'contracts' }];
    const { hub, feed } = await bench({ markets: [{ ...options, caps: [] }], played: [{ ...options, caps }] });
    const channels = Array.from({ length: 12 }, (_, index) => `Q.O:SPY261218C006700${10 + index}`);
    const { structured } = await callOn(hub, 'start_options_stream', { channels: [...channels, 'T.*'] });
    expect(structured).toMatchObject({
      accepted: [...channels.slice(0, 5), 'T.*'],
      unconfirmed: [],
      subscription_count: 6,
    });
    expect(structured.rejected).toMatchObject(channels.slice(5).map(channel => ({ channel, code: 'LIMIT_EXCEEDED' })));
    expect(feed.sessions('options')[0]!.held.size).toBe(6);
  });

  test('is on one socket however many starts come at once', async () => {
    const { hub, feed } = await bench();
    const answers = await Promise.all(
      ['T.AAPL', 'T.MSFT', 'Q.AAPL'].map(name => callOn(hub, 'start_stocks_stream', { channels: [name] })),
    );
    expect(answers.map(({ structured }) => structured.accepted)).toEqual([['T.AAPL'], ['T.MSFT'], ['Q.AAPL']]);
    expect(feed.sessions('stocks')).toHaveLength(1);
  });
});

describe('a feed with two hosts', () => {
  test('is tried on the second one when the first cannot be reached, and the answer says so', async () => {
    const gone = await RawFeed.open({});
    await gone.close();
    const { hub, feed } = await scripted(polite);
    const stream = hub.stream('stocks');
    const endpoint = { feed: 'realtime', spelled: 'realtime', urls: [], simulated: false, delayMinutes: 0 };
    stream.open({
      endpoint,
      ...routeTo(`${gone.url}/stocks`, `${feed.url}/stocks`),
      ownership: { of: 'all' },
    });
    const { structured } = await callOn(hub, 'start_stocks_stream', { channels: ['T.AAPL'] });
    expect(structured).toMatchObject({
      state: 'live',
      accepted: ['T.AAPL'],
      endpoint: `${feed.url}/stocks`,
      notes: [`${gone.url}/stocks did not answer; ${feed.url}/stocks serves the same data.`],
    });
  });
});
