import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { markets, suite } from '../../generated/suite.js';
import { decodeCursor } from '../../runtime/buffer/cursor.js';
import type { Options } from '../../runtime/config/options.js';
import { Resources } from '../../runtime/mcp/resources.js';
import { systemClock } from '../../runtime/pacing/system-clock.js';
import type { Client } from '../../runtime/stream/client.js';
import { Hub } from '../../runtime/stream/hub.js';
import type { HubView } from '../../runtime/stream/view.js';
import { parseChannels } from '../../runtime/symbols/channels.js';
import { callOn, sharedHubOn, testKey, testOptions } from '../support/bench.js';
import { RecordFolder } from '../support/recording.js';
import { ScriptedMarket } from '../support/scripted-market.js';

type Answer = Readonly<Record<string, unknown>>;

let feed: ScriptedMarket;
let hub: Hub;
let ann: Client;
let bob: Client;

beforeEach(async () => {
  feed = await ScriptedMarket.open();
  hub = sharedHubOn(suite, markets, feed.url, { httpWaits: 2 });
  [ann, bob] = [hub.client(), hub.client()];
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
  feed.trade(symbol, count);
  await feed.barrier();
}

function trades(...symbols: readonly string[]): string {
  return JSON.stringify(symbols.map(sym => ({ ev: 'T', sym, p: 1, s: 1 })));
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

  test('count only their own, and what left their own buffers', async () => {
    await start(ann, 'T.*');
    await start(bob, 'T.MSFT');
    await trade('AAPL', 7);
    await trade('MSFT', 2);
    expect(await status(bob)).toMatchObject({
      notes: [],
      messages_received: 2,
      messages_dropped: 0,
      rate_per_s: 2,
      malformed: null,
      unknown: null,
      buffer: { messages: 2 },
    });
    expect(await status(ann)).toMatchObject({ messages_received: 9, buffer: { messages: 9 } });
    const { cursor } = await ask(bob, 'read_stream_messages', { market: 'stocks' });
    expect(decodeCursor(cursor as string, { process: bob.process, market: 'stocks', seq: 2 })).toBe(2);
  });

  test('are not told of what nobody can be said to have asked for', async () => {
    await start(ann, 'T.AAPL');
    await start(bob, 'T.MSFT');
    feed.session!.socket.send('[{"ev":"NEW","sym":"AAPL"},{"no":"event"},{"ev":"status","status":"s","message":"m"}]');
    await feed.barrier();
    for (const who of [ann, bob]) {
      expect(await status(who)).toMatchObject({ messages_received: 0, malformed: null, unknown: null, notes: [] });
    }
  });

  test('cannot go on with a cursor of each other', async () => {
    await start(ann, 'T.AAPL');
    await start(bob, 'T.AAPL');
    await trade('AAPL', 3);
    const { cursor } = await ask(ann, 'read_stream_messages', { market: 'stocks' });
    expect(await refusalOf(bob, 'read_stream_messages', { market: 'stocks', cursor })).toMatchObject({
      code: 'BAD_CURSOR',
      message: expect.stringContaining('another client'),
    });
  });

  test('wake only those whose messages came', async () => {
    await start(ann, 'T.AAPL');
    await start(bob, 'T.MSFT');
    let woken = 0;
    bob.stream('stocks').changes.listen(() => woken++);
    await trade('AAPL', 5);
    await unsubscribe(ann, 'T.AAPL');
    await ask(ann, 'subscribe_stocks_channels', { channels: ['Q.AAPL'] });
    expect(woken).toBe(0);
    await trade('MSFT', 1);
    expect(woken).toBe(1);
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
    parseChannels(who.stream('stocks').market, ['T.AAPL', 'T.MSFT', 'T.*', 'Q.AAPL', 'Q.*']).names.map(name =>
      who.stream('stocks').buffer.newestOf(name),
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
    expect(await stop(ann)).toMatchObject({ state: 'stopped', notes: [] });
    expect(await held()).toEqual(['T.MSFT']);
    await trade('MSFT', 2);
    expect([(await symbolsRead(ann)).length, (await symbolsRead(bob)).length]).toEqual([1, 3]);
    expect(await status(bob)).toMatchObject({ state: 'live', notes: [] });
    expect(await refusalOf(ann, 'subscribe_stocks_channels', { channels: ['T.AAPL'] })).toMatchObject({
      code: 'NOT_STARTED',
    });
    expect(await stop(bob)).toMatchObject({ state: 'stopped', notes: [] });
    expect(feed.session).toBeUndefined();
  });

  test('of everything happens when a client is gone', async () => {
    await start(ann, 'T.AAPL', 'T.MSFT');
    await start(bob, 'T.MSFT');
    await ann.close();
    expect(await held()).toEqual(['T.MSFT']);
    await bob.close();
    expect(feed.session).toBeUndefined();
  });

  test('of everything holds also for a start that was still on its way', async () => {
    const late = callOn(ann, 'start_stocks_stream', { channels: ['T.AAPL'], endpoint: 'simulated' });
    await ann.close();
    expect((await late).structured.error).toMatchObject({ code: 'STOPPED' });
    const { upstreams, room } = hub as unknown as { upstreams: { open: Set<unknown> }; room: { taken: number } };
    expect([upstreams.open.size, room.taken]).toEqual([0, 0]);
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

describe('a market that one client has started', () => {
  test('can be started by another with a key of its own, on a connection of its own', async () => {
    await start(ann, 'T.AAPL');
    await ask(bob, 'start_stocks_stream', { channels: ['T.MSFT'], api_key: 'another-key-4711' });
    expect(feed.keys).toEqual([testKey, 'another-key-4711']);
    feed.sessions[0]!.socket.send(trades('AAPL', 'MSFT'));
    feed.sessions[1]!.socket.send(trades('MSFT', 'AAPL', 'MSFT'));
    await feed.barrier();
    await feed.barrier(feed.sessions[0]);
    expect([await symbolsRead(ann), await symbolsRead(bob)]).toEqual([['AAPL'], ['MSFT', 'MSFT']]);
    await stop(bob);
    expect(await status(ann)).toMatchObject({ state: 'live' });
  });

  test('can be started by another on another feed, whichever was first', async () => {
    await ask(ann, 'start_stocks_stream', { channels: ['T.AAPL'], endpoint: 'simulated' });
    expect(await start(bob, 'T.AAPL')).toMatchObject({ state: 'live', simulated: false });
    expect(await status(ann)).toMatchObject({ state: 'live', simulated: true, feed: 'simulated' });
  });

  test('shares a connection among those who use the same key', async () => {
    for (const who of [ann, bob]) {
      await ask(who, 'start_stocks_stream', { channels: ['T.AAPL'], api_key: 'another-key-4711' });
    }
    expect(feed.keys).toEqual(['another-key-4711']);
  });

  test('stays with its endpoint for that client itself', async () => {
    await start(ann, 'T.AAPL');
    const refused = await refusalOf(ann, 'start_stocks_stream', { channels: ['T.AAPL'], endpoint: 'simulated' });
    expect(refused).toMatchObject({
      code: 'ALREADY_STARTED',
      message: expect.stringMatching(/with another endpoint\.$/),
      hint: expect.stringContaining('stop_stocks_stream'),
    });
    const change = { channels: ['T.AAPL'], api_key: 'another-key-4711' };
    expect(await refusalOf(ann, 'start_stocks_stream', change)).toMatchObject({
      code: 'ALREADY_STARTED',
      message: expect.stringMatching(/with another key\.$/),
    });
  });

  test('says that both are others', async () => {
    await ask(ann, 'start_stocks_stream', { channels: ['T.AAPL'], endpoint: 'simulated' });
    const change = { channels: ['T.AAPL'], endpoint: 'realtime', api_key: 'another-key-4711' };
    expect(await refusalOf(ann, 'start_stocks_stream', change)).toMatchObject({
      message: expect.stringMatching(/with another endpoint and key\.$/),
    });
  });

  test('keeps nothing of a connection that nobody uses any more', async () => {
    await ask(ann, 'start_stocks_stream', { channels: ['T.AAPL'], api_key: 'another-key-4711' });
    await stop(ann);
    await start(ann, 'T.AAPL');
    expect(feed.keys).toEqual(['another-key-4711', testKey]);
    const { open } = hub.upstreams as unknown as { open: Set<unknown> };
    expect(open.size).toBe(1);
  });
});

test('a feed that several keys open is recorded once for each to whom its recordings are kept', async () => {
  const folder = new RecordFolder();
  const { settings } = hub;
  const recording = new Hub(
    suite,
    markets,
    { ...settings, record: folder.path },
    { clock: systemClock, write: () => {} },
  );
  const eve = recording.client();
  [ann, bob] = [recording.client({ owner: 'ann' }), recording.client({ owner: 'bob' })];
  const taken = vi.spyOn(recording.recorder!, 'take');
  const frames = () => taken.mock.calls.map(call => call.at(-1)!.toString()).filter(text => !text.includes('status'));
  await start(ann, 'T.AAPL');
  await ask(bob, 'start_stocks_stream', { channels: ['T.*'], api_key: 'another-key-4711' });
  await ask(eve, 'start_stocks_stream', { channels: ['T.*'], api_key: 'key-of-nobody-4711' });
  for (const [index, session] of feed.sessions.entries()) {
    session.socket.send(trades('AAPL', ...(index === 0 ? [] : ['MSFT'])));
    await feed.barrier(session);
  }
  const keepers = taken.mock.calls.map(([{ keeper }]) => keeper);
  expect(frames()).toEqual([trades('AAPL'), trades('AAPL', 'MSFT')]);
  expect(new Set(keepers)).toEqual(new Set([{ of: 'all' }, { of: 'caller', owner: 'bob' }]));
  await recording.close();
  await folder.close();
});

describe('a replay', () => {
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
    [ann, bob] = [replaying.client(), replaying.client()];
  });

  afterEach(async () => {
    await replaying.close();
    await folder.close();
  });

  const play = (who: HubView, query: string) =>
    ask(who, 'start_stocks_stream', { channels: ['T.AAPL'], endpoint: `replay:${title}${query}` });

  const until = async (who: Client, done: () => boolean): Promise<void> =>
    expect(await who.stream('stocks').changes.until(done, 5_000)).toBe(true);

  test('plays for each client on its own, from where that client said', async () => {
    await play(ann, '?speed=10');
    await until(ann, () => ann.stream('stocks').totals.received === 1);
    await play(bob, '?from=2026-11-23T15:30:00Z');
    await until(bob, () => bob.stream('stocks').isOver);
    expect((await status(bob)).silence).toMatch(/start it again to replay it once more\.$/);
    expect((await status(ann)).notes).toContain(
      'Replay of 2026-11-23T14:30:00.000Z at 10 times the speed: recorded, not live.',
    );
    await stop(bob);
    await play(bob, '?speed=10');
    await until(bob, () => bob.stream('stocks').totals.received === 1);
    expect(await symbolsRead(bob)).toEqual(['AAPL']);
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
  expect(ann.stream('stocks').subscriptions.mayHold('Q.AAPL')).toBe(false);
});

test('an outage is told to those whose channels it hit', async () => {
  await start(ann, 'T.AAPL');
  await start(bob, 'T.MSFT');
  feed.session!.socket.terminate();
  await vi.waitFor(() => expect(feed.session?.held.size).toBe(2), 5_000);
  await feed.barrier();
  expect(await status(bob)).toMatchObject({ reconnects: 1, outages: [{ channels: ['T.MSFT'] }] });
});

test('an outage is told however many channels it hit', async () => {
  const many = Array.from({ length: 40 }, (_, index) => `T.S${index}`);
  await start(ann, ...many);
  await start(bob, 'T.MSFT');
  feed.session!.socket.terminate();
  await vi.waitFor(() => expect(feed.session?.held.size).toBe(41), 5_000);
  await feed.barrier();
  expect(await status(bob)).toMatchObject({ outages: [{ channels: ['T.MSFT'] }] });
  expect(await status(ann)).toMatchObject({ outages: [{ channels: many.slice(0, 20), more_channels: 20 }] });
});

test('a stream that was refused stays so for its client, whatever another starts', async () => {
  await start(ann, 'T.AAPL');
  await trade('AAPL', 1);
  feed.session!.socket.send(JSON.stringify([{ ev: 'status', status: 'max_connections', message: 'Too many.' }]));
  const { changes } = ann.stream('stocks');
  expect(await changes.until(() => ann.stream('stocks').state === 'refused', 5_000)).toBe(true);
  const told = await status(ann);
  expect(told).toMatchObject({ state: 'refused', subscription_count: 1 });
  await start(bob, 'T.MSFT');
  await trade('MSFT', 1);
  expect(await status(ann)).toMatchObject({
    ...told,
    rate_per_s: expect.any(Number),
    newest_age_ms: expect.any(Number),
  });
  expect(await symbolsRead(ann)).toEqual(['AAPL']);
  expect(await held()).toEqual(['T.MSFT']);
});

describe('a refusal of the feed', () => {
  test('of what one asks for is nothing to another who asked at the same time', async () => {
    feed.denied = new Set(['Q.AAPL']);
    await start(ann, 'T.AAPL');
    await start(bob, 'T.MSFT');
    feed.mute = true;
    const calls = [
      refusalOf(ann, 'subscribe_stocks_channels', { channels: ['Q.AAPL'] }),
      ask(bob, 'subscribe_stocks_channels', { channels: ['Q.MSFT'] }),
    ];
    await vi.waitFor(() => expect(feed.session!.kept).toHaveLength(1));
    feed.mute = false;
    feed.answer();
    const [refused, served] = await Promise.all(calls);
    expect(refused).toMatchObject({ code: 'CHANNELS_REJECTED' });
    expect(served).toMatchObject({ accepted: ['Q.MSFT'], rejected: [] });
    expect(await status(bob)).toMatchObject({ rejected: [], subscriptions: ['T.MSFT', 'Q.MSFT'] });
  });

  test('stays with the client who was told of it when another asks again and is served', async () => {
    feed.denied = new Set(['Q.AAPL']);
    await ask(ann, 'start_stocks_stream', { channels: ['T.AAPL', 'Q.AAPL'] });
    feed.denied = new Set();
    await start(bob, 'Q.AAPL');
    expect(await status(ann)).toMatchObject({ rejected: [{ channel: 'Q.AAPL' }], subscriptions: ['T.AAPL'] });
    expect(await status(bob)).toMatchObject({ rejected: [], subscriptions: ['Q.AAPL'] });
    await stop(ann);
    expect(await held()).toEqual(['Q.AAPL']);
  });
});

describe('the bounds over all clients', () => {
  async function bounded(options: Partial<Options>): Promise<void> {
    await hub.close();
    hub = sharedHubOn(suite, markets, feed.url, options);
    [ann, bob] = [hub.client(), hub.client()];
  }

  const own = { channels: ['T.AAPL'], api_key: 'another-key-4711' };

  test('leave no connection to a feed that a client chose where too many are open, but that of the operator', async () => {
    await bounded({ httpStreams: 1 });
    await ask(ann, 'start_stocks_stream', own);
    expect(await refusalOf(bob, 'start_stocks_stream', { ...own, api_key: 'a-third-key-4711' })).toMatchObject({
      code: 'LIMIT_EXCEEDED',
      message: expect.stringMatching(/ 1 connection.*MCP_POLYGON_HTTP_STREAMS/),
      hint: expect.stringContaining('without endpoint and api_key'),
    });
    expect(await status(bob)).toMatchObject({ state: 'idle' });
    await start(bob, 'T.AAPL');
    await stop(bob);
    await ask(bob, 'start_stocks_stream', own);
    await stop(ann);
    await stop(bob);
    await ask(bob, 'start_stocks_stream', { ...own, api_key: 'a-third-key-4711' });
  });

  test('leave no stream whose buffer would not fit, until another has stopped', async () => {
    await bounded({ httpBufferBytes: 10_000, httpMemoryBytes: 25_000 });
    await ask(ann, 'start_crypto_stream', { channels: ['XT.BTC-USD'] });
    await start(ann, 'T.AAPL');
    await trade('AAPL', 1);
    expect(await refusalOf(bob, 'start_stocks_stream', { channels: ['T.AAPL'] })).toMatchObject({
      code: 'LIMIT_EXCEEDED',
      message: expect.stringContaining('MCP_POLYGON_HTTP_MEMORY_BYTES'),
      hint: expect.stringContaining('Stop streams that you do not need'),
    });
    expect(await status(bob)).toMatchObject({ state: 'idle' });
    await ask(ann, 'stop_crypto_stream');
    await start(bob, 'T.MSFT');
    await stop(ann);
    // What a stopped stream still holds counts, and no more.
    expect(await symbolsRead(ann)).toEqual(['AAPL']);
    await ask(bob, 'start_crypto_stream', { channels: ['XT.BTC-USD'] });
    expect(await refusalOf(ann, 'start_stocks_stream', { channels: ['T.AAPL'] })).toMatchObject({
      code: 'LIMIT_EXCEEDED',
    });
    expect(await symbolsRead(ann)).toEqual([expect.any(String)]);
    await bob.close();
    await start(ann, 'T.AAPL');
  });

  test('leave each client a buffer of its own size', async () => {
    await bounded({ httpBufferBytes: 1_000 });
    await start(ann, 'T.*');
    await start(bob, 'T.MSFT');
    await trade('MSFT', 1);
    await trade('AAPL', 100);
    expect((await symbolsRead(ann)).length).toBeLessThan(20);
    expect(await symbolsRead(bob)).toEqual(['MSFT']);
    expect(await status(bob)).toMatchObject({ messages_dropped: 0 });
  });
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

test('a client of many holds so many channels of a market and no more, whatever another holds', async () => {
  const most = hub.settings.options.httpChannels;
  const names = Array.from({ length: most }, (_, index) => `T.A${index}`);
  await start(bob, ...names.slice(0, 10));
  await start(ann, ...names.slice(0, most - 1));
  const more = await ask(ann, 'subscribe_stocks_channels', { channels: ['Q.AAPL', 'Q.MSFT'] });
  expect(more).toMatchObject({
    accepted: ['Q.AAPL'],
    rejected: [
      { channel: 'Q.MSFT', code: 'LIMIT_EXCEEDED', message: expect.stringContaining('MCP_POLYGON_HTTP_CHANNELS') },
    ],
    subscription_count: most,
  });
  await ask(ann, 'unsubscribe_stocks_channels', { channels: [names[0]] });
  expect(await ask(ann, 'subscribe_stocks_channels', { channels: ['Q.MSFT'] })).toMatchObject({ accepted: ['Q.MSFT'] });
});
