import { describe, expect, test } from 'vitest';
import { markets } from '../../generated/suite.js';
import { judgeKey } from '../../runtime/cli/doctor/machine.js';
import { Secret } from '../../runtime/core/secret.js';
import { SimulatedFeed } from '../../runtime/simulator/feed.js';
import { doctor, find, key, report, running, setUp } from '../support/doctor.js';
import { runProgram } from '../support/program.js';
import { greeting, polite, RawFeed, type RawFeedScript, statusFrame } from '../support/raw-feed.js';

setUp();

async function rawFeed(script: RawFeedScript): Promise<RawFeed> {
  const feed = await RawFeed.open(script);
  running.push(feed);
  return feed;
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

describe.concurrent('where all is well', () => {
  test('the simulated feed needs no key, all markets answer, and nothing is to be done', async () => {
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
      'skip  rest',
      'note  caution',
      'ok    stocks',
    ]);
    for (const line of found) expect(line.slice(14, 17)).toMatch(/^ {2}\S$/);
    expect(found[6]).toContain('another program with this key loses its stream');
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

describe.concurrent('a plan', () => {
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

test.concurrent.each(refusals)(
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

describe.concurrent('the key', () => {
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
