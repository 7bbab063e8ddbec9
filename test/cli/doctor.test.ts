import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import { markets, suite } from '../../generated/suite.js';
import { examine, hubOf } from '../../runtime/cli/doctor/doctor.js';
import { type Finding, listToDos } from '../../runtime/cli/doctor/finding.js';
import { judgeClock, judgeKey, judgeNode } from '../../runtime/cli/doctor/machine.js';
import { adviceOn, examineMarket } from '../../runtime/cli/doctor/market.js';
import { describeFinding, showReport } from '../../runtime/cli/doctor/report.js';
import { readSetup } from '../../runtime/cli/setup.js';
import type { Market } from '../../runtime/contract/contract.js';
import type { ErrorCode } from '../../runtime/core/errors.js';
import { Secret } from '../../runtime/core/secret.js';
import { systemClock } from '../../runtime/pacing/system-clock.js';
import { SimulatedFeed } from '../../runtime/simulator/feed.js';
import { Hub } from '../../runtime/stream/hub.js';
import { testOptions } from '../support/bench.js';
import { TestClock } from '../support/clock.js';
import { FaultFeed } from '../support/fault-feed.js';
import { marketOf } from '../support/markets.js';
import { type Run, runProgram } from '../support/program.js';
import { greeting, polite, RawFeed, type RawFeedScript, statusFrame } from '../support/raw-feed.js';
import { RecordFolder } from '../support/recording.js';

const key = 'sentinel-key-0815-very-secret';
const running: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const item of running.splice(0)) await item.close();
});

interface Check {
  readonly check: string;
  readonly name?: string;
  readonly result: string;
  readonly message: string;
  readonly channels?: readonly { readonly channel: string; readonly result: string; readonly code?: string }[];
  readonly [fact: string]: unknown;
}

interface Report {
  readonly ok: boolean;
  readonly checks: readonly Check[];
  readonly to_do: readonly string[];
}

function recordFolder(): RecordFolder {
  const disk = new RecordFolder();
  running.push(disk);
  return disk;
}

async function rawFeed(script: RawFeedScript): Promise<RawFeed> {
  const feed = await RawFeed.open(script);
  running.push(feed);
  return feed;
}

function doctor(url: string, args: readonly string[] = [], env: Readonly<Record<string, string>> = {}): Promise<Run> {
  return runProgram(['doctor', '--feed', url, ...args], { POLYGON_API_KEY: key, ...env });
}

/** The document that `doctor --json` would print. */
async function report(url: string, args: readonly string[] = [], env = {}): Promise<Report> {
  const given = { POLYGON_API_KEY: key, ...env };
  const setup = readSetup({ suite, markets }, ['doctor', '--feed', url, ...args], given);
  expect(setup.problems).toEqual([]);
  const hub = hubOf(setup, systemClock);
  const findings: Finding[] = [];
  for await (const finding of examine(hub, setup.command.connect, given)) findings.push(finding);
  await hub.close();
  const document = JSON.parse(JSON.stringify(showReport('1.2.3', systemClock.now(), findings))) as Report;
  expect(document.to_do.length > 0).toBe(!document.ok);
  return document;
}

function find({ checks }: Report, check: string, name?: string): Check {
  const found = checks.filter(other => other.check === check && (name === undefined || other.name === name));
  expect(found).toHaveLength(1);
  return found[0]!;
}

/** Acknowledges all but some channels, which it answers in its own way. */
function politeBut(prefixes: readonly string[], answer: string): RawFeedScript {
  return {
    ...polite,
    message(socket, frame, attempt) {
      const refused = frame.action === 'subscribe' && prefixes.includes(frame.params.split('.')[0]!);
      if (refused) socket.send(answer);
      else polite.message(socket, frame, attempt);
    },
  };
}

describe('where all is well', () => {
  test('the simulated feed needs no key, all six markets answer, and nothing is to be done', async () => {
    const { code, stdout, stderr } = await runProgram(['doctor', '--feed', 'simulated']);
    expect([code, stderr]).toEqual([0, '']);
    for (const { name } of markets)
      expect(stdout).toMatch(new RegExp(`^ok    ${name} +answers; made-up data; open`, 'm'));
    expect(stdout).toContain('allowed: T, Q, AM, A, LULD, NOI, FMV\n');
    expect(stdout).not.toContain('caution');
    expect(stdout.endsWith('\nNothing to do.\n')).toBe(true);
  });

  test('the lines are plain ASCII, aligned, and tell what connecting may cost before it is done', async () => {
    const feed = await rawFeed(polite);
    const { code, stdout } = await doctor(feed.url, ['--markets', 'stocks']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^[\n -~]*$/);
    const lines = stdout.split('\n');
    const found = lines.filter(line => /^(ok|note|fail|skip) /.test(line));
    expect(found.map(line => line.slice(0, 16).trim())).toEqual([
      'ok    node',
      'ok    key',
      'ok    feed',
      'ok    host',
      'ok    clock',
      'note  caution',
      'ok    stocks',
    ]);
    for (const line of found) expect(line.slice(14, 17)).toMatch(/^ {2}\S$/);
    expect(found[5]).toContain('another program with this key loses its stream');
  });

  test('--json prints one document and nothing else', async () => {
    const feed = await rawFeed(polite);
    const { code, stdout, stderr } = await doctor(feed.url, ['--markets', 'stocks', '--json']);
    expect([code, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, version: expect.any(String), to_do: [] });
  });

  test('each market is asked for one symbol of every channel, on one connection that is closed again', async () => {
    const feed = new SimulatedFeed(markets, { stepMs: 0 });
    running.push(feed);
    const document = await report(await feed.listen());
    for (const { name, channels, simulation } of markets) {
      const { channels: asked, result, authenticated } = find(document, 'market', name);
      expect([result, authenticated]).toEqual(['ok', true]);
      expect(asked).toEqual(
        channels.map(({ prefix, title }) => ({
          channel: `${prefix}.${simulation.instruments[0]!.symbol}`,
          title,
          result: 'allowed',
        })),
      );
      expect(feed.sessions(name)).toEqual([]);
    }
  });
});

describe('a plan', () => {
  test('that does not cover some channels is told channel by channel, and is no fault', async () => {
    const feed = await rawFeed(politeBut(['Q', 'NOI'], statusFrame('error', 'not authorized')));
    const document = await report(feed.url, ['--markets', 'stocks']);
    const { channels, result } = find(document, 'market', 'stocks');
    expect(result).toBe('ok');
    expect(channels?.map(({ channel, result: answer, code }) => [channel.split('.')[0], answer, code])).toEqual([
      ['T', 'allowed', undefined],
      ['Q', 'refused', 'NOT_AUTHORIZED'],
      ['AM', 'allowed', undefined],
      ['A', 'allowed', undefined],
      ['LULD', 'allowed', undefined],
      ['NOI', 'refused', 'NOT_AUTHORIZED'],
      ['FMV', 'allowed', undefined],
    ]);
    const { stdout } = await doctor(feed.url, ['--markets', 'stocks']);
    expect(stdout).toContain('allowed: T, AM, A, LULD, FMV\n');
    expect(stdout).toMatch(/refused: Q Quotes \(NBBO\) \(NOT_AUTHORIZED\); plans: Advanced \(real time\)/);
  });

  test('that covers no channel leaves the market to be left out', async () => {
    const feed = await rawFeed(politeBut(['XT', 'XQ', 'XA', 'XAS', 'FMV'], statusFrame('error', 'not authorized')));
    const document = await report(feed.url, ['--markets', 'crypto']);
    expect(find(document, 'market', 'crypto')).toMatchObject({
      result: 'fail',
      authenticated: true,
      error: { code: 'CHANNELS_REJECTED' },
    });
    expect(document.to_do).toEqual([expect.stringMatching(/^crypto: Leave out .*--markets/)]);
  });

  test('whose channels stay unanswered is told so', async () => {
    const feed = await rawFeed(politeBut(['LULD'], '[]'));
    const document = await report(feed.url, ['--markets', 'stocks', '--ack-timeout-ms', '300']);
    const { result, channels } = find(document, 'market', 'stocks');
    expect(result).toBe('note');
    expect(channels?.filter(({ result: answer }) => answer !== 'allowed')).toMatchObject([{ result: 'unanswered' }]);
  });

  test('is judged market by market', async () => {
    const feed = await rawFeed({
      upgrade: (request, socket) => {
        if (request.url !== '/options') return false;
        socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n');
        return true;
      },
      ...polite,
    });
    const document = await report(feed.url, ['--markets', 'stocks,options']);
    expect(find(document, 'market', 'stocks').result).toBe('ok');
    expect(find(document, 'market', 'options')).toMatchObject({ result: 'fail', authenticated: null });
    expect(document.to_do).toHaveLength(1);
  });
});

interface Refusal {
  readonly name: string;
  readonly script: RawFeedScript;
  readonly code: string;
  readonly authenticated: boolean | null;
  readonly message: RegExp;
  readonly toDo: RegExp;
}

function onAuth(...frames: readonly string[]): RawFeedScript {
  return {
    ...polite,
    message: socket => {
      for (const frame of frames) socket.send(frame);
      socket.terminate();
    },
  };
}

const accepted = statusFrame('auth_success', 'authenticated');

const refusals: readonly Refusal[] = [
  {
    name: 'a wrong key',
    script: onAuth(statusFrame('auth_failed', 'authentication failed')),
    code: 'AUTH_FAILED',
    authenticated: false,
    message: /authentication failed/,
    toDo: /^stocks: Compare POLYGON_API_KEY with the key in the dashboard/,
  },
  {
    name: 'a plan without WebSockets',
    script: onAuth(statusFrame('auth_failed', "Your plan doesn't include websocket access. Visit the pricing page.")),
    code: 'PLAN_NO_WEBSOCKET',
    authenticated: false,
    message: /websocket access/,
    toDo: /^stocks: Leave out .*--markets/,
  },
  {
    name: 'a plan without real-time data',
    script: onAuth(accepted, statusFrame('error', "You don't have access real-time data. Use the delayed one.")),
    code: 'PLAN_NOT_REALTIME',
    authenticated: true,
    message: /real-time data/,
    toDo: /^stocks: /,
  },
  {
    name: 'another program that takes the connection after the acknowledgements',
    script: {
      ...polite,
      message(socket, frame, attempt) {
        polite.message(socket, frame, attempt);
        if (frame.params.startsWith('FMV.')) {
          // The eviction follows when everything seems to be settled.
          setTimeout(() => {
            socket.send(statusFrame('max_connections', 'Maximum number of websocket connections exceeded. '));
            socket.close(1008);
          }, 100);
        }
      },
    },
    code: 'MAX_CONNECTIONS',
    authenticated: true,
    message: /Maximum number of websocket connections/,
    toDo: /^stocks: End the other program/,
  },
  {
    name: 'HTTP 403',
    script: {
      upgrade: (_, socket) => {
        socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n');
        return true;
      },
    },
    code: 'CONNECT_FAILED',
    authenticated: null,
    message: /HTTP 403/,
    toDo: /^stocks: Check the network/,
  },
  {
    name: 'a feed that does not answer the key',
    script: { open: socket => socket.send(greeting) },
    code: 'CONNECT_FAILED',
    authenticated: null,
    message: /did not answer the key within 400 ms/,
    toDo: /^stocks: Check the network/,
  },
  {
    name: 'a feed that says no key came in time',
    script: onAuth(statusFrame('auth_timeout', 'No authentication request received.')),
    code: 'AUTH_TIMEOUT',
    authenticated: false,
    message: /No authentication request/,
    toDo: /^stocks: /,
  },
];

test.each(refusals)(
  '$name is named, with what to do about it',
  async ({ script, code, authenticated, message, toDo }) => {
    const feed = await rawFeed(script);
    const document = await report(feed.url, ['--markets', 'stocks', '--auth-timeout-ms', '400']);
    const stocks = find(document, 'market', 'stocks');
    expect(stocks).toMatchObject({
      result: 'fail',
      authenticated,
      error: { code, message: expect.stringMatching(message) },
    });
    expect(stocks.message).toMatch(new RegExp(`^${code}: .+\\. Delay unknown; (?:open|closed) .+[^.]$`));
    expect(document.to_do).toEqual([expect.stringMatching(toDo)]);
    await expect.poll(() => feed.connections).toBe(0);
  },
);

describe('the key', () => {
  const silent = { ...polite, open: () => {} };

  test('where there is none, nobody is asked, and it is said where it belongs', async () => {
    const feed = await rawFeed(polite);
    const document = await report(feed.url, ['--markets', 'stocks'], { POLYGON_API_KEY: ' ' });
    expect(find(document, 'key')).toMatchObject({ result: 'fail', from: null });
    expect(find(document, 'host').result).toBe('ok');
    expect(find(document, 'market', 'stocks')).toMatchObject({ result: 'skip', message: /there is no key/ });
    expect(document.to_do).toEqual([
      'Set POLYGON_API_KEY in the environment, or add --feed simulated, which needs no key.',
    ]);
    expect(feed.attempts).toBe(0);
  });

  test('is in no output, whatever the feed says', async () => {
    const feed = await rawFeed({
      ...polite,
      message: (socket, { params }) => {
        socket.send(statusFrame('auth_failed', `authentication failed for ${params}, or ${params.toUpperCase()}`));
      },
    });
    for (const args of [[], ['--json']]) {
      const { stdout, stderr, code } = await doctor(feed.url, ['--markets', 'stocks', ...args]);
      expect(code).toBe(1);
      expect((stdout + stderr).toLowerCase()).not.toContain(key.toLowerCase());
      expect(stdout).toContain('authentication failed for [redacted], or [redacted]');
    }
    expect(feed.received[0]).toContain(key);
  });

  test('is not sent with --no-connect, and no connection is opened that another program could lose its own for', async () => {
    const feed = await rawFeed(silent);
    const document = await report(feed.url, ['--no-connect']);
    expect(document.ok).toBe(true);
    expect(document.checks.filter(({ check }) => check === 'caution')).toEqual([]);
    for (const { name } of markets) {
      expect(find(document, 'market', name)).toMatchObject({ result: 'skip', message: /--no-connect/ });
    }
    expect([feed.attempts, feed.received]).toEqual([0, []]);
  });

  const settings = { feed: 'realtime', allowedHosts: [], options: {} as never };

  test('is said to come from its variable', () => {
    const found = judgeKey({ ...settings, key: { value: new Secret(key), from: 'MASSIVE_API_KEY' } }, {});
    expect(found).toMatchObject({
      result: 'ok',
      message: 'set in MASSIVE_API_KEY',
      facts: { from: 'MASSIVE_API_KEY' },
    });
  });

  test('is said not to be cleaned for where it is short', () => {
    const found = judgeKey({ ...settings, key: { value: new Secret('short7'), from: 'POLYGON_API_KEY' } }, {});
    expect(found).toMatchObject({
      result: 'note',
      message: expect.stringContaining('not taken out of what the feed says'),
    });
    expect(JSON.stringify(found)).not.toContain('short7');
  });

  test('is said to be a placeholder where the host did not fill it', () => {
    const found = judgeKey(settings, { POLYGON_API_KEY: `\${POLYGON_API_KEY}`, MASSIVE_API_KEY: ' ' });
    expect(found.result).toBe('fail');
    expect(found.message).toBe("POLYGON_API_KEY still holds the placeholder of the host's configuration");
  });

  test.each([`${key} ${key}`, `${key}\u0007${key}`, `${key}é`])('is refused when it is %s', async value => {
    const { code, stdout, stderr } = await runProgram(['doctor'], { POLYGON_API_KEY: value });
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^POLYGON_API_KEY must be 1 to 256 visible ASCII characters, without blanks/);
    expect(stderr).not.toContain('sentinel');
  });
});

describe('the hosts', () => {
  test('that cannot be reached are told with the reason, and the markets are not tried', async () => {
    const feed = await RawFeed.open({});
    await feed.close();
    const document = await report(feed.url, ['--markets', 'stocks']);
    expect(find(document, 'host')).toMatchObject({
      name: feed.url.slice('ws://'.length),
      result: 'fail',
      message: 'not reached: it refuses connections (ECONNREFUSED)',
    });
    expect(find(document, 'market', 'stocks')).toMatchObject({ result: 'skip', message: /no host can be reached/ });
  });

  const tls = (name: string): string => readFileSync(new URL(`../fixtures/tls/${name}`, import.meta.url), 'utf8');

  async function secureFeed(name: string): Promise<FaultFeed> {
    const feed = await FaultFeed.open({ tls: { cert: tls(`${name}.pem`), key: tls(`${name}.key`) } });
    running.push(feed);
    return feed;
  }

  const trusting = { NODE_EXTRA_CA_CERTS: fileURLToPath(new URL('../fixtures/tls/ca.pem', import.meta.url)) };

  test('are reached by TCP and TLS', async () => {
    const feed = await secureFeed('good');
    const { code, stdout } = await doctor(feed.url, ['--markets', 'stocks'], trusting);
    expect(stdout).toMatch(/^ok {4}host +localhost:\d+: reached; TCP after \d+ ms, TLS after \d+ ms$/m);
    expect(stdout).toMatch(/^ok {4}stocks +the key is accepted/m);
    expect(code).toBe(0);
  });

  test.each([
    ['', {}],
    [', whatever the environment says,', { NODE_TLS_REJECT_UNAUTHORIZED: '0' }],
  ])('with a bad certificate%s are not trusted', async (_what, env) => {
    const feed = await secureFeed('expired');
    const { code, stdout } = await doctor(feed.url, ['--markets', 'stocks'], { ...trusting, ...env });
    expect(stdout).toMatch(/^fail {2}host .*expired/m);
    expect(code).toBe(1);
    expect(feed.received).toEqual([]);
  });

  test.each(['expired', 'self-signed', 'wrong-host', 'good'])(
    'with a certificate that this machine does not trust (%s) call for the one of the proxy',
    async name => {
      const feed = await secureFeed(name);
      const document = await report(feed.url, ['--markets', 'stocks']);
      expect(find(document, 'host').result).toBe('fail');
      expect(document.to_do).toEqual([
        expect.stringMatching(/^localhost:\d+: .*proxy that inspects TLS.*NODE_EXTRA_CA_CERTS/),
      ]);
    },
  );

  test('that say nothing are given up in time', async () => {
    const feed = await FaultFeed.open();
    running.push(feed);
    feed.arm({ accept: () => {} }, Number.POSITIVE_INFINITY);
    const { code, stdout, tookMs } = await doctor(feed.url, [
      ...['--markets', 'stocks', '--connect-timeout-ms', '300', '--auth-timeout-ms', '300'],
    ]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^fail {2}stocks +CONNECT_FAILED/m);
    expect(tookMs).toBeLessThan(8_000);
  });
});

describe('the clock', () => {
  async function hostAt(offsetMs: number): Promise<string> {
    const server = createServer((_, response) => {
      response.setHeader('Date', new Date(Date.now() + offsetMs).toUTCString());
      response.writeHead(404).end();
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    running.push({ close: () => new Promise(resolve => server.close(() => resolve())) });
    return `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  test.each([
    ['agrees with', 0, 'ok'],
    ['600 s behind', 600_000, 'fail'],
    ['600 s ahead of', -600_000, 'fail'],
  ])('that %s the Date header of the host is %s', async (how, offsetMs, result) => {
    const document = await report(await hostAt(offsetMs), ['--no-connect', '--markets', 'stocks']);
    const { message, skew_ms: skewMs, result: judged } = find(document, 'clock');
    expect(judged).toBe(result);
    // A slow machine may take a second more.
    expect(message.replace(/\b(?:599|601)\b/, '600')).toContain(how);
    expect(Math.abs((skewMs as number) - offsetMs)).toBeLessThan(2_000);
  });

  test.each([
    [0, 'ok'],
    [2_000, 'ok'],
    [-2_001, 'note'],
    [30_000, 'note'],
    [-30_001, 'fail'],
  ])('%d ms off is %s', (skewMs, result) => {
    const finding = judgeClock([
      { host: 'a', secure: true },
      { host: 'b', secure: true, skewMs },
    ]);
    expect(finding.result).toBe(result);
    expect(finding.message).toMatch(/the Date header of b$/);
    expect(finding.toDo !== undefined).toBe(result === 'fail');
  });

  test('is not judged where no host tells the time', () => {
    expect(judgeClock([{ host: 'a', secure: true }])).toMatchObject({ result: 'skip' });
  });
});

describe('a market', () => {
  const saturdayMs = Date.UTC(2026, 10, 21, 12);

  function examined(market: string, feed: string): Promise<Finding> {
    const settings = { feed, allowedHosts: [], options: testOptions };
    const hub = new Hub(suite, markets, settings, { clock: new TestClock(saturdayMs), write: () => {} }).client({
      alone: true,
    });
    return examineMarket(hub, marketOf(market), 'for a reason');
  }

  test.each([
    ['stocks', 'realtime', 'not asked, for a reason; real time; closed until 2026-11-23T09:00:00.000Z'],
    ['futures', 'delayed', 'not asked, for a reason; 10 minutes late; closed until 2026-11-22T23:00:00.000Z'],
    ['crypto', 'realtime', 'not asked, for a reason; real time; open (continuous)'],
    ['stocks', 'ws://127.0.0.1:9', 'not asked, for a reason; delay unknown; closed until 2026-11-23T09:00:00.000Z'],
    ['stocks', 'simulated', 'not asked, for a reason; made-up data; open (simulated)'],
  ])('%s on %s on a Saturday says how late it is, and whether it is open', async (market, feed, message) => {
    expect(await examined(market, feed)).toMatchObject({ result: 'skip', message });
  });

  test('that lacks the feed is noted', async () => {
    expect(await examined('forex', 'delayed')).toMatchObject({
      result: 'note',
      message: expect.stringContaining('Forex has no feed "delayed"; it has realtime, business, simulated.'),
    });
  });
});

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
