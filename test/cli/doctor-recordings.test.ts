import { chmodSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { markets, suite } from '../../generated/suite.js';
import { hubOf } from '../../runtime/cli/doctor/doctor.js';
import { listToDos } from '../../runtime/cli/doctor/finding.js';
import { judgeNode } from '../../runtime/cli/doctor/machine.js';
import { adviceOn } from '../../runtime/cli/doctor/market.js';
import { describeFinding } from '../../runtime/cli/doctor/report.js';
import { readSetup } from '../../runtime/cli/setup.js';
import type { Market } from '../../runtime/contract/market.js';
import type { ErrorCode } from '../../runtime/core/errors.js';
import { systemClock } from '../../runtime/pacing/system-clock.js';
import { type Check, find, key, type Report, report, running, setUp } from '../support/doctor.js';
import { marketOf } from '../support/markets.js';
import { RecordFolder } from '../support/recording.js';

setUp();

function recordFolder(): RecordFolder {
  const disk = new RecordFolder();
  running.push(disk);
  return disk;
}

describe('a feed of recordings', () => {
  const frame = { atMs: Date.UTC(2026, 10, 23, 14, 30), text: '[]' };

  async function recorded(...names: readonly string[]): Promise<RecordFolder> {
    const disk = recordFolder();
    for (const name of names) await disk.write(`${name}.0001`, [frame]);
    return disk;
  }

  const ofMarkets = ({ checks }: Report): (string | undefined)[][] =>
    checks.filter(({ check }) => check === 'market').map(({ name, result, message }) => [name, result, message]);

  test('says which markets were recorded; the others are a note, and nothing is to be done', async () => {
    const { path } = await recorded('crypto.2026-11-23.realtime', 'stocks.2026-11-22.realtime');
    const document = await report(`replay:${path}/2026-11-23`, ['--markets', 'stocks,crypto,forex']);
    expect(find(document, 'feed')).toMatchObject({
      result: 'ok',
      message: `replay:${path}/2026-11-23; recorded: crypto`,
    });
    expect(ofMarkets(document)).toEqual([
      ['stocks', 'note', 'There is no such recording of US stocks.'],
      ['forex', 'note', 'There is no such recording of Forex.'],
      ['crypto', 'ok', 'answers; recorded data; open (replay)'],
    ]);
  });

  test('with several feeds on a day has advice that can be typed', async () => {
    const { path } = await recorded('stocks.2026-11-23.realtime', 'stocks.2026-11-23.simulated');
    const document = await report(`replay:${path}`, ['--markets', 'stocks']);
    expect(find(document, 'market').result).toBe('fail');
    expect(document.to_do).toEqual([
      `stocks: Name one: --feed "replay:${path}/2026-11-23.simulated", --feed "replay:${path}/2026-11-23.realtime".`,
    ]);
  });

  test.each([
    ['that is not there', '/nowhere', 'there is no folder DIR/nowhere'],
    ['that is a file', '/crypto.txt', 'DIR/crypto.txt is no folder'],
  ])('%s is told once, with advice for the shell', async (_, name, found) => {
    const disk = recordFolder();
    writeFileSync(disk.pathOf('crypto.txt'), '');
    const document = await report(`replay:${disk.path}${name}`);
    expect(find(document, 'feed')).toMatchObject({
      result: 'fail',
      message: `Expected a folder of recordings, or a recording in one; ${found.replace('DIR', disk.path)}.`,
    });
    for (const [, result, message] of ofMarkets(document)) {
      expect([result, message]).toEqual(['skip', expect.stringMatching(/^not asked, there is nothing to replay; /)]);
    }
    expect(document.to_do).toEqual([
      'Record it with --record FOLDER, or name another folder with --feed replay:FOLDER.',
    ]);
  });

  test('with nothing of the markets that are served says what there is', async () => {
    const { path } = await recorded('crypto.2026-11-23.realtime');
    const document = await report(`replay:${path}`, ['--markets', 'stocks']);
    expect(find(document, 'feed')).toMatchObject({ result: 'fail', message: `replay:${path}; recorded: crypto` });
    expect(document.to_do).toEqual([
      'Serve what was recorded (--markets crypto), record the markets that are served (--record FOLDER), or name another folder with --feed replay:FOLDER.',
    ]);
    const empty = await report(`replay:${recordFolder().path}`);
    expect(empty.to_do).toEqual(['Record it with --record FOLDER, or name another folder with --feed replay:FOLDER.']);
  });

  test('may lie in the folder that is recorded to, and is not recorded there', async () => {
    const disk = await recorded('crypto.2026-11-23.realtime');
    const document = await report('replay:2026-11-23', ['--markets', 'crypto', '--record', disk.path]);
    expect(document.ok).toBe(true);
    expect(disk.files).toHaveLength(1);
  });
});

describe('the folder to record to', () => {
  const ofFolder = async (path: string): Promise<Check> =>
    find(await report('simulated', ['--no-connect', '--record', path]), 'record');

  test('is fine where it can be written, and nothing is left in it', async () => {
    const disk = recordFolder();
    expect(await ofFolder(disk.path)).toMatchObject({ result: 'ok', message: `${disk.path} can be written` });
    expect(disk.files).toEqual([]);
  });

  test('is fine where it can be made, and is not made', async () => {
    const disk = recordFolder();
    const path = disk.pathOf('more/recordings');
    expect(await ofFolder(path)).toMatchObject({ result: 'ok', message: `${path} is made when the first frame comes` });
    expect(disk.files).toEqual([]);
  });

  test('is named where it is a file, with what to do', async () => {
    const path = recordFolder().pathOf('place');
    writeFileSync(path, '');
    const document = await report('simulated', ['--no-connect', '--record', path]);
    expect(find(document, 'record')).toMatchObject({
      result: 'fail',
      message: `${path} cannot be written: it is no folder (ENOTDIR)`,
    });
    expect(document.to_do).toEqual(['Name another folder with --record, or let this user write there.']);
  });

  test('is named where nobody may write, with what to do', async () => {
    const disk = recordFolder();
    chmodSync(disk.path, 0o555);
    const isRoot = process.geteuid?.() === 0;
    // Nothing is forbidden to root.
    if (isRoot) process.seteuid!(65_534);
    try {
      expect(await ofFolder(disk.pathOf('more'))).toMatchObject({
        result: 'fail',
        message: `${disk.pathOf('more')} cannot be written: it is not allowed (EACCES)`,
      });
    } finally {
      if (isRoot) process.seteuid!(0);
      chmodSync(disk.path, 0o755);
    }
  });

  test('is not looked at where nothing is recorded', async () => {
    const { checks } = await report('simulated', ['--no-connect']);
    expect(checks.map(({ check }) => check)).not.toContain('record');
  });
});

describe('the advice', () => {
  const hub = hubOf(readSetup({ suite, markets }, [], { MASSIVE_API_KEY: key }), systemClock);
  const advice = (market: Market, feed: string, code: ErrorCode): string => adviceOn(hub, market, { feed }, code);

  test.each(['PLAN_NOT_REALTIME', 'CHANNELS_REJECTED'] as const)(
    'on %s is the delayed feed where there is one',
    code => {
      expect(advice(marketOf('stocks'), 'realtime', code)).toContain('--feed delayed');
      expect(advice(marketOf('stocks'), 'delayed', code)).toContain('--markets');
      expect(advice(marketOf('crypto'), 'realtime', code)).toContain('--markets');
    },
  );

  test('on a wrong key names the variable that holds it', () => {
    expect(advice(marketOf('stocks'), 'realtime', 'AUTH_FAILED')).toContain('Compare MASSIVE_API_KEY');
  });
});

test.each([
  ['20.0.0', 'ok'],
  ['24.1.0', 'ok'],
  ['18.20.4', 'fail'],
])('Node %s is %s', (version, result) => {
  expect(judgeNode(version).result).toBe(result);
});

test('what is to be done is told once, with everything it is about', () => {
  const finding = { check: 'market', result: 'fail', message: '' } as const;
  expect(
    listToDos([
      { ...finding, name: 'stocks', toDo: 'Do this.' },
      { check: 'key', result: 'fail', message: '', toDo: 'Set it.' },
      { ...finding, name: 'forex', toDo: 'Do this.' },
      { ...finding, name: 'crypto' },
    ]),
  ).toEqual(['stocks, forex: Do this.', 'Set it.']);
});

test('further lines of a finding stand under its message', () => {
  const text = describeFinding({ check: 'market', name: 'stocks', result: 'ok', message: 'good', details: ['a', 'b'] });
  expect(text).toBe(['ok    stocks    good', '                a', '                b', ''].join('\n'));
});
