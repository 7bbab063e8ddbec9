/** What is asked of the feed, and what its answers are taken for, on scripted feeds over real sockets. */
import { describe, expect, test } from 'vitest';
import type { WebSocket } from 'ws';
import type { Options } from '../../runtime/config/options.js';
import { closeAfterEach, open } from '../support/closing.js';
import { statusFrame } from '../support/raw-feed.js';
import { denied, granted, Hands, Scene, trade } from '../support/scene.js';

closeAfterEach();

const limit = statusFrame(
  'error',
  'Subscription limit reached for feed. Please remove some subscriptions and try again.',
);

interface Habits {
  /** How many channels it holds. */
  readonly capacity: number;
  /** How often it says a refusal again, and how long after the last time. */
  readonly repeats: number;
  readonly everyMs: number;
  /** How long it takes to answer. */
  readonly lagMs: number;
}

/** A feed that refuses every frame that would cross its limit, whole, says so often, and answers what it holds not. */
class CappedFeed {
  readonly held = new Set<string>();
  private readonly timers = new Set<NodeJS.Timeout>();

  constructor(private readonly habits: Habits) {}

  hear(socket: WebSocket, { action, params }: { readonly action: string; readonly params: string }): void {
    const names = params.split(',');
    if (action === 'auth') socket.send(statusFrame('auth_success', 'authenticated'));
    if (action === 'unsubscribe') {
      for (const name of names.filter(one => this.held.delete(one))) {
        socket.send(statusFrame('success', `unsubscribed to: ${name}`));
      }
    }
    if (action === 'subscribe') this.subscribe(socket, names);
  }

  close(): void {
    for (const timer of this.timers) clearTimeout(timer);
  }

  private subscribe(socket: WebSocket, names: readonly string[]): void {
    const { capacity, repeats, everyMs, lagMs } = this.habits;
    const fresh = names.filter(name => !this.held.has(name));
    if (this.held.size + fresh.length <= capacity) {
      for (const name of fresh) this.held.add(name);
      this.later(lagMs, () => {
        for (const name of fresh) socket.send(granted(name));
      });
      return;
    }
    for (let time = 0; time <= repeats; time++) this.later(lagMs + time * everyMs, () => socket.send(limit));
  }

  private later(delayMs: number, act: () => void): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      act();
    }, delayMs);
    this.timers.add(timer);
  }
}

async function staged(feed: CappedFeed, options: Partial<Options> = {}): Promise<Scene> {
  const scene = await Scene.open(granted, { ackTimeoutMs: 2_000, ...options }, undefined, {
    message: (socket, frame) => feed.hear(socket, frame),
  });
  open.push(scene, feed);
  return scene;
}

const four = ['T.AAPL', 'T.MSFT', 'T.NVDA', 'T.TSLA'];

/** Waits until nothing is being asked, and compares what is told with what the feed holds. */
async function expectTruth(scene: Scene, feed: CappedFeed): Promise<void> {
  const { subscriptions } = scene.stream;
  await scene.until(() => subscriptions.namesIn('pending').length === 0);
  const status = await scene.status();
  expect(subscriptions.namesIn('accepted').toSorted()).toEqual([...feed.held].toSorted());
  expect(status.subscriptions).toEqual(expect.arrayContaining([...feed.held]));
  const rejected = (status.rejected as { channel: string }[]).map(({ channel }) => channel);
  expect(rejected.filter(name => feed.held.has(name))).toEqual([]);
}

describe.concurrent('a refusal that the feed repeats late', () => {
  test.each<readonly Habits[]>([
    // Answers take less time than the feed lets pass between two refusals, or more.
    [10, 100, 280].map(lagMs => ({ capacity: 2, repeats: 4, everyMs: 150, lagMs })),
    // They take longer than anybody waits for the next refusal.
    [400, 500].map(lagMs => ({ capacity: 2, repeats: 4, everyMs: 150, lagMs })),
    [
      { capacity: 2, repeats: 4, everyMs: 20, lagMs: 0 },
      { capacity: 2, repeats: 27, everyMs: 5, lagMs: 5 },
      { capacity: 2, repeats: 2, everyMs: 700, lagMs: 50 },
      { capacity: 2, repeats: 12, everyMs: 60, lagMs: 130 },
    ],
  ])('is no answer to the smaller frames: %j, %j', async (...habits) => {
    const check = async (habit: Habits): Promise<void> => {
      const feed = new CappedFeed(habit);
      const scene = await staged(feed);
      await scene.start(...four);
      await scene.until(() => scene.stream.subscriptions.namesIn('accepted').length === 2);
      await expectTruth(scene, feed);
      expect(await scene.status()).toMatchObject({ subscription_count: 2, unconfirmed: [] });
    };
    await Promise.all(habits.map(check));
  });

  test('is none to what is asked for next', async () => {
    const feed = new CappedFeed({ capacity: 1, repeats: 3, everyMs: 150, lagMs: 100 });
    const scene = await staged(feed);
    await scene.start('T.AAPL');
    const refused = await scene.call('subscribe_stocks_channels', { channels: ['T.MSFT'] });
    expect(refused).toMatchObject({ error: { code: 'CHANNELS_REJECTED' } });
    await scene.call('unsubscribe_stocks_channels', { channels: ['T.AAPL'] });
    const next = await scene.call('subscribe_stocks_channels', { channels: ['T.NVDA'] });
    expect(next).toMatchObject({ accepted: ['T.NVDA'], rejected: [] });
    await expectTruth(scene, feed);
  });
});

/** A feed that says only what a test lets it say. */
async function spoken(options: Partial<Options> = {}): Promise<Scene> {
  const scene = await Scene.open(() => undefined, { ackTimeoutMs: 60, ...options });
  open.push(scene);
  return scene;
}

describe('a channel that was called refused', () => {
  async function refusedAll(...names: readonly string[]): Promise<Scene> {
    const scene = await spoken({ ackTimeoutMs: 400 });
    const starting = scene.start('A.AAPL', ...names);
    await scene.until(() => scene.stream.subscriptions.mayHold('A.AAPL'));
    for (const _ of names) scene.socket.send(denied);
    scene.socket.send(granted('A.AAPL'));
    expect(await starting).toMatchObject({ accepted: ['A.AAPL'], rejected: names.map(channel => ({ channel })) });
    return scene;
  }

  const refusedOf = (scene: Scene) => scene.stream.subscriptions.rejections.map(({ channel }) => channel);

  test('is held if the feed acknowledges it later', async () => {
    const scene = await refusedAll('Q.AAPL', 'Q.MSFT');
    scene.socket.send(granted('Q.MSFT'));
    await scene.until(() => scene.stream.subscriptions.stateOf('Q.MSFT') === 'accepted');
    expect(refusedOf(scene)).toEqual(['Q.AAPL']);
  });

  test('is held if its data come', async () => {
    const scene = await refusedAll('T.AAPL', 'T.MSFT');
    await scene.send(trade(1, 'MSFT'));
    expect(scene.stream.subscriptions.stateOf('T.MSFT')).toBe('accepted');
    expect(refusedOf(scene)).toEqual(['T.AAPL']);
    expect(await scene.status()).toMatchObject({ subscriptions: ['A.AAPL', 'T.MSFT'] });
  });

  test('is a wildcard proved by data of a symbol that nothing else can have brought', async () => {
    const scene = await refusedAll('T.AAPL', 'T.*');
    await scene.send(trade(1, 'AAPL'));
    expect(refusedOf(scene)).toEqual(['T.AAPL', 'T.*']);
    await scene.send(trade(1, 'MSFT'));
    expect(refusedOf(scene)).toEqual(['T.AAPL']);
    // Now it is known who brings those of AAPL.
    await scene.send(trade(1, 'AAPL'));
    expect(refusedOf(scene)).toEqual(['T.AAPL']);
  });

  test('is unsubscribed at the feed, too, and said to be removed', async () => {
    const scene = await refusedAll('T.AAPL', 'Q.AAPL');
    expect(await scene.call('unsubscribe_stocks_channels', { channels: ['T.AAPL', 'T.MSFT'] })).toMatchObject({
      removed: ['T.AAPL'],
      not_held: ['T.MSFT'],
      subscription_count: 1,
    });
    await expect.poll(() => scene.feed.received.at(-1)).toBe('{"action":"unsubscribe","params":"T.AAPL"}');
    expect(refusedOf(scene)).toEqual(['Q.AAPL']);
    // It is not brought back by what was on its way.
    scene.socket.send(granted('T.AAPL'));
    await scene.send(trade(1, 'AAPL'));
    expect(await scene.status()).toMatchObject({ subscriptions: ['A.AAPL'] });
  });

  test('by a limit makes room for those that were not even asked for, once it is acknowledged', async () => {
    const asked: string[] = [];
    const scene = await Scene.open(granted, { ackTimeoutMs: 400, framePairs: 1 }, undefined, {
      message(socket, { action, params }) {
        if (action === 'auth') socket.send(statusFrame('auth_success', 'authenticated'));
        if (action !== 'subscribe') return;
        asked.push(params);
        socket.send(params === 'T.MSFT' ? limit : granted(params));
      },
    });
    open.push(scene);
    await scene.start('A.AAPL');
    const names = ['T.MSFT', 'T.NVDA', 'Q.AAPL'];
    expect(await scene.call('subscribe_stocks_channels', { channels: names })).toMatchObject({
      accepted: ['Q.AAPL'],
      rejected: [
        { channel: 'T.MSFT', code: 'LIMIT_EXCEEDED' },
        { channel: 'T.NVDA', code: 'LIMIT_EXCEEDED' },
      ],
    });
    scene.socket.send(granted('T.MSFT'));
    await scene.until(() => scene.stream.subscriptions.stateOf('T.NVDA') === 'accepted');
    expect([asked, refusedOf(scene)]).toEqual([['A.AAPL', 'T.MSFT', 'Q.AAPL', 'T.NVDA'], []]);
  });
});

describe('one refusal for two channels that are not answered', () => {
  test('is told of each of them as of one of two, until it is known which', async () => {
    const scene = await spoken();
    const starting = scene.start('T.AAPL', 'Q.AAPL');
    await scene.until(() => scene.stream.subscriptions.mayHold('T.AAPL'));
    scene.socket.send(denied);
    const words = expect.stringMatching(
      /"not authorized".*one of these 2 was refused, unknown which: T\.AAPL, Q\.AAPL/,
    );
    expect(await starting).toMatchObject({ unconfirmed: ['T.AAPL', 'Q.AAPL'], rejected: [], notes: [words] });
    expect(await scene.status()).toMatchObject({ unconfirmed: ['T.AAPL', 'Q.AAPL'], notes: [words], silence: words });
    await scene.send(trade(1, 'AAPL'));
    expect(await scene.status()).toMatchObject({
      subscriptions: ['T.AAPL'],
      unconfirmed: [],
      rejected: [{ channel: 'Q.AAPL', code: 'NOT_AUTHORIZED' }],
      notes: [],
    });
  });
});

describe('what the feed says without being asked', () => {
  async function live(...names: readonly string[]): Promise<{ scene: Scene; hands: Hands; log: string[] }> {
    const hands = new Hands();
    const log: string[] = [];
    const scene = await Scene.open(granted, { ackTimeoutMs: 60 }, hands.clock, {}, line => log.push(line));
    open.push(scene);
    await scene.start(...names);
    return { scene, hands, log };
  }

  async function says(scene: Scene, status: string, message: string): Promise<void> {
    await scene.send({ ev: 'status', status, message }, { ev: 'unheard-of' });
  }

  test.each([
    ['not authorized', /error "not authorized"/],
    ['Subscription limit reached for feed. Please remove some subscriptions and try again.', /limit reached/],
  ])('puts all that it may mean in doubt, in status, silence and log: %s', async (message, said) => {
    const { scene, log } = await live('T.AAPL', 'T.MSFT', 'Q.AAPL');
    await scene.send(trade(1, 'MSFT'));
    await says(scene, 'error', message);
    const before = await scene.status();
    const words = /without being asked.*It does not say which channels it means: T\.AAPL, T\.MSFT, Q\.AAPL may/;
    expect(before.subscription_count).toBe(3);
    expect(before.notes).toEqual([expect.stringMatching(said)]);
    expect(before.notes).toEqual([expect.stringMatching(words)]);
    expect(log.filter(line => said.test(line))).toHaveLength(1);
    // What brings data is served.
    await scene.send(trade(2, 'MSFT'));
    expect((await scene.status()).notes).toEqual([expect.stringMatching(/means: T\.AAPL, Q\.AAPL may no longer/)]);
    await scene.send(trade(2, 'AAPL'));
    expect((await scene.status()).notes).toEqual([expect.stringMatching(/means: Q\.AAPL may no longer/)]);
  });

  test('explains the silence after it', async () => {
    const { scene, hands } = await live('T.AAPL');
    await says(scene, 'error', 'not authorized');
    await hands.pass(20_000);
    expect((await scene.status()).silence).toMatch(
      /2026-09-09T15:00:00.000Z the feed said, without being asked: error "not authorized"/,
    );
  });

  test('is said no more of the channels of a new connection', async () => {
    const { scene } = await live('T.AAPL');
    await says(scene, 'error', 'not authorized');
    await scene.cut();
    expect((await scene.status()).notes).toEqual([
      expect.stringMatching(/without being asked: error "not authorized"\.$/),
    ]);
  });

  test('of having dropped a channel makes that one doubtful, until its data come or it is asked for again', async () => {
    const { scene, hands, log } = await live('T.AAPL', 'T.MSFT');
    await scene.send({ ev: 'status', status: 'success', message: 'unsubscribed to: T.AAPL' }, trade(1, 'AAPL'));
    const words = 'The feed dropped T.AAPL without being asked; it may no longer be served.';
    expect(await scene.status()).toMatchObject({ unconfirmed: ['T.AAPL'], subscription_count: 2, notes: [words] });
    expect(log.filter(line => line.includes('unsubscribed to: T.AAPL'))).toHaveLength(1);
    await hands.pass(20_000);
    expect((await scene.status()).silence).toContain(words);
    await scene.send(trade(1, 'AAPL'));
    expect(await scene.status()).toMatchObject({ unconfirmed: [], notes: [] });
  });

  test('is none of it where it was asked', async () => {
    const { scene, log } = await live('T.AAPL', 'T.MSFT');
    await scene.call('unsubscribe_stocks_channels', { channels: ['T.AAPL'] });
    await says(scene, 'success', 'unsubscribed to: T.AAPL');
    expect(await scene.status()).toMatchObject({ subscriptions: ['T.MSFT'], unconfirmed: [], notes: [] });
    expect(log.filter(line => line.includes('without being asked'))).toEqual([]);
  });
});
