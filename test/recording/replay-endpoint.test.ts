import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { describe, expect, test, vi } from 'vitest';
import { examine } from '../../runtime/cli/doctor/doctor.js';
import type { Settings } from '../../runtime/config/settings.js';
import type { Message } from '../../runtime/market/format.js';
import { systemClock } from '../../runtime/pacing/system-clock.js';
import { callOn } from '../support/bench.js';
import { TestClock } from '../support/clock.js';
import { closeAfterEach, open } from '../support/closing.js';
import { RecordFolder } from '../support/recording.js';
import {
  at,
  ended,
  event,
  folder,
  hubOf,
  minute,
  patiently,
  pricesOf,
  refusalOf,
  start,
  title,
} from '../support/replay.js';
import { bin, HostedServer } from '../support/stdio.js';

closeAfterEach();

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

  describe('that is too long to be looked through at once', () => {
    const long = Array.from({ length: 8 }, (_, index) => [at(index, event(index, index === 7 ? 'LATE' : 'AAPL'))]);
    const searching = /^The recording is long and still looked through; so far nothing of T\.MSFT was found in it\.$/;
    const found = 'Nothing of T.MSFT was recorded there; what was: T.AAPL, T.LATE.';

    /** A hub whose clock runs ahead at every look, until `hurry` stops it. */
    function slowHub(path: string) {
      let stepMs = 600;
      let aheadMs = 0;
      const clock = {
        ...systemClock,
        elapsed: () => {
          aheadMs += stepMs;
          return systemClock.elapsed() + aheadMs;
        },
      };
      const hurry = (): void => {
        stepMs = 0;
      };
      return { hub: hubOf({ record: path }, clock), hurry };
    }

    test('says so at once, and in later answers what was not recorded', async () => {
      const disk = folder();
      await disk.write(title, ...long);
      const { hub, hurry } = slowHub(disk.path);
      const { structured } = await start(hub, 'replay:2026-11-23?speed=1000', ['T.MSFT', 'T.LATE', 'T.AAPL']);
      expect((structured.notes as string[]).join('\n')).toMatch(/The recording is long and still looked through/);
      await callOn(hub, 'unsubscribe_stocks_channels', { channels: ['T.LATE'] });
      hurry();
      const status = async () => (await callOn(hub, 'get_stocks_stream_status')).structured.notes;
      await vi.waitFor(async () => expect(await status()).toContain(found), patiently);
      const args = { market: 'stocks', channels: ['T.MSFT'] };
      expect((await callOn(hub, 'read_stream_messages', args)).structured.notes).toContain(found);
      const waited = await callOn(hub, 'wait_for_stream_message', { ...args, timeout_s: 1 });
      expect(waited.structured.notes).toContain(found);
    });

    test('says nothing where all that is subscribed was found early', async () => {
      const disk = folder();
      await disk.write(title, ...long);
      const { hub } = slowHub(disk.path);
      const { structured } = await start(hub, 'replay:2026-11-23?speed=1000');
      expect(structured.notes).toHaveLength(1);
      const more = await callOn(hub, 'subscribe_stocks_channels', { channels: ['T.MSFT'] });
      expect(more.structured.notes).toContainEqual(expect.stringMatching(searching));
    });
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
      message: expect.stringContaining("not one of the vendor's"),
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

describe.concurrent('what the built server has recorded until it was killed', () => {
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
