import { describe, expect, test } from 'vitest';
import { markets, suite } from '../../generated/suite.js';
import { readSetup, type Setup } from '../../runtime/cli/setup.js';
import type { Tool } from '../../runtime/contract/tool.js';
import { servedHub } from '../../runtime/mcp/served-hub.js';
import { systemClock } from '../../runtime/pacing/system-clock.js';
import type { Client } from '../../runtime/stream/client.js';
import { Hub } from '../../runtime/stream/hub.js';
import { listTools } from '../../runtime/tools/tools.js';
import { callOn } from '../support/bench.js';
import { noMarket } from '../support/markets.js';
import { generalNames, marketNames } from '../support/spec.js';

type Environment = Readonly<Record<string, string>>;

function setup(argv: readonly string[], env: Environment = {}): Setup {
  return readSetup({ suite, markets }, argv, env);
}

function offered({ suite: shown, markets: served, settings, problems }: Setup): Client {
  expect(problems).toEqual([]);
  return new Hub(shown, served, settings, { clock: systemClock, write: () => {} }).client({ alone: true });
}

function marketsOf({ inputSchema }: Tool): unknown {
  return (inputSchema.properties as { market: { enum: unknown } }).market.enum;
}

describe('the problems', () => {
  test('of the command line, of the settings and of the feed are told together', () => {
    const { problems } = setup(['--feeed', 'x', '--frame-pairs', '0', '--feed', 'realtme'], {
      MCP_POLYGON_MARKETS: `crypto,${noMarket}`,
    });
    expect(problems).toEqual([
      'there is no option --feeed; did you mean --feed?',
      '--frame-pairs must be a whole number from 1 to 3000, but was another number',
      expect.stringContaining('MCP_POLYGON_MARKETS: entry 2 is no market'),
      'POLYGON_FEED or --feed: Crypto has no such feed; it has realtime, business, simulated; did you mean realtime?',
    ]);
  });

  test.each([
    ['ftp://feed.example', 'wss:// URL'],
    ['ws://feed.example', 'wss:// URL'],
    ['wss://user:secret@feed.example', 'must not carry a user or a password'],
    ['over there', 'neither a feed name nor a URL'],
  ])('hold the feed %s', (feed, why) => {
    const { problems } = setup([], { POLYGON_FEED: feed });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(why);
    expect(problems[0]).not.toContain('secret');
  });

  test('hold a feed that nothing is near to without a suggestion', () => {
    expect(setup(['--feed', 'nope', '--markets', 'crypto']).problems).toEqual([
      'POLYGON_FEED or --feed: Crypto has no such feed; it has realtime, business, simulated.',
    ]);
  });

  test.each([
    [['crypto'], 'doctor takes no words, but got 1 word; did you mean --markets crypto?'],
    [['crypto', 'stcks'], 'doctor takes no words, but got 2 words; did you mean --markets crypto,stocks?'],
    [['crypto', 'everything'], 'doctor takes no words, but got 2 words'],
    [['crypto', 'k3yk3yk3yk3yk3yk3yk3y'], 'doctor takes no words, but got 2 words'],
  ])('hold the words that doctor is given: %j', (words, problem) => {
    expect(setup(['doctor', ...words, '--feed', 'simulated']).problems).toEqual([problem]);
  });

  test('do not hold a feed that some of the markets have', () => {
    expect(setup(['--feed', 'delayed']).problems).toEqual([]);
    expect(setup(['--feed', 'delayed', '--markets', 'forex,crypto']).problems).toHaveLength(1);
  });
});

describe('the markets that are left out', () => {
  const hub = offered(setup(['--markets', 'crypto,stocks']));

  test('have no tools, the others keep their order', () => {
    const names = listTools(servedHub(hub)).map(({ tool }) => tool.name);
    expect(names).toHaveLength(12 + generalNames.length);
    expect(names.slice(0, 12).map(name => /stocks|crypto/.exec(name)?.[0])).toEqual([
      ...Array(6).fill('stocks'),
      ...Array(6).fill('crypto'),
    ]);
  });

  test('are offered neither by the tools across markets nor by the instructions', () => {
    // Requests of the REST API take tickers of any market.
    const ofStreams = hub.suite.tools.filter(({ toolset }) => toolset !== 'rest-find');
    const choosing = ofStreams.filter(({ inputSchema }) => 'market' in (inputSchema.properties as object));
    expect(choosing.length).toBeGreaterThan(2);
    for (const tool of choosing) expect(marketsOf(tool)).toEqual(['stocks', 'crypto']);
    expect(servedHub(hub).suite.instructions).toContain('Markets: stocks, crypto;');
  });

  test.each([
    ['crypto,stocks', 'try endpoint "delayed" (stocks).'],
    ['futures,forex,indices', 'try endpoint "delayed" (futures, indices).'],
    ['forex,crypto', 'Real-time data needs a plan.\n'],
  ])('decide what the instructions say of delayed data: %s', (names, said) => {
    const { instructions } = servedHub(offered(setup(['--markets', names]))).suite;
    expect(instructions).toContain(said);
    expect(instructions.includes('delayed"')).toBe(said.includes('delayed"'));
  });

  test.each(['read_stream_messages', 'wait_for_stream_message', 'summarize_stream'])(
    'are refused by name by %s',
    async name => {
      const { structured, isError } = await callOn(hub, name, { market: 'forex' });
      expect(isError).toBe(true);
      expect(structured).toMatchObject({
        error: {
          code: 'INVALID_ARGUMENT',
          message: 'market: one of stocks, crypto is expected, and a text of 5 characters came.',
        },
      });
    },
  );

  test('leave the rest of the arguments as strict as they were', async () => {
    const { structured } = await callOn(hub, 'read_stream_messages', { market: 'stocks', limt: 1 });
    expect(structured).toMatchObject({ error: { message: expect.stringContaining('did you mean limit?') } });
    const read = await callOn(hub, 'read_stream_messages', { market: 'stocks' });
    expect(read).toMatchObject({ isError: false, structured: { market: 'stocks', state: 'idle' } });
  });
});

test('where no market is left out, the tools are those of the spec and the instructions name all', () => {
  const hub = offered(setup([]));
  expect(hub.suite.tools).toBe(suite.tools);
  expect(servedHub(hub).suite.instructions).toContain(`Markets: ${marketNames.join(', ')};`);
  expect(servedHub(hub).suite.instructions).not.toMatch(/\{(?:markets|delayed)\}/);
});
