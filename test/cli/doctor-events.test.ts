import { afterAll, describe, expect, test } from 'vitest';
import { markets, suite } from '../../generated/suite.js';
import { examine, hubOf } from '../../runtime/cli/doctor/doctor.js';
import type { Finding } from '../../runtime/cli/doctor/finding.js';
import { Inspector } from '../../runtime/cli/doctor/inspector.js';
import { kindOfValue, nameOf, shapeOf } from '../../runtime/cli/doctor/kind.js';
import { listenTo } from '../../runtime/cli/doctor/listener.js';
import { describeFinding, showReport } from '../../runtime/cli/doctor/report.js';
import { readSetup } from '../../runtime/cli/setup.js';
import { parseExact } from '../../runtime/core/lossless-json.js';
import { Secret } from '../../runtime/core/secret.js';
import type { Endpoint } from '../../runtime/feed/endpoint.js';
import { systemClock } from '../../runtime/pacing/system-clock.js';
import { SimulatedFeed } from '../../runtime/simulator/feed.js';
import type { SimulatedFeedOptions } from '../../runtime/simulator/options.js';
import type { Target } from '../../runtime/stream/target.js';
import { routeTo, testOptions } from '../support/bench.js';
import { marketOf } from '../support/markets.js';
import { runProgram } from '../support/program.js';
import { polite, RawFeed, type RawFeedScript, statusFrame } from '../support/raw-feed.js';
import { readRecorded, recordedMarkets } from '../support/recorded.js';

const key = 'sentinel-key-0815-very-secret';
const noKey = new Secret('none');
const running: { close(): Promise<void> }[] = [];

// The tests listen side by side.
afterAll(async () => {
  for (const item of running.splice(0)) await item.close();
});

interface Listened {
  readonly finding: Finding;
  readonly text: string;
  readonly json: string;
}

/** What doctor finds on the events of a market. */
async function listen(url: string, market: string, args: readonly string[] = [], seconds = '1'): Promise<Listened> {
  const given = { POLYGON_API_KEY: key, MCP_POLYGON_ACK_TIMEOUT_MS: '300' };
  const argv = ['doctor', '--feed', url, '--markets', market, '--events', seconds, ...args];
  const setup = readSetup({ suite, markets }, argv, given);
  expect(setup.problems).toEqual([]);
  const hub = hubOf(setup, systemClock);
  const findings: Finding[] = [];
  const { connect, listenSeconds } = setup.command;
  for await (const finding of examine(hub, connect, given, listenSeconds)) findings.push(finding);
  await hub.close();
  const found = findings.filter(({ check }) => check === 'events');
  expect(found).toHaveLength(1);
  return {
    finding: found[0]!,
    text: describeFinding(found[0]!),
    json: JSON.stringify(showReport('1.2.3', systemClock.now(), findings)),
  };
}

/** Sends frames as soon as a channel is held for the second time, which is when doctor listens. */
async function planted(
  market: string,
  frames: readonly string[],
  options: SimulatedFeedOptions = {},
): Promise<Listened> {
  const feed = new SimulatedFeed(markets, options);
  running.push(feed);
  const url = await feed.listen();
  const stars = marketOf(market).channels.some(({ wildcard }) => wildcard);
  const timer = setInterval(() => {
    const session = feed.sessions(market).find(({ held }) => [...held].some(name => name.endsWith('.*')) === stars);
    if (!session || session.held.size === 0) return;
    for (const frame of frames) session.send(frame);
    clearInterval(timer);
  }, 20);
  try {
    return await listen(url, market);
  } finally {
    clearInterval(timer);
  }
}

async function scripted(script: RawFeedScript): Promise<RawFeed> {
  const feed = await RawFeed.open(script);
  running.push(feed);
  return feed;
}

function differencesOf({ finding }: Listened): Record<string, unknown>[] {
  return finding.facts!.differences as Record<string, unknown>[];
}

const trade = '"ev":"T","sym":"AAPL","x":4,"i":"7","z":3,"p":232.15,"s":100,"t":1790000000000,"q":9';
const band = '"ev":"LULD","T":"AAPL","h":240.1,"l":220.2,"i":[16],"z":3,"q":9';

describe.concurrent('doctor --events', () => {
  test.each(recordedMarkets)('finds that the simulated feed of %s keeps to the spec', async market => {
    const { finding, text } = await planted(market, [], { speed: 20 });
    expect(finding).toMatchObject({ result: 'ok', facts: { differences: [], unanswered: [], refused: [] } });
    expect(text).toContain('all as the spec says');
    expect(Object.keys(finding.facts!.heard as object).length).toBeGreaterThan(0);
  });

  test('asks for all symbols where that is served, and else for those that are played', async () => {
    const { finding } = await planted('options', []);
    const asked = finding.facts!.asked as string[];
    expect(asked).toContain('T.*');
    expect(asked).not.toContain('Q.*');
    expect(asked.filter(name => name.startsWith('Q.'))).toHaveLength(marketOf('options').simulation.instruments.length);
  });

  test.each<[string, string, object, string]>([
    [
      'an event of a kind that is not known',
      '[{"ev":"ZZ","sym":"AAPL"}]',
      { kind: 'unknown_event', key: 'ZZ', example: 'object with 2 keys' },
      'event ZZ is not in the spec',
    ],
    [
      'a key that is not known',
      `[{${trade},"new":"odd"}]`,
      { kind: 'unknown_key', channel: 'T', key: 'new', example: 'text of 3 characters' },
      'T: key new is not in the spec',
    ],
    [
      'a key with a long name that is not known',
      `[{${trade},"participant_timestamp":1}]`,
      { kind: 'unknown_key', channel: 'T', key: 'participant_timestamp', example: 'whole number of 1 digit' },
      'T: key participant_timestamp is not in the spec',
    ],
    [
      'a key that is missing',
      `[{${trade.replace('"p":232.15,', '')}}]`,
      { kind: 'missing_key', channel: 'T', key: 'p', example: 'no such key' },
      'T.p is missing',
    ],
    [
      'null where a value is required',
      `[{${trade.replace('232.15', 'null')}}]`,
      { kind: 'missing_key', channel: 'T', key: 'p', example: 'null' },
      'T.p is missing',
    ],
    [
      'a price as text',
      `[{${trade.replace('232.15', '"232.15"')}}]`,
      { kind: 'mistyped', channel: 'T', key: 'p', expected: 'number', example: 'decimal text' },
      'T.p is a decimal text, the spec says number',
    ],
    [
      'a time in another unit',
      `[{${trade.replace('1790000000000', '1790000000000000001')}}]`,
      { kind: 'other_unit', channel: 'T', key: 't', expected: 'ms', example: 'ns, a whole number of 19 digits' },
      'T.t is in ns, a whole number of 19 digits, the spec says ms',
    ],
    [
      'a time that is none',
      `[{${band},"t":1790000000}]`,
      { kind: 'implausible_time', channel: 'LULD', key: 't', example: 'whole number of 10 digits' },
      'LULD.t is no time in any unit',
    ],
    [
      'a symbol in a form that the market does not have',
      `[{${trade.replace('AAPL', 'BRK-B')}}]`,
      { kind: 'symbol_form', channel: 'T', key: 'sym', example: 'AAA-A' },
      'T.sym is written like AAA-A',
    ],
    ['an item that is no event', '[17]', { kind: 'no_event', example: 'whole number of 2 digits' }, 'is not an event'],
    ['a frame that is no JSON', '[{"ev":', { kind: 'no_event' }, 'is not an event'],
    [
      'a status that is not known',
      '[{"ev":"status","status":"novel","message":"something new"}]',
      { kind: 'unknown_status', key: 'novel', example: 'text of 13 characters' },
      'status novel is not in the spec',
    ],
    [
      'an acknowledgement of what nobody asked for',
      '[{"ev":"status","status":"success","message":"subscribed to: ZZ.AAPL"}]',
      { kind: 'ack_unasked', example: 'AA.AAAA' },
      'acknowledged that was not asked for',
    ],
  ])('finds %s', async (_what, frame, difference, line) => {
    const listened = await planted('stocks', [frame]);
    expect(listened.finding).toMatchObject({ result: 'note', toDo: expect.stringMatching(/^Report the differences/) });
    expect(differencesOf(listened)).toEqual([expect.objectContaining({ ...difference, count: 1 })]);
    expect(listened.text).toContain(line);
  });

  test('finds a pair that is not delivered as the spec says', async () => {
    const value = '[{"ev":"FMV","fmv":1.0851,"sym":"EUR/USD","t":1790000000000}]';
    const listened = await planted('forex', [value]);
    expect(differencesOf(listened)).toEqual([
      { kind: 'symbol_spelling', channel: 'FMV', key: 'sym', expected: 'A:AAAAAA', example: 'AAA/AAA', count: 1 },
    ]);
  });

  test('finds an acknowledgement that is spelled otherwise than it was asked for', async () => {
    const feed = await scripted({
      ...polite,
      message(socket, frame, attempt) {
        if (frame.action !== 'subscribe') polite.message(socket, frame, attempt);
        else
          socket.send(
            statusFrame('success', `subscribed to: ${frame.params.replace(/(C\.)(\w+)\/(\w+)/, '$1C:$2$3')}`),
          );
      },
    });
    feed.received.length = 0;
    const denied = await listen(feed.url, 'forex');
    // The wildcard is spelled as it was asked for; a named pair is asked for only where the wildcard is refused.
    expect(differencesOf(denied)).toEqual([]);
    const picky = await scripted({
      ...polite,
      message(socket, frame, attempt) {
        if (frame.action !== 'subscribe') polite.message(socket, frame, attempt);
        else if (frame.params.endsWith('*')) socket.send(statusFrame('error', 'not authorized'));
        else socket.send(statusFrame('success', `subscribed to: ${frame.params.replace('/', '-')}`));
      },
    });
    const listened = await listen(picky.url, 'forex');
    expect(listened.finding.facts).toMatchObject({ refused: ['C.*', 'CA.*', 'CAS.*', 'FMV.*'], unanswered: [] });
    expect(differencesOf(listened)).toContainEqual({
      kind: 'ack_spelling',
      channel: 'C',
      expected: 'C.EUR/USD',
      example: 'A.AAA-AAA',
      count: 1,
    });
    expect(listened.text).toContain('C.EUR/USD was acknowledged in another spelling, like A.AAA-AAA');
  });

  test('says in which units times come where any is right', async () => {
    const frames = ['1790000000000', '1790000000000001', '1790000000000000001'].map(t => `[{${band},"t":${t}}]`);
    const { finding } = await planted('stocks', frames, { stepMs: 0 });
    expect(finding.facts).toMatchObject({ differences: [], time_units: { 'LULD.t': { ms: 1, us: 1, ns: 1 } } });
  });

  test('takes silence for no fault, and names what it did not hear', async () => {
    const feed = await scripted(polite);
    const { finding, text } = await listen(feed.url, 'indices');
    expect(finding).toMatchObject({
      result: 'note',
      facts: { heard: {}, not_heard: ['V', 'AM', 'A'], differences: [] },
    });
    expect(text).toContain('normal while the market is closed');
    expect(text).toContain('not heard: V, AM, A');
  });

  test('listens to nothing where nothing is allowed', async () => {
    const feed = new SimulatedFeed(markets, { stepMs: 0, denied: () => true });
    running.push(feed);
    expect((await listen(await feed.listen(), 'indices')).finding).toMatchObject({ result: 'skip' });
  });

  test('ends when another program takes the connection, and says so', async () => {
    const feed = await scripted({
      ...polite,
      message(socket, frame, attempt) {
        polite.message(socket, frame, attempt);
        if (attempt === 2 && frame.action === 'subscribe') {
          socket.send(statusFrame('max_connections', 'Maximum number of websocket connections exceeded. '));
          socket.close(1008);
        }
      },
    });
    const { finding } = await listen(feed.url, 'indices', [], '600');
    expect(finding).toMatchObject({ result: 'note', facts: { ended_early: 'MAX_CONNECTIONS' } });
    expect(feed.attempts).toBe(2);
  });

  test('shows no key and no data, whatever the feed repeats of them', async () => {
    const loud = JSON.stringify([
      { ev: key, sym: key },
      { ev: 'T', sym: key, [key]: key, x: key, i: key, z: key, p: key, s: key, t: key, q: key },
      { ev: 'status', status: key, message: key },
      { ev: 'status', status: 'success', message: `subscribed to: ${key}` },
      { ev: 'status', status: 'success', message: `subscribed to: T.${key}` },
      key,
    ]);
    const { finding, json } = await planted('stocks', [loud, `[{${trade},"s3cretKq7rT2xV9mZp4":777123}]`]);
    const shown = describeFinding(finding) + json;
    for (const part of [key, 'sentinel', '0815', 'very', 'secret', '777123']) expect(shown).not.toContain(part);
    expect(differencesOf({ finding } as Listened).length).toBeGreaterThan(8);
  });

  test('passes over what is too much to look at, but hears every status', async () => {
    let elapsedMs = 0;
    const feed = await scripted({
      ...polite,
      message(socket, frame, attempt) {
        polite.message(socket, frame, attempt);
        if (frame.action !== 'subscribe') return;
        for (let index = 0; index < 40; index++) socket.send(`[{${trade}}]`);
        socket.send(statusFrame('novel', 'in a flood'));
      },
    });
    const target: Target = {
      endpoint: {} as Endpoint,
      ...routeTo(`${feed.url}/stocks`),
      ownership: { of: 'all' },
    };
    // Each look at a frame takes 100 ms.
    const clock = { ...systemClock, elapsed: () => (elapsedMs += 100) };
    const [trades] = marketOf('stocks').channels;
    const services = { clock, options: { ...testOptions, pingIntervalMs: 1_000_000_000 }, decoding: suite };
    const heard = await listenTo(marketOf('stocks'), target, [trades!], 0.3, services);
    expect(heard.passedOver).toBeGreaterThan(20);
    expect(heard.inspector.events.get('T')! + heard.passedOver).toBe(40);
    expect(heard.inspector.differences).toMatchObject([{ kind: 'unknown_status', key: 'novel' }]);
    expect(heard.unanswered).toEqual([]);
  });

  test('is a document with --json, and a part of the text without', async () => {
    const run = await runProgram(['doctor', '--feed', 'simulated', '--markets', 'crypto', '--events', '1', '--json']);
    expect([run.code, run.stderr]).toEqual([0, '']);
    const { checks } = JSON.parse(run.stdout) as { checks: Record<string, unknown>[] };
    expect(checks.at(-1)).toMatchObject({ check: 'events', name: 'crypto', differences: [], listened_s: 1 });
    const text = await runProgram(['doctor', '--feed', 'simulated', '--markets', 'crypto', '--events=1']);
    expect(text.stdout).toMatch(/^ok {4}events {4}crypto: \d+ events in 1 s: all as the spec says$/m);
  });
});

describe('the inspector', () => {
  test.each(recordedMarkets)(
    'takes the recorded frames of %s for what the spec says, but for what is new in them',
    market => {
      const inspector = new Inspector(marketOf(market), new Set(), noKey);
      const sound = readRecorded(market).recordings.filter(
        ({ malformed, name }) => malformed === 0 && !/unknown|nobody/.test(name),
      );
      for (const { frame } of sound) {
        for (const item of [parseExact(frame)].flat() as { ev: string }[])
          if (item.ev !== 'status') inspector.take(item);
      }
      // On record, and in no field table: a spread of futures, and keys that the pages name under what is disputed.
      const known = { futures: ['T.sym'], forex: ['C.i'], crypto: ['XQ.lp', 'XQ.ls'] }[market as string] ?? [];
      const found = inspector.differences.map(({ channel, key: name }) => `${channel}.${name}`);
      expect(found.filter(place => !known.includes(place))).toEqual([]);
    },
  );

  test('lists so many ways of differing and counts the others', () => {
    const inspector = new Inspector(marketOf('stocks'), new Set(), noKey);
    for (let index = 0; index < 150; index++) inspector.take({ ev: `Z${index}` });
    expect([inspector.differences.length, inspector.further]).toEqual([100, 50]);
  });
});

test.each<[unknown, string]>([
  [null, 'null'],
  [true, 'true or false'],
  [[1, 2], 'list of 2'],
  [{ a: 1 }, 'object'],
  [1790000000000, 'whole number of 13 digits'],
  [-5, 'negative whole number of 1 digit'],
  [1.5, 'number that is not whole'],
  ['1790000000000000001', 'whole number of 19 digits'],
  ['17', 'text of 2 digits'],
  ['7595.25', 'decimal text'],
  ['hello', 'text of 5 characters'],
])('the kind of %j is %s', (value, kind) => {
  expect(kindOfValue(value)).toBe(kind);
});

test.each([
  ['O:SPY261218C00670000', 'A:AAA999999A99999999'],
  ['btc-usd', 'aaa-aaa'],
  ['\u001b[2Jé', '?[9A?'.replace('[', '?')],
  ['A'.repeat(30), `${'A'.repeat(24)}... (30 characters)`],
])('the shape of %j is %s', (text, shape) => {
  expect(shapeOf(text)).toBe(shape);
});

test.each([
  ['trft', 'trft'],
  ['XL2', 'XL2'],
  ['newfield', 'newfield'],
  ['_private', '_private'],
  ['participant_timestamp', 'participant_timestamp'],
  ['participantTimestamp', 'participantTimestamp'],
  ['ORDER_BOOK_2', 'ORDER_BOOK_2'],
  ['auth_expired', 'auth_expired'],
  ['sentinelkeywhole', '(a name of 16 characters)'],
  ['old_sentinelKeyWhole', '(a name of 20 characters)'],
  ['kQ7rT2xV9mZp4LsW8cYn3HdF6bJg1RtA', '(a name of 32 characters)'],
  ['kQ7rT2xV', '(a name of 8 characters)'],
  ['2f9c81d07aab', '(a name of 12 characters)'],
  ['qwertyuiopasdfghjklz', '(a name of 20 characters)'],
  ['one_two_three_four_five_six_seven', '(a name of 33 characters)'],
  ['a b', '(a name of 3 characters)'],
  ['', '(a name of 0 characters)'],
])('the name %j is shown as %s', (text, shown) => {
  expect(nameOf(text, new Secret('sentinelkeywhole'))).toBe(shown);
});
