/** What the status says of each channel. */
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { WebSocket } from 'ws';
import { markets, suite } from '../../generated/suite.js';
import type { ChannelRow } from '../../generated/types.js';
import { channelRowsOf } from '../../runtime/reading/channel-rows.js';
import type { Client } from '../../runtime/stream/client.js';
import type { StreamView } from '../../runtime/stream/view.js';
import { type Answered, callOn, hubOn } from '../support/bench.js';
import { TestClock } from '../support/clock.js';
import { greeting, polite, RawFeed } from '../support/raw-feed.js';

const open: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const item of open.splice(0).reverse()) await item.close();
});

interface Scene {
  readonly hub: Client;
  readonly clock: TestClock;
  /** Sends events, and waits until they are received. */
  send(...events: readonly object[]): Promise<void>;
  status(): Promise<Answered & { channels: ChannelRow[] }>;
  text(): Promise<string>;
}

/** A stream on a feed that acknowledges everything, as of a moment. */
async function streaming(channels: readonly string[], at = '2026-12-01T19:30:20Z', market = 'stocks'): Promise<Scene> {
  let socket: WebSocket | undefined;
  const feed = await RawFeed.open({
    ...polite,
    open: opened => {
      socket = opened;
      opened.send(greeting);
    },
  });
  const clock = new TestClock(Date.parse(at));
  const hub = hubOn(suite, markets, feed.url, { pingIntervalMs: 86_400_000, bufferMessages: 50 }, clock);
  open.push(feed, hub);
  const { structured } = await callOn(hub, `start_${market}_stream`, { channels });
  expect(structured.error).toBeUndefined();
  const call = () => callOn(hub, `get_${market}_stream_status`);
  return {
    hub,
    clock,
    async send(...events) {
      const due = hub.stream(market).totals.received + events.length;
      socket!.send(JSON.stringify(events));
      await vi.waitFor(() => expect(hub.stream(market).totals.received).toBe(due), { timeout: 10_000, interval: 2 });
    },
    status: async () => (await call()).structured as Answered & { channels: ChannelRow[] },
    text: async () => (await call()).text,
  };
}

const trade = (sym: string) => ({ ev: 'T', sym, x: 4, i: '1', z: 3, p: 10, s: 100, t: 1_796_153_420_000, q: 1 });
const bar = (ev: string, sym: string) => ({
  ev,
  sym,
  v: 1,
  o: 1,
  c: 1,
  h: 1,
  l: 1,
  s: 1_796_153_400_000,
  e: 1_796_153_460_000,
});

describe('the status counts', () => {
  test('the messages of each channel, and says when the newest came; a wildcard is one channel', async () => {
    const { send, clock, status } = await streaming(['T.AAPL', 'T.*', 'Q.AAPL']);
    await send(trade('AAPL'), trade('AAPL'), trade('MSFT'));
    clock.advance(2_000);
    await send(trade('NVDA'));
    expect(await status()).toMatchObject({
      channels: [
        { channel: 'T.AAPL', messages: 2, last_at: '2026-12-01T19:30:20.000Z' },
        { channel: 'T.*', messages: 4, last_at: '2026-12-01T19:30:22.000Z' },
        { channel: 'Q.AAPL', messages: 0, last_at: null },
      ],
      silent_count: 0,
    });
  });

  test('messages that have left the buffer, too', async () => {
    const { send, status } = await streaming(['T.AAPL', 'T.MSFT']);
    await send(trade('AAPL'));
    for (let time = 0; time < 3; time++) await send(...Array.from({ length: 40 }, () => trade('MSFT')));
    const { channels } = await status();
    expect(channels).toMatchObject([
      { channel: 'T.AAPL', messages: 1, last_at: null },
      { channel: 'T.MSFT', messages: 120, last_at: '2026-12-01T19:30:20.000Z' },
    ]);
  });
});

describe('a channel is silent while others come', () => {
  test('since its last message, or since it was subscribed', async () => {
    const { send, clock, status, text } = await streaming(['T.AAPL', 'T.MSFT', 'T.NVDA']);
    clock.advance(1_000);
    await send(trade('AAPL'), trade('MSFT'));
    clock.advance(9_999);
    await send(trade('AAPL'));
    // Nothing of MSFT for ten seconds less a moment; NVDA never.
    expect((await status()).channels).toMatchObject([{}, {}, { silent_since: '2026-12-01T19:30:20.000Z' }]);
    clock.advance(1);
    await send(trade('AAPL'));
    const { channels, silent_count: count } = await status();
    expect(count).toBe(2);
    expect(channels.map(({ silent_since: since }) => since)).toEqual([
      undefined,
      '2026-12-01T19:30:21.000Z',
      '2026-12-01T19:30:20.000Z',
    ]);
    const said = await text();
    expect(said).toContain('\nChannels and their messages: T.AAPL (3), T.MSFT (1), T.NVDA (0)\n');
    expect(said).toContain(
      '\nSilent while others come: T.MSFT since 2026-12-01T19:30:21.000Z, T.NVDA since 2026-12-01T19:30:20.000Z',
    );
  });

  test('not where all are silent', async () => {
    const { send, clock, status } = await streaming(['T.AAPL', 'T.MSFT']);
    await send(trade('AAPL'));
    clock.advance(600_000);
    expect(await status()).toMatchObject({ silent_count: 0 });
  });

  test('not before a bar more could have come, where it brings bars', async () => {
    const { send, clock, status } = await streaming(['T.AAPL', 'AM.AAPL', 'A.AAPL']);
    clock.advance(69_999);
    await send(trade('AAPL'));
    expect((await status()).channels.map(({ silent_since: since }) => since !== undefined)).toEqual([
      false,
      false,
      true,
    ]);
    clock.advance(1);
    await send(trade('AAPL'));
    expect((await status()).channels.map(({ silent_since: since }) => since !== undefined)).toEqual([
      false,
      true,
      true,
    ]);
  });

  test('since the oldest message of the buffer at least, where its own has left it', async () => {
    const { send, clock, status } = await streaming(['T.AAPL', 'T.MSFT']);
    await send(trade('AAPL'));
    clock.advance(1_000);
    await send(...Array.from({ length: 40 }, () => trade('MSFT')));
    clock.advance(20_000);
    await send(...Array.from({ length: 40 }, () => trade('MSFT')));
    expect((await status()).channels[0]).toMatchObject({ messages: 1, silent_since: '2026-12-01T19:30:21.000Z' });
  });

  test('and of many, those that never came and the busiest are shown', async () => {
    const names = Array.from({ length: 26 }, (_, index) => `S${String.fromCharCode(65 + index)}`);
    const { send, clock, status, text } = await streaming(names.map(name => `T.${name}`));
    // SA, SB and SC never come; SD comes once, and those after it ever more often.
    await send(...names.slice(3).flatMap((name, index) => Array.from({ length: index + 1 }, () => trade(name))));
    clock.advance(11_000);
    await send(trade('SZ'));
    const { channels, silent_count: count, more_channels: more } = await status();
    expect(channels.map(({ channel }) => channel).slice(0, 3)).toEqual(['T.SA', 'T.SB', 'T.SC']);
    expect(channels.slice(5).map(({ channel }) => channel)).toEqual(['T.SZ', 'T.SY', 'T.SX', 'T.SW', 'T.SV']);
    expect(channels).toHaveLength(10);
    expect({ count, more }).toEqual({ count: 25, more: 16 });
    expect(Buffer.byteLength(JSON.stringify(channels))).toBeLessThan(1_500);
    expect(await text()).toMatch(/Channels and their messages: T\.SA \(0\), .* and 16 more/);
  });
});

describe('a channel of bars says when the next one is due', () => {
  const due = ({ channels }: { readonly channels: readonly ChannelRow[] }) => channels.map(({ next_bar_at: at }) => at);

  test('at the end of the minute or second that runs', async () => {
    const { status, text, clock } = await streaming(['AM.AAPL', 'A.*', 'T.AAPL']);
    expect(due(await status())).toEqual(['2026-12-01T19:31:00.000Z', '2026-12-01T19:30:21.000Z', undefined]);
    expect(await text()).toContain(
      'Next bar due: AM.AAPL at 2026-12-01T19:31:00.000Z, A.* at 2026-12-01T19:30:21.000Z',
    );
    clock.advance(40_000);
    expect(due(await status())[0]).toBe('2026-12-01T19:32:00.000Z');
  });

  test.each([
    // In New York, stocks trade from 4:00 to 20:00.
    ['a minute before the opening', '2026-12-01T08:59:30Z', undefined],
    ['right after the opening', '2026-12-01T09:00:00Z', '2026-12-01T09:01:00.000Z'],
    ['right before the close', '2026-12-02T00:59:30Z', '2026-12-02T01:00:00.000Z'],
    ['right after the close', '2026-12-02T01:00:00Z', undefined],
    ['on a holiday', '2026-11-26T17:00:00Z', undefined],
  ])('only while the market is open: %s', async (_when, at, dueAt) => {
    const { status } = await streaming(['AM.AAPL'], at);
    expect(due(await status())).toEqual([dueAt]);
  });

  test('by the hours of its own product', async () => {
    // On Thanksgiving, equity indices trade until 12:00 in Chicago; grains do not.
    const { status } = await streaming(['AM.ESZ6', 'AM.ZCH7'], '2026-11-26T17:00:20Z', 'futures');
    expect(due(await status())).toEqual(['2026-11-26T17:01:00.000Z', undefined]);
  });

  test('later where the feed is late, and for as long after the close', async () => {
    const { hub } = await streaming(['AM.AAPL'], '2026-12-02T01:10:20Z');
    const stream = hub.stream('stocks');
    const target = stream.target!;
    const delayed = { ...target, endpoint: { ...target.endpoint, delayMinutes: 15 } };
    const view: StreamView = Object.create(stream, { target: { value: delayed } });
    expect(due(channelRowsOf(hub, view))).toEqual(['2026-12-02T01:11:00.000Z']);
    expect(due(channelRowsOf(hub, stream))).toEqual([undefined]);
  });
});

test('bars that come are counted as all else', async () => {
  const { send, status } = await streaming(['AM.AAPL', 'A.AAPL']);
  await send(bar('AM', 'AAPL'), bar('A', 'AAPL'), bar('A', 'AAPL'));
  expect((await status()).channels).toMatchObject([{ messages: 1 }, { messages: 2 }]);
});
