/** Recordings are foreign data: whatever lies in the folder harms one replay at most, and that replay says so. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { markets, suite } from '../../generated/suite.js';
import type { Clock } from '../../runtime/core/clock.js';
import { systemClock } from '../../runtime/pacing/system-clock.js';
import { listRecordings } from '../../runtime/recording/folder.js';
import { encodeFrames, encodeHeader } from '../../runtime/recording/frames.js';
import { pack } from '../../runtime/recording/member.js';
import { formatName, nextNumber, parseName, select } from '../../runtime/recording/name.js';
import { Playlist } from '../../runtime/recording/playlist.js';
import { Random } from '../../runtime/simulator/random.js';
import type { Client } from '../../runtime/stream/client.js';
import { Hub } from '../../runtime/stream/hub.js';
import { callOn, testOptions } from '../support/bench.js';
import { TestClock } from '../support/clock.js';
import { Lag } from '../support/lag.js';
import { usedMb } from '../support/memory.js';
import { tries } from '../support/property.js';
import { RecordFolder } from '../support/recording.js';
import { RecordingFuzz } from '../support/recording-fuzz.js';

const open: { close(): Promise<unknown> }[] = [];

afterEach(async () => {
  for (const item of open.splice(0).reverse()) await item.close();
});

const beginMs = Date.UTC(2026, 10, 23, 14, 30);
const title = 'stocks.2026-11-23.realtime.0001';
const second = 'stocks.2026-11-23.realtime.0002';
const trade = (price: number): string => `[{"ev":"T","sym":"AAPL","p":${price},"s":1}]`;
const at = (ms: number, price: number) => ({ atMs: beginMs + ms, text: trade(price) });

function folder(): RecordFolder {
  const made = new RecordFolder();
  open.push(made);
  return made;
}

function hubOf(disk: RecordFolder, clock: Clock = systemClock): Client {
  const settings = { feed: 'realtime', allowedHosts: [], options: testOptions, record: disk.path };
  const hub = new Hub(suite, markets, settings, { clock, write: () => {} }).client({ alone: true });
  open.push(hub);
  return hub;
}

/** Plays all that there is. */
async function played(disk: RecordFolder): Promise<{ prices: unknown[]; notes: string[] }> {
  const hub = hubOf(disk);
  const { structured } = await callOn(hub, 'start_stocks_stream', {
    channels: ['T.AAPL'],
    endpoint: 'replay:2026-11-23?speed=1000',
  });
  expect(structured.error).toBeUndefined();
  await vi.waitFor(() => expect(hub.stream('stocks').isOver).toBe(true), { timeout: 15_000, interval: 5 });
  const read = await callOn(hub, 'read_stream_messages', { market: 'stocks', limit: 1_000 });
  const status = await callOn(hub, 'get_stocks_stream_status');
  return {
    prices: (read.structured.messages as { price: unknown }[]).map(({ price }) => price),
    notes: (status.structured.notes as string[]).filter(note => note.includes('damaged') || note.includes('cannot')),
  };
}

const header = encodeHeader('stocks', 'realtime', beginMs);
const damaged = (since: string, why: string): string =>
  `2026-11-23.realtime.0001 is damaged${since}, and what follows in it is not played: ${why}.`;
const first = ' after 2026-11-23T14:30:00.000Z';

/** A recording with one good trade, then a member with this in it. */
async function withMember(disk: RecordFolder, plain: string | Buffer, change = (bytes: Buffer) => bytes) {
  const good = encodeFrames([{ atMs: beginMs, data: Buffer.from(trade(1)) }]);
  const parts = [await pack(header, beginMs), await pack(good, beginMs), await pack(Buffer.from(plain), beginMs)];
  writeFileSync(disk.pathOf(`${title}.frames.gz`), Buffer.concat([...parts.slice(0, 2), change(parts[2]!)]));
}

describe('a recording', () => {
  test.each<[string, string, string]>([
    ['a time beyond all dates', `9999999999999999 0\n\n`, 'a frame came on another day than the first one'],
    ['a time at the end of all dates', `8640000000000000 0\n\n`, 'a frame came on another day than the first one'],
    ['a time of another day', `${beginMs + 86_400_000} 0\n\n`, 'a frame came on another day than the first one'],
    ['a time before all', '0 0\n\n', 'a frame came on another day than the first one'],
    ['a negative time', '-1 0\n\n', 'expected arrival and length of a frame'],
    ['a time that is no number', 'NaN 0\n\n', 'expected arrival and length of a frame'],
    ['a time of fifty digits', `${'1'.repeat(50)} 0\n\n`, 'expected arrival and length of a frame'],
    ['a length of 2^31', `${beginMs} 2147483648\n`, 'a frame is shorter or longer than it says'],
    ['a length of ten digits', `${beginMs} 9999999999\n`, 'a frame is shorter or longer than it says'],
    ['a negative length', `${beginMs} -1\n`, 'expected arrival and length of a frame'],
    ['a length that is too short', `${beginMs} 1\n[]\n`, 'a frame is shorter or longer than it says'],
  ])('with %s is played up to it, and the next one is played', async (_what, plain, why) => {
    const disk = folder();
    await withMember(disk, plain);
    await disk.write(second, [at(10, 2)]);
    expect(await played(disk)).toEqual({ prices: [1, 2], notes: [damaged(first, why)] });
  });

  test('whose times go back is played on, as of a clock that was set back', async () => {
    const disk = folder();
    await disk.write(title, [at(60_000, 1), at(0, 2), at(60_001, 3)]);
    expect(await played(disk)).toEqual({ prices: [1, 2, 3], notes: [] });
  });

  test.each([2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1])('whose part says to have %i bytes is not read on', async length => {
    const disk = folder();
    await withMember(disk, '', bytes => {
      bytes.writeUInt32LE(length, 16);
      return bytes;
    });
    await disk.write(second, [at(10, 2)]);
    const path = disk.pathOf(`${title}.frames.gz`);
    expect((await played(disk)).notes).toEqual([damaged(first, 'a part is cut off or overwritten')]);
    // As large as it says, though of nothing.
    truncateSync(path, 2 ** 33);
    const before = await usedMb();
    const why = 'a part is larger than any that is written';
    expect(await played(disk)).toEqual({ prices: [1, 2], notes: [damaged(first, why)] });
    expect((await usedMb()) - before).toBeLessThan(64);
  });

  test('of a megabyte that unpacks to a gibibyte is not unpacked', { timeout: 60_000 }, async () => {
    const disk = folder();
    await withMember(disk, Buffer.alloc(2 ** 30, '0'));
    await disk.write(second, [at(10, 2)]);
    const lag = new Lag();
    const before = process.memoryUsage().rss;
    const why = 'a part is larger than any that is written';
    expect(await played(disk)).toEqual({ prices: [1, 2], notes: [damaged(first, why)] });
    lag.end();
    expect((process.memoryUsage().rss - before) / 2 ** 20).toBeLessThan(128);
    // Threads that unpack count as well.
    expect(lag.longestMs).toBeLessThan(500);
  });

  test('of many frames without anything in them lets others have their turns', { timeout: 60_000 }, async () => {
    const disk = folder();
    await withMember(disk, `${beginMs} 0\n\n`.repeat(200_000));
    await disk.write(second, [at(10, 2)]);
    const lag = new Lag();
    expect((await played(disk)).prices).toEqual([1, 2]);
    lag.end();
    expect(lag.longestMs).toBeLessThan(100);
  });

  test.each([
    ['null', 'null'],
    ['an array', '[]'],
    ['no version', '{"format":"mcp-polygon frames"}'],
    ['numbers for texts', '{"format":"mcp-polygon frames","version":1,"market":1,"feed":2,"started_at":3}'],
    ['objects for texts', '{"format":"mcp-polygon frames","version":1,"market":{},"feed":{},"started_at":{}}'],
    ...['soon', '2026-99-99', '+275760-09-13T00:00:00Z', '-000001-01-01T00:00:00Z'].map(time => [
      `of the time ${time}`,
      `{"format":"mcp-polygon frames","version":1,"market":"a","feed":"b","started_at":"${time}"}`,
    ]),
    ['brackets', '['.repeat(4_000)],
  ])('whose first line is %s is none', async (_what, line) => {
    const disk = folder();
    const good = encodeFrames([{ atMs: beginMs, data: Buffer.from(trade(1)) }]);
    const parts = [await pack(Buffer.from(`${line}\n`), beginMs), await pack(good, beginMs)];
    writeFileSync(disk.pathOf(`${title}.frames.gz`), Buffer.concat(parts));
    await disk.write(second, [at(10, 2)]);
    expect(await played(disk)).toEqual({ prices: [2], notes: [damaged('', 'it does not begin as a recording')] });
  });

  test('whose first line is a mebibyte is none', async () => {
    const disk = folder();
    const line = Buffer.from(`{"format":"mcp-polygon frames","version":1,"x":"${'x'.repeat(2 ** 20)}"}\n`);
    writeFileSync(disk.pathOf(`${title}.frames.gz`), await pack(line, beginMs));
    await disk.write(second, [at(10, 2)]);
    expect((await played(disk)).prices).toEqual([2]);
  });
});

describe('what has the name of a recording', () => {
  const path = (disk: RecordFolder): string => disk.pathOf(`${title}.frames.gz`);

  test.each<[string, (disk: RecordFolder) => unknown]>([
    ['a folder', disk => mkdirSync(path(disk))],
    ['a link to a recording', disk => symlinkSync(disk.pathOf(`${second}.frames.gz`), path(disk))],
    ['a link to nothing', disk => symlinkSync('/nowhere', path(disk))],
    ['a link to a device', disk => symlinkSync('/dev/zero', path(disk))],
    ['a pipe', disk => execFileSync('mkfifo', [path(disk)])],
    [
      'a socket',
      async disk => {
        const server = createServer();
        await new Promise<void>(resolve => server.listen(path(disk), resolve));
        open.push({ close: () => new Promise(resolve => server.close(resolve)) });
      },
    ],
  ])('and is %s is not listed', async (_what, make) => {
    const disk = folder();
    await disk.write(second, [at(10, 2)]);
    await make(disk);
    expect(await played(disk)).toEqual({ prices: [2], notes: [] });
  });

  test.each<[string, (there: string, other: string) => unknown]>([
    ['a link', (there, other) => symlinkSync(other, there)],
    ['a link to a device', there => symlinkSync('/dev/zero', there)],
    ['a pipe', there => execFileSync('mkfifo', [there])],
    ['a folder', there => mkdirSync(there)],
  ])('and has become %s since it was listed is not read', async (_what, make) => {
    const disk = folder();
    await disk.write(title, [at(0, 1)]);
    await disk.write(second, [at(10, 2)]);
    const names = await listRecordings(disk.path);
    renameSync(path(disk), disk.pathOf('elsewhere'));
    await make(path(disk), disk.pathOf('elsewhere'));
    const playlist = new Playlist(disk.path, select(names, 'stocks', ''), undefined, testOptions.maxFrameBytes);
    const texts: string[] = [];
    for await (const { data } of playlist.frames()) texts.push(String(data));
    expect(texts).toEqual([trade(2)]);
    expect(playlist.damages).toEqual([damaged('', 'it is no regular file')]);
  });

  test('and is one of many that are damaged is named among the first only', async () => {
    const disk = folder();
    for (let number = 1; number <= 9; number++) {
      writeFileSync(disk.pathOf(`stocks.2026-11-23.realtime.000${number}.frames.gz`), 'junk');
    }
    const hub = hubOf(disk);
    await callOn(hub, 'start_stocks_stream', { channels: ['T.AAPL'], endpoint: 'replay:2026-11-23' });
    await vi.waitFor(() => expect(hub.stream('stocks').isOver).toBe(true), { timeout: 10_000, interval: 5 });
    const notes = (await callOn(hub, 'get_stocks_stream_status')).structured.notes as string[];
    expect(notes.filter(note => note.includes('is damaged'))).toHaveLength(5);
    expect(notes).toContain('Of 4 more recordings not everything is played.');
  });
});

describe('the name of a recording', () => {
  test.each([
    'stocks.2026-99-99.realtime.0001.frames.gz',
    'stocks.2026-02-30.realtime.0001.frames.gz',
    'stocks.2025-02-29.realtime.0001.frames.gz',
    'stocks.2026-00-01.realtime.0001.frames.gz',
    'stocks.2026-11-31.realtime.0001.frames.gz',
    'stocks.2026-11-23.realtime.0000000001.frames.gz',
    'stocks.2026-11-23..0001.frames.gz',
    '../stocks.2026-11-23.realtime.0001.frames.gz',
  ])('is not %s', file => {
    expect(parseName(file)).toBeUndefined();
  });

  test('may have a day that is in leap years only', () => {
    expect(parseName('stocks.2028-02-29.realtime.0001.frames.gz')).toMatchObject({ day: '2028-02-29' });
  });

  test('is given again from the first free number on where somebody took the last one', () => {
    const like = { market: 'stocks', day: '2026-11-23', feed: 'realtime' };
    const taken = [1, 2, 999_999_999].map(number => ({ ...like, number }));
    expect(nextNumber(taken, like)).toBe(3);
    expect(parseName(formatName({ ...like, number: 3 }))).toEqual({ ...like, number: 3 });
  });
});

test('a replay that waits long sets no timer that fires at once', async () => {
  const disk = folder();
  await disk.write(title, [{ atMs: Date.UTC(2026, 10, 23), text: trade(1) }, at(33_000_000, 2)]);
  const clock = new TestClock();
  const longest: number[] = [];
  const hub = hubOf(disk, {
    ...clockOf(clock),
    after: (delayMs, run) => {
      longest.push(delayMs);
      return clock.after(delayMs, run);
    },
  });
  await callOn(hub, 'start_stocks_stream', { channels: ['T.AAPL'], endpoint: 'replay:2026-11-23?speed=0.1' });
  await vi.waitFor(() => expect(hub.stream('stocks').totals.received).toBe(1));
  await vi.waitFor(() => expect(Math.max(...longest)).toBeGreaterThan(86_400_000));
});

function clockOf(clock: TestClock): Clock {
  return {
    now: () => clock.now(),
    elapsed: () => clock.elapsed(),
    after: (ms, run) => clock.after(ms, run),
    random: () => 0,
  };
}

describe('the clock of the system', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  test('sets no timer beyond what timers can be set to, and calls back on time all the same', () => {
    vi.useFakeTimers();
    const longestMs = 2 ** 31 - 1;
    const set = vi.spyOn(globalThis, 'setTimeout');
    const calls: string[] = [];
    systemClock.after(2.5 * longestMs, () => calls.push('late'));
    systemClock.after(Number.POSITIVE_INFINITY, () => calls.push('never'));
    const cancel = systemClock.after(3 * longestMs, () => calls.push('cancelled'));
    vi.advanceTimersByTime(2 * longestMs);
    cancel();
    expect(calls).toEqual([]);
    vi.advanceTimersByTime(longestMs / 2 - 1_000);
    expect(calls).toEqual([]);
    vi.advanceTimersByTime(2_000);
    expect(calls).toEqual(['late']);
    vi.advanceTimersByTime(10 * longestMs);
    expect(calls).toEqual(['late']);
    expect(Math.max(...set.mock.calls.map(([, delayMs]) => delayMs ?? 0))).toBe(longestMs);
  });
});

test('thousands of recordings with something wrong in them are read or called damaged', {
  timeout: 600_000,
}, async () => {
  const { numRuns, seed } = tries(3_000);
  const fuzz = new RecordingFuzz(new Random(seed), folder());
  await fuzz.try();
  const before = await usedMb();
  for (let count = 1; count < numRuns; count++) expect(await fuzz.try()).toBeUndefined();
  expect((await usedMb()) - before).toBeLessThan(16);
  // The reader neither lets everything pass nor refuses everything.
  expect(fuzz.damaged / fuzz.tried).toBeGreaterThan(0.3);
  expect(fuzz.damaged / fuzz.tried).toBeLessThan(0.9);
  expect(fuzz.listed / fuzz.tried).toBeGreaterThan(0.5);
});
