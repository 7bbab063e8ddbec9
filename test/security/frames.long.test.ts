/** Large frames, all of them legal WebSocket: none may stop the others, eat the memory or change what usual ones mean. */
import { readFileSync, writeFileSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import type { WebSocket } from 'ws';
import { markets, suite } from '../../generated/suite.js';
import type { Options } from '../../runtime/config/options.js';
import { Secret } from '../../runtime/core/secret.js';
import { systemClock } from '../../runtime/pacing/system-clock.js';
import type { Client } from '../../runtime/stream/client.js';
import { Hub } from '../../runtime/stream/hub.js';
import { callOn, hubOn, testKey, testOptions } from '../support/bench.js';
import { Lag } from '../support/lag.js';
import { greeting, polite, RawFeed, statusFrame } from '../support/raw-feed.js';
import { RecordFolder } from '../support/recording.js';
import { Scene } from '../support/scene.js';
import { HostedServer } from '../support/stdio.js';

const open: { close(): Promise<unknown> }[] = [];

afterEach(async () => {
  for (const item of open.splice(0).reverse()) await item.close();
});

const mebibyte = 2 ** 20;
/** As large as a frame may be. */
const giantBytes = 16 * mebibyte;
const trade = '{"ev":"T","sym":"AAPL","x":4,"i":"12345","z":3,"p":114.125,"s":100,"t":1536036818784,"q":3681328}';
const last = '[{"ev":"T","sym":"LAST","p":1}]';

/** An array of as many of an item as there is room for. */
function filled(item: string, bytes = giantBytes): string {
  return `[${Array(countIn(item, bytes)).fill(item).join()}]`;
}

function countIn(item: string, bytes = giantBytes): number {
  return Math.floor((bytes - '[]'.length + ','.length) / (Buffer.byteLength(item) + ','.length));
}

function nested(opening: string, closing: string, depth: number): string {
  return `${opening.repeat(depth)}1${closing.repeat(depth)}`;
}

async function scene(options: Partial<Options> = {}): Promise<Scene> {
  const made = await Scene.open(undefined, options);
  open.push(made);
  await made.start('T.*');
  await made.send({ ev: 'T', sym: 'AAPL', p: 1 });
  return made;
}

/** Waits for the message that was sent last. */
async function untilLast({ stream }: Scene): Promise<void> {
  const isLast = (): boolean => stream.buffer.size > 0 && stream.buffer.symbolAt(stream.buffer.nextSeq - 1) === 'LAST';
  expect(await stream.changes.until(isLast, 60_000)).toBe(true);
}

interface Giant {
  readonly what: string;
  readonly text: () => string;
  readonly received?: number;
  readonly malformed?: number;
}

const giants: Giant[] = [
  { what: 'trades', text: () => filled(trade), received: countIn(trade) },
  { what: 'empty objects', text: () => filled('{}'), malformed: countIn('{}') },
  { what: 'empty arrays', text: () => filled('[]'), malformed: countIn('[]') },
  { what: 'brackets', text: () => nested('[', ']', giantBytes / 2 - 1), malformed: 1 },
  { what: 'brackets that never close', text: () => '['.repeat(giantBytes), malformed: 1 },
  { what: 'braces', text: () => nested('{"":', '}', Math.floor(giantBytes / 5) - 1), malformed: 1 },
  { what: 'numbers', text: () => filled('1'), malformed: countIn('1') },
  { what: 'one text', text: () => `["${'x'.repeat(giantBytes - 4)}"]`, malformed: 1 },
  { what: 'a text that never ends', text: () => `["${'\\"'.repeat(giantBytes / 2 - 1)}`, malformed: 1 },
  { what: 'one number', text: () => `[${'9'.repeat(giantBytes - 2)}]`, malformed: 1 },
  { what: 'blanks', text: () => `[${' '.repeat(giantBytes - 2)}]` },
  { what: 'the smallest things with a kind', text: () => filled('{"ev":{}}'), malformed: countIn('{"ev":{}}') },
  { what: 'events of no kind that is known', text: () => filled('{"ev":"Z"}'), received: countIn('{"ev":"Z"}') },
  { what: 'statuses', text: () => filled('{"ev":"status"}') },
  {
    what: 'refusals',
    text: () => filled('{"ev":"status","status":"error","message":"not authorized"}'),
  },
  {
    what: 'trades with blanks in them',
    text: () => filled(trade.replaceAll(',', ', ')),
    received: countIn(trade.replaceAll(',', ', ')),
  },
  {
    what: 'trades and numbers by turns',
    text: () => filled(`${trade},1`),
    received: countIn(`${trade},1`),
    malformed: countIn(`${trade},1`),
  },
  {
    what: 'trades of symbols that never came before',
    text: () => `[${Array.from({ length: 400_000 }, (_, n) => `{"ev":"T","sym":"${n.toString(36)}","p":1.5}`).join()}]`,
    received: 400_000,
  },
  {
    what: 'trades with brackets in them',
    text: () => filled(`{"ev":"T","sym":"A","p":${nested('[', ']', 60_000)}}`),
    received: countIn(`{"ev":"T","sym":"A","p":${nested('[', ']', 60_000)}}`),
  },
  {
    what: 'trades with fields that never came before',
    text: () => {
      let next = 0;
      const fields = (): string => Array.from({ length: 9_000 }, () => `"k${(next++).toString(36)}":1`).join();
      return `[${Array.from({ length: 160 }, () => `{"ev":"T","sym":"A",${fields()}}`).join()}]`;
    },
    received: 160,
  },
];

describe('a frame of sixteen mebibytes', () => {
  test.each(giants)('of $what stops nobody and is counted', async row => {
    const made = await scene();
    const { stream, socket } = made;
    const frame = Buffer.from(row.text());
    expect(frame.length).toBeLessThanOrEqual(giantBytes);
    const before = { ...stream.totals };
    const lag = new Lag();
    socket.send(frame, { binary: false });
    socket.send(last);
    await untilLast(made);
    lag.end();
    expect(stream.state).toBe('live');
    expect(stream.totals.received - before.received).toBe((row.received ?? 0) + 1);
    expect(stream.totals.malformed! - before.malformed!).toBe(row.malformed ?? 0);
    expect(lag.longestMs).toBeLessThan(50);
  });

  test('lets calls and other markets go on meanwhile, and has shown half of itself then', async () => {
    const feed = await RawFeed.open(polite);
    const hub = hubOn(suite, markets, feed.url);
    open.push(feed, hub);
    await callOn(hub, 'start_stocks_stream', { channels: ['T.*'] });
    const { stream, socket } = await scene();
    socket.send(Buffer.from(filled(trade)), { binary: false });
    await stream.changes.until(() => stream.totals.received > 1, 10_000);
    await callOn(hub, 'start_crypto_stream', { channels: ['XT.BTC-USD'] });
    expect(hub.stream('crypto').state).toBe('live');
    expect(stream.totals.received).toBeLessThan(countIn(trade) + 1);
    await stream.changes.until(() => stream.totals.received > countIn(trade), 10_000);
  });

  test('is kept as far as the buffer has room, and what had to leave is counted', async () => {
    const made = await scene({ bufferBytes: mebibyte });
    made.socket.send(Buffer.from(filled(trade)), { binary: false });
    made.socket.send(last);
    await untilLast(made);
    const { buffer } = made.stream;
    expect(buffer.bytes).toBeLessThanOrEqual(mebibyte);
    expect(buffer.size).toBeGreaterThan(9_000);
    const status = await made.status();
    expect(status).toMatchObject({ messages_received: countIn(trade) + 2, malformed: 0 });
    expect(status.messages_dropped).toBe(countIn(trade) + 2 - buffer.size);
  });

  test('of bytes that are no text ends the connection with 1007, and none of it counts', async () => {
    const codes: number[] = [];
    const feed = await RawFeed.open({
      ...polite,
      open(socket, attempt) {
        polite.open(socket, attempt);
        socket.on('close', code => codes.push(code));
      },
      message(socket, frame, attempt) {
        polite.message(socket, frame, attempt);
        if (frame.action !== 'subscribe' || attempt > 1) return;
        const bytes = Buffer.from(filled(trade));
        bytes[bytes.length - 10] = 0xff;
        socket.send(bytes, { binary: false });
      },
    });
    const hub = hubOn(suite, markets, feed.url);
    open.push(feed, hub);
    await callOn(hub, 'start_stocks_stream', { channels: ['T.*'] });
    const stream = hub.stream('stocks');
    await stream.changes.until(() => stream.totals.reconnects === 1, 10_000);
    while (codes.length === 0) await nextTurn();
    expect(codes).toEqual([1007]);
    expect(stream.totals).toMatchObject({ received: 0, malformed: 0 });
    expect(stream.lastFault?.message).toContain('no text in UTF-8');
  });

  test('greets, accepts the key and acknowledges as a small one does', async () => {
    const padding = filled('7', mebibyte).slice(1, -1);
    const padded = (text: string): string => `[${padding},${text.slice(1, -1)},${padding}]`;
    const feed = await RawFeed.open({
      open: socket => socket.send(padded(greeting)),
      message(socket, { action, params }) {
        if (action === 'auth') socket.send(padded(statusFrame('auth_success', 'authenticated')));
        else socket.send(padded(statusFrame('success', `subscribed to: ${params}`)));
      },
    });
    const hub = hubOn(suite, markets, feed.url);
    open.push(feed, hub);
    const { structured } = await callOn(hub, 'start_stocks_stream', { channels: ['T.AAPL'] });
    expect(structured).toMatchObject({ state: 'live', accepted: ['T.AAPL'] });
  });

  test('ends where it says that the key is refused: what stands behind that is for nobody', async () => {
    const made = await scene();
    const half = filled(trade, 7 * mebibyte).slice(1, -1);
    const refusal = statusFrame('auth_failed', 'authentication failed').slice(1, -1);
    made.socket.send(Buffer.from(`[${half},${refusal},${half}]`), { binary: false });
    await made.until(() => made.stream.state !== 'live');
    const { received } = made.stream.totals;
    expect(received).toBeGreaterThan(countIn(trade, 7 * mebibyte) - 400);
    expect(received).toBeLessThan(countIn(trade, 7 * mebibyte) + 400);
  });

  const whole = filled(trade, 12 * mebibyte);
  const count = countIn(trade, 12 * mebibyte);
  const itemBytes = `${trade},`.length;

  test.each([
    ['cut off within an item', whole.slice(0, -20), count - 1],
    ['cut off behind an item', whole.slice(0, -1), count - 1],
    ['continued behind its end', `${whole},1,${trade}]`, count],
    ['broken in one item', whole.replace('114.125', '01'), count - 1],
    ['broken by a comma too many', `[,${whole.slice(1 + itemBytes)}`, count - 1],
    ['broken by a comma too few', `[{"ev":"T"}${whole.slice(1)}`, count - 1],
  ])('that is %s counts what is whole in it, and what is not as one', async (_what, text, received) => {
    const made = await scene();
    made.socket.send(Buffer.from(text), { binary: false });
    made.socket.send(last);
    await untilLast(made);
    expect(made.stream.totals).toMatchObject({ received: received + 2, malformed: 1 });
  });
});

describe('a stop amid a large frame', () => {
  test('waits until what came before is counted, and nothing that comes later is', async () => {
    const made = await scene();
    const { stream, socket } = made;
    socket.send(Buffer.from(filled(trade)), { binary: false });
    await stream.changes.until(() => stream.totals.received > 1, 10_000);
    expect(stream.totals.received).toBeLessThan(countIn(trade));
    const stopped = stream.stop();
    expect(stream.state).toBe('stopped');
    socket.send(last);
    await stopped;
    expect(stream.totals.received).toBe(countIn(trade) + 1);
    await nextTurn();
    expect(stream.totals.received).toBe(countIn(trade) + 1);
  });

  test('that is followed by a start leaves nothing of it in the new stream', async () => {
    const made = await scene();
    const { stream, socket } = made;
    socket.send(Buffer.from(filled(trade)), { binary: false });
    await stream.changes.until(() => stream.totals.received > 1, 10_000);
    const stopped = stream.stop();
    await made.start('T.AAPL');
    await stopped;
    expect(stream.totals).toMatchObject({ received: 0, malformed: 0 });
    await made.send({ ev: 'T', sym: 'AAPL', p: 2 });
    expect(stream.totals.received).toBe(1);
  });

  test('by the feed comes into effect behind the frame', async () => {
    const made = await scene();
    const { stream, socket } = made;
    socket.send(Buffer.from(filled(trade)), { binary: false });
    socket.close(1012);
    await made.until(() => stream.totals.reconnects === 1);
    expect(stream.totals.received).toBe(countIn(trade) + 1);
    expect(stream.outages.all).toHaveLength(1);
  });
});

/** A hub that records to a folder and plays from it. */
function hubBeside(folder: RecordFolder, feed: string): Client {
  const key = { value: new Secret(testKey), from: 'POLYGON_API_KEY' };
  const settings = { key, feed, allowedHosts: [], options: testOptions, record: folder.path };
  const hub = new Hub(suite, markets, settings, { clock: systemClock, write: () => {} }).client({ alone: true });
  open.push(hub);
  return hub;
}

describe('a large frame', () => {
  test('is recorded whole and once', async () => {
    const folder = new RecordFolder();
    const frame = filled(trade, 4 * mebibyte);
    const feed = await RawFeed.open({
      ...polite,
      message(socket, request, attempt) {
        polite.message(socket, request, attempt);
        if (request.action === 'subscribe') socket.send(frame);
      },
    });
    open.push(folder, feed);
    const hub = hubBeside(folder, feed.url);
    await callOn(hub, 'start_stocks_stream', { channels: ['T.*'] });
    const stream = hub.stream('stocks');
    await stream.changes.until(() => stream.totals.received === countIn(trade, 4 * mebibyte), 10_000);
    await hub.close();
    const large = folder.frames.filter(({ text }) => text.length > mebibyte);
    expect(large.map(({ text }) => text === frame)).toEqual([true]);
  });

  const other = trade.replace('AAPL', 'MSFT');
  const pairs = countIn(`${trade},${other}`, 2 * mebibyte);

  test.each([
    ['whole, with what is broken in it, to whoever holds all of it', 'T.*', 2 * pairs, 1],
    ['as far as it is held to others', 'T.MSFT', pairs, 0],
  ])('of a recording is played %s', async (_what, channel, received, malformed) => {
    const folder = new RecordFolder();
    open.push(folder);
    const text = `[1,${filled(`${trade},${other}`, 2 * mebibyte).slice(1)}`;
    await folder.write('stocks.2026-11-23.realtime.0001', [{ atMs: Date.UTC(2026, 10, 23, 15), text }]);
    const hub = hubBeside(folder, 'realtime');
    await callOn(hub, 'start_stocks_stream', { channels: [channel], endpoint: 'replay:2026-11-23' });
    const stream = hub.stream('stocks');
    expect(await stream.changes.until(() => stream.isOver && stream.totals.received === received, 10_000)).toBe(true);
    expect(stream.totals.malformed).toBe(malformed);
  });
});

describe('an event of four mebibytes whose texts nearly spell the key', () => {
  const near = `%${'25'.repeat(8)}${Buffer.from(testKey[0]!).toString('hex')}`.repeat(862);
  const event = JSON.stringify({ ev: 'T', sym: 'NEAR', p: 1, s: 1, c: Array(250).fill(near) });

  test('is read, and waited for, without keeping anybody waiting', async () => {
    const { hub, socket, stream } = await scene();
    const waited = callOn(hub, 'wait_for_stream_message', {
      market: 'stocks',
      condition: { field: 'price', op: '>', value: 5 },
      timeout_s: 5,
    });
    const lag = new Lag();
    socket.send(`[${event},{"ev":"T","sym":"LAST","p":6}]`);
    expect((await waited).structured).toMatchObject({ matched: true });
    const read = await callOn(hub, 'read_stream_messages', { market: 'stocks', detail: 'full', max_bytes: 200_000 });
    lag.end();
    expect(stream.totals.received).toBe(3);
    expect(read.structured.count).toBe(3);
    // To parse and to judge one event of this size takes up to 55 ms, and longer with coverage.
    expect(lag.longestMs).toBeLessThan(150);
  });

  test('is recorded without keeping anybody waiting', async () => {
    const folder = new RecordFolder();
    const feed = await RawFeed.open({
      ...polite,
      message(socket, request, attempt) {
        polite.message(socket, request, attempt);
        if (request.action === 'subscribe') socket.send(`[${event}]`);
      },
    });
    open.push(folder, feed);
    const hub = hubBeside(folder, feed.url);
    const lag = new Lag();
    await callOn(hub, 'start_stocks_stream', { channels: ['T.*'] });
    const stream = hub.stream('stocks');
    await stream.changes.until(() => stream.totals.received === 1, 10_000);
    await hub.close();
    lag.end();
    expect(folder.frames.at(-1)?.text).toBe('[]');
    expect(lag.longestMs).toBeLessThan(150);
  });
});

/** What the system says of the memory of a process, MiB. */
function memoryMb(pid: number, name: 'VmRSS' | 'VmHWM'): number {
  const [, kibibytes] = new RegExp(`${name}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'))!;
  return Number(kibibytes) / 1_024;
}

test.runIf(process.platform === 'linux')(
  'a process with a heap of 64 MiB survives all of them, and none takes four times its size',
  { timeout: 120_000 },
  async () => {
    let socket: WebSocket | undefined;
    const feed = await RawFeed.open({
      ...polite,
      open(opened, attempt) {
        polite.open(opened, attempt);
        socket = opened;
      },
    });
    open.push(feed);
    const server = await HostedServer.start({
      POLYGON_API_KEY: testKey,
      POLYGON_FEED: feed.url,
      NODE_OPTIONS: '--max-old-space-size=64',
      // What is kept is bounded by these, and no cost of a frame.
      MCP_POLYGON_BUFFER_MESSAGES: '10000',
      MCP_POLYGON_BUFFER_BYTES: '1000000',
    });
    open.push(server);
    await server.call('start_stocks_stream', { channels: ['T.*'] });
    const taken: Record<string, number> = {};
    for (const { what, text } of giants) {
      // Writing this sets the peak back.
      writeFileSync(`/proc/${server.pid}/clear_refs`, '5');
      const beforeMb = memoryMb(server.pid, 'VmRSS');
      const waited = server.call('wait_for_stream_message', { market: 'stocks', channels: ['T.LAST'], timeout_s: 30 });
      socket!.send(Buffer.from(text()), { binary: false });
      socket!.send(last);
      expect((await waited).structuredContent).toMatchObject({ matched: true });
      taken[what] = memoryMb(server.pid, 'VmHWM') - beforeMb;
    }
    expect(Object.entries(taken).filter(([, mb]) => mb > 4 * 16)).toEqual([]);
  },
);
