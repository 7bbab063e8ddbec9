import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import type { WebSocket } from 'ws';
import { runProgram } from '../support/program.js';
import { missing, PseudoTerminal, type TerminalOptions } from '../support/pseudo-terminal.js';
import { greeting, polite, RawFeed, statusFrame } from '../support/raw-feed.js';
import { RecordFolder } from '../support/recording.js';
import { marketNames } from '../support/spec.js';
import { bin } from '../support/stdio.js';

const key = 'sentinel-key-for-watching';

/** What the feed says as soon as something is subscribed; expected rows below were read off here. */
const events = [
  { ev: 'T', sym: 'AAPL', p: 187.25, s: 100, t: 1_790_000_000_000 },
  { ev: 'T', sym: 'AAPL', p: 187.3, s: 1_400, t: 1_790_000_000_001 },
  { ev: 'Q', sym: 'AAPL', bp: 187.29, ap: 187.32, bs: 1, as: 2, t: 1_790_000_000_002 },
  { ev: 'T', sym: 'BRK.B', p: 512.5, s: 7, t: 1_790_000_000_003 },
];
const channels = ['stocks', 'T.AAPL', 'Q.AAPL', 'T.BRK.B'];

/** Recorded: a trade for each second of a minute, at a price of as many dollars. */
const beginMs = Date.UTC(2026, 10, 23, 14, 30);
const minute = Array.from({ length: 61 }, (_, second) => ({
  atMs: beginMs + second * 1_000,
  text: JSON.stringify([{ ev: 'T', sym: 'AAPL', p: second, s: 1, t: beginMs }]),
}));
const minuteEnded =
  'The replay of 2026-11-23T14:30:00.000Z to 2026-11-23T14:31:00.000Z has ended: it was recorded, not live.';

let feed: RawFeed | undefined;
let terminal: PseudoTerminal | undefined;
let disk: RecordFolder | undefined;

afterEach(async () => {
  terminal?.close();
  terminal = undefined;
  await feed?.close();
  feed = undefined;
  await disk?.close();
  disk = undefined;
});

/** @returns the arguments that watch a recorded minute */
async function recordedMinute(query: string): Promise<string[]> {
  disk = new RecordFolder();
  await disk.write('stocks.2026-11-23.realtime.0001', minute);
  return ['stocks', 'T.AAPL', '--feed', `replay:${disk.path}?${query}`];
}

/** @returns the arguments that record into a folder which cannot be made yet, and its path */
function refusedFolder(): { args: string[]; path: string } {
  disk = new RecordFolder();
  const path = disk.pathOf('place');
  writeFileSync(path, '');
  return { args: ['--record', path, '--record-flush-ms', '10', '--record-retry-ms', '10'], path };
}

/** @returns the environment that leads to a feed, and its sockets */
async function openFeed(): Promise<{ env: Record<string, string>; sockets: WebSocket[] }> {
  const sockets: WebSocket[] = [];
  feed = await RawFeed.open({
    ...polite,
    message(socket, frame, attempt) {
      polite.message(socket, frame, attempt);
      if (frame.action !== 'subscribe') return;
      sockets.push(socket);
      socket.send(JSON.stringify(events));
    },
  });
  return { env: { POLYGON_API_KEY: key, POLYGON_FEED: feed.url }, sockets };
}

function open(args: readonly string[], options: Partial<TerminalOptions> = {}): PseudoTerminal {
  terminal = new PseudoTerminal(['watch', ...args], { columns: 80, rows: 16, ...options });
  return terminal;
}

/** The rows of the table are there. */
function isFilled({ text }: PseudoTerminal): boolean {
  return text.includes('187.30') && text.includes('512.50');
}

describe.skipIf(missing !== '')(`watch in a terminal${missing === '' ? '' : ` (skipped: ${missing})`}`, () => {
  test('shows header, a row per symbol, and the keys in the last line of a wide window', async () => {
    const { env } = await openFeed();
    const { text, lines, isAlternate, showsCursor, wrapsLines } = await filled(open(channels, { env }));

    expect(lines[0]).toBe(`US stocks  LIVE  feed ${feed!.url}/stocks, delay unknown`);
    expect(lines[1]).toMatch(/^\d\d:\d\d:\d\d UTC {2}3 channels {2}4 messages {2}\d\.\d\/s$/);
    expect(lines[3]).toBe('SYMBOL        LAST          BID       ASK  SPREAD     VOLUME  MSG/S  TREND');
    expect(lines.slice(4, 6).map(line => line.replace(/\d\.\d {2}▄+$/, 'R'))).toEqual([
      'AAPL        187.30       187.29    187.32    0.03      1,500    R',
      'BRK.B       512.50            -         -       -          7    R',
    ]);
    expect(lines[15]).toBe('q quits');
    expect(text.split('\n')).toHaveLength(16);
    expect([isAlternate, showsCursor, wrapsLines]).toEqual([true, false, false]);
  });

  test('leaves out columns and blank lines in a small window', async () => {
    const { env } = await openFeed();
    const { lines } = await filled(open(channels, { columns: 44, rows: 6, env }));

    expect(lines[0]).toBe(`US stocks  LIVE  feed ${feed!.url}/stocks`.slice(0, 43).padEnd(43, ',').concat('…'));
    expect(lines.slice(2, 5)).toEqual([
      'SYMBOL        LAST          BID       ASK',
      'AAPL        187.30       187.29    187.32',
      'BRK.B       512.50            -         -',
    ]);
    expect(lines[5]).toBe('q quits');
  });

  test('is drawn anew when the window gets another size', async () => {
    const { env } = await openFeed();
    const watched = await filled(open(channels, { env }));

    watched.resize(44, 6);
    await watched.until(() => watched.lines[5] === 'q quits' && watched.lines[2]?.endsWith('ASK') === true);
    expect(watched.lines[3]).toBe('AAPL        187.30       187.29    187.32');

    watched.resize(80, 16);
    await watched.until(() => watched.lines[15] === 'q quits');
    expect(watched.lines[3]).toContain('SPREAD     VOLUME  MSG/S  TREND');
    expect(watched.text.match(/q quits/g)).toHaveLength(1);
  });

  test('marks where a price went with more than a colour', async () => {
    const { env, sockets } = await openFeed();
    const watched = await filled(open(channels, { env }));
    sockets[0]!.send(JSON.stringify([{ ev: 'T', sym: 'AAPL', p: 187.2, s: 1, t: 1_790_000_000_009 }]));
    await watched.until(() => watched.text.includes('187.20'));

    expect(watched.lines[4]).toContain('187.20  ▼');
    expect(watched.written).toContain('\u001b[31m▼\u001b[0m');
  });

  test('has no colours where NO_COLOR is set, and nothing else is missing', async () => {
    const { env } = await openFeed();
    const watched = await filled(open(channels, { env: { ...env, NO_COLOR: '1' } }));

    expect(watched.lines[4]).toContain('187.30');
    expect(watched.isAlternate).toBe(true);
    expect(watched.written).not.toMatch(/\u001b\[[\d;]*m/);
  });

  test.each<[string, (watched: PseudoTerminal) => void]>([
    ['q', watched => watched.type('q')],
    ['Ctrl-C', watched => watched.type('\u0003')],
    ['Ctrl-C behind an arrow and Escape', watched => watched.type('\u001b[A\u001b\u0003')],
    ['q behind F2', watched => watched.type('\u001bOQq')],
    ['SIGTERM', watched => watched.signal('SIGTERM')],
    ['SIGINT', watched => watched.signal('SIGINT')],
  ])('%s quits, and the terminal is as it was', async (_, quit) => {
    const { env } = await openFeed();
    const watched = await filled(open(channels, { env }));
    quit(watched);
    await watched.ended();

    expectGivenBack(watched);
    expect(watched.text).toMatch(/^terminal \S+\nprocess \d+\nexit 0\nas it was$/);
  });

  test('a fault of the program is told on the terminal as it was, with exit code 1', async () => {
    const { env } = await openFeed();
    const fault = "process.on('SIGUSR2',()=>{throw(Error('boom'))})";
    const watched = await filled(
      open(channels, { env: { ...env, NODE_OPTIONS: `--import=data:text/javascript,${fault}` } }),
    );
    watched.signal('SIGUSR2');
    await watched.ended();

    expectGivenBack(watched);
    expect(watched.text).toContain('mcp-polygon failed: Error at ');
    expect(watched.text).toContain('exit 1\nas it was');
  });

  test('ends when the terminal is closed', async () => {
    const { env } = await openFeed();
    const watched = await filled(open(channels, { env }));
    watched.close();
    await expect.poll(() => feed!.connections).toBe(0);
  });

  test.each([
    ['letters, arrows and Enter', 'x\u001b[A\r'],
    ['F2', '\u001bOQ'],
    ['F2 with Shift', '\u001b[1;2Q'],
    ['F2 with Shift in old terminals', '\u001bO2Q'],
    ['Alt-q', '\u001bq'],
  ])('does not quit by %s', async (_, keys) => {
    const { env, sockets } = await openFeed();
    const watched = await filled(open(channels, { env }));
    watched.type(keys);
    sockets[0]!.send(JSON.stringify([{ ev: 'T', sym: 'AAPL', p: 190, s: 1, t: 1_790_000_000_009 }]));
    await watched.until(() => watched.text.includes('190.00'));

    expect(watched.isAlternate).toBe(true);
  });

  test('a stream that the feed takes away is told on the terminal as it was, with exit code 1', async () => {
    const { env, sockets } = await openFeed();
    const watched = await filled(open(channels, { env }));
    sockets[0]!.send(statusFrame('max_connections', 'Maximum number of websocket connections exceeded.'));
    await watched.ended();

    expectGivenBack(watched);
    expect(watched.text).toContain('MAX_CONNECTIONS: ');
    expect(watched.text).toContain('exit 1\nas it was');
    expect(watched.written).not.toContain(key);
  });

  test('a lost connection is told below the table while it goes on trying', async () => {
    const { env, sockets } = await openFeed();
    const watched = await filled(
      open(channels, {
        env: { ...env, MCP_POLYGON_BACKOFF_INITIAL_MS: '600000', MCP_POLYGON_BACKOFF_MAX_MS: '600000' },
      }),
    );
    sockets[0]!.terminate();
    await watched.until(() => watched.text.includes('1 outage: since '));

    expect(watched.lines[0]).toContain('US stocks  RETRYING');
    expect(watched.text).toContain('The connection is down; the next attempt is at ');
    expect(watched.lines[4]).toContain('187.30');
  });

  test('the simulated feed can be watched without a key', async () => {
    const watched = open(['crypto', 'XT.*', '--feed', 'simulated'], { columns: 100, rows: 20 });
    await watched.until(() => watched.text.includes('BTC-USD'));

    expect(watched.lines[0]).toBe('Crypto  LIVE  feed simulated, made-up data');
    watched.type('q');
    await watched.ended();
    expectGivenBack(watched);
  });

  test('a replay shows when it was, and at its end stays until somebody quits', async () => {
    const watched = open(await recordedMinute('speed=30'));
    await watched.until(
      () => watched.text.includes('Replay of 2026-11-23T14:30:') && /\b[1-5]\d messages/.test(watched.text),
    );

    expect(watched.lines[0]).toBe('US stocks  REPLAY  feed replay:2026-11-23.realtime?speed=30, recorded data');
    expect(watched.lines[1]).toMatch(
      /^\d\d:\d\d:\d\d UTC {2}recorded 2026-11-23 14:30:\d\d {2}1 channel {2}\d\d messages {2}\d+\.\d\/s$/,
    );
    expect(watched.text).toContain(' at 30 times the speed: recorded, not');

    await watched.until(() => watched.text.includes('has ended'));
    expect(watched.lines[0]).toContain('US stocks  ENDED  feed replay:');
    expect(watched.lines[1]).toContain(' recorded 2026-11-23 14:31:00  1 channel  61 messages  ');
    expect(watched.lines[4]).toMatch(/^AAPL +60\.00 /);
    expect(watched.text).not.toContain('times the speed');
    expect(watched.text).not.toContain('Stop the stream');

    watched.type('q');
    await watched.ended();
    expectGivenBack(watched);
    expect(watched.text).toContain('exit 0\nas it was');
  });

  test('a recording that the disk refuses is told below the table, and later under which name it goes on', async () => {
    const { env } = await openFeed();
    const { args, path } = refusedFolder();
    const watched = await filled(open([...channels, ...args], { env }));
    await watched.until(() => watched.text.includes('Recording is interrupted: EEXIST'));
    rmSync(path);
    await watched.until(() => watched.text.includes('Recorded as '));

    expect(watched.text).toMatch(/^Recorded as \d{4}-\d\d-\d\d\.custom\.0001\.$/m);
    expect(watched.text).not.toContain('interrupted');
  });

  test('a terminal that can do nothing gets plain lines', async () => {
    const { env } = await openFeed();
    const watched = open(channels, { env: { ...env, TERM: 'dumb' } });
    await watched.until(() => watched.text.includes('BRK.B  last 512.50'));

    expect(watched.written).not.toContain('\u001b');
  });
});

async function filled(watched: PseudoTerminal): Promise<PseudoTerminal> {
  await watched.until(() => isFilled(watched));
  return watched;
}

function expectGivenBack({ isAlternate, showsCursor, wrapsLines }: PseudoTerminal): void {
  expect({ isAlternate, showsCursor, wrapsLines }).toEqual({ isAlternate: false, showsCursor: true, wrapsLines: true });
}

describe('watch without a terminal', () => {
  test('writes plain lines, one for each symbol with news, and ends with 0 on a signal', async () => {
    const { env } = await openFeed();
    const child = spawn(process.execPath, [bin, 'watch', ...channels], {
      env: { PATH: process.env.PATH, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let text = '';
    let complaints = '';
    child.stderr.on('data', data => {
      complaints += data;
    });
    for await (const data of child.stdout) {
      text += data;
      if (text.includes('BRK.B  last')) child.kill('SIGINT');
    }
    if (child.exitCode === null) await once(child, 'close');

    expect([child.exitCode, complaints]).toEqual([0, '']);
    expect(text).not.toContain('\u001b');
    const lines = text.trimEnd().split('\n');
    for (const line of lines) expect(line).toMatch(/^\d\d:\d\d:\d\dZ /);
    expect(lines.map(line => line.slice('14:30:05Z '.length).replace(/\d\.\d\/s$/, 'R/s'))).toEqual(
      expect.arrayContaining([
        `US stocks live, feed ${feed!.url}/stocks, delay unknown`,
        'AAPL  last 187.30  bid 187.29  ask 187.32  spread 0.03  volume 1,500  R/s',
        'BRK.B  last 512.50  bid -  ask -  spread -  volume 7  R/s',
      ]),
    );
  });

  test('tells how far a replay is and, once, that it has ended, and ends with 0 then', async () => {
    const { code, stdout, stderr } = await runProgram(['watch', ...(await recordedMinute('speed=30'))]);

    expect([code, stderr]).toEqual([0, '']);
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map(line => line.slice('14:30:05Z '.length));
    expect(lines).toContain('US stocks replay, feed replay:2026-11-23.realtime?speed=30, recorded data');
    const ending = lines.indexOf(minuteEnded);
    const [moving, after] = [lines.slice(0, ending), lines.slice(ending)].map(part =>
      part.filter(line => line.endsWith(' at 30 times the speed: recorded, not live.')),
    );
    expect(new Set(moving).size).toBeGreaterThan(1);
    expect(after).toEqual([]);
    expect(lines.slice(ending)).toEqual([minuteEnded, expect.stringMatching(/^AAPL {2}last 60\.00 .* volume 61 /)]);
    expect(stdout).not.toContain('Stop the stream');
  });

  test('tells that the disk refuses a recording, and later under which name it goes on', async () => {
    const { env } = await openFeed();
    const { args, path } = refusedFolder();
    const child = spawn(process.execPath, [bin, 'watch', ...channels, ...args], {
      env: { PATH: process.env.PATH, ...env },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let text = '';
    let isRefused = false;
    for await (const data of child.stdout) {
      text += data;
      if (!isRefused && text.includes('Recording is interrupted: EEXIST')) {
        isRefused = true;
        rmSync(path);
      }
      if (text.includes('Recorded as ')) child.kill('SIGINT');
    }

    expect(text).toMatch(/^\d\d:\d\d:\d\dZ Recorded as \d{4}-\d\d-\d\d\.custom\.0001\.$/m);
  });

  test('ends with 0 when nobody reads on', async () => {
    const { env } = await openFeed();
    const child = spawn(process.execPath, [bin, 'watch', ...channels], {
      env: { PATH: process.env.PATH, ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    child.stdout.destroy();
    await once(child, 'close');

    expect(child.exitCode).toBe(0);
  });

  test('says plainly that there is no key, with exit code 1', async () => {
    const { code, stdout, stderr } = await runProgram(['watch', 'stocks', 'T.AAPL']);

    expect([code, stdout]).toEqual([1, '']);
    expect(stderr.split('\n')).toEqual([
      'NO_API_KEY: The feed realtime needs an API key, and none is set.',
      'Set POLYGON_API_KEY in the environment, or add --feed simulated, which needs no key.',
      '',
    ]);
  });

  test('says plainly how one of several recorded feeds is named, with exit code 1', async () => {
    const args = await recordedMinute('speed=30');
    await disk!.write('stocks.2026-11-23.delayed.0001', minute);
    const { code, stderr } = await runProgram(['watch', ...args]);

    expect(code).toBe(1);
    expect(stderr.split('\n')).toEqual([
      'ENDPOINT_NOT_ALLOWED: Several feeds of US stocks were recorded then.',
      `Name one: --feed "replay:${disk!.path}/2026-11-23.realtime", --feed "replay:${disk!.path}/2026-11-23.delayed".`,
      '',
    ]);
  });

  test('says plainly that there is nothing to replay, with exit code 1', async () => {
    disk = new RecordFolder();
    const { code, stderr } = await runProgram([
      'watch',
      'stocks',
      'T.AAPL',
      '--feed',
      `replay:${disk.path}/2026-11-23`,
    ]);

    expect(code).toBe(1);
    expect(stderr.split('\n')).toEqual([
      `ENDPOINT_NOT_ALLOWED: Expected a folder of recordings, or a recording in one; there is no folder ${disk.path}/2026-11-23, and in ${disk.path} is no recording 2026-11-23.`,
      'Record it with --record FOLDER, or name another folder with --feed replay:FOLDER.',
      '',
    ]);
  });

  test('says plainly which channels were rejected and why, with exit code 1', async () => {
    const { code, stderr } = await runProgram(['watch', 'stocks', 'X.AAPL', 'T.A*', '--feed', 'simulated']);

    expect(code).toBe(1);
    expect(stderr).toContain('CHANNELS_REJECTED: None of the channels can be subscribed.\nRejected channels[0]: ');
    expect(stderr).toContain('\nRejected channels[1]: ');
    expect(stderr).toContain('\nWrite channels as PREFIX.SYMBOL, such as T.AAPL.');
  });

  test('says plainly that the feed refuses the key, with exit code 1 and without the key', async () => {
    feed = await RawFeed.open({
      open: socket => socket.send(greeting),
      message: socket => socket.send(statusFrame('auth_failed', `authentication failed for ${key}`)),
    });
    const { code, stdout, stderr } = await runProgram(['watch', 'stocks', 'T.AAPL'], {
      POLYGON_API_KEY: key,
      POLYGON_FEED: feed.url,
    });

    expect(code).toBe(1);
    expect(stderr).toContain('AUTH_FAILED: ');
    expect(stdout + stderr).not.toContain(key);
  });

  test.each([
    [['watch'], 'watch needs a market and its channels, such as mcp-polygon watch stocks T.AAPL'],
    [['watch', 'stocks'], 'watch needs channels after stocks, such as mcp-polygon watch stocks T.AAPL'],
    [
      ['watch', 'stoks', 'T.AAPL'],
      `there is no market "stoks"; the markets are ${marketNames.join(', ')}; did you mean stocks?`,
    ],
    [['watch', 'stocks', 'T.AAPL', '--markets', 'crypto'], 'there is no market "stocks"; the markets are crypto'],
  ])('%j is wrong usage, with exit code 2', async (args, problem) => {
    expect(await runProgram(args)).toEqual({
      code: 2,
      stdout: '',
      stderr: `${problem}\nRun mcp-polygon --help to see every option.\n`,
      tookMs: expect.any(Number),
    });
  });
});
