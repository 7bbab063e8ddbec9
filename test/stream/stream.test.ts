import { afterEach, describe, expect, test } from 'vitest';
import { markets, suite } from '../../generated/suite.js';
import { Secret } from '../../runtime/core/secret.js';
import type { Client } from '../../runtime/stream/client.js';
import { Bench, type BenchOptions, callOn, hubOn, testKey } from '../support/bench.js';
import { greeting, polite, RawFeed, type RawFeedScript, statusFrame } from '../support/raw-feed.js';

const open: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const item of open.splice(0).reverse()) await item.close();
});

async function bench(options: Partial<BenchOptions> = {}): Promise<Bench> {
  const made = await Bench.open({ suite, markets, ...options });
  open.push(made);
  return made;
}

async function scripted(script: RawFeedScript, options = {}): Promise<{ hub: Client; feed: RawFeed }> {
  const feed = await RawFeed.open(script);
  const hub = hubOn(suite, markets, feed.url, options);
  open.push(feed, hub);
  return { hub, feed };
}

function until(hub: Client, market: string, done: () => boolean): Promise<boolean> {
  return hub.stream(market).changes.until(done, 10_000);
}

const trade = (price: number, symbol = 'AAPL'): string =>
  JSON.stringify([{ ev: 'T', sym: symbol, x: 4, i: '1', z: 3, p: price, s: 100, t: 1_790_000_000_000, q: 1 }]);

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
    const before = Date.now();
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
        hint: 'It goes on trying by itself; if it stays so, check the network and the endpoint.',
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
    const before = Date.now();
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

describe('what comes in', () => {
  test('counts what is no event and keeps the rest', async () => {
    const { hub, feed } = await bench();
    await callOn(hub, 'start_stocks_stream', { channels: ['T.AAPL'] });
    const session = feed.sessions('stocks')[0]!;
    const frames = [
      'not json',
      '',
      '42',
      '[[{"ev":"T"}]]',
      '[null,1,"x",true,[],{}]',
      '[{"ev":"T","p":1}]',
      '[{"sym":"AAPL"}]',
      '[{"ev":"ZZZ","sym":"AAPL"}]',
    ];
    for (const frame of [...frames, trade(7)]) session.send(frame);
    await until(hub, 'stocks', () => hub.stream('stocks').totals.received === 2);
    const { structured } = await callOn(hub, 'get_stocks_stream_status');
    expect(structured).toMatchObject({ state: 'live', messages_received: 2, malformed: 12, unknown: 1 });
    const read = await callOn(hub, 'read_stream_messages', { market: 'stocks' });
    expect(read.structured.messages).toMatchObject([
      { event: 'UNKNOWN', full_data: { ev: 'ZZZ' } },
      { event: 'TRADE', price: 7 },
    ]);
  });

  test('is bounded, and says what was dropped unread', async () => {
    const { hub, feed } = await bench({ options: { bufferMessages: 10 } });
    const { structured } = await callOn(hub, 'start_stocks_stream', { channels: ['T.AAPL'] });
    for (let price = 1; price <= 25; price++) feed.sessions('stocks')[0]!.send(trade(price));
    await until(hub, 'stocks', () => hub.stream('stocks').totals.received === 25);
    const read = await callOn(hub, 'read_stream_messages', { market: 'stocks', cursor: structured.cursor });
    expect(read.structured).toMatchObject({ dropped: 15, count: 10, has_more: false });
    expect((read.structured.messages as { price: number }[]).map(({ price }) => price)).toEqual([
      16, 17, 18, 19, 20, 21, 22, 23, 24, 25,
    ]);
  });

  test('plays in all six markets at once', async () => {
    const { hub, feed } = await bench();
    for (const market of markets) {
      const [symbol] = market.simulation.instruments;
      const channels = [`${market.channels[0]!.prefix}.${symbol!.symbol}`];
      await callOn(hub, `start_${market.name}_stream`, { channels });
    }
    feed.advance(5_000);
    for (const { name } of markets) {
      const { structured } = await callOn(hub, 'wait_for_stream_message', {
        market: name,
        cursor: undefined,
        timeout_s: 1,
      });
      const { structured: read } = await callOn(hub, 'read_stream_messages', { market: name });
      expect(structured.market).toBe(name);
      expect(read.count).toBeGreaterThan(0);
    }
  });
});

describe('a call that loses a race', () => {
  const mute: RawFeedScript = {
    ...polite,
    message: (socket, frame, attempt) => {
      if (frame.action === 'auth') polite.message(socket, frame, attempt);
    },
  };

  test('to subscribe is answered STOPPED when the stream is stopped meanwhile', async () => {
    const { hub } = await scripted(mute, { ackTimeoutMs: 200 });
    await callOn(hub, 'start_stocks_stream', { channels: ['T.AAPL'] });
    const subscribing = callOn(hub, 'subscribe_stocks_channels', { channels: ['T.MSFT'] });
    await callOn(hub, 'stop_stocks_stream');
    expect((await subscribing).structured).toMatchObject({ error: { code: 'STOPPED' }, state: 'stopped' });
  });

  test('to subscribe says nothing of what somebody else unsubscribed meanwhile', async () => {
    const { hub } = await scripted(mute, { ackTimeoutMs: 200 });
    await callOn(hub, 'start_stocks_stream', { channels: ['T.AAPL'] });
    const subscribing = callOn(hub, 'subscribe_stocks_channels', { channels: ['T.MSFT'] });
    await callOn(hub, 'unsubscribe_stocks_channels', { channels: ['T.MSFT'] });
    const { structured, isError } = await subscribing;
    expect(isError).toBe(false);
    expect(structured).toMatchObject({ accepted: [], rejected: [], unconfirmed: [], subscription_count: 1 });
  });

  test('to subscribe tells why when the feed refuses the stream meanwhile', async () => {
    const { hub } = await scripted({
      ...polite,
      message: (socket, frame, attempt) => {
        if (frame.params === 'T.MSFT')
          socket.send(statusFrame('max_connections', 'Maximum number of connections exceeded.'));
        else polite.message(socket, frame, attempt);
      },
    });
    await callOn(hub, 'start_stocks_stream', { channels: ['T.AAPL'] });
    const { structured } = await callOn(hub, 'subscribe_stocks_channels', { channels: ['T.MSFT'] });
    expect(structured).toMatchObject({ error: { code: 'MAX_CONNECTIONS' }, state: 'refused' });
  });
});

describe('a request of which nothing is possible', () => {
  test('is CHANNELS_REJECTED with the reason of each, and leaves a running stream alone', async () => {
    const { hub } = await bench({ feed: { denied: (_, channel) => channel.startsWith('Q.') } });
    await callOn(hub, 'start_stocks_stream', { channels: ['T.AAPL'] });
    for (const [name, channels, called] of [
      ['subscribe_stocks_channels', ['Q.AAPL'], 'Q.AAPL'],
      ['subscribe_stocks_channels', ['nonsense'], 'channels[0]'],
      ['unsubscribe_stocks_channels', ['nonsense'], 'channels[0]'],
      ['start_stocks_stream', ['Q.MSFT'], 'Q.MSFT'],
    ] as const) {
      const { structured, text } = await callOn(hub, name, { channels });
      expect(structured).toMatchObject({
        error: { code: 'CHANNELS_REJECTED' },
        rejected: [{ channel: called }],
        state: 'live',
      });
      expect(text).toContain(`Rejected ${called}`);
    }
    expect(hub.stream('stocks').subscriptions.names).toEqual(['T.AAPL']);
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
      urls: [`${gone.url}/stocks`, `${feed.url}/stocks`],
      key: new Secret(testKey),
      keeper: { of: 'all' },
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

describe('messages whose fields have wrong types', () => {
  test('are answered as they came, and counted once when they are first read', async () => {
    const { hub, feed } = await bench();
    const { structured } = await callOn(hub, 'start_stocks_stream', { channels: ['T.AAPL'] });
    feed.sessions('stocks')[0]!.send('[{"ev":"T","sym":"AAPL","p":{"a":1},"s":"many","t":"soon"}]');
    await until(hub, 'stocks', () => hub.stream('stocks').totals.received === 1);
    for (let times = 0; times < 2; times++) {
      const read = await callOn(hub, 'read_stream_messages', { market: 'stocks', cursor: structured.cursor });
      expect(read.structured.messages).toEqual([
        { event: 'TRADE', symbol: 'AAPL', price: { a: 1 }, size: 'many', timestamp: 'soon' },
      ]);
    }
    const { structured: status } = await callOn(hub, 'get_stocks_stream_status');
    expect(status).toMatchObject({ mistyped: 1, malformed: 0, state: 'live' });
  });
});

describe('a summary', () => {
  test('adds up what came, symbol by symbol, and leaves open what is unknown', async () => {
    const { hub, feed } = await bench();
    await callOn(hub, 'start_stocks_stream', { channels: ['T.*', 'Q.*'] });
    const send = (event: object): void => feed.sessions('stocks')[0]!.send(JSON.stringify([event]));
    send({ ev: 'T', sym: 'AAPL', p: 10, s: 100, t: 1_790_000_000_000 });
    send({ ev: 'T', sym: 'AAPL', p: 12, s: 300, t: 1_790_000_000_001 });
    send({ ev: 'T', sym: 'AAPL', p: 11, s: 0, ds: '0.5', t: 1_790_000_000_002 });
    send({ ev: 'Q', sym: 'AAPL', bp: 10.1, ap: 10.4, t: 1_790_000_000_003 });
    send({ ev: 'Q', sym: 'MSFT', bp: 5, t: 1_790_000_000_004 });
    await until(hub, 'stocks', () => hub.stream('stocks').totals.received === 5);
    const { structured } = await callOn(hub, 'summarize_stream', { market: 'stocks' });
    expect(structured.symbols).toMatchObject([
      {
        symbol: 'AAPL',
        trades: 3,
        quotes: 1,
        last: 11,
        open: 10,
        high: 12,
        low: 10,
        volume: 400.5,
        vwap: 11.49937578,
        bid: 10.1,
        ask: 10.4,
        spread: 0.3,
      },
      { symbol: 'MSFT', trades: 0, quotes: 1, bid: 5, ask: null, spread: null },
    ]);
    const one = await callOn(hub, 'summarize_stream', { market: 'stocks', max_bytes: 1000 });
    expect((one.structured.symbols as unknown[]).length + (one.structured.omitted as number)).toBe(2);
    const named = await callOn(hub, 'summarize_stream', { market: 'stocks', symbols: ['MSFT'] });
    expect(named.structured.symbols).toMatchObject([{ symbol: 'MSFT' }]);
    const wrong = await callOn(hub, 'summarize_stream', { market: 'stocks', symbols: ['no symbol'] });
    expect(wrong.structured).toMatchObject({ error: { code: 'INVALID_CHANNEL' } });
  });
});

describe('a read', () => {
  test('filters, pages and goes on exactly where it stopped', async () => {
    const { hub, feed } = await bench();
    const { structured } = await callOn(hub, 'start_stocks_stream', { channels: ['T.*'] });
    for (let price = 1; price <= 9; price++)
      feed.sessions('stocks')[0]!.send(trade(price, price % 3 === 0 ? 'MSFT' : 'AAPL'));
    await until(hub, 'stocks', () => hub.stream('stocks').totals.received === 9);
    const prices: number[] = [];
    let cursor = structured.cursor;
    for (let more = true; more; ) {
      const { structured: page } = await callOn(hub, 'read_stream_messages', {
        market: 'stocks',
        cursor,
        limit: 2,
        channels: ['AAPL'],
      });
      prices.push(...(page.messages as { price: number }[]).map(({ price }) => price));
      cursor = page.cursor;
      more = page.has_more as boolean;
    }
    expect(prices).toEqual([1, 2, 4, 5, 7, 8]);
    const newest = await callOn(hub, 'read_stream_messages', { market: 'stocks', limit: 2, channels: ['T.MSFT'] });
    expect(newest.structured.messages).toMatchObject([{ price: 6 }, { price: 9 }]);
    const small = await callOn(hub, 'read_stream_messages', {
      market: 'stocks',
      cursor: structured.cursor,
      max_bytes: 1000,
    });
    expect(JSON.stringify(small.structured.messages).length).toBeLessThanOrEqual(1000);
    expect(small.structured.has_more).toBe(true);
  });

  test('answers CSV with one header for each kind of event', async () => {
    const { hub, feed } = await bench();
    await callOn(hub, 'start_stocks_stream', { channels: ['T.*', 'Q.*'] });
    feed
      .sessions('stocks')[0]!
      .send(
        '[{"ev":"T","sym":"AAPL","p":1.5,"c":[1,2],"t":1790000000000},{"ev":"Q","sym":"A","bp":1,"ap":2,"t":1790000000000}]',
      );
    await until(hub, 'stocks', () => hub.stream('stocks').totals.received === 2);
    const { structured } = await callOn(hub, 'read_stream_messages', { market: 'stocks', format: 'csv' });
    expect(structured.csv).toBe(
      [
        'event,symbol,price,conditions,timestamp',
        'TRADE,AAPL,1.5,1 2,2026-09-21T14:13:20.000Z',
        '',
        'event,symbol,bid.price,ask.price,spread,timestamp',
        'QUOTE,A,1,2,1,2026-09-21T14:13:20.000Z',
        '',
      ].join('\n'),
    );
  });

  test('refuses a cursor of another market or of another process, with the way out', async () => {
    const { hub } = await bench();
    const other = await bench();
    const { structured: stocks } = await callOn(hub, 'start_stocks_stream', { channels: ['T.AAPL'] });
    for (const [reader, market] of [
      [hub, 'crypto'],
      [other.hub, 'stocks'],
    ] as const) {
      const { structured } = await callOn(reader, 'read_stream_messages', { market, cursor: stocks.cursor });
      expect(structured).toMatchObject({
        error: { code: 'BAD_CURSOR', hint: expect.stringContaining('without a cursor') },
      });
    }
    const junk = await callOn(hub, 'read_stream_messages', { market: 'stocks', cursor: 'junk' });
    expect(junk.structured).toMatchObject({ error: { code: 'BAD_CURSOR' } });
  });
});
