import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { markets, suite } from '../../generated/suite.js';
import { systemClock } from '../../runtime/pacing/system-clock.js';
import type { Client } from '../../runtime/stream/client.js';
import { Hub } from '../../runtime/stream/hub.js';
import type { HubView } from '../../runtime/stream/view.js';
import { testOptions } from '../support/bench.js';
import { RecordFolder } from '../support/recording.js';
import { Hands } from '../support/scene.js';
import {
  ann,
  ask,
  bob,
  feed,
  goOnWith,
  held,
  hub,
  refusalOf,
  reopenWith,
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
  goOnWith(recording.client({ owner: 'ann' }), recording.client({ owner: 'bob' }));
  const taken = vi.spyOn(recording.recorder!, 'take');
  const frames = () => taken.mock.calls.map(call => call.at(-1)!.toString()).filter(text => !text.includes('status'));
  await start(ann, 'T.AAPL');
  await ask(bob, 'start_stocks_stream', { channels: ['T.*'], api_key: 'another-key-4711' });
  await ask(eve, 'start_stocks_stream', { channels: ['T.*'], api_key: 'key-of-nobody-4711' });
  for (const [index, session] of feed.sessions.entries()) {
    session.socket.send(trades('AAPL', ...(index === 0 ? [] : ['MSFT'])));
    await feed.barrier(session);
  }
  const owners = taken.mock.calls.map(([{ ownership }]) => ownership);
  expect(frames()).toEqual([trades('AAPL'), trades('AAPL', 'MSFT')]);
  expect(new Set(owners)).toEqual(new Set([{ of: 'all' }, { of: 'caller', owner: 'bob' }]));
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
    goOnWith(replaying.client(), replaying.client());
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

describe('a refusal that the feed says again, long after it answered', () => {
  const denial = JSON.stringify([{ ev: 'status', status: 'error', message: 'not authorized' }]);
  const words = async (who: HubView): Promise<string> => ((await status(who)).notes as string[]).join(' ');
  const hands = new Hands();

  beforeEach(async () => {
    // Right after a refusal a repetition is no unasked one; that time is short here.
    await reopenWith({ ackTimeoutMs: 20 }, hands.clock);
    feed.denied = new Set(['LULD.*']);
    await start(ann, 'T.AAPL');
  });

  test('is told to the one whom it answered, and to no other', async () => {
    await start(bob, 'T.MSFT', 'LULD.*');
    await vi.waitFor(async () => {
      feed.session!.socket.send(denial);
      await feed.barrier();
      expect(await words(bob)).toMatch(/T\.MSFT may no longer be served\. It may be an earlier refusal, said again\./);
    }, 5_000);
    expect(await status(ann)).toMatchObject({ notes: [], rejected: [] });
    await hands.pass(60_001);
    feed.session!.socket.send(denial);
    await feed.barrier();
    expect(await words(ann)).toMatch(/T\.AAPL may no longer be served\. It may be an earlier refusal, said again\./);
  });

  test('is told to nobody where the one whom it answered has left', async () => {
    await refusalOf(bob, 'start_stocks_stream', { channels: ['LULD.*'] });
    for (let time = 0; time < 20; time++) {
      feed.session!.socket.send(denial);
      await feed.barrier();
    }
    expect(await status(ann)).toMatchObject({ notes: [], rejected: [] });
  });

  test('is another one where it comes on another connection', async () => {
    await start(bob, 'T.MSFT', 'LULD.*');
    feed.session!.socket.terminate();
    feed.denied = new Set();
    await vi.waitFor(() => expect([...(feed.session?.held ?? [])].sort()).toEqual(['T.AAPL', 'T.MSFT']), 5_000);
    await feed.barrier();
    feed.session!.socket.send(denial);
    await feed.barrier();
    expect(await words(ann)).toMatch(/T\.AAPL may no longer be served\.$/);
  });
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
  const own = { channels: ['T.AAPL'], api_key: 'another-key-4711' };

  test('leave no connection to a feed that a client chose where too many are open, but that of the operator', async () => {
    await reopenWith({ httpStreams: 1 });
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
    await reopenWith({ httpBufferBytes: 10_000, httpMemoryBytes: 25_000 });
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

  test('leave room for the feed of the operator, whatever else those without a name stream', async () => {
    // Six markets: half of the memory is less than a buffer for each.
    await reopenWith({ httpBufferBytes: 10_000, httpMemoryBytes: 40_000 });
    const other = { channels: ['XT.BTC-USD'], endpoint: 'simulated' };
    await ask(ann, 'start_crypto_stream', other);
    await ask(bob, 'start_crypto_stream', other);
    const args = { channels: ['C.EUR-USD'], endpoint: 'simulated' };
    expect(await refusalOf(bob, 'start_forex_stream', args)).toMatchObject({
      code: 'LIMIT_EXCEEDED',
      message: expect.stringContaining('20000 of these are kept for streams that name neither endpoint nor api_key.'),
    });
    await start(ann, 'T.AAPL');
    await start(bob, 'T.AAPL');
    goOnWith(hub.client({ owner: 'ann' }), bob);
    await stop(bob);
    await ask(ann, 'start_forex_stream', args);
  });

  test('leave each client a buffer of its own size', async () => {
    await reopenWith({ httpBufferBytes: 1_000 });
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
  // So many acknowledgements take a busy machine longer than the tests usually wait.
  await reopenWith({ ackTimeoutMs: 20_000 });
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
