import { describe, expect, test } from 'vitest';
import { decodeCursor } from '../../runtime/buffer/cursor.js';
import { Resources } from '../../runtime/mcp/resources.js';
import type { HubView } from '../../runtime/stream/view.js';
import { parseChannels } from '../../runtime/symbols/channels.js';
import { callOn, testKey } from '../support/bench.js';
import {
  ann,
  ask,
  bob,
  feed,
  held,
  hub,
  refusalOf,
  setUp,
  start,
  status,
  stop,
  symbolsRead,
  trade,
  trades,
  unsubscribe,
} from '../support/sharing.js';

setUp();

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
    await ask(ann, 'stop_stocks_stream', {});
    expect(await status(ann)).toMatchObject({ state: 'stopped', messages_received: 9, rate_per_s: 0 });
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
    expect([hub.upstreams.count, hub.byteBudget.taken]).toEqual([0, 0]);
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
    expect(hub.upstreams.count).toBe(1);
  });
});
