import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { markets, suite } from '../generated/suite.js';
import { parseChannels } from '../runtime/channels.js';
import { systemClock } from '../runtime/clock.js';
import { Guest } from '../runtime/guest.js';
import { Hub } from '../runtime/hub.js';
import { Resources } from '../runtime/resources.js';
import type { HubView } from '../runtime/view.js';
import { callOn, hubOn, testKey, testOptions } from './support/bench.js';
import { RecordFolder } from './support/recording.js';
import { ScriptedMarket } from './support/scriptedmarket.js';

type Answer = Readonly<Record<string, unknown>>;

let feed: ScriptedMarket;
let hub: Hub;
let ann: Guest;
let bob: Guest;

beforeEach(async () => {
  feed = await ScriptedMarket.open();
  hub = hubOn(suite, markets, feed.url, { httpWaits: 2 });
  const shares = new Map(markets.map(({ name }) => [name, new Set<never>()]));
  [ann, bob] = [new Guest(hub, shares), new Guest(hub, shares)];
});

afterEach(async () => {
  await hub.close();
  await feed.close();
});

async function ask(who: HubView, name: string, args: unknown = {}): Promise<Answer> {
  const { structured, isError, text } = await callOn(who, name, args);
  expect(isError, text).toBe(false);
  return structured;
}

async function refusalOf(who: HubView, name: string, args: unknown = {}): Promise<Answer> {
  const { structured, isError } = await callOn(who, name, args);
  expect(isError).toBe(true);
  return structured.error as Answer;
}

const start = (who: HubView, ...channels: readonly string[]) => ask(who, 'start_stocks_stream', { channels });
const stop = (who: HubView) => ask(who, 'stop_stocks_stream');
const unsubscribe = (who: HubView, ...channels: readonly string[]) =>
  ask(who, 'unsubscribe_stocks_channels', { channels });
const status = (who: HubView) => ask(who, 'get_stocks_stream_status');

async function held(): Promise<string[]> {
  await feed.barrier();
  return [...feed.session!.held].sort();
}

/** Has the feed send trades, and waits until they are in. */
async function trade(symbol: string, count: number): Promise<void> {
  const { totals, changes } = hub.stream('stocks');
  const due = totals.received + count;
  feed.trade(symbol, count);
  expect(await changes.until(() => hub.stream('stocks').totals.received >= due, 5_000)).toBe(true);
}

async function symbolsRead(who: HubView, args: object = {}): Promise<unknown[]> {
  const { messages } = await ask(who, 'read_stream_messages', { market: 'stocks', ...args });
  return (messages as Answer[]).map(({ symbol }) => symbol);
}

describe('two clients', () => {
  test('share one connection, which holds what either of them holds', async () => {
    expect(await start(ann, 'T.AAPL', 'T.MSFT')).toMatchObject({ subscription_count: 2 });
    expect(await start(bob, 'T.MSFT', 'T.NVDA')).toMatchObject({
      accepted: ['T.MSFT', 'T.NVDA'],
      subscription_count: 2,
    });
    expect(feed.sessions).toHaveLength(1);
    expect(await held()).toEqual(['T.AAPL', 'T.MSFT', 'T.NVDA']);
  });

  test('each list, count and find only their own', async () => {
    await start(ann, 'T.AAPL', 'T.MSFT');
    await start(bob, 'T.MSFT');
    expect(await ask(bob, 'list_stocks_subscriptions')).toMatchObject({ subscriptions: { Trades: ['T.MSFT'] } });
    expect(await status(ann)).toMatchObject({ subscriptions: ['T.AAPL', 'T.MSFT'], subscription_count: 2 });
    expect(await ask(bob, 'subscribe_stocks_channels', { channels: ['T.AAPL', 'T.MSFT'] })).toMatchObject({
      accepted: ['T.AAPL'],
      already: ['T.MSFT'],
      subscription_count: 2,
    });
  });

  test('see only messages of what they hold, whatever they filter by', async () => {
    await start(ann, 'T.AAPL');
    await start(bob, 'T.MSFT');
    await trade('AAPL', 2);
    await trade('MSFT', 1);
    expect([await symbolsRead(ann), await symbolsRead(bob)]).toEqual([['AAPL', 'AAPL'], ['MSFT']]);
    expect(await symbolsRead(bob, { channels: ['T.*', 'AAPL'] })).toEqual(['MSFT']);
    const { symbols } = await ask(bob, 'summarize_stream', { market: 'stocks' });
    expect(symbols).toMatchObject([{ symbol: 'MSFT', trades: 1 }]);
    const windowed = await ask(ann, 'summarize_stream', { market: 'stocks', window_s: 3_600 });
    expect(windowed.symbols).toMatchObject([{ symbol: 'AAPL', trades: 2 }]);
  });

  test('see of a shared channel what came while they held it', async () => {
    await start(ann, 'T.AAPL');
    await trade('AAPL', 1);
    await start(bob, 'T.*');
    await trade('AAPL', 2);
    await unsubscribe(ann, 'T.AAPL');
    await trade('AAPL', 4);
    expect([(await symbolsRead(ann)).length, (await symbolsRead(bob)).length]).toEqual([3, 6]);
  });

  test('wait for their own messages only', async () => {
    await start(ann, 'T.AAPL');
    await start(bob, 'T.MSFT');
    const waiting = ask(bob, 'wait_for_stream_message', { market: 'stocks', timeout_s: 20 });
    await trade('AAPL', 3);
    await trade('MSFT', 1);
    expect(await waiting).toMatchObject({ matched: true, count: 1, messages: [{ symbol: 'MSFT' }] });
  });

  test('are told the age of their own newest message', async () => {
    await start(ann, 'T.AAPL');
    await start(bob, 'T.MSFT');
    await trade('AAPL', 1);
    expect(await status(bob)).toMatchObject({ last_message_at: null, newest_age_ms: null });
    expect((await status(bob)).silence).toEqual(expect.any(String));
    expect((await status(ann)).newest_age_ms).toEqual(expect.any(Number));
  });

  test('are told that they are not alone', async () => {
    await start(ann, 'T.AAPL');
    expect((await status(ann)).notes).toEqual([]);
    await start(bob, 'T.MSFT');
    expect((await status(ann)).notes).toEqual([expect.stringContaining('Other clients use the stream too')]);
  });

  test('read resources of their own', async () => {
    await start(ann, 'T.AAPL');
    await start(bob, 'T.MSFT');
    const resources = new Resources(bob, { list: async () => [], read: async () => undefined } as never);
    expect((await resources.list()).map(({ uri }) => uri)).toEqual([
      'polygon://streams/stocks',
      'polygon://streams/stocks/T.MSFT',
    ]);
    await trade('AAPL', 1);
    const content = await resources.read('polygon://streams/stocks/T.AAPL');
    expect(JSON.parse(content!.text)).toMatchObject({ subscription: null, newest: { count: 0 } });
  });
});

test('the newest message of a channel, or of all of its kind, is that of the client', async () => {
  await start(ann, 'T.AAPL');
  await start(bob, 'T.*');
  for (const symbol of ['AAPL', 'MSFT']) await trade(symbol, 1);
  const newest = (who: HubView): number[] =>
    parseChannels(hub.stream('stocks').market, ['T.AAPL', 'T.MSFT', 'T.*', 'Q.AAPL', 'Q.*']).names.map(name =>
      who.stream('stocks').newestOf(name),
    );
  expect(newest(ann)).toEqual([0, -1, 0, -1, -1]);
  expect(newest(bob)).toEqual([0, 1, 1, -1, -1]);
});

describe('letting go', () => {
  test('of a channel that another holds leaves it subscribed', async () => {
    await start(ann, 'T.AAPL', 'T.MSFT');
    await start(bob, 'T.MSFT');
    expect(await unsubscribe(ann, 'T.AAPL', 'T.MSFT')).toMatchObject({ removed: ['T.AAPL', 'T.MSFT'], not_held: [] });
    expect(await held()).toEqual(['T.MSFT']);
    expect(await unsubscribe(bob, 'T.MSFT')).toMatchObject({ removed: ['T.MSFT'] });
    expect(await held()).toEqual([]);
  });

  test('of what only another holds does nothing', async () => {
    await start(ann, 'T.AAPL');
    await start(bob, 'T.MSFT');
    expect(await unsubscribe(bob, 'T.AAPL')).toMatchObject({ removed: [], not_held: ['T.AAPL'] });
    expect(await held()).toEqual(['T.AAPL', 'T.MSFT']);
  });

  test('of the stream leaves it to the others, who go on', async () => {
    await start(ann, 'T.AAPL', 'T.MSFT');
    await start(bob, 'T.MSFT');
    await trade('MSFT', 1);
    expect(await stop(ann)).toMatchObject({ state: 'stopped', notes: [expect.stringContaining('goes on')] });
    expect(await held()).toEqual(['T.MSFT']);
    await trade('MSFT', 2);
    expect([(await symbolsRead(ann)).length, (await symbolsRead(bob)).length]).toEqual([1, 3]);
    expect(await status(bob)).toMatchObject({ state: 'live', notes: [] });
    expect(await refusalOf(ann, 'subscribe_stocks_channels', { channels: ['T.AAPL'] })).toMatchObject({
      code: 'NOT_STARTED',
    });
    expect(await stop(bob)).toMatchObject({ state: 'stopped', notes: [] });
    expect(hub.stream('stocks').state).toBe('stopped');
  });

  test('of everything happens when a client is gone', async () => {
    await start(ann, 'T.AAPL', 'T.MSFT');
    await start(bob, 'T.MSFT');
    await ann.close();
    expect(await held()).toEqual(['T.MSFT']);
    await bob.close();
    expect(hub.stream('stocks').state).toBe('stopped');
  });

  test('ends the waits of whoever let go, and of nobody else', async () => {
    await start(ann, 'T.AAPL');
    await start(bob, 'T.AAPL');
    const waiting = [ann, bob].map(who => ask(who, 'wait_for_stream_message', { market: 'stocks', timeout_s: 20 }));
    await stop(ann);
    expect(await waiting[0]).toMatchObject({ matched: false, state: 'stopped' });
    await trade('AAPL', 1);
    expect(await waiting[1]).toMatchObject({ matched: true, state: 'live' });
  });

  test('and starting again goes on with the same connection', async () => {
    await start(ann, 'T.AAPL');
    await start(bob, 'T.MSFT');
    await stop(ann);
    await start(ann, 'T.NVDA');
    expect(feed.sessions).toHaveLength(1);
    expect(await held()).toEqual(['T.MSFT', 'T.NVDA']);
  });
});

describe('a client that has not started a stream', () => {
  test('is told so, although another has', async () => {
    await start(ann, 'T.AAPL');
    expect(await status(bob)).toMatchObject({ state: 'idle', subscription_count: 0, since: null });
    expect((await status(bob)).silence).toMatch(/not started/);
    expect(await refusalOf(bob, 'wait_for_stream_message', { market: 'stocks' })).toMatchObject({
      code: 'NOT_STARTED',
    });
    expect(await stop(bob)).toMatchObject({ notes: ['It was not running.'] });
    expect(await held()).toEqual(['T.AAPL']);
  });

  test('cannot start it with another key, and learns nothing of the one in use', async () => {
    await start(ann, 'T.AAPL');
    const error = await refusalOf(bob, 'start_stocks_stream', { channels: ['T.AAPL'], api_key: 'another-key-4711' });
    expect(error).toMatchObject({ code: 'ALREADY_STARTED', message: expect.stringMatching(/Another client.*key/) });
    expect(JSON.stringify(error)).not.toContain(testKey);
    expect(JSON.stringify(error)).not.toContain('another-key-4711');
    expect(await status(bob)).toMatchObject({ state: 'idle' });
  });

  test('does not come by the key of another, nor by another feed than it asked for', async () => {
    await ask(ann, 'start_stocks_stream', { channels: ['T.AAPL'], api_key: 'another-key-4711' });
    expect(await refusalOf(bob, 'start_stocks_stream', { channels: ['T.AAPL'] })).toMatchObject({
      code: 'ALREADY_STARTED',
    });
    await stop(ann);
    await ask(ann, 'start_stocks_stream', { channels: ['T.AAPL'], endpoint: 'simulated' });
    const error = await refusalOf(bob, 'start_stocks_stream', { channels: ['T.AAPL'] });
    expect(error).toMatchObject({ code: 'ALREADY_STARTED', hint: expect.stringContaining('simulated') });
    await ask(bob, 'start_stocks_stream', { channels: ['T.AAPL'], endpoint: 'simulated' });
  });

  test('is refused what the feed refuses, without a trace at the other', async () => {
    feed.denied = new Set(['Q.AAPL']);
    await start(ann, 'T.AAPL');
    expect(await refusalOf(bob, 'start_stocks_stream', { channels: ['Q.AAPL'] })).toMatchObject({
      code: 'CHANNELS_REJECTED',
    });
    expect(await status(bob)).toMatchObject({ state: 'stopped' });
    expect(await status(ann)).toMatchObject({ state: 'live', rejected: [] });
  });
});

describe('a client that is told whose endpoint it must use', () => {
  /** Follows the hint of the refusal. */
  async function useWhatIsNamed(args: object): Promise<void> {
    const error = await refusalOf(bob, 'start_stocks_stream', { channels: ['T.AAPL'], ...args });
    expect(error).toMatchObject({ code: 'ALREADY_STARTED' });
    const [, endpoint] = /endpoint "(.+?)"/.exec(error.hint as string) ?? [];
    await ask(bob, 'start_stocks_stream', { channels: ['T.AAPL'], endpoint });
  }

  test('can use it where that is a URL', async () => {
    await start(ann, 'T.AAPL');
    await useWhatIsNamed({ endpoint: 'simulated' });
  });

  test('can use it where that is a feed', async () => {
    await ask(ann, 'start_stocks_stream', { channels: ['T.AAPL'], endpoint: 'simulated' });
    await useWhatIsNamed({});
  });
});

describe('a replay that several use', () => {
  const title = '2026-11-23.realtime';
  const atMs = Date.UTC(2026, 10, 23, 14, 30);
  const frame = (passedMs: number) => ({ atMs: atMs + passedMs, text: '[{"ev":"T","sym":"AAPL","p":1}]' });
  let folder: RecordFolder;
  let replaying: Hub;

  beforeEach(async () => {
    folder = new RecordFolder();
    await folder.write(`stocks.${title}.0001`, [frame(0), frame(3_600_000)]);
    const settings = { feed: 'realtime', allowedHosts: [], options: testOptions, record: folder.path };
    replaying = new Hub(suite, markets, settings, { clock: systemClock, write: () => {} });
    const shares = new Map(markets.map(({ name }) => [name, new Set<never>()]));
    [ann, bob] = [new Guest(replaying, shares), new Guest(replaying, shares)];
  });

  afterEach(async () => {
    await replaying.close();
    await folder.close();
  });

  const play = (who: HubView, query: string) =>
    ask(who, 'start_stocks_stream', { channels: ['T.AAPL'], endpoint: `replay:${title}${query}` });

  test('tells those who join of the moment that is played', async () => {
    await play(ann, '?speed=10');
    const { changes } = replaying.stream('stocks');
    expect(await changes.until(() => replaying.stream('stocks').totals.received === 1, 5_000)).toBe(true);
    expect((await play(bob, '?speed=10')).notes).toContain(
      'Replay of 2026-11-23T14:30:00.000Z at 10 times the speed: recorded, not live.',
    );
  });

  test('tells those who join that it has ended', async () => {
    const query = '?from=2026-11-23T15:30:00Z';
    await play(ann, query);
    const { changes } = replaying.stream('stocks');
    expect(await changes.until(() => replaying.stream('stocks').isOver, 5_000)).toBe(true);
    expect((await play(bob, query)).notes).toContainEqual(expect.stringContaining('has ended'));
    expect((await status(bob)).silence).toMatch(/has ended\. It can be replayed once every client has stopped it\.$/);
    await ask(ann, 'stop_stocks_stream');
    expect((await status(bob)).silence).toMatch(/start it again to replay it once more\.$/);
  });

  test('names itself to whoever asks for something else', async () => {
    await play(ann, '?speed=10');
    const error = await refusalOf(bob, 'start_stocks_stream', { channels: ['T.AAPL'], endpoint: 'simulated' });
    expect(error.hint).toContain(`endpoint "replay:${title}?speed=10"`);
  });
});

test('a refusal that nobody asked for is told to each with the names of what it holds, and no others', async () => {
  await start(ann, 'T.AAPL', 'T.MSFT');
  await start(bob, 'T.MSFT', 'A.AAPL');
  feed.session!.socket.send(JSON.stringify([{ ev: 'status', status: 'error', message: 'not authorized' }]));
  await feed.barrier();
  const words = async (who: HubView): Promise<string> => ((await status(who)).notes as string[]).join(' ');
  expect(await words(ann)).toMatch(/without being asked.* channels it means: T\.AAPL, T\.MSFT may no longer be served/);
  expect(await words(bob)).toMatch(/without being asked.* channels it means: T\.MSFT, A\.AAPL may no longer be served/);
  await stop(bob);
  expect(await words(bob)).not.toContain('without being asked');
});

test('a channel that was called refused is unsubscribed by whoever asked for it', async () => {
  feed.denied = new Set(['Q.AAPL']);
  await start(ann, 'T.AAPL', 'Q.AAPL');
  await start(bob, 'T.AAPL');
  expect(await unsubscribe(bob, 'Q.AAPL')).toMatchObject({ removed: [], not_held: ['Q.AAPL'] });
  expect(await unsubscribe(ann, 'Q.AAPL')).toMatchObject({ removed: ['Q.AAPL'], not_held: [] });
  expect(hub.stream('stocks').subscriptions.mayHold('Q.AAPL')).toBe(false);
});

test('a client that changes the endpoint of a shared stream is told that others use it', async () => {
  await start(ann, 'T.AAPL');
  await start(bob, 'T.AAPL');
  const change = { channels: ['T.AAPL'], endpoint: 'simulated' };
  expect(await refusalOf(ann, 'start_stocks_stream', change)).toMatchObject({
    code: 'ALREADY_STARTED',
    hint: expect.stringContaining('Other clients'),
  });
});

test('an outage is told to those whose channels it hit', async () => {
  await start(ann, 'T.AAPL');
  await start(bob, 'T.MSFT');
  feed.session!.socket.terminate();
  const { changes } = hub.stream('stocks');
  const isBack = (): boolean => feed.sessions.length === 2 && feed.session?.held.size === 2;
  expect(await changes.until(isBack, 5_000)).toBe(true);
  expect(await status(bob)).toMatchObject({ reconnects: 1, outages: [{ channels: ['T.MSFT'] }] });
});

test('an outage is told however many channels it hit', async () => {
  const many = Array.from({ length: 40 }, (_, index) => `T.S${index}`);
  await start(ann, ...many);
  await start(bob, 'T.MSFT');
  feed.session!.socket.terminate();
  const { changes } = hub.stream('stocks');
  expect(await changes.until(() => feed.sessions.length === 2 && feed.session?.held.size === 41, 5_000)).toBe(true);
  expect(await status(bob)).toMatchObject({ outages: [{ channels: ['T.MSFT'] }] });
  expect(await status(ann)).toMatchObject({ outages: [{ channels: many.slice(0, 20), more_channels: 20 }] });
});

test('whoever started a stream that was refused must start it again after another has', async () => {
  await start(ann, 'T.AAPL');
  feed.session!.socket.send(JSON.stringify([{ ev: 'status', status: 'max_connections', message: 'Too many.' }]));
  const { changes } = hub.stream('stocks');
  expect(await changes.until(() => hub.stream('stocks').state === 'refused', 5_000)).toBe(true);
  expect(await status(ann)).toMatchObject({ state: 'refused' });
  await start(bob, 'T.MSFT');
  await trade('MSFT', 1);
  expect(await status(ann)).toMatchObject({ state: 'stopped', subscription_count: 0 });
  expect(await symbolsRead(ann)).toEqual([]);
  expect(await held()).toEqual(['T.MSFT']);
});

test('a client waits no more often at the same time than the option says', async () => {
  await start(ann, 'T.AAPL');
  await start(bob, 'T.AAPL');
  const args = { market: 'stocks', timeout_s: 20 };
  const waiting = [ann, ann, bob].map(who => ask(who, 'wait_for_stream_message', args));
  expect(await refusalOf(ann, 'wait_for_stream_message', args)).toMatchObject({
    code: 'LIMIT_EXCEEDED',
    message: expect.stringContaining('2 calls'),
  });
  await trade('AAPL', 1);
  await Promise.all(waiting);
  await trade('AAPL', 1);
  expect(
    await ask(ann, 'wait_for_stream_message', { ...args, condition: { field: 'state', op: '==', value: 'live' } }),
  ).toMatchObject({ matched: true });
});
