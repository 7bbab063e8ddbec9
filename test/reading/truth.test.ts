/** What a client is told must be so, however odd the feed, the clock or the callers are. */

import { afterEach, describe, expect, test, vi } from 'vitest';
import { routeTo, testKey } from '../support/bench.js';
import { statusFrame } from '../support/raw-feed.js';
import { type Answer, denied, granted, Hands, Scene, trade } from '../support/scene.js';

const open: Scene[] = [];

afterEach(async () => {
  for (const scene of open.splice(0)) await scene.close();
});

async function staged(...how: Parameters<typeof Scene.open>): Promise<Scene> {
  const scene = await Scene.open(...how);
  open.push(scene);
  return scene;
}

const denies =
  (...names: readonly string[]) =>
  (name: string): string =>
    names.includes(name) ? denied : granted(name);

const maximum = { ev: 'status', status: 'max_connections', message: 'Maximum number of websocket connections.' };

describe('two starts at the same time', () => {
  test.each([
    [['Q.AAPL'], ['T.AAPL']],
    [['T.AAPL'], ['Q.AAPL']],
  ])('of %j and %j leave the stream to the one that was not rejected', async (...lists) => {
    const scene = await staged(denies('Q.AAPL'));
    const answers = await Promise.all(lists.map(channels => scene.start(...channels)));
    const [rejected, accepted] = lists[0]!.includes('Q.AAPL') ? answers : answers.toReversed();
    expect(rejected).toMatchObject({ error: { code: 'CHANNELS_REJECTED' } });
    expect(accepted).toMatchObject({ state: 'live', accepted: ['T.AAPL'] });
    expect(await scene.status()).toMatchObject({ state: 'live', subscriptions: ['T.AAPL'] });
  });
});

describe('a start', () => {
  test('does not wait for more frames than its deadline has room for', async () => {
    const options = { connectTimeoutMs: 50, authTimeoutMs: 50, ackTimeoutMs: 100, framePairs: 1 };
    const scene = await staged(() => undefined, options);
    const channels = Array.from({ length: 60 }, (_, index) => `T.S${index}`);
    const answer = await scene.start(...channels);
    expect(answer).toMatchObject({ state: 'live', accepted: [], rejected: [], subscription_count: 60 });
    expect(answer.unconfirmed).toHaveLength(60);
    expect(scene.feed.received.length).toBeLessThan(10);
  });

  test('does not wait for an attempt that comes after its deadline', async () => {
    const scene = await staged(granted, { connectTimeoutMs: 20_000 }, undefined, {
      upgrade(_, socket) {
        socket.end('HTTP/1.1 429 Too Many Requests\r\nRetry-After: 60\r\nContent-Length: 0\r\n\r\n');
        return true;
      },
    });
    const { feed, stream } = scene;
    const endpoint = { feed: 'realtime', spelled: 'realtime', urls: [], simulated: false, delayMinutes: 0 };
    stream.open({
      endpoint,
      ...routeTo(`${feed.url}/stocks`, `${feed.url}/other`),
      ownership: { of: 'all' },
    });
    expect(await scene.start('T.AAPL')).toMatchObject({
      state: 'retrying',
      last_error: { code: 'CONNECT_FAILED', hint: expect.any(String) },
      next_retry_at: expect.any(String),
    });
    expect(feed.attempts).toBe(1);
  });
});

describe('an outage', () => {
  test('lasts from the last message to the first one after it, with its cause and its channels', async () => {
    const hands = new Hands();
    const scene = await staged(granted, {}, hands.clock);
    await scene.start('T.AAPL', 'Q.MSFT');
    await hands.pass(1_000);
    await scene.send(trade(1));
    await hands.pass(5_000);
    await scene.cut();
    await hands.pass(3_000);
    expect((await scene.status()).outages).toMatchObject([{ from: '2026-09-09T15:00:01.000Z', to: null }]);
    await scene.send(trade(2));
    expect((await scene.status()).outages).toEqual([
      {
        backfill: 'call backfill_outage with {"market": "stocks", "outage": "2026-09-09T15:00:01.000Z"}',
        from: '2026-09-09T15:00:01.000Z',
        to: '2026-09-09T15:00:09.000Z',
        cause: expect.stringContaining('ended without a close frame'),
        channels: ['T.AAPL', 'Q.MSFT'],
      },
    ]);
  });

  test('is not over because data stand behind the refusal that began it', async () => {
    const scene = await staged();
    await scene.start('T.AAPL');
    await scene.send(trade(1));
    await scene.send(maximum, trade(2));
    expect(await scene.status()).toMatchObject({
      state: 'refused',
      messages_received: 2,
      outages: [{ to: null }],
      last_error: { code: 'MAX_CONNECTIONS', hint: expect.stringContaining('Another program uses this key') },
      silence: expect.stringMatching(/Maximum number .* Another program uses this key/),
    });
  });

  test('does not end before it began, if the clock of the wall jumps back', async () => {
    const hands = new Hands();
    const scene = await staged(granted, {}, hands.clock);
    await scene.start('T.AAPL');
    await scene.send(trade(1));
    await scene.cut();
    await hands.jump(-3_600_000);
    await scene.send(trade(2));
    const [{ from, to }] = (await scene.status()).outages as [{ from: string; to: string }];
    expect(to >= from).toBe(true);
  });
});

describe('the back-off of a stream that is cut twice', () => {
  test.each([
    ['AAPL', 2_000, 1],
    ['AAPL', 1_999, 2],
    ['MSFT', 2_000, 2],
  ])('starts over after messages of %s for %i ms of what is subscribed alone: %i', async (symbol, ms, attempts) => {
    const hands = new Hands();
    const scene = await staged(granted, {}, hands.clock);
    await scene.start('T.AAPL');
    await scene.cut();
    for (const wait of [ms, 0]) {
      await scene.send({ ev: 'unheard-of' }, trade(1, symbol));
      await hands.pass(wait);
    }
    await scene.cut();
    expect(scene.stream.attempts).toBe(attempts);
  });

  test('starts over after messages that a wildcard brings', async () => {
    const hands = new Hands();
    const scene = await staged(granted, {}, hands.clock);
    await scene.start('T.*');
    await scene.cut();
    await scene.send(trade(1, 'MSFT'));
    await hands.pass(2_500);
    await scene.send(trade(1, 'AAPL'));
    await scene.cut();
    expect(scene.stream.attempts).toBe(1);
  });
});

describe('late answers of the feed', () => {
  test('are not blamed on the next frame, but found out by elimination', async () => {
    let frames = 0;
    const scene = await staged(undefined, { ackTimeoutMs: 150 }, undefined, {
      message(socket, { action, params }) {
        if (action === 'auth') socket.send(statusFrame('auth_success', 'authenticated'));
        // The first frame is answered when the second one has come.
        if (action !== 'subscribe' || ++frames === 1) return;
        for (const text of [denied, granted('T.AAPL'), granted(params)]) socket.send(text);
      },
    });
    expect(await scene.start('Q.AAPL', 'T.AAPL')).toMatchObject({ unconfirmed: ['Q.AAPL', 'T.AAPL'], rejected: [] });
    expect(await scene.call('subscribe_stocks_channels', { channels: ['T.MSFT'] })).toMatchObject({
      accepted: ['T.MSFT'],
      rejected: [],
    });
    expect(await scene.status()).toMatchObject({
      subscriptions: ['T.AAPL', 'T.MSFT'],
      unconfirmed: [],
      rejected: [{ channel: 'Q.AAPL', code: 'NOT_AUTHORIZED' }],
    });
  });
});

describe('data', () => {
  const allBut = (silent: string) => (name: string) => (name === silent ? undefined : granted(name));

  test.each([
    ['T.*', 'T.AAPL'],
    ['T.AAPL', 'T.*'],
  ])('prove nothing of %s where %s could have brought them', async (silent, other) => {
    const scene = await staged(allBut(silent), { ackTimeoutMs: 50 });
    await scene.start(other);
    await scene.call('subscribe_stocks_channels', { channels: [silent] });
    await scene.send(trade(1));
    expect(await scene.status()).toMatchObject({ unconfirmed: [silent] });
  });

  test('prove a wildcard where no channel of their symbol is held', async () => {
    const scene = await staged(allBut('T.*'), { ackTimeoutMs: 50 });
    await scene.start('T.AAPL');
    await scene.call('subscribe_stocks_channels', { channels: ['T.*'] });
    await scene.send(trade(1, 'MSFT'));
    expect(await scene.status()).toMatchObject({ unconfirmed: [] });
  });
});

describe('ages and durations', () => {
  test.each([-7_200_000, 7_200_000])('do not mind that the clock of the wall jumps by %d ms', async jump => {
    const hands = new Hands();
    const scene = await staged(granted, {}, hands.clock);
    await scene.start('T.AAPL');
    await scene.send(trade(1));
    await hands.pass(12_000);
    await hands.jump(jump);
    expect(await scene.status()).toMatchObject({ newest_age_ms: 12_000, silence: expect.stringContaining('no event') });
    const { symbols } = await scene.call('summarize_stream', { market: 'stocks' });
    expect(symbols).toMatchObject([{ trade_age_ms: 12_000 }]);
    expect(await scene.call('stop_stocks_stream')).toMatchObject({ duration_s: 12 });
  });

  test('end with the first stop, however often it is asked for', async () => {
    const hands = new Hands();
    const scene = await staged(granted, {}, hands.clock);
    await scene.start('T.AAPL');
    await hands.pass(2_500);
    expect(await scene.call('stop_stocks_stream')).toMatchObject({ duration_s: 2.5 });
    await hands.pass(9_000);
    expect(await scene.call('stop_stocks_stream')).toMatchObject({ duration_s: 2.5, notes: ['It was not running.'] });
  });

  test('a status says since when this connection is live, and that nothing came for long', async () => {
    const hands = new Hands();
    const scene = await staged(granted, {}, hands.clock);
    await scene.start('T.AAPL');
    await scene.send(trade(1));
    await hands.pass(9_999);
    expect(await scene.status()).toMatchObject({ since: '2026-09-09T15:00:00.000Z', silence: null });
    await hands.pass(2);
    expect(await scene.status()).toMatchObject({ silence: expect.stringContaining('Live and subscribed') });
    await scene.cut();
    expect(await scene.status()).toMatchObject({ since: '2026-09-09T15:00:10.001Z' });
  });
});

describe('after the clock of the wall has jumped', () => {
  const hour = 3_600_000;

  test.each([5 * hour, -5 * hour])('by %d ms, times are shown as it goes now', async jump => {
    const hands = new Hands();
    const scene = await staged(granted, {}, hands.clock);
    await scene.start('T.AAPL');
    await hands.pass(1_000);
    await scene.send(trade(1));
    await hands.pass(5_000);
    await scene.cut();
    await hands.pass(1_000);
    await scene.send(trade(2), { ev: 'status', status: 'maintenance', message: 'at noon' });
    await hands.pass(1_000);
    await hands.jump(jump);
    // It is eight seconds after 15:00, and so much later or earlier by the clock.
    const at = (second: number): string => new Date(Date.UTC(2026, 8, 9, 15, 0, second) + jump).toISOString();
    const status = await scene.status();
    expect(status).toMatchObject({
      since: at(6),
      last_message_at: at(7),
      newest_age_ms: 1_000,
      outages: [{ from: at(1), to: at(7) }],
      last_error: { at: at(6) },
      buffer: { oldest_at: at(1) },
      notes: [expect.stringContaining(`At ${at(7)} the feed said: maintenance`)],
    });
    expect(await scene.call('summarize_stream', { market: 'stocks' })).toMatchObject({
      window: { from: at(1), to: at(8) },
      symbols: [{ trade_age_ms: 1_000 }],
    });
  });

  test.each([5 * hour, -5 * hour])('by %d ms, a window has what came in it', async jump => {
    const hands = new Hands();
    const scene = await staged(granted, { bufferMessages: 3 }, hands.clock);
    await scene.start('T.*');
    for (const [symbol, passMs] of [
      ['OLD', 60_000],
      ['MSFT', 3_000],
      ['AAPL', 0],
    ] as const) {
      await scene.send(trade(1, symbol));
      await hands.pass(passMs);
    }
    const symbolsOf = async (seconds: number): Promise<string[]> => {
      const { symbols } = await scene.call('summarize_stream', { market: 'stocks', window_s: seconds });
      return (symbols as { symbol: string }[]).map(({ symbol }) => symbol).toSorted();
    };
    await hands.jump(jump);
    expect(await symbolsOf(2)).toEqual(['AAPL']);
    expect(await symbolsOf(5)).toEqual(['AAPL', 'MSFT']);
    expect(await symbolsOf(70)).toEqual(['AAPL', 'MSFT', 'OLD']);
    // What came after the jump is the newest, and what has to leave is the oldest.
    await hands.pass(4_000);
    await scene.send(trade(1, 'NVDA'));
    expect(await symbolsOf(2)).toEqual(['NVDA']);
    expect(await symbolsOf(5)).toEqual(['AAPL', 'NVDA']);
    expect(await scene.call('summarize_stream', { market: 'stocks', window_s: 10 })).not.toHaveProperty('incomplete');
    expect(await scene.call('summarize_stream', { market: 'stocks', window_s: 100 })).toHaveProperty('incomplete');
  });

  test.each([5 * hour, -5 * hour])('by %d ms, the next attempt is as far away as it was', async jump => {
    const hands = new Hands();
    const options = { backoffInitialMs: 60_000, backoffMaxMs: 60_000 };
    const scene = await staged(granted, options, { ...hands.clock, random: () => 0 });
    await scene.start('T.AAPL');
    scene.socket.terminate();
    await scene.until(() => scene.stream.state === 'retrying');
    await hands.pass(10_000);
    await hands.jump(jump);
    const at = new Date(Date.UTC(2026, 8, 9, 15, 1) + jump).toISOString();
    expect(await scene.status()).toMatchObject({ next_retry_at: at, silence: expect.stringContaining(at) });
  });
});

describe('a refusal that nobody asked for', () => {
  test('puts the only channel in doubt until it brings something, and says so in the list', async () => {
    const scene = await staged();
    await scene.start('T.AAPL');
    scene.socket.send(denied);
    await scene.until(() => scene.stream.unasked !== undefined);
    const doubt = 'The feed refused something without being asked, and only T.AAPL is subscribed.';
    const { unconfirmed, notes } = await scene.status();
    expect(unconfirmed).toEqual(['T.AAPL']);
    expect(notes).toContain(doubt);
    const list = await scene.call('list_stocks_subscriptions');
    expect(list.notes).toEqual([
      doubt,
      expect.stringMatching(/without being asked: error "not authorized"\. .*T\.AAPL/),
    ]);
    await scene.send(trade(1));
    expect(await scene.status()).toMatchObject({ unconfirmed: [] });
    expect((await scene.call('list_stocks_subscriptions')).notes).toEqual([
      expect.stringMatching(/without being asked: error "not authorized"\.$/),
    ]);
  });

  test('blames nobody where it may be an earlier one, said again', async () => {
    const scene = await staged(denies('Q.AAPL'), { ackTimeoutMs: 20 });
    await scene.start('T.AAPL', 'Q.AAPL');
    await vi.waitFor(() => {
      scene.socket.send(denied);
      expect(scene.stream.unasked).toBeDefined();
    }, 5_000);
    const { unconfirmed, notes } = await scene.status();
    expect(unconfirmed).toEqual([]);
    expect(notes).toContainEqual(expect.stringContaining('It may be an earlier refusal, said again.'));
  });
});

describe('what the feed says', () => {
  test('and nothing explains is told in the status, as a quotation', async () => {
    const scene = await staged();
    await scene.start('T.AAPL');
    await scene.send({ ev: 'status', status: 'maintenance', message: 'at\nnoon' }, trade(1));
    expect((await scene.status()).notes).toEqual([
      expect.stringMatching(/^At \d{4}-.*Z the feed said: maintenance "at\\u000anoon"$/),
    ]);
  });

  test('stands between quotes where it is no single word', async () => {
    let logged = '';
    const scene = await staged(granted, {}, undefined, {}, line => {
      logged += line;
    });
    await scene.start('T.AAPL');
    await scene.send({ ev: 'status', status: 'x. Note: "do', message: 'it' }, { ev: 'zz. Note: "do' }, trade(1));
    expect((await scene.status()).notes).toEqual([
      expect.stringMatching(/^At \d{4}-.*Z the feed said: "x\. Note: \\"do" "it"$/),
    ]);
    expect(logged).toContain('stocks: event "zz. Note: \\"do" is not in the spec');
  });

  test('about a time-out counts only if it was sent a key', async () => {
    const hasty = {
      open: (socket: { send(text: string): void }) => socket.send(statusFrame('auth_timeout', 'Too slow.')),
    };
    const scene = await staged(granted, {}, undefined, hasty);
    expect(await scene.start('T.AAPL')).toMatchObject({ state: 'retrying' });
    await scene.until(() => scene.stream.attempts > 3);
    expect(await scene.status()).toMatchObject({ state: expect.not.stringMatching('refused') });
    expect(scene.feed.received).toEqual([]);
  });

  test('of a plan without real-time data names the way out, also in mid-stream', async () => {
    const scene = await staged();
    await scene.start('T.AAPL');
    scene.socket.send(statusFrame('error', "You don't have access real-time data for stocks."));
    await scene.until(() => scene.stream.state === 'refused');
    expect(await scene.status()).toMatchObject({
      last_error: { code: 'PLAN_NOT_REALTIME', hint: expect.stringContaining('"delayed"') },
      silence: expect.stringContaining('"delayed"'),
    });
  });
});

test('symbols that cannot be told apart are not said to be all the later ones', async () => {
  const scene = await staged();
  await scene.start('T.*');
  await scene.send(trade(1, '\ud800'), trade(2), trade(3, 'MSFT'));
  expect((await scene.status()).notes).toEqual([
    'Some symbols cannot be told apart; they share one entry, with 1 message so far.',
  ]);
});

test('a stop resolves when the last socket is gone, also that of a connection that had just been refused', async () => {
  const scene = await staged();
  await scene.start('T.AAPL');
  scene.socket.send(JSON.stringify([maximum]));
  await scene.until(() => scene.stream.state === 'refused');
  await scene.call('stop_stocks_stream');
  expect(scene.socket.readyState).toBeGreaterThanOrEqual(2);
  expect(process.getActiveResourcesInfo().filter(name => name === 'TCPSocketWrap').length).toBeLessThanOrEqual(1);
});

test('a start that names only the key it runs with adds channels, whatever endpoint it runs on', async () => {
  const scene = await staged();
  await scene.call('start_stocks_stream', { channels: ['T.AAPL'], endpoint: `${scene.feed.url}/some/path` });
  const again = { channels: ['T.MSFT'], api_key: testKey };
  expect(await scene.call('start_stocks_stream', again)).toMatchObject({ state: 'live', subscription_count: 2 });
});

test('the delay of a feed is in every answer', async () => {
  const scene = await staged();
  const { stream, feed } = scene;
  const endpoint = { feed: 'delayed', spelled: 'delayed', urls: [], simulated: false, delayMinutes: 15 };
  stream.open({ endpoint, ...routeTo(`${feed.url}/stocks`), ownership: { of: 'all' } });
  const answers: Answer[] = [
    await scene.start('T.AAPL'),
    await scene.status(),
    await scene.call('read_stream_messages', { market: 'stocks' }),
    await scene.call('list_stocks_subscriptions'),
  ];
  for (const answer of answers) expect(answer.delayed_minutes).toBe(15);
});
