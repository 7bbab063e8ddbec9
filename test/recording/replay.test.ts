import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { markets, suite } from '../../generated/suite.js';
import { examine } from '../../runtime/cli/doctor/doctor.js';
import type { Settings } from '../../runtime/config/settings.js';
import type { Clock } from '../../runtime/core/clock.js';
import type { Message } from '../../runtime/market/format.js';
import { systemClock } from '../../runtime/pacing/system-clock.js';
import type { Client } from '../../runtime/stream/client.js';
import { Hub } from '../../runtime/stream/hub.js';
import type { ToolResult } from '../../runtime/tools/tools.js';
import { callOn, testOptions } from '../support/bench.js';
import { TestClock } from '../support/clock.js';
import { RecordFolder } from '../support/recording.js';
import { bin, HostedServer } from '../support/stdio.js';

const open: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const item of open.splice(0).reverse()) await item.close();
});

function folder(): RecordFolder {
  const made = new RecordFolder();
  open.push(made);
  return made;
}

/** A hub without a key. A clock that jumps leaves no time to answer pings, so there are none. */
function hubOf(settings: Partial<Settings>, clock: Clock = systemClock): Client {
  const options = { ...testOptions, recordFlushMs: 10, pingIntervalMs: 600_000, ...settings.options };
  const hub = new Hub(
    suite,
    markets,
    { feed: 'realtime', allowedHosts: [], ...settings, options },
    { clock, write: () => {} },
  ).client({ alone: true });
  open.push(hub);
  return hub;
}

const patiently = { timeout: 10_000, interval: 5 };
const beginMs = Date.UTC(2026, 10, 23, 14, 30);
const title = 'stocks.2026-11-23.realtime.0001';

const event = (price: number, sym = 'AAPL', ev = 'T') => ({
  ev,
  sym,
  x: 4,
  i: '1',
  z: 3,
  p: price,
  s: 100,
  t: beginMs,
});
const at = (ms: number, ...events: readonly object[]) => ({ atMs: beginMs + ms, text: JSON.stringify(events) });

/** A minute of trades: at its beginning, after a second, and at its end. */
const minute = [at(0, event(1)), at(1_000, event(2)), at(60_000, event(3))];

async function start(hub: Client, endpoint: string, channels: readonly string[] = ['T.AAPL']): Promise<ToolResult> {
  const result = await callOn(hub, 'start_stocks_stream', { channels, endpoint });
  expect(result.structured.error).toBeUndefined();
  return result;
}

async function messagesOf(hub: Client, args = {}): Promise<Message[]> {
  const { structured } = await callOn(hub, 'read_stream_messages', { market: 'stocks', limit: 1_000, ...args });
  return structured.messages as Message[];
}

async function pricesOf(hub: Client): Promise<unknown[]> {
  return (await messagesOf(hub)).map(({ price }) => price);
}

async function notesOf(hub: Client): Promise<string[]> {
  return (await callOn(hub, 'get_stocks_stream_status')).structured.notes as string[];
}

function ended(hub: Client): Promise<void> {
  return vi.waitFor(() => expect(hub.stream('stocks').isOver).toBe(true), patiently);
}

/** Until a replay waits for the frame that came so much later than the first. */
function waitsFor(hub: Client, ms: number): Promise<void> {
  const text = `The replay waits for ${new Date(beginMs + ms).toISOString()}`;
  return vi.waitFor(() => expect(hub.stream('stocks').target?.replay?.explainSilence()).toContain(text), patiently);
}

/** Of a replay no page of the vendor speaks, so that none is cited. */
async function refusalOf(hub: Client, endpoint: string, market = 'stocks'): Promise<unknown> {
  const [channel] = markets.find(({ name }) => name === market)!.channels;
  const channels = [`${channel!.prefix}.${market === 'stocks' ? 'AAPL' : 'BTC-USD'}`];
  const { structured, text } = await callOn(hub, `start_${market}_stream`, { channels, endpoint });
  if (endpoint.startsWith('replay')) {
    expect(structured.error).not.toHaveProperty('docs');
    expect(text).not.toContain('polygon-docs');
  }
  return structured.error;
}

/** What the stream is said to have been, but for when it came. */
async function answersOf(hub: Client) {
  const { structured: status } = await callOn(hub, 'get_stocks_stream_status');
  const { structured: summary } = await callOn(hub, 'summarize_stream', { market: 'stocks', max_bytes: 200_000 });
  const rows = (summary.symbols as Record<string, unknown>[]).map(row =>
    Object.fromEntries(Object.entries(row).filter(([name]) => !name.endsWith('_age_ms'))),
  );
  const counts = ['messages_received', 'messages_dropped', 'malformed', 'unknown', 'mistyped', 'reconnects', 'outages'];
  return {
    messages: await messagesOf(hub, { detail: 'full', max_bytes: 200_000 }),
    counts: Object.fromEntries(counts.map(name => [name, status[name]])),
    rows,
    omitted: summary.omitted,
  };
}

/** What waits from the start on come to: one for messages, one for a condition. */
async function waitsOf(hub: Client, cursor: unknown): Promise<object[]> {
  const waits = [{ count: 50 }, { channels: ['A.*'], condition: { field: 'volume', op: '>=', value: 200 } }];
  return Promise.all(
    waits.map(async args => {
      const { structured } = await callOn(hub, 'wait_for_stream_message', { market: 'stocks', cursor, ...args });
      expect(structured.error).toBeUndefined();
      const { matched, count, messages } = structured;
      return { matched, count, messages };
    }),
  );
}

test('a recording of the simulated feed replays to the same answers, without a key, and says that it is made up', async () => {
  const disk = folder();
  const channels = ['T.*', 'Q.AAPL', 'A.*'];
  const live = hubOf({ record: disk.path });
  const { structured: began } = await callOn(live, 'start_stocks_stream', { channels, endpoint: 'simulated' });
  const awaited = await waitsOf(live, began.cursor);
  await live.stream('stocks').changes.until(() => live.stream('stocks').totals.received > 60, 15_000);
  await callOn(live, 'stop_stocks_stream');
  const lived = await answersOf(live);
  await live.close();

  const hub = hubOf({ record: disk.path });
  const { structured } = await start(hub, 'replay:?speed=1000', channels);
  expect(structured).toMatchObject({ state: 'live', simulated: true, feed: 'replay', delayed_minutes: null });
  expect(structured.notes).toContain('Simulated data: made up, not the market.');
  expect(await waitsOf(hub, structured.cursor)).toEqual(awaited);
  await ended(hub);
  await callOn(hub, 'stop_stocks_stream');
  expect(await answersOf(hub)).toEqual(lived);
  expect(lived.messages.length).toBeGreaterThan(60);
  expect(lived.counts).toMatchObject({ messages_received: lived.messages.length, malformed: 0, mistyped: 0 });
  expect(lived.rows.length).toBeGreaterThan(2);
  expect(awaited).toMatchObject([
    { matched: true, count: 50 },
    { matched: true, count: 1 },
  ]);
  // A replay is not recorded once more.
  const before = disk.frames.length;
  await hub.close();
  expect(disk.frames).toHaveLength(before);
}, 30_000);

describe('the clock of a replay', () => {
  test('runs as that of the recording, from the first channel on', async () => {
    const disk = folder();
    await disk.write(title, minute);
    const clock = new TestClock();
    const hub = hubOf({ record: disk.path }, clock);
    await start(hub, 'replay:2026-11-23');
    await waitsFor(hub, 1_000);
    expect(await pricesOf(hub)).toEqual([1]);
    clock.advance(999);
    await waitsFor(hub, 1_000);
    expect(await pricesOf(hub)).toEqual([1]);
    clock.advance(1);
    await waitsFor(hub, 60_000);
    expect(await pricesOf(hub)).toEqual([1, 2]);
    expect(await notesOf(hub)).toContain('Replay of 2026-11-23T14:30:01.000Z as fast as it came: recorded, not live.');
    clock.advance(58_999);
    await waitsFor(hub, 60_000);
    expect(await pricesOf(hub)).toEqual([1, 2]);
    clock.advance(1);
    await ended(hub);
    expect(await pricesOf(hub)).toEqual([1, 2, 3]);
  });

  test('runs as many times as fast as it is told', async () => {
    const disk = folder();
    await disk.write(title, minute);
    const clock = new TestClock();
    const hub = hubOf({ record: disk.path }, clock);
    const { structured } = await start(hub, 'replay:2026-11-23?speed=10');
    expect(structured.endpoint).toBe('replay:2026-11-23.realtime?speed=10');
    await waitsFor(hub, 1_000);
    clock.advance(99);
    await waitsFor(hub, 1_000);
    clock.advance(1);
    await waitsFor(hub, 60_000);
    expect(await notesOf(hub)).toContain(
      'Replay of 2026-11-23T14:30:01.000Z at 10 times the speed: recorded, not live.',
    );
    clock.advance(5_900);
    await ended(hub);
    expect(await pricesOf(hub)).toEqual([1, 2, 3]);
  });

  test('begins at a time, with the first frame that came then or later, however the recording is packed', async () => {
    const disk = folder();
    await disk.write(title, [minute[0]!], [minute[1]!], [minute[2]!]);
    await disk.write('stocks.2026-11-23.realtime.0002', [at(70_000, event(4))]);
    const hub = hubOf({ record: disk.path }, new TestClock());
    await start(hub, 'replay:2026-11-23?from=2026-11-23T14:30:01Z');
    await waitsFor(hub, 60_000);
    expect(await pricesOf(hub)).toEqual([2]);
    await callOn(hub, 'stop_stocks_stream');
    await start(hub, 'replay:2026-11-23?from=2026-11-23T14:30:01.001Z');
    await waitsFor(hub, 70_000);
    expect(await pricesOf(hub)).toEqual([3]);
  });

  test.each([
    ['14:30', 1],
    ['14:30:01', 2],
    ['14:31', 3],
  ])('begins at a time of the day that is played: %s', async (from, first) => {
    const disk = folder();
    await disk.write('stocks.2026-11-22.realtime.0001', [at(-86_400_000, event(9))]);
    await disk.write(title, minute);
    for (const endpoint of [`replay:2026-11-23?speed=1000&from=${from}`, `replay?speed=1000&from=${from}`]) {
      const hub = hubOf({ record: disk.path });
      const { structured } = await start(hub, endpoint);
      await ended(hub);
      expect((await pricesOf(hub))[0]).toBe(first);
      expect(structured.endpoint).toBe(
        `replay:2026-11-23.realtime?speed=1000&from=2026-11-23T${from.padEnd(8, ':00')}.000Z`,
      );
    }
  });

  test('starts over in a loop, with a second between the rounds', async () => {
    const disk = folder();
    await disk.write(title, minute.slice(0, 2));
    const clock = new TestClock();
    const hub = hubOf({ record: disk.path }, clock);
    await start(hub, 'replay:2026-11-23?loop=1');
    const received = (): number => hub.stream('stocks').totals.received;
    for (const count of [2, 4, 6]) {
      await vi.waitFor(() => {
        if (received() < count) clock.advance(100);
        expect(received()).toBe(count);
      }, patiently);
    }
    expect(clock.elapsed()).toBeGreaterThanOrEqual(5_000);
    expect(await pricesOf(hub)).toEqual([1, 2, 1, 2, 1, 2]);
    expect(hub.stream('stocks').isOver).toBe(false);
  });

  test('does not start over where there is nothing', async () => {
    const disk = folder();
    await disk.write(title, minute);
    const hub = hubOf({ record: disk.path }, new TestClock());
    await start(hub, 'replay:2026-11-23?loop=1&from=2026-11-23T14:31:00.500Z');
    await ended(hub);
    expect(await notesOf(hub)).toContain(
      'The replay of 2026-11-23.realtime has ended, nothing was in it: it was recorded, not live.',
    );
  });

  test('stops with the stream', async () => {
    const disk = folder();
    await disk.write(title, minute);
    const clock = new TestClock();
    const hub = hubOf({ record: disk.path }, clock);
    await start(hub, 'replay:2026-11-23');
    await waitsFor(hub, 1_000);
    await callOn(hub, 'stop_stocks_stream');
    expect(clock.waiting).toBe(0);
    clock.advance(100_000);
    expect(await pricesOf(hub)).toEqual([1]);
    expect(hub.stream('stocks').state).toBe('stopped');
  });
});

describe('the end of a replay', () => {
  test('is told by every answer, and nobody waits beyond it', async () => {
    const disk = folder();
    await disk.write(title, minute);
    const hub = hubOf({ record: disk.path });
    await start(hub, 'replay:2026-11-23?speed=1000');
    const said = 'The replay of 2026-11-23T14:30:00.000Z to 2026-11-23T14:31:00.000Z has ended';
    const waited = await callOn(hub, 'wait_for_stream_message', { market: 'stocks', count: 1_000, timeout_s: 10 });
    expect(waited.structured.matched).toBe(false);
    expect(waited.structured.waited_ms).toBeLessThan(5_000);
    expect(waited.structured.notes).toEqual([`${said}: it was recorded, not live.`]);
    const again = await callOn(hub, 'wait_for_stream_message', { market: 'stocks', timeout_s: 10 });
    expect(again.structured.silence).toBe(`${said}. Stop the stream and start it again to replay it once more.`);
    expect(again.structured.waited_ms).toBeLessThan(5_000);
    const { structured } = await callOn(hub, 'get_stocks_stream_status');
    expect(structured).toMatchObject({
      state: 'live',
      messages_received: 3,
      reconnects: 0,
      silence: expect.stringContaining(said),
    });
    const { cursor } = (await callOn(hub, 'read_stream_messages', { market: 'stocks' })).structured;
    const read = await callOn(hub, 'read_stream_messages', { market: 'stocks', cursor });
    expect(read.structured).toMatchObject({ count: 0, silence: expect.stringContaining(said) });
    expect(JSON.stringify(read.structured)).not.toContain('outside its hours');
  });

  test('is followed by another replay when the stream is started again', async () => {
    const disk = folder();
    await disk.write(title, minute);
    const hub = hubOf({ record: disk.path });
    for (let round = 0; round < 2; round++) {
      await start(hub, 'replay:2026-11-23?speed=1000');
      await ended(hub);
      expect(await pricesOf(hub)).toEqual([1, 2, 3]);
      await callOn(hub, 'stop_stocks_stream');
    }
  });
});

describe('a replay delivers', () => {
  const mixed = [
    at(0, event(1), event(2, 'MSFT'), event(3, 'AAPL', 'XYZ')),
    at(10, event(4, 'MSFT')),
    at(20, { ev: 'status', status: 'max_connections', message: 'Maximum number of websocket connections exceeded.' }),
    at(30, { ev: 'status', status: 'success', message: 'subscribed to: T.MSFT' }, event(5), event(6, 'MSFT')),
    { atMs: beginMs + 40, text: 'no json' },
    at(50, event(7)),
  ];

  test('what is subscribed and nothing else, and no status of the recorded connection', async () => {
    const disk = folder();
    await disk.write(title, mixed);
    const hub = hubOf({ record: disk.path });
    const { structured } = await start(hub, 'replay:2026-11-23', ['T.AAPL', 'Q.NVDA']);
    expect(structured.accepted).toEqual(['T.AAPL', 'Q.NVDA']);
    await ended(hub);
    const messages = await messagesOf(hub, { detail: 'full' });
    expect(messages.map(({ full_data }) => (full_data as { p: number }).p)).toEqual([1, 3, 5, 7]);
    const { structured: status } = await callOn(hub, 'get_stocks_stream_status');
    expect(status).toMatchObject({ state: 'live', malformed: 1, unknown: 1, subscriptions: ['T.AAPL', 'Q.NVDA'] });
  });

  test('every symbol to a wildcard', async () => {
    const disk = folder();
    await disk.write(title, mixed);
    const hub = hubOf({ record: disk.path });
    await start(hub, 'replay:2026-11-23', ['T.*']);
    await ended(hub);
    expect(hub.stream('stocks').totals.received).toBe(7);
  });

  test('what is subscribed later from then on, and nothing of what is unsubscribed', async () => {
    const disk = folder();
    await disk.write(
      title,
      [0, 1_000, 2_000].map(ms => at(ms, event(ms + 1), event(ms + 2, 'MSFT'))),
    );
    const clock = new TestClock();
    const hub = hubOf({ record: disk.path }, clock);
    await start(hub, 'replay:2026-11-23');
    await waitsFor(hub, 1_000);
    await callOn(hub, 'subscribe_stocks_channels', { channels: ['T.MSFT'] });
    clock.advance(1_000);
    await waitsFor(hub, 2_000);
    await callOn(hub, 'unsubscribe_stocks_channels', { channels: ['T.AAPL'] });
    clock.advance(1_000);
    await ended(hub);
    expect(await pricesOf(hub)).toEqual([1, 1_001, 1_002, 2_002]);
  });

  test('a flood in turns, so that the stream can be asked meanwhile', async () => {
    const disk = folder();
    const flood = Array.from({ length: 40_000 }, (_, index) => at(0, event(index)));
    await disk.write(title, flood.slice(0, 20_000), flood.slice(20_000));
    const hub = hubOf({ record: disk.path });
    const seen = new Set<number>();
    let over = false;
    const asking = (async () => {
      for (; !over; await nextTurn()) seen.add(hub.stream('stocks').totals.received);
    })();
    await start(hub, 'replay:2026-11-23');
    await ended(hub);
    over = true;
    await asking;
    expect([...seen].filter(received => received > 0 && received < 40_000)).not.toEqual([]);
    expect(hub.stream('stocks').totals.received).toBe(40_000);
  });
});

describe('recordings that overlap or follow each other', () => {
  test('are played one after the other, and what two processes recorded at once is played once', async () => {
    const disk = folder();
    await disk.write(title, [at(0, event(1)), at(10, event(2))]);
    await disk.write('stocks.2026-11-23.realtime.0002', [at(5, event(9)), at(10, event(3)), at(20, event(4))]);
    const hub = hubOf({ record: disk.path });
    await start(hub, 'replay:2026-11-23');
    await ended(hub);
    expect(await pricesOf(hub)).toEqual([1, 2, 3, 4]);
  });

  test('can be named one by one', async () => {
    const disk = folder();
    await disk.write(title, [at(0, event(1))]);
    await disk.write('stocks.2026-11-23.realtime.0002', [at(5, event(2))]);
    const hub = hubOf({ record: disk.path });
    const { structured } = await start(hub, 'replay:2026-11-23.realtime.0002');
    expect(structured.endpoint).toBe('replay:2026-11-23.realtime.0002');
    await ended(hub);
    expect(await pricesOf(hub)).toEqual([2]);
  });

  test('must be named where several feeds were recorded', async () => {
    const disk = folder();
    await disk.write(title, minute);
    await disk.write('stocks.2026-11-23.simulated.0001', minute);
    const hub = hubOf({ record: disk.path });
    expect(await refusalOf(hub, 'replay:2026-11-23')).toMatchObject({
      code: 'ENDPOINT_NOT_ALLOWED',
      message: 'Several feeds of US stocks were recorded then.',
      hint: 'Name one: replay:2026-11-23.simulated, replay:2026-11-23.realtime.',
    });
    expect((await start(hub, 'replay:2026-11-23.realtime')).structured.simulated).toBe(false);
  });
});

describe('a recording that is damaged', () => {
  async function played(change: (bytes: Buffer) => Buffer): Promise<{ prices: unknown[]; notes: string[] }> {
    const disk = folder();
    await disk.write(title, [minute[0]!], [minute[1]!], [minute[2]!]);
    await disk.write('stocks.2026-11-23.realtime.0002', [at(61_000, event(4))]);
    const path = disk.pathOf(`${title}.frames.gz`);
    writeFileSync(path, change(readFileSync(path)));
    const hub = hubOf({ record: disk.path });
    await start(hub, 'replay:2026-11-23?speed=1000');
    await ended(hub);
    return { prices: await pricesOf(hub), notes: await notesOf(hub) };
  }

  test('by a cut is played up to it, and so is what comes after', async () => {
    const { prices, notes } = await played(bytes => bytes.subarray(0, bytes.length - 5));
    expect(prices).toEqual([1, 2, 4]);
    expect(notes).toContain(
      '2026-11-23.realtime.0001 is damaged after 2026-11-23T14:30:01.000Z, and what follows in it is not played: a part is cut off or overwritten.',
    );
  });

  test('by a wrong byte is played up to it', async () => {
    const { prices, notes } = await played(bytes => {
      bytes[bytes.length - 12]! ^= 0xff;
      return bytes;
    });
    expect(prices).toEqual([1, 2, 4]);
    expect(notes).toContainEqual(expect.stringContaining('damaged after 2026-11-23T14:30:01.000Z'));
  });

  test('from the beginning on is left out', async () => {
    const { prices, notes } = await played(bytes => {
      bytes[30]! ^= 0xff;
      return bytes;
    });
    expect(prices).toEqual([4]);
    expect(notes).toContainEqual(expect.stringMatching(/^2026-11-23\.realtime\.0001 is damaged, and what follows/));
  });

  test('because it is something else is left out', async () => {
    const { prices, notes } = await played(() => Buffer.from('something else altogether, and long enough'));
    expect(prices).toEqual([4]);
    expect(notes).toContainEqual(expect.stringContaining('2026-11-23.realtime.0001 is damaged'));
  });
});

describe('an endpoint of recordings', () => {
  test.each([
    'replay:../secret',
    'replay:..',
    'replay:/etc/passwd',
    'replay:a/b',
    'replay:a\\b',
    'replay:C:\\recordings',
    'replay:2026-11-23/../..',
    'replay:%2e%2e%2fsecret',
    'replay:.hidden',
    'replay:2026-11-23.',
    'replay:2026-11-23\u0000',
    'REPLAY:../secret',
  ])('that leads out of the folder is refused: %j', async endpoint => {
    const disk = folder();
    await disk.write(title, minute);
    expect(await refusalOf(hubOf({ record: disk.path }), endpoint)).toMatchObject({
      code: 'ENDPOINT_NOT_ALLOWED',
      message: expect.stringContaining('a recording is named by its day, such as 2026-11-23'),
    });
  });

  test('does not follow a link out of the folder', async () => {
    const [disk, elsewhere] = [folder(), folder()];
    await elsewhere.write(title, minute);
    symlinkSync(elsewhere.pathOf(`${title}.frames.gz`), disk.pathOf(`${title}.frames.gz`));
    expect(await refusalOf(hubOf({ record: disk.path }), 'replay:2026-11-23')).toMatchObject({
      code: 'ENDPOINT_NOT_ALLOWED',
    });
  });

  test.each([
    ['replay:2026-11-23?speed=0', 'speed is a number from 0.1 to 1000, and a text of 1 character came'],
    ['replay:2026-11-23?speed=1001', 'and a text of 4 characters came'],
    ['replay:2026-11-23?speed=fast', 'and a text of 4 characters came'],
    [
      'replay:2026-11-23?from=noon',
      'from is a time in UTC such as 14:30 or 2026-11-23T14:30:00Z, and a text of 4 characters came',
    ],
    ['replay:2026-11-23?from=24:30', 'and a text of 5 characters came'],
    ['replay:2026-11-23?from=14:60', 'and a text of 5 characters came'],
    ['replay:2026-11-23?from=2:30', 'and a text of 4 characters came'],
    ['replay:2026-11-23?from=2026-13-45T14:30:00Z', 'and a text of 20 characters came'],
    ['replay:2026-11-23?loop=yes', 'loop is 1 or 0, and a text of 3 characters came'],
    ['replay:2026-11-23?sped=2', 'In a replay there are speed, from, loop and no other setting.'],
  ])('%s is refused', async (endpoint, message) => {
    const disk = folder();
    await disk.write(title, minute);
    expect(await refusalOf(hubOf({ record: disk.path }), endpoint)).toMatchObject({
      code: 'ENDPOINT_NOT_ALLOWED',
      message: expect.stringContaining(message),
      hint: expect.stringContaining('replay:2026-11-23?speed=10&from=2026-11-23T14:30:00Z&loop=1'),
    });
  });

  test('that names what is not there is refused with what is', async () => {
    const disk = folder();
    await disk.write(title, minute);
    await disk.write('stocks.2026-11-22.delayed.0001', minute);
    const hub = hubOf({ record: disk.path });
    expect(await refusalOf(hub, 'replay:2026-11-24')).toMatchObject({
      code: 'ENDPOINT_NOT_ALLOWED',
      message: 'There is no such recording of US stocks.',
      hint: 'Name one: replay:2026-11-23.realtime, replay:2026-11-22.delayed.',
    });
    expect(await refusalOf(hub, 'replay', 'crypto')).toMatchObject({
      code: 'ENDPOINT_NOT_ALLOWED',
      message: 'There is no recording of Crypto.',
    });
  });

  test('from behind its end is refused, with where it ends', async () => {
    const disk = folder();
    await disk.write(title, minute);
    expect(await refusalOf(hubOf({ record: disk.path }), 'replay:2026-11-23?from=14:32')).toMatchObject({
      code: 'ENDPOINT_NOT_ALLOWED',
      message: 'The recording 2026-11-23.realtime ends before 2026-11-23T14:31:01.000Z, and from lies behind that.',
      hint: 'Leave from out, as in replay:2026-11-23.realtime, or name an earlier time.',
    });
  });

  test('of channels that were not recorded is told so at once, with those that were', async () => {
    const disk = folder();
    await disk.write(title, minute);
    const hub = hubOf({ record: disk.path }, new TestClock());
    const { structured } = await start(hub, 'replay:2026-11-23', ['T.MSFT', 'Q.*', 'T.AAPL']);
    const note = 'Nothing of T.MSFT, Q.* was recorded there; what was: T.AAPL.';
    expect(structured.notes).toContain(note);
    const more = await callOn(hub, 'subscribe_stocks_channels', { channels: ['AM.AAPL', 'T.*'] });
    expect(more.structured.notes).toContain('Nothing of AM.AAPL was recorded there; what was: T.AAPL.');
  });

  test('is refused where there is no folder', async () => {
    expect(await refusalOf(hubOf({}), 'replay:2026-11-23')).toMatchObject({
      code: 'ENDPOINT_NOT_ALLOWED',
      message: 'There is no folder of recordings here.',
    });
    expect(await refusalOf(hubOf({ record: '/nowhere/at/all' }), 'replay:2026-11-23')).toMatchObject({
      code: 'ENDPOINT_NOT_ALLOWED',
      message: 'Expected a folder of recordings, or a recording in one; there is no folder /nowhere/at/all.',
    });
  });

  test('is the same as that of a running replay only if it asks for the same', async () => {
    const disk = folder();
    await disk.write(title, minute);
    const hub = hubOf({ record: disk.path }, new TestClock());
    await start(hub, 'replay:2026-11-23?speed=2');
    expect((await start(hub, 'replay:2026-11-23.realtime?speed=2', ['T.MSFT'])).structured.subscription_count).toBe(2);
    expect(await refusalOf(hub, 'replay:2026-11-23?speed=3')).toMatchObject({ code: 'ALREADY_STARTED' });
  });
});

describe('the feed of the operator', () => {
  test('may be a folder: its newest day is played, and others can be named', async () => {
    const disk = folder();
    await disk.write(title, minute);
    await disk.write('stocks.2026-11-22.realtime.0001', [at(0, event(9))]);
    const hub = hubOf({ feed: `replay:${disk.path}?speed=1000`, record: '/nowhere/at/all' });
    const { structured } = await callOn(hub, 'start_stocks_stream', { channels: ['T.AAPL'] });
    expect(structured).toMatchObject({ feed: 'replay', endpoint: 'replay:2026-11-23.realtime?speed=1000' });
    await ended(hub);
    expect(await pricesOf(hub)).toEqual([1, 2, 3]);
    await callOn(hub, 'stop_stocks_stream');
    await start(hub, 'replay:2026-11-22');
    await ended(hub);
    expect(await pricesOf(hub)).toEqual([9]);
  });

  describe('may name a recording in a folder:', () => {
    /** Two days, the newer one with two feeds, one of them in two files. */
    async function several(): Promise<RecordFolder> {
      const disk = folder();
      await disk.write('stocks.2026-11-22.realtime.0001', [at(0, event(22))]);
      await disk.write('stocks.2026-11-23.realtime.0001', [at(0, event(1))]);
      await disk.write('stocks.2026-11-23.realtime.0002', [at(10, event(2))]);
      await disk.write('stocks.2026-11-23.simulated.0001', [at(0, event(23))]);
      return disk;
    }

    async function played(settings: Partial<Settings>): Promise<unknown[]> {
      const hub = hubOf(settings);
      const { structured } = await callOn(hub, 'start_stocks_stream', { channels: ['T.AAPL'] });
      expect(structured.error).toBeUndefined();
      await ended(hub);
      return pricesOf(hub);
    }

    test.each([
      ['/2026-11-22', [22]],
      ['/2026-11-22?speed=1000', [22]],
      ['/2026-11-23.realtime', [1, 2]],
      ['/2026-11-23.simulated', [23]],
      ['/2026-11-23.realtime.0002?from=2026-11-23T14:30:00Z', [2]],
      ['/stocks.2026-11-23.realtime.0001.frames.gz', [1]],
      ['//2026-11-22', [22]],
    ])('%s plays %j', async (name, prices) => {
      const { path } = await several();
      expect(await played({ feed: `replay:${path}${name}` })).toEqual(prices);
    });

    test.each([
      ['replay:2026-11-22', [22]],
      ['replay:2026-11-23.simulated?speed=10', [23]],
    ])('beside a folder that is recorded to, %s plays %j', async (feed, prices) => {
      const { path } = await several();
      expect(await played({ feed, record: path })).toEqual(prices);
    });

    test('beside a folder that is recorded to, none is its newest day', async () => {
      const disk = folder();
      await disk.write(title, minute);
      expect(await played({ feed: 'replay?speed=1000', record: disk.path })).toEqual([1, 2, 3]);
    });

    test('one that is called like a folder is that folder, and an agent does not get out of it', async () => {
      const outer = await several();
      mkdirSync(outer.pathOf('2026-11-22'));
      await new RecordFolder(outer.pathOf('2026-11-22')).write('stocks.2020-01-01.realtime.0001', [at(0, event(20))]);
      const feed = `replay:${outer.path}/2026-11-22`;
      expect(await played({ feed })).toEqual([20]);
      expect(await refusalOf(hubOf({ feed }), 'replay:2026-11-22')).toMatchObject({
        message: 'There is no such recording of US stocks.',
        hint: 'Name one: replay:2020-01-01.realtime.',
      });
    });

    test('an agent may name the others there, and nothing elsewhere', async () => {
      const { path } = await several();
      const hub = hubOf({ feed: `replay:${path}/2026-11-22`, record: '/nowhere/at/all' });
      expect((await start(hub, 'replay:2026-11-23.simulated')).structured.endpoint).toBe('replay:2026-11-23.simulated');
      await callOn(hub, 'stop_stocks_stream');
      expect(await refusalOf(hub, `replay:${path}/2026-11-23.simulated`)).toMatchObject({
        message: expect.stringContaining('a recording is named by its day'),
      });
    });

    test('where several feeds were recorded, an agent is told how it names one', async () => {
      const { path } = await several();
      const hub = hubOf({ feed: `replay:${path}` });
      const { structured } = await callOn(hub, 'start_stocks_stream', { channels: ['T.AAPL'] });
      expect(structured.error).toMatchObject({
        message: 'Several feeds of US stocks were recorded then.',
        hint: 'Name one: replay:2026-11-23.simulated, replay:2026-11-23.realtime.',
      });
    });
  });

  test.each([
    ['/2026-11-21', 'there is no folder DIR/2026-11-21, and in DIR is no recording 2026-11-21'],
    ['/2026-11-23.delayed', 'there is no folder DIR/2026-11-23.delayed, and in DIR is no recording 2026-11-23.delayed'],
    ['/nowhere', 'there is no folder DIR/nowhere'],
    ['/nowhere/2026-11-23', 'there is no folder DIR/nowhere/2026-11-23, and there is no folder DIR/nowhere'],
    ['/notes.txt', 'DIR/notes.txt is no folder'],
  ])('that leads to DIR%s, where nothing is, is refused with what was found', async (name, found) => {
    const disk = folder();
    await disk.write(title, minute);
    writeFileSync(disk.pathOf('notes.txt'), '');
    const hub = hubOf({ feed: `replay:${disk.path}${name}` });
    const { structured } = await callOn(hub, 'start_stocks_stream', { channels: ['T.AAPL'] });
    expect(structured.error).toMatchObject({
      code: 'ENDPOINT_NOT_ALLOWED',
      message: `Expected a folder of recordings, or a recording in one; ${found.replaceAll('DIR', disk.path)}.`,
    });
  });

  test('does not open this machine to a URL', async () => {
    const hub = hubOf({ feed: 'replay:/somewhere' });
    expect(await refusalOf(hub, 'ws://127.0.0.1:9000/stocks')).toMatchObject({ code: 'ENDPOINT_NOT_ALLOWED' });
    expect(await refusalOf(hub, 'wss://evil.example/stocks')).toMatchObject({
      message: expect.stringContaining("none of the vendor's hosts"),
    });
  });

  test('needs no key in the eyes of doctor', async () => {
    const disk = folder();
    await disk.write(title, minute);
    const hub = hubOf({ feed: `replay:${disk.path}` });
    const findings = [];
    for await (const finding of examine(hub, true, {})) findings.push(finding);
    expect(findings.find(({ check }) => check === 'key')).toMatchObject({ result: 'ok' });
    expect(findings.find(({ name }) => name === 'stocks')).toMatchObject({
      result: 'ok',
      message: 'answers; recorded data; open (replay)',
    });
  });

  test('is played by the built server, which wants no key', async () => {
    const disk = folder();
    await disk.write(title, minute);
    const server = await HostedServer.start({ POLYGON_FEED: `replay:${disk.path}?speed=1000` });
    open.push(server);
    const started = await server.call('start_stocks_stream', { channels: ['T.AAPL'] });
    expect(started.structuredContent).toMatchObject({ state: 'live', feed: 'replay', simulated: false });
    await vi.waitFor(async () => {
      const read = await server.call('read_stream_messages', { market: 'stocks' });
      expect(read.structuredContent).toMatchObject({ count: 3 });
    }, patiently);
  });
});

describe('what the built server has recorded until it was killed', () => {
  /** Records the simulated feed. @returns the trades that are on the disk, and when they came */
  async function killed(disk: RecordFolder): Promise<{ price: number; atMs: number }[]> {
    const command = [process.execPath, bin, '--feed', 'simulated', '--record', disk.path, '--record-flush-ms', '10'];
    const server = await HostedServer.launch({ command });
    open.push(server);
    await server.call('start_stocks_stream', { channels: ['T.*'] });
    await vi.waitFor(() => expect(disk.frames.length).toBeGreaterThan(15), patiently);
    process.kill(server.pid, 'SIGKILL');
    await vi.waitFor(() => expect(() => process.kill(server.pid, 0)).toThrow(), patiently);
    return disk.frames.flatMap(({ atMs, text }) => {
      const events = JSON.parse(text) as { ev: string; p: number }[];
      return events.filter(({ ev }) => ev === 'T').map(({ p }) => ({ price: p, atMs }));
    });
  }

  interface Played {
    readonly endpoint: string;
    readonly prices: readonly unknown[];
    /** From the start to the last message, ms. */
    readonly tookMs: number;
  }

  async function play(server: HostedServer, endpoint: string): Promise<Played> {
    const content = async (name: string, args = {}) =>
      (await server.call(name, args)).structuredContent as Record<string, unknown>;
    const started = await content('start_stocks_stream', { channels: ['T.*'], endpoint });
    const status = await vi.waitFor(async () => {
      const told = await content('get_stocks_stream_status');
      expect(told.silence).toContain('has ended');
      return told;
    }, patiently);
    const { messages } = await content('read_stream_messages', { market: 'stocks', limit: 1_000, max_bytes: 200_000 });
    await content('stop_stocks_stream');
    return {
      endpoint: started.endpoint as string,
      prices: (messages as Message[]).map(({ price }) => price),
      tookMs: Date.parse(status.last_message_at as string) - Date.parse(status.since as string),
    };
  }

  test('is replayed by it: whole, at a speed, from a time, and in a loop', async () => {
    const disk = folder();
    const recorded = await killed(disk);
    const prices = recorded.map(({ price }) => price);
    expect(new Set(recorded.map(({ atMs }) => atMs)).size).toBeGreaterThan(5);
    const server = await HostedServer.start({ POLYGON_FEED: `replay:${disk.path}` });
    open.push(server);

    const [fast, slow] = [await play(server, 'replay?speed=1000'), await play(server, 'replay?speed=2')];
    expect([fast.prices, slow.prices]).toEqual([prices, prices]);
    expect(fast.endpoint).toMatch(/^replay:\d{4}-\d\d-\d\d\.simulated\?speed=1000$/);
    const lastedMs = recorded.at(-1)!.atMs - recorded[0]!.atMs;
    expect(slow.tookMs).toBeGreaterThanOrEqual(lastedMs / 2 - 50);
    expect(fast.tookMs).toBeLessThan(slow.tookMs);

    const { atMs } = recorded[Math.floor(recorded.length / 2)]!;
    const late = await play(server, `replay?speed=1000&from=${new Date(atMs).toISOString()}`);
    expect(late.prices).toEqual(recorded.filter(({ atMs: came }) => came >= atMs).map(({ price }) => price));

    await server.call('start_stocks_stream', { channels: ['T.*'], endpoint: 'replay?speed=1000&loop=1' });
    await vi.waitFor(async () => {
      const { structuredContent: status } = await server.call('get_stocks_stream_status');
      expect((status as { messages_received: number }).messages_received).toBeGreaterThan(2 * prices.length);
    }, patiently);
  }, 30_000);
});
