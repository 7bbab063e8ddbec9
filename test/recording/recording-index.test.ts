/** The index of a recording: what its channels are, without looking through it. */
import { statSync, truncateSync } from 'node:fs';
import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { markets, suite } from '../../generated/suite.js';
import type { Market } from '../../runtime/contract/market.js';
import { Log } from '../../runtime/core/log.js';
import { Secret } from '../../runtime/core/secret.js';
import { systemClock } from '../../runtime/pacing/system-clock.js';
import { NewChannels } from '../../runtime/recording/new-channels.js';
import { Recorder } from '../../runtime/recording/recorder.js';
import type { Client } from '../../runtime/stream/client.js';
import { callOn, testKey, testOptions } from '../support/bench.js';
import { TestClock } from '../support/clock.js';
import { closeAfterEach, open } from '../support/closing.js';
import { tries } from '../support/property.js';
import { listOfChannels, type PlainFrame, type RecordFolder, readLists } from '../support/recording.js';
import { at, beginMs, ended, event, folder, hubOf, pricesOf, refusalOf, start, title } from '../support/replay.js';

closeAfterEach();

const key = new Secret(testKey);
const stocks = markets.find(({ name }) => name === 'stocks') as Market;

/** Records frames, those of each list in a member of their own, as of the time at which they came. */
async function record(disk: RecordFolder, ...members: readonly (readonly PlainFrame[])[]): Promise<Recorder> {
  const clock = new TestClock(beginMs);
  const options = { ...testOptions, recordFlushMs: 600_000 };
  const recorder = new Recorder(disk.path, { options, clock, log: new Log(clock, () => {}), markets, decoding: suite });
  open.push(recorder);
  for (const frames of members) {
    for (const { atMs, text } of frames) {
      recorder.take({ market: 'stocks', feed: 'realtime', ownership: { of: 'all' }, key }, atMs, Buffer.from(text));
    }
    await recorder.flush();
  }
  return recorder;
}

const pathOf = (disk: RecordFolder, name = title): string => disk.pathOf(`${name}.frames.gz`);

/** A hub for which every look at the clock takes longer than an answer waits, as with a recording of hours. */
function slowHub(disk: RecordFolder): Client {
  let aheadMs = 0;
  const elapsed = (): number => {
    aheadMs += 600;
    return systemClock.elapsed() + aheadMs;
  };
  return hubOf({ record: disk.path }, { ...systemClock, elapsed });
}

/** What the notes of a start say of the channels. */
async function notesOf(hub: Client, channels: readonly string[], endpoint = 'replay:2026-11-23'): Promise<string[]> {
  const notes = (await start(hub, endpoint, channels)).structured.notes as string[];
  return notes.filter(note => !/recorded, not live|it was recorded/.test(note));
}

describe('a recording lists', () => {
  test('in each member the channels that came first in it, of every kind that the spec has', async () => {
    const disk = folder();
    await record(
      disk,
      [at(0, event(1), event(2, 'MSFT'), event(3, 'AAPL', 'XYZ')), at(10, event(4, 'AAPL', 'Q'))],
      [at(1_000, event(5))],
      [at(2_000, event(6, 'BRK.B')), { atMs: beginMs + 2_000, text: 'no json' }],
    );
    expect(readLists(pathOf(disk))).toEqual([[], ['T.AAPL', 'T.MSFT', 'Q.AAPL'], [], ['T.BRK.B']]);
    expect(disk.frames).toHaveLength(5);
    expect(statSync(pathOf(disk)).mode & 0o777).toBe(0o600);
  });

  test('them anew in every file', async () => {
    const disk = folder();
    const dayMs = 86_400_000;
    await record(disk, [at(0, event(1))], [at(dayMs, event(2))]);
    const lists = disk.files.map(file => readLists(disk.pathOf(file)));
    expect(lists).toEqual([
      [[], ['T.AAPL']],
      [[], ['T.AAPL']],
    ]);
  });

  test('what is in its frames and nothing else, whatever they are', async () => {
    const prefixes = ['T', 'Q', 'AM', 'XYZ'];
    const some = fc.record({ sym: fc.constantFrom('A', 'BRK.B', 'C', 'D'), ev: fc.constantFrom(...prefixes) });
    const frame = fc.array(some, { minLength: 1, maxLength: 6 });
    const member = fc.array(frame, { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(fc.array(member, { minLength: 1, maxLength: 5 }), async members => {
        const disk = folder();
        const plain = members.map((frames, second) =>
          frames.map(events => at(1_000 * second, ...events.map(({ ev, sym }) => event(1, sym, ev)))),
        );
        await record(disk, ...plain);
        const seen = new Set<string>();
        const expected = members.map(frames => {
          const names = frames.flat().map(({ ev, sym }) => `${ev}.${sym}`);
          const fresh = [...new Set(names)].filter(name => !name.startsWith('XYZ') && !seen.has(name));
          for (const name of fresh) seen.add(name);
          return fresh;
        });
        expect(readLists(pathOf(disk))).toEqual([[], ...expected]);
      }),
      tries(50),
    );
  });

  test('no key, not even one that came as a symbol', async () => {
    const disk = folder();
    await record(disk, [at(0, event(1, testKey), event(2, 'MSFT'))]);
    const [, names] = readLists(pathOf(disk));
    expect(names).toContain('T.MSFT');
    expect(String(names)).not.toContain(testKey);
  });

  test('of symbols that nobody can ask for only what kind they are of', async () => {
    const disk = folder();
    await record(disk, [at(0, event(1, 'A\nB'), event(2, 'A,B'), event(3, 'Ä', 'Q'))]);
    expect(readLists(pathOf(disk))).toEqual([[], ['T.', 'Q.']]);
  });

  test('nothing where there are more than it can list', async () => {
    const channels = new NewChannels(stocks, suite, 3);
    const list = (...symbols: readonly string[]) =>
      channels.listOf([{ data: Buffer.from(JSON.stringify(symbols.map(symbol => event(1, symbol)))) }], systemClock);
    expect(await list('A', 'B', 'C')).toBeInstanceOf(Buffer);
    expect(await list('D')).toBeUndefined();
    expect(await list('A')).toBeUndefined();
    channels.restart();
    expect(await list('D')).toBeInstanceOf(Buffer);
  });
});

describe('a replay of a recording that is long', () => {
  const nothingOfMsft = ['Nothing of T.MSFT was recorded there; what was: Q.AAPL, T.AAPL.'];
  const members = [[at(0, event(1))], [at(1_000, event(2, 'AAPL', 'Q'))], [at(60_000, event(3))]];
  const searching = [expect.stringMatching(/still looked through; so far nothing of T\.MSFT/)];

  test('says at once what was not recorded', async () => {
    const disk = folder();
    await record(disk, ...members);
    const hub = slowHub(disk);
    expect(await notesOf(hub, ['T.MSFT', 'T.AAPL', 'T.*', 'Q.*'])).toEqual(nothingOfMsft);
    const more = await callOn(hub, 'subscribe_stocks_channels', { channels: ['AM.*', 'T.AAPL'] });
    expect(more.structured.notes).toContain('Nothing of AM.* was recorded there; what was: Q.AAPL, T.AAPL.');
  });

  test('says it of one that was cut off while it was written, from what is left', async () => {
    const disk = folder();
    await record(disk, ...members, [at(61_000, event(4, 'NVDA'))]);
    truncateSync(pathOf(disk), statSync(pathOf(disk)).size - 1);
    const note = 'Nothing of T.MSFT, T.NVDA was recorded there; what was: Q.AAPL, T.AAPL.';
    expect(await notesOf(slowHub(disk), ['T.MSFT', 'T.NVDA'])).toEqual([note]);
  });

  test('tells of a time behind its end at once', async () => {
    const disk = folder();
    await record(disk, ...members);
    expect(await refusalOf(slowHub(disk), 'replay:2026-11-23?from=14:32')).toMatchObject({
      message: 'The recording 2026-11-23.realtime ends before 2026-11-23T14:31:01.000Z, and from lies behind that.',
    });
  });

  test('from a time on says at once what was not recorded at all, and looks for what came before that time only', async () => {
    const disk = folder();
    await record(disk, [at(0, event(1), event(1, 'EARLY'))], [at(30_000, event(2))], [at(60_000, event(3))]);
    const from = 'replay:2026-11-23?speed=1000&from=14:30:30';
    expect(await notesOf(slowHub(disk), ['T.MSFT', 'T.AAPL'], from)).toEqual([
      'Nothing of T.MSFT was recorded there; what was: T.AAPL, T.EARLY.',
    ]);
    expect(await notesOf(hubOf({ record: disk.path }), ['T.EARLY', 'T.AAPL'], from)).toEqual([
      'Nothing of T.EARLY was recorded there; what was: T.AAPL.',
    ]);
  });

  test('looks through what has no list, and through nothing else', async () => {
    const disk = folder();
    const [first, second, third] = members;
    await disk.writeIndexed(
      title,
      // A wrong list shows that its member is not looked through.
      { frames: first!, list: listOfChannels('T.NVDA') },
      { frames: second!, list: undefined },
      { frames: third!, list: listOfChannels() },
    );
    expect(await notesOf(hubOf({ record: disk.path }), ['T.MSFT'])).toEqual([
      'Nothing of T.MSFT was recorded there; what was: Q.AAPL, T.NVDA.',
    ]);
    expect(await notesOf(slowHub(disk), ['T.MSFT'])).toEqual(searching);
  });

  test.each<[string, Buffer]>([
    ['is no list', Buffer.from('T.AAPL')],
    ['is cut off', listOfChannels('T.AAPL', 'T.MSFT').subarray(0, -3)],
    ['has a wrong byte', Buffer.from(listOfChannels('T.AAPL').map((byte, index) => (index === 5 ? byte ^ 1 : byte)))],
    ['unpacks to a lot', deflateSync(Buffer.alloc(2 ** 25, 'T.A\n'))],
    ['names what is no channel', listOfChannels('T.MSFT', 'XYZ.MSFT')],
    ['names a wildcard', listOfChannels('T.MSFT', 'T.*')],
    ['names what is no symbol', listOfChannels('T.MSFT', 'T.MS\u0007FT')],
    ['names what is too long for one', listOfChannels('T.MSFT', `T.${'A'.repeat(65)}`)],
  ])('does not believe a list that %s, and looks through its member', async (_what, list) => {
    const disk = folder();
    await disk.writeIndexed(title, ...members.map(frames => ({ frames, list })));
    expect(await notesOf(hubOf({ record: disk.path }), ['T.MSFT'])).toEqual(nothingOfMsft);
  });

  test('unpacks no more lists after a few that were none', async () => {
    const disk = folder();
    const many = Array.from({ length: 10 }, (_, second) => [at(1_000 * second, event(1))]);
    const lists = many.map((_, member) => (member < 9 ? Buffer.from('T.AAPL') : listOfChannels('T.NVDA')));
    await disk.writeIndexed(title, ...many.map((frames, member) => ({ frames, list: lists[member] })));
    // The last list would have been believed.
    expect(await notesOf(hubOf({ record: disk.path }), ['T.MSFT'])).toEqual([
      'Nothing of T.MSFT was recorded there; what was: T.AAPL.',
    ]);
  });

  test.each([['T.AAPL'], ['T.*']])('believes what is played where the index denies it, and says so: %s', async name => {
    const disk = folder();
    await disk.writeIndexed(title, ...members.map(frames => ({ frames, list: listOfChannels('Q.AAPL') })));
    const hub = hubOf({ record: disk.path });
    expect(await notesOf(hub, [name], 'replay:2026-11-23?speed=1000')).toEqual([
      `Nothing of ${name} was recorded there; what was: Q.AAPL.`,
    ]);
    await ended(hub);
    expect(await pricesOf(hub)).toEqual([1, 3]);
    const status = await callOn(hub, 'get_stocks_stream_status');
    const wrong = 'The index of the recording was wrong about its channels, and is not used any more.';
    expect(status.structured.notes).toContain(wrong);
    const more = await callOn(hub, 'subscribe_stocks_channels', { channels: ['AM.AAPL'] });
    expect(more.structured.notes).toContain('Nothing of AM.AAPL was recorded there; what was: Q.AAPL, T.AAPL.');
  });

  test('plays nothing else where the index names what was not recorded', async () => {
    const disk = folder();
    await disk.writeIndexed(title, ...members.map(frames => ({ frames, list: listOfChannels('T.MSFT') })));
    const hub = hubOf({ record: disk.path });
    expect(await notesOf(hub, ['T.MSFT'], 'replay:2026-11-23?speed=1000')).toEqual([]);
    await ended(hub);
    expect(await pricesOf(hub)).toEqual([]);
  });

  test('reads a list of ten thousand channels', async () => {
    const disk = folder();
    const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
    const symbols = letters.flatMap(a => letters.flatMap(b => letters.map(c => `Z${a}${b}${c}`))).slice(0, 10_000);
    await record(disk, [at(0, ...symbols.map(symbol => event(1, symbol)))]);
    expect(readLists(pathOf(disk))[1]).toEqual(symbols.map(symbol => `T.${symbol}`));
    const [note] = await notesOf(hubOf({ record: disk.path }), ['T.MSFT']);
    expect(note).toMatch(/^Nothing of T\.MSFT was recorded there; what was: T\.ZAAA, .* and 9980 more\.$/);
  });
});
