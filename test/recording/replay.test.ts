import { readFileSync, writeFileSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test, vi } from 'vitest';
import type { Client } from '../../runtime/stream/client.js';
import { callOn, clockFrom } from '../support/bench.js';
import { TestClock } from '../support/clock.js';
import { closeAfterEach } from '../support/closing.js';
import {
  at,
  beginMs,
  ended,
  event,
  folder,
  hubOf,
  messagesOf,
  minute,
  patiently,
  pricesOf,
  refusalOf,
  start,
  title,
} from '../support/replay.js';

closeAfterEach();

async function notesOf(hub: Client): Promise<string[]> {
  return (await callOn(hub, 'get_stocks_stream_status')).structured.notes as string[];
}

/** Until a replay waits for the frame that came so much later than the first. */
function waitsFor(hub: Client, ms: number): Promise<void> {
  const text = `The replay waits for ${new Date(beginMs + ms).toISOString()}`;
  return vi.waitFor(() => expect(hub.stream('stocks').target?.replay?.explainSilence()).toContain(text), patiently);
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

test.concurrent('a recording of the simulated feed replays to the same answers, without a key, and says that it is made up', async () => {
  const disk = folder();
  const channels = ['T.AAPL', 'T.MSFT', 'T.NVDA', 'Q.AAPL', 'A.AAPL', 'A.MSFT'];
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

test.concurrent('a replay right after a stop has all that was recorded until then, written to disk or not', async () => {
  const disk = folder();
  const hub = hubOf({ record: disk.path });
  await callOn(hub, 'start_stocks_stream', { channels: ['T.*'], endpoint: 'simulated' });
  await hub.stream('stocks').changes.until(() => hub.stream('stocks').totals.received > 40, 15_000);
  await callOn(hub, 'stop_stocks_stream');
  const lived = await messagesOf(hub, { max_bytes: 200_000 });

  await start(hub, 'replay:?speed=1000', ['T.*']);
  await ended(hub);
  expect(await messagesOf(hub, { max_bytes: 200_000 })).toEqual(lived);
  await hub.close();
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

describe('a contract that has expired', () => {
  const old = [at(0, { ev: 'T', sym: 'ESZ5', p: 6_800, s: 1, t: beginMs, q: 1 })];

  test('is replayed and subscribed, since a recording is of its own day, and is refused on a feed', async () => {
    const disk = folder();
    await disk.write('futures.2026-11-23.realtime.0001', [...old, at(600_000)]);
    const hub = hubOf({ record: disk.path }, clockFrom(beginMs));
    const replayed = await callOn(hub, 'start_futures_stream', { channels: ['T.ESZ5'], endpoint: 'replay:2026-11-23' });
    expect(replayed.structured).toMatchObject({ state: 'live', accepted: ['T.ESZ5'], rejected: [] });
    const added = await callOn(hub, 'subscribe_futures_channels', { channels: ['T.NQZ5'] });
    expect(added.structured).toMatchObject({ accepted: ['T.NQZ5'], rejected: [] });
    expect((await callOn(hub, 'get_futures_stream_status')).structured.sessions).toEqual([]);
    const { streams } = (await callOn(hub, 'get_streams_overview')).structured;
    expect(streams).toContainEqual(expect.objectContaining({ market: 'futures', sessions: [], expiries: [] }));

    await callOn(hub, 'stop_futures_stream');
    const { structured } = await callOn(hub, 'start_futures_stream', { channels: ['T.ESZ5'], endpoint: 'simulated' });
    expect(structured).toMatchObject({
      error: { code: 'CHANNELS_REJECTED' },
      rejected: [{ channel: 'T.ESZ5', message: 'ESZ5 expired in December 2025; the front month is ESZ6' }],
    });
    expect(hub.stream('futures').state).toBe('stopped');
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
