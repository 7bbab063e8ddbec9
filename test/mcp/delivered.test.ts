/** Whatever symbol a feed delivers can be named wherever a symbol can be given, by a real client on a real socket. */
import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { afterEach, describe, expect, test } from 'vitest';
import type { WebSocket } from 'ws';
import { z } from 'zod';
import { markets, suite } from '../../generated/suite.js';
import type { Display } from '../../runtime/cli/watch/view.js';
import { Watcher } from '../../runtime/cli/watch/watcher.js';
import { hubOn, testKey } from '../support/bench.js';
import { closeAfterEach } from '../support/closing.js';
import { clientHere } from '../support/http-clients.js';
import { polite, RawFeed } from '../support/raw-feed.js';

type Answer = Readonly<Record<string, unknown>>;

const atMs = 1_790_000_000_000;

/** An event of a symbol in each market, and the channel that brings all of them. */
const kinds: Readonly<
  Record<string, { readonly star: string; readonly field: string; event(symbol: string): object }>
> = {
  futures: { star: 'T.*', field: 'price', event: sym => ({ ev: 'T', sym, p: 7, s: 1, t: atMs, q: 1 }) },
  indices: { star: 'V.*', field: 'value', event: T => ({ ev: 'V', val: 7, T, t: atMs }) },
  crypto: {
    star: 'XT.*',
    field: 'price',
    event: pair => ({ ev: 'XT', pair, p: 7, s: 1, t: atMs, x: 1, i: '1', r: atMs }),
  },
  forex: { star: 'C.*', field: 'bid.price', event: p => ({ ev: 'C', p, b: 7, a: 8, x: 48, t: atMs }) },
  stocks: {
    star: 'T.*',
    field: 'price',
    event: sym => ({ ev: 'T', sym, x: 4, i: '1', z: 3, p: 7, s: 1, t: atMs, q: 1 }),
  },
  options: { star: 'T.*', field: 'price', event: sym => ({ ev: 'T', sym, x: 4, p: 7, s: 1, t: atMs, q: 1 }) },
};

/** Those of which nothing is written down come last. */
const odd: readonly (readonly [market: string, ...symbols: string[]])[] = [
  ['futures', 'ESZ6-ESH7', 'BZ:BF G6-H6-J6', 'GE:FB 02Y M8', 'CL#STRIP 2027'],
  ['indices', 'I:VMILMT.TEST', 'SPX/net'],
  ['crypto', 'ETH2.S-ETH', 'BTC-PERP_2X'],
  ['forex', 'USDT/EUR'],
  ['stocks', 'BRK B^'],
  ['options', 'O:2SPX261218P06700000.X'],
];

/** A feed that acknowledges everything, and sends what it is told to. */
class OddFeed {
  private constructor(
    readonly feed: RawFeed,
    private readonly sockets: readonly WebSocket[],
  ) {}

  static async open(): Promise<OddFeed> {
    const sockets: WebSocket[] = [];
    const feed = await RawFeed.open({
      ...polite,
      open(socket, attempt) {
        sockets.push(socket);
        polite.open(socket, attempt);
      },
    });
    return new OddFeed(feed, sockets);
  }

  send(market: string, symbol: string): void {
    for (const socket of this.sockets) socket.send(JSON.stringify([kinds[market]!.event(symbol)]));
  }

  /** Channels that were asked for, in all requests. */
  get asked(): string[] {
    const frames = this.feed.received.map(text => JSON.parse(text) as { action: string; params: string });
    return frames.filter(({ action }) => action === 'subscribe').flatMap(({ params }) => params.split(','));
  }
}

let feed: OddFeed | undefined;
let client: Client;

closeAfterEach();

afterEach(async () => {
  await feed?.feed.close();
  feed = undefined;
});

async function call(name: string, args: Record<string, unknown>): Promise<Answer> {
  return (await client.callTool({ name, arguments: args })).structuredContent as Answer;
}

/** A server on a feed that has sent one message of each symbol. @returns the cursor from before them */
async function serverThatGot(market: string, symbols: readonly string[]): Promise<string> {
  feed = await OddFeed.open();
  client = await clientHere({ POLYGON_API_KEY: testKey, POLYGON_FEED: feed.feed.url });
  const { cursor } = await call(`start_${market}_stream`, { channels: [kinds[market]!.star] });
  for (const symbol of symbols) feed.send(market, symbol);
  const came = await call('wait_for_stream_message', { market, cursor, count: symbols.length, timeout_s: 10 });
  expect(came).toMatchObject({ matched: true, count: symbols.length });
  return cursor as string;
}

function nameOf(market: string, symbol: string): string {
  return `${kinds[market]!.star.slice(0, -1)}${symbol}`;
}

function uriOf(market: string, symbol: string): string {
  return `polygon://streams/${market}/${encodeURIComponent(nameOf(market, symbol))}`;
}

describe.each(odd)('in %s, symbols such as %s, once they came', (market, ...symbols) => {
  test('can be named in every place that takes a symbol', async () => {
    const cursor = await serverThatGot(market, symbols);
    for (const symbol of symbols) {
      const name = nameOf(market, symbol);
      for (const channels of [[name], [symbol]]) {
        const read = await call('read_stream_messages', { market, channels });
        expect(read).toMatchObject({ count: 1, messages: [{ symbol }] });
        const waited = await call('wait_for_stream_message', { market, channels, cursor, timeout_s: 10 });
        expect(waited).toMatchObject({ matched: true, messages: [{ symbol }] });
      }
      const summary = await call('summarize_stream', { market, symbols: [symbol] });
      expect(summary).toMatchObject({ symbols: [{ symbol, messages: 1 }] });
      const condition = { field: kinds[market]!.field, op: '>', value: '5', symbol };
      const met = await call('wait_for_stream_message', { market, condition, cursor, timeout_s: 10 });
      expect(met).toMatchObject({ matched: true, messages: [{ symbol }] });
      const { contents } = await client.readResource({ uri: uriOf(market, symbol) });
      expect(JSON.parse((contents[0] as { text: string }).text)).toMatchObject({
        channel: name,
        subscription: 'accepted',
        newest: { count: 1, messages: [{ symbol }] },
      });
    }
  }, 30_000);

  test('can be followed as resources, and subscribed and unsubscribed with a note that the feed decides', async () => {
    await serverThatGot(market, symbols);
    for (const symbol of symbols) {
      const [name, uri] = [nameOf(market, symbol), uriOf(market, symbol)];
      const told = new Promise<unknown>(resolve => {
        const updated = z.object({
          method: z.literal('notifications/resources/updated'),
          params: z.object({ uri: z.string() }),
        });
        client.setNotificationHandler(updated, ({ params }) => resolve(params.uri));
      });
      await client.subscribeResource({ uri });
      feed!.send(market, symbol);
      expect(await told).toBe(uri);
      await client.unsubscribeResource({ uri });

      const { accepted, notes } = await call(`subscribe_${market}_channels`, { channels: [name] });
      expect(accepted).toEqual([name]);
      expect(notes).toContain(`${name} is of a form that is not documented for subscriptions: the feed decides`);
      expect(feed!.asked).toContain(name);
      expect(await call(`unsubscribe_${market}_channels`, { channels: [name] })).toMatchObject({ removed: [name] });
    }
  }, 30_000);
});

test('a symbol of a form that nothing speaks of, and that did not come, is none', async () => {
  const market = 'futures';
  await serverThatGot(market, ['CL#STRIP 2027']);
  const refused = { error: { code: 'INVALID_CHANNEL' } };
  expect(await call('read_stream_messages', { market, channels: ['T.CL#STRIP 2028'] })).toMatchObject(refused);
  expect(await call('summarize_stream', { market, symbols: ['CL#STRIP 2028'] })).toMatchObject(refused);
  expect(await call('subscribe_futures_channels', { channels: ['T.CL#STRIP 2028'] })).toMatchObject({
    error: { code: 'CHANNELS_REJECTED' },
  });
});

test('a symbol that would be something else in a request can be read, but not subscribed', async () => {
  const symbols = ['A,T.*', 'A"B', 'A*', 'A\\B', ' A', 'A '];
  await serverThatGot('stocks', symbols);
  const asked = feed!.asked.length;
  for (const symbol of symbols) {
    const read = await call('read_stream_messages', { market: 'stocks', channels: [`T.${symbol}`] });
    expect([symbol, read.count]).toEqual([symbol, 1]);
    expect(await call('subscribe_stocks_channels', { channels: [`T.${symbol}`] })).toMatchObject({
      error: { code: 'CHANNELS_REJECTED' },
    });
  }
  expect(feed!.asked).toHaveLength(asked);
});

test('a symbol that is not what it seems is not named', async () => {
  const symbols = ['A\u0007B', 'A\u202eB', 'A\u200bB'];
  await serverThatGot('stocks', symbols);
  for (const symbol of symbols) {
    expect(await call('read_stream_messages', { market: 'stocks', channels: [symbol] })).toMatchObject({
      error: { code: 'INVALID_CHANNEL' },
    });
  }
});

test.each([
  ['futures', 'ESZ6-ESH7'],
  ['futures', 'BZ:BF G6-H6-J6'],
  ['indices', 'I:VMILMT.TEST'],
  ['crypto', 'ETH2.S-ETH'],
])('in %s, %s can be watched by its name', async (market, symbol) => {
  feed = await OddFeed.open();
  const hub = hubOn(suite, markets, feed.feed.url);
  const channel = nameOf(market, symbol);
  const watcher = new Watcher(hub, hub.stream(market).market, [channel]);
  const remarks = new Set<string>();
  let last: unknown;
  let sent = false;
  const display: Display = {
    refreshMs: 10,
    stays: true,
    show(view) {
      for (const remark of view.remarks) remarks.add(remark);
      if (view.state === 'live' && !sent) feed!.send(market, symbol);
      sent ||= view.state === 'live';
      const row = view.rows.find(one => one.symbol === symbol && one.messages > 0);
      last = row?.symbol;
      if (row) watcher.stop();
    },
    close() {},
  };
  await watcher.run(display);
  await hub.close();
  expect(last).toBe(symbol);
  expect([...remarks].join()).toContain(`${channel} is of a form that is not documented for subscriptions`);
});
