import { afterEach, describe, expect, test } from 'vitest';
import type { WebSocket } from 'ws';
import { suite } from '../../generated/suite.js';
import { Secret } from '../../runtime/core/secret.js';
import type { Answer, FeedSource } from '../../runtime/feed/source.js';
import { vendorFeed } from '../../runtime/feed/vendor-feed.js';
import { Changes } from '../../runtime/pacing/changes.js';
import { LoopBudget } from '../../runtime/pacing/loop-budget.js';
import { systemClock } from '../../runtime/pacing/system-clock.js';
import { symbolTableOf } from '../../runtime/symbols/symbol-table.js';
import { testKey, testOptions } from '../support/bench.js';
import { marketOf } from '../support/markets.js';
import { polite, RawFeed, type RawFeedScript, statusFrame, tcpOf } from '../support/raw-feed.js';

const market = marketOf('stocks');
const changes = new Changes(systemClock);
const open: { close(): Promise<unknown> }[] = [];

afterEach(async () => {
  for (const item of open.splice(0).reverse()) await item.close();
});

interface Opened {
  readonly source: FeedSource;
  readonly feed: RawFeed;
  readonly answers: Answer[];
  /** Events, malformed items and kinds that nobody knows, of each frame. */
  readonly found: [events: number, malformed: number, unknown: readonly string[]][];
}

async function opened(script: RawFeedScript = {}, options: Partial<typeof testOptions> = {}): Promise<Opened> {
  const feed = await RawFeed.open({ ...polite, ...script });
  const answers: Answer[] = [];
  const found: Opened['found'] = [];
  const notify = (): void => changes.notify();
  const source = vendorFeed({ urls: [feed.url], key: new Secret(testKey) })(
    {
      market,
      decoding: suite,
      symbols: symbolTableOf(market),
      options: { ...testOptions, ...options },
      clock: systemClock,
      loopBudget: new LoopBudget(systemClock),
    },
    {
      changed: notify,
      answered: answer => answers.push(answer),
      take: (_, { events, malformed, unknown }) => found.push([events.count, malformed, [...unknown]]),
      delivered: notify,
      ended: notify,
    },
  );
  open.push(feed, source);
  source.start();
  return { source, feed, answers, found };
}

const until = async (done: () => boolean): Promise<void> => {
  expect(await changes.until(done, 10_000)).toBe(true);
};

/** Says these frames in place of the acknowledgement of the first subscription. */
function saying(...frames: readonly string[]): RawFeedScript {
  return {
    message(socket: WebSocket, frame) {
      if (frame.action !== 'subscribe') return polite.message(socket, frame, 1);
      for (const text of frames) socket.send(text);
    },
  };
}

const limit = 'Subscription limit reached for feed. Please remove some subscriptions and try again.';

describe("the vendor's feed", () => {
  test('keeps what is about the connection to itself, and passes on what answers a question', async () => {
    const { source, answers, feed } = await opened();
    await until(() => source.state === 'live');
    expect([source.place, source.attempts, source.nextAttemptMs]).toEqual([feed.url, 0, undefined]);
    expect(source.subscribe(['T.AAPL', 'T.MSFT'])).toBe(true);
    await until(() => answers.length === 2);
    expect(answers).toEqual([
      { kind: 'granted', channel: 'T.AAPL' },
      { kind: 'granted', channel: 'T.MSFT' },
    ]);
  });

  test.each<[string, string, object]>([
    ['success', 'unsubscribed to: T.AAPL', { kind: 'dropped', channel: 'T.AAPL' }],
    ['error', 'not authorized', { kind: 'refused' }],
    ['error', limit, { kind: 'refused whole' }],
    ['novel', 'who knows', { kind: 'notice' }],
  ])('that says %s, %s is understood, and its words are kept', async (status, message, meant) => {
    const { source, answers } = await opened(saying(statusFrame(status, message)));
    await until(() => source.state === 'live');
    source.subscribe(['T.AAPL']);
    await until(() => answers.length === 1);
    expect(answers).toMatchObject([{ ...meant, said: { status, message } }]);
  });

  test('gives what else is in a frame after the answers in it', async () => {
    const { source, answers, found } = await opened(
      saying('[{"ev":"status","status":"error","message":"not authorized"},{"ev":"T","sym":"A"},{"ev":"ZZ"},7]'),
    );
    await until(() => source.state === 'live');
    source.subscribe(['T.AAPL']);
    await until(() => found.some(([events]) => events > 0));
    expect(answers).toHaveLength(1);
    expect(found.at(-1)).toEqual([2, 1, ['ZZ']]);
  });

  test('that has the last word ends for good, and is quoted', async () => {
    const { source } = await opened(saying(statusFrame('auth_failed', 'authentication failed')));
    await until(() => source.state === 'live');
    source.subscribe(['T.AAPL']);
    await until(() => source.state === 'refused');
    expect(source.lastFault).toEqual({ kind: 'auth_failed', message: 'The feed answered: "authentication failed".' });
    expect(source.subscribe(['T.AAPL'])).toBe(false);
  });

  test('that times out on a key before it was sent one is tried again', async () => {
    const { source } = await opened({
      open: socket => socket.send(statusFrame('auth_timeout', 'No authentication request received.')),
    });
    await until(() => source.state === 'retrying');
    expect(source.lastFault).toEqual({
      kind: 'close',
      message: 'The feed said before it was sent a key: auth_timeout "No authentication request received.".',
    });
    expect([source.attempts, typeof source.nextAttemptMs]).toEqual([1, 'number']);
  });

  test('that sends what is no text is told goodbye', async () => {
    const { source } = await opened({
      message(socket, frame) {
        polite.message(socket, frame, 1);
        if (frame.action === 'subscribe') tcpOf(socket).write(Buffer.of(0x81, 3, 0x5b, 0xff, 0x5d));
      },
    });
    await until(() => source.state === 'live');
    source.subscribe(['T.AAPL']);
    await until(() => source.state === 'retrying');
    expect(source.lastFault?.message).toBe('The connection broke: a frame was no text in UTF-8.');
  });

  test('is asked to drop no more channels at once than a frame has room for', async () => {
    const { source, feed } = await opened({}, { framePairs: 2 });
    await until(() => source.state === 'live');
    const before = feed.received.length;
    source.unsubscribe(['T.A', 'T.B', 'T.C']);
    source.subscribe(['T.D']);
    await until(() => feed.received.length === before + 3);
    expect(feed.received.slice(before).map(text => JSON.parse(text).params)).toEqual(['T.A,T.B', 'T.C', 'T.D']);
  });

  test('is told of messages for as long as it wants to know', async () => {
    const { source } = await opened();
    expect(source.wantsMessages).toBe(false);
    await until(() => source.state === 'live');
    expect(source.wantsMessages).toBe(true);
    source.messageCame();
    let given = false;
    source.given(() => {
      given = true;
    });
    expect(given).toBe(true);
  });
});
