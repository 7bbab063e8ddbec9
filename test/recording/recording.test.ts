import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { WebSocket } from 'ws';
import { markets, suite } from '../../generated/suite.js';
import type { Options } from '../../runtime/config/options.js';
import type { Clock } from '../../runtime/core/clock.js';
import { Log } from '../../runtime/core/log.js';
import { Secret } from '../../runtime/core/secret.js';
import { systemClock } from '../../runtime/pacing/system-clock.js';
import { decodeFrames, decodeHeader, encodeFrames, encodeHeader } from '../../runtime/recording/frames.js';
import { headBytes, pack, readHead, unpack } from '../../runtime/recording/member.js';
import {
  formatName,
  nextNumber,
  parseName,
  type RecordingName,
  select,
  titleOf,
} from '../../runtime/recording/name.js';
import { FrameQueue } from '../../runtime/recording/queue.js';
import { Recorder } from '../../runtime/recording/recorder.js';
import type { Client } from '../../runtime/stream/client.js';
import { Hub } from '../../runtime/stream/hub.js';
import { callOn, testKey, testOptions } from '../support/bench.js';
import { TestClock } from '../support/clock.js';
import { tries } from '../support/property.js';
import { greeting, polite, RawFeed, statusFrame } from '../support/raw-feed.js';
import { RecordFolder, readLists, readRecording } from '../support/recording.js';
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

const noonMs = Date.UTC(2026, 10, 23, 12);

/** A recorder alone, whose clock stands still. */
function recorder(path: string, options: Partial<Options> = {}) {
  const clock = new TestClock(noonMs);
  const log: string[] = [];
  const services = { options: { ...testOptions, ...options }, clock, markets, decoding: suite };
  const made = new Recorder(path, { ...services, log: new Log(clock, line => log.push(line)) });
  open.push(made);
  return { recorder: made, clock, log };
}

function take(recorder: Recorder, clock: Clock, text: string, { market = 'stocks', feed = 'realtime' } = {}): void {
  recorder.take({ market, feed, ownership: { of: 'all' }, key }, clock.now(), Buffer.from(text));
}

const key = new Secret(testKey);

const patiently = { timeout: 10_000, interval: 5 };

const trade = (price: number): string =>
  JSON.stringify([{ ev: 'T', sym: 'AAPL', x: 4, i: '1', z: 3, p: price, s: 100, t: 1_790_000_000_000, q: 1 }]);

interface Scene {
  readonly hub: Client;
  readonly feed: RawFeed;
  /** Sends a frame on the one connection. */
  send(text: string): void;
}

/** A recorded stream of stocks on a feed that does as it is told. */
async function recorded(path: string, options: Partial<Options> = {}, log: string[] = []): Promise<Scene> {
  let socket: WebSocket | undefined;
  const feed = await RawFeed.open({
    ...polite,
    open: opened => {
      socket = opened;
      opened.send(greeting);
    },
  });
  open.push(feed);
  const settings = {
    key: { value: key, from: 'POLYGON_API_KEY' },
    feed: feed.url,
    allowedHosts: [],
    record: path,
    options: { ...testOptions, recordFlushMs: 10, ...options },
  };
  const hub = new Hub(suite, markets, settings, { clock: systemClock, write: line => log.push(line) }).client({
    alone: true,
  });
  open.push(hub);
  await callOn(hub, 'start_stocks_stream', { channels: ['T.AAPL'] });
  return { hub, feed, send: text => socket!.send(text) };
}

async function notesOf(hub: Client): Promise<string[]> {
  return (await callOn(hub, 'get_stocks_stream_status')).structured.notes as string[];
}

describe('a recorded stream', () => {
  test('has all that came after the key was accepted on disk before it is stopped, and a line that says what it is', async () => {
    const disk = folder();
    const { send, hub } = await recorded(disk.path);
    for (const text of [trade(1), trade(2), 'not json\nat all', trade(3)]) send(text);
    await vi.waitFor(() => expect(disk.frames).toHaveLength(5), patiently);
    const ack = JSON.stringify([{ ev: 'status', status: 'success', message: 'subscribed to: T.AAPL' }]);
    expect(disk.frames.map(({ text }) => text)).toEqual([ack, trade(1), trade(2), 'not json\nat all', trade(3)]);
    const [file] = disk.files;
    expect(file).toMatch(/^stocks\.\d{4}-\d\d-\d\d\.custom\.0001\.frames\.gz$/);
    expect(readRecording(disk.pathOf(file!)).header).toEqual({
      format: 'mcp-polygon frames',
      version: 1,
      market: 'stocks',
      feed: 'custom',
      started_at: new Date(disk.frames[0]!.atMs).toISOString(),
    });
    expect(await notesOf(hub)).toContainEqual(expect.stringMatching(/^Recorded as \d{4}-\d\d-\d\d\.custom\.0001\.$/));
  });

  test('is written to its end when the server ends', async () => {
    const disk = folder();
    const { send, hub } = await recorded(disk.path, { recordFlushMs: 600_000 });
    send(trade(1));
    await hub.stream('stocks').changes.until(() => hub.stream('stocks').totals.received === 1, 10_000);
    expect(disk.files).toEqual([]);
    await hub.close();
    expect(disk.frames.map(({ text }) => text)).toContain(trade(1));
  });

  test('has no key in it, not even where the feed repeats the key, and says that it was taken out', async () => {
    const disk = folder();
    const { send, hub } = await recorded(disk.path);
    send(statusFrame('error', `who is ${testKey}?`));
    send(trade(1));
    await vi.waitFor(() => expect(disk.bytes).toContain(trade(1)), patiently);
    expect(disk.bytes).not.toContain(testKey);
    expect(disk.bytes).not.toContain('"auth"');
    // It is counted a moment after the frames beside it are on disk.
    const note = '1 frame of it held the API key, and was recorded without it.';
    await vi.waitFor(async () => expect(await notesOf(hub)).toContain(note), patiently);
  });

  test('goes on when the queue is full; what is lost is counted and said, in the log once', async () => {
    const disk = folder();
    const log: string[] = [];
    const { send, hub } = await recorded(disk.path, { recordFlushMs: 600_000, recordQueueBytes: 1_000 }, log);
    for (let price = 1; price <= 50; price++) send(trade(price));
    await hub.stream('stocks').changes.until(() => hub.stream('stocks').totals.received === 50, 10_000);
    const [note] = (await notesOf(hub)).filter(text => text.includes('did not keep up'));
    await hub.close();
    const lost = 51 - disk.frames.length;
    expect(lost).toBeGreaterThan(30);
    expect(note).toBe(`${lost} frames were not recorded, since the disk did not keep up.`);
    expect(log.filter(line => line.includes('does not keep up'))).toHaveLength(1);
  });

  test('goes on in a new file when somebody deletes the one that is written', async () => {
    const disk = folder();
    const { send } = await recorded(disk.path);
    send(trade(1));
    await vi.waitFor(() => expect(disk.bytes).toContain(trade(1)), patiently);
    rmSync(disk.path, { recursive: true });
    send(trade(2));
    await vi.waitFor(() => expect(disk.frames.map(({ text }) => text)).toEqual([trade(2)]), patiently);
  });
});

describe('the file of a recording', () => {
  test('ends at midnight UTC', async () => {
    const disk = folder();
    const { recorder: made, clock } = recorder(disk.path);
    clock.advance(12 * 3_600_000 - 1);
    take(made, clock, 'late');
    clock.advance(1);
    take(made, clock, 'early');
    await made.close();
    expect(disk.files).toEqual([
      'stocks.2026-11-23.realtime.0001.frames.gz',
      'stocks.2026-11-24.realtime.0001.frames.gz',
    ]);
    expect(disk.frames).toEqual([
      { atMs: Date.UTC(2026, 10, 24) - 1, text: 'late' },
      { atMs: Date.UTC(2026, 10, 24), text: 'early' },
    ]);
  });

  test('is of one market and one feed', async () => {
    const disk = folder();
    const { recorder: made, clock } = recorder(disk.path);
    take(made, clock, 'a');
    take(made, clock, 'b', { feed: 'delayed-business' });
    take(made, clock, 'c', { market: 'crypto' });
    await made.close();
    expect(disk.files).toEqual([
      'crypto.2026-11-23.realtime.0001.frames.gz',
      'stocks.2026-11-23.delayed-business.0001.frames.gz',
      'stocks.2026-11-23.realtime.0001.frames.gz',
    ]);
  });

  test('ends at its size, and the next one goes on where it ended', async () => {
    const disk = folder();
    const { recorder: made, clock } = recorder(disk.path, { recordFileBytes: 2_000 });
    const texts = Array.from({ length: 20 }, () => randomBytes(400).toString('hex'));
    for (const text of texts) {
      const before = disk.files.map(file => statSync(disk.pathOf(file)).size).reduce((a, b) => a + b, 0);
      take(made, clock, text);
      clock.advance(1_000);
      await vi.waitFor(() => {
        const after = disk.files.map(file => statSync(disk.pathOf(file)).size).reduce((a, b) => a + b, 0);
        expect(after).toBeGreaterThan(before);
      }, patiently);
    }
    await made.close();
    expect(disk.frames.map(({ text }) => text)).toEqual(texts);
    expect(disk.files.length).toBeGreaterThan(3);
    for (const file of disk.files.slice(0, -1)) {
      expect(statSync(disk.pathOf(file)).size).toBeGreaterThanOrEqual(2_000);
      expect(statSync(disk.pathOf(file)).size).toBeLessThan(3_000);
    }
  });

  test('is never one that another process writes', async () => {
    const disk = folder();
    const [one, other] = [recorder(disk.path), recorder(disk.path)];
    take(one.recorder, one.clock, 'mine');
    take(other.recorder, other.clock, 'yours');
    await Promise.all([one.recorder.close(), other.recorder.close()]);
    expect(disk.files).toHaveLength(2);
    expect(disk.frames.map(({ text }) => text).toSorted()).toEqual(['mine', 'yours']);
  });
});

test('the folder keeps within its bound: the oldest recordings leave, and nothing else', async () => {
  const disk = folder();
  const strangers = ['notes.txt', 'stocks.2020-01-01.realtime.0001.frames.gz.bak', 'bonds.frames.gz'];
  for (const name of strangers) writeFileSync(disk.pathOf(name), 'x'.repeat(50_000));
  mkdirSync(disk.pathOf('stocks.2020-01-01.realtime.0002.frames.gz'));
  const { recorder: made, clock } = recorder(disk.path, { recordTotalBytes: 20_000, recordFileBytes: 1_000_000 });
  const own = (): string[] => disk.files.filter(file => file.startsWith('stocks.2026'));
  const texts = Array.from({ length: 60 }, () => randomBytes(500).toString('hex'));
  let last = '';
  for (const text of texts) {
    take(made, clock, text);
    clock.advance(1_000);
    await vi.waitFor(() => {
      last = own().at(-1) ?? '';
      expect(readRecording(disk.pathOf(last)).frames.at(-1)?.text).toBe(text);
    }, patiently);
    const total = own()
      .map(file => statSync(disk.pathOf(file)).size)
      .reduce((a, b) => a + b, 0);
    expect(total).toBeLessThanOrEqual(20_000);
  }
  await made.close();
  const kept = own().flatMap(file => readRecording(disk.pathOf(file)).frames.map(({ text }) => text));
  expect(kept).toEqual(texts.slice(-kept.length));
  expect(kept.length).toBeGreaterThan(15);
  expect(disk.files).toEqual(expect.arrayContaining([...strangers, 'stocks.2020-01-01.realtime.0002.frames.gz']));
});

describe('where the disk refuses,', () => {
  test('a folder that is a file is said and tried again, and nothing is lost', async () => {
    const disk = folder();
    const path = disk.pathOf('place');
    writeFileSync(path, '');
    const log: string[] = [];
    const { send, hub } = await recorded(path, { recordRetryMs: 10 }, log);
    send(trade(1));
    await vi.waitFor(
      async () => expect(await notesOf(hub)).toContainEqual(expect.stringMatching(/^Recording is interrupted: EEXIST/)),
      patiently,
    );
    expect(hub.stream('stocks').state).toBe('live');
    expect(log.filter(line => line.includes('recording is interrupted'))).toHaveLength(1);
    rmSync(path);
    await vi.waitFor(
      async () => expect(await notesOf(hub)).toContainEqual(expect.stringMatching(/^Recorded as/)),
      patiently,
    );
    send(trade(2));
    const written = new RecordFolder(path);
    await vi.waitFor(
      () => expect(written.frames.slice(1).map(({ text }) => text)).toEqual([trade(1), trade(2)]),
      patiently,
    );
    expect((await notesOf(hub)).filter(note => note.includes('interrupted'))).toEqual([]);
  });

  test('a folder without permission is said, and the stream goes on', async () => {
    const disk = folder();
    chmodSync(disk.path, 0o555);
    const isRoot = process.geteuid?.() === 0;
    // Nothing is forbidden to root.
    if (isRoot) process.seteuid!(65_534);
    try {
      const { send, hub } = await recorded(disk.path);
      send(trade(1));
      await vi.waitFor(
        async () =>
          expect(await notesOf(hub)).toContainEqual(expect.stringMatching(/^Recording is interrupted: EACCES/)),
        patiently,
      );
      expect(hub.stream('stocks').totals.received).toBe(1);
      await hub.close();
    } finally {
      if (isRoot) process.seteuid!(0);
      chmodSync(disk.path, 0o755);
    }
    expect(disk.files).toEqual([]);
  });

  test('a bound that is too narrow for a single frame is said', async () => {
    const disk = folder();
    const { send, hub } = await recorded(disk.path, { recordTotalBytes: 500 });
    send(JSON.stringify([{ ev: 'T', sym: 'AAPL', i: randomBytes(1_000).toString('hex') }]));
    await vi.waitFor(
      async () => expect(await notesOf(hub)).toContainEqual(expect.stringContaining('the 500 bytes')),
      patiently,
    );
  });
});

describe('the built server', () => {
  /** A recorded stream of a server that is run by a command. */
  async function hosted(disk: RecordFolder, env: Readonly<Record<string, string>>, command: readonly string[]) {
    let socket: WebSocket | undefined;
    const opened = (made: WebSocket): void => {
      socket = made;
      made.send(greeting);
    };
    const feed = await RawFeed.open({ ...polite, open: opened });
    open.push(feed);
    const server = await HostedServer.launch({
      command,
      env: { POLYGON_API_KEY: testKey, POLYGON_FEED: feed.url, MCP_POLYGON_RECORD: disk.path, ...env },
    });
    open.push(server);
    await server.call('start_stocks_stream', { channels: ['T.AAPL'] });
    return { server, send: (text: string) => socket!.send(text) };
  }

  test('leaves whole recordings behind when it is killed amid a flood', async () => {
    const disk = folder();
    const { server, send } = await hosted(disk, { MCP_POLYGON_RECORD_FLUSH_MS: '20' }, [process.execPath, bin]);
    let price = 0;
    const flood = setInterval(() => {
      for (let more = 0; more < 20; more++) send(trade(++price));
    }, 5);
    await vi.waitFor(() => expect(disk.frames.length).toBeGreaterThan(500), patiently);
    const before = disk.frames.length;
    process.kill(server.pid, 'SIGKILL');
    clearInterval(flood);
    await vi.waitFor(() => expect(() => process.kill(server.pid, 0)).toThrow(), patiently);
    const [, ...texts] = disk.frames.map(({ text }) => text);
    expect(texts).toEqual(texts.map((_, index) => trade(index + 1)));
    expect(texts.length + 1).toBeGreaterThanOrEqual(before);
    expect(disk.bytes).not.toContain(testKey);
    const lists = disk.files.flatMap(file => readLists(disk.pathOf(file)));
    expect(lists.length).toBeGreaterThan(2);
    expect(lists.flatMap(list => list ?? ['no list'])).toEqual(['T.AAPL']);
  });

  test('loses the last second at most, whenever it is killed', async () => {
    const disk = folder();
    const { server, send } = await hosted(disk, {}, [process.execPath, bin]);
    let sent = 0;
    const beganMs = Date.now();
    const newestReceived = async (): Promise<number> => {
      const { structuredContent } = await server.call('get_stocks_stream_status');
      const { last_message_at: newest } = structuredContent as { last_message_at: string | null };
      return newest === null ? beganMs : Date.parse(newest);
    };
    const flood = setInterval(() => send(trade(++sent)), 5);
    let worstMs = 0;
    const look = async (): Promise<void> => {
      const receivedMs = await newestReceived();
      worstMs = Math.max(worstMs, receivedMs - (disk.frames.at(-1)?.atMs ?? beganMs));
    };
    await vi.waitFor(async () => {
      await look();
      expect(sent).toBeGreaterThan(500);
    }, patiently);
    const receivedMs = await newestReceived();
    process.kill(server.pid, 'SIGKILL');
    clearInterval(flood);
    await vi.waitFor(() => expect(() => process.kill(server.pid, 0)).toThrow(), patiently);

    // The first frame is an acknowledgement.
    const [, ...trades] = disk.frames;
    expect(trades.map(({ text }) => text)).toEqual(trades.map((_, index) => trade(index + 1)));
    worstMs = Math.max(worstMs, receivedMs - trades.at(-1)!.atMs);
    // A second until it is written, and a moment to write it, which is longer on a busy machine.
    expect(worstMs).toBeLessThan(1_000 + 750);
    expect(worstMs).toBeGreaterThan(100);
  });

  test.skipIf(process.platform === 'win32')(
    'goes on streaming when the disk is full, and recording when it is not',
    async () => {
      const disk = folder();
      // No file may grow beyond 8 blocks: the kernel refuses what comes after.
      const limited = ['sh', '-c', 'ulimit -f 8; exec "$0" "$1"', process.execPath, bin];
      const quick = { MCP_POLYGON_RECORD_FLUSH_MS: '10', MCP_POLYGON_RECORD_RETRY_MS: '20' };
      const { server, send } = await hosted(disk, quick, limited);
      for (let group = 1; group <= 12; group++) {
        for (let each = 0; each < 4; each++) send(trade(group).replace('"1"', `"${randomBytes(150).toString('hex')}"`));
        await vi.waitFor(() => expect(disk.frames).toHaveLength(1 + 4 * group), patiently);
      }
      const prices = disk.frames.slice(1).map(({ text }) => JSON.parse(text)[0].p);
      expect(prices).toEqual(Array.from({ length: 48 }, (_, index) => Math.floor(index / 4) + 1));
      expect(disk.files.length).toBeGreaterThan(1);
      expect(server.stderr).toContain('stocks: recording is interrupted: EFBIG');
      const { structuredContent } = await server.call('get_stocks_stream_status');
      expect(structuredContent).toMatchObject({ state: 'live', messages_received: 48, reconnects: 0 });
    },
  );
});

describe('the name of a recording', () => {
  const names = [
    'stocks.2026-11-23.realtime.0002',
    'stocks.2026-11-22.realtime.0001',
    'stocks.2026-11-23.realtime.0010',
    'crypto.2026-11-24.realtime.0001',
    'stocks.2026-11-23.realtime.0001',
    'stocks.2026-11-23.realtime-x.0001',
  ].map(name => parseName(`${name}.frames.gz`)!);

  test.each([
    ['2026-11-23.realtime', ['2026-11-23.realtime.0001', '2026-11-23.realtime.0002', '2026-11-23.realtime.0010']],
    ['2026-11-22', ['2026-11-22.realtime.0001']],
    ['2026-11-23.realtime.0010', ['2026-11-23.realtime.0010']],
    ['2026-11-23.realtime-x', ['2026-11-23.realtime-x.0001']],
    ['2026-11-2', []],
    ['2026-11-23.real', []],
    ['2026-11-24', []],
  ])('%s stands for these of the market', (title, found) => {
    expect(select(names, 'stocks', title).map(titleOf)).toEqual(found);
  });

  test('left out stands for the newest day', () => {
    expect(select(names, 'crypto', '').map(titleOf)).toEqual(['2026-11-24.realtime.0001']);
    expect(select(names, 'stocks', '').map(({ day }) => day)).toEqual(Array(4).fill('2026-11-23'));
    expect(select(names, 'forex', '')).toEqual([]);
  });

  test.each([
    'stocks.2026-11-23.realtime.0001.frames',
    'stocks.2026-11-23.realtime.1.frames.gz',
    '../stocks.2026-11-23.realtime.0001.frames.gz',
    'stocks.2026-11-23.a/b.0001.frames.gz',
    'stocks.frames.gz',
    '',
  ])('%j is none', file => {
    expect(parseName(file)).toBeUndefined();
  });

  test('is read as it is written', () => {
    const name: RecordingName = { market: 'stocks', day: '2026-11-23', feed: 'delayed-business', number: 7 };
    expect(formatName(name)).toBe('stocks.2026-11-23.delayed-business.0007.frames.gz');
    expect(parseName(formatName(name))).toEqual(name);
  });

  test('has a number above those of the same market, day and feed', () => {
    expect(nextNumber(names, { market: 'stocks', day: '2026-11-23', feed: 'realtime' })).toBe(11);
    expect(nextNumber(names, { market: 'stocks', day: '2026-11-24', feed: 'realtime' })).toBe(1);
  });
});

describe('the format', () => {
  test('gives back any bytes, and when they came', async () => {
    const frame = fc.record({
      atMs: fc.integer({ min: 0, max: 9_999_999_999_999 }),
      data: fc.uint8Array({ maxLength: 300 }).map(bytes => Buffer.from(bytes)),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(frame, { maxLength: 20 }), async frames => {
        const member = await pack(encodeFrames(frames), noonMs);
        expect(readHead(member)).toMatchObject({ length: member.length, newestS: noonMs / 1_000 });
        expect([...decodeFrames(await unpack(member, 2 ** 20))]).toEqual(frames);
      }),
      tries(100),
    );
  });

  test('is a line of JSON, and a line for each frame', () => {
    expect(encodeHeader('stocks', 'realtime', noonMs).toString()).toBe(
      '{"format":"mcp-polygon frames","version":1,"market":"stocks","feed":"realtime","started_at":"2026-11-23T12:00:00.000Z"}\n',
    );
    const frames = [
      { atMs: 1_795_435_200_000, data: Buffer.from('[{"ev":"T"}]') },
      { atMs: 1_795_435_200_001, data: Buffer.from('') },
    ];
    expect(encodeFrames(frames).toString()).toBe('1795435200000 12\n[{"ev":"T"}]\n1795435200001 0\n\n');
  });

  test.each(['null', '{}', '[', '{"format":"mcp-polygon frames","version":2}', '{"format":"frames","version":1}'])(
    'does not take %s for a header',
    text => {
      expect(decodeHeader(Buffer.from(text))).toBeUndefined();
    },
  );

  test.each(['x 1\na\n', '1 2\na\n', '1 1\nab\n', '1 1', '1 99999999999\n', '1 -1\n\n'])(
    'refuses %j as frames',
    text => {
      expect(() => [...decodeFrames(Buffer.from(`5 1\nz\n${text}`))]).toThrow(SyntaxError);
      const given = decodeFrames(Buffer.from(`5 1\nz\n${text}`)).next().value;
      expect(given).toEqual({ atMs: 5, data: Buffer.from('z') });
    },
  );

  test('knows what begins no member', async () => {
    const member = await pack(Buffer.from('x'), noonMs);
    expect(readHead(member.subarray(0, headBytes - 1))).toBeUndefined();
    for (const index of [0, 1, 2, 3, 12, 13]) {
      const wrong = Buffer.from(member);
      wrong[index]! ^= 1;
      expect(readHead(wrong)).toBeUndefined();
    }
  });
});

describe('the queue', () => {
  const frame = (bytes: number, feed = 'realtime', atMs = noonMs) => ({ data: Buffer.alloc(bytes), feed, key, atMs });

  test('turns away what does not fit, until something has left', () => {
    const queue = new FrameQueue(180);
    expect([queue.offer(frame(60)), queue.offer(frame(41)), queue.offer(frame(40))]).toEqual([true, false, true]);
    queue.drop(queue.next(100)!);
    expect([queue.bytes, queue.size]).toEqual([80, 1]);
    expect(queue.offer(frame(60))).toBe(true);
  });

  test('is filled by empty frames, too', () => {
    const queue = new FrameQueue(1_000);
    let taken = 0;
    while (queue.offer(frame(0))) taken++;
    expect(taken).toBe(25);
  });

  test('gives batches of one day and feed, up to a size, and one frame at least', () => {
    const queue = new FrameQueue(1_000);
    const tomorrowMs = noonMs + 12 * 3_600_000;
    const frames = [frame(50), frame(10), frame(10), frame(10, 'delayed'), frame(10, 'delayed', tomorrowMs)];
    for (const each of frames) queue.offer(each);
    const batches = [];
    for (let batch = queue.next(100); batch; batch = queue.next(100)) {
      batches.push([batch.frames.length, batch.feed, batch.day]);
      queue.drop(batch);
    }
    expect(batches).toEqual([
      [1, 'realtime', '2026-11-23'],
      [2, 'realtime', '2026-11-23'],
      [1, 'delayed', '2026-11-23'],
      [1, 'delayed', '2026-11-24'],
    ]);
  });
});
