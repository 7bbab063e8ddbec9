import { markets, suite } from '../../generated/suite.js';
import type { Market } from '../../runtime/contract/market.js';
import type { Tool } from '../../runtime/contract/tool.js';
import { systemClock } from '../../runtime/pacing/system-clock.js';
import type { Random } from '../../runtime/simulator/random.js';
import type { Client } from '../../runtime/stream/client.js';
import { Hub } from '../../runtime/stream/hub.js';
import { callTool, listTools, type OwnedTool } from '../../runtime/tools/tools.js';
import { testOptions } from '../support/bench.js';
import type { Fuzzer } from './fuzzer.js';

/** Where the vendor's hosts should be nobody listens: no case leaves this machine. */
const nobody = '127.0.0.1:1';
/** A call that has not answered by then hangs; far more than any takes, since the machine may be busy. */
const longestCallMs = 10_000;
/** Waits are cut short here, as a host would cancel them. */
const patienceMs = 25;
/** Later cases use the cursors of these many answers, whole and damaged. */
const mostCursors = 20;
/** No answer is longer: the largest budget of a caller, the same as text, and what stands around it. */
const mostBytes = 450_000;

export const argumentFuzzer: Fuzzer = {
  name: 'arguments',
  claim: 'No arguments of any tool end in INTERNAL, in an answer beyond all budgets, or in none.',
  usualCases: 400,
  async open(random) {
    const feeds = suite.feeds.map(feed => ({ ...feed, hosts: [nobody] }));
    const options = {
      ...testOptions,
      connectTimeoutMs: 50,
      authTimeoutMs: 50,
      ackTimeoutMs: 50,
      bufferMessages: 1_000,
    };
    const settings = { feed: 'simulated', allowedHosts: [], options };
    const faults: string[] = [];
    const services = { clock: systemClock, write: (line: string) => faults.push(line) };
    const hub = new Hub({ ...suite, feeds }, markets, settings, services).client({ alone: true });
    const tools = listTools(hub);
    // Every verb, and more often those that take much or that let a stream be.
    const verbs = [
      ...new Set(tools.map(({ tool }) => tool.verb)),
      ...(['start', 'read', 'wait', 'summarize'] as const),
    ];
    const cursors: string[] = [];
    return {
      async next() {
        faults.length = 0;
        const verb = random.pick(verbs);
        const owned = random.pick(tools.filter(({ tool }) => tool.verb === verb));
        const args = argumentsOf(owned, cursors, random);
        const found = await judgeCall(hub, owned, args, faults, cursors);
        return found && `${owned.tool.name}(${describe(args)}) ${found}`;
      },
      close: () => hub.close(),
    };
  },
};

async function judgeCall(
  hub: Client,
  owned: OwnedTool,
  args: unknown,
  faults: readonly string[],
  cursors: string[],
): Promise<string | undefined> {
  const abort = new AbortController();
  const patience = setTimeout(() => abort.abort(), patienceMs);
  let hung: NodeJS.Timeout | undefined;
  const hanging = new Promise<undefined>(resolve => {
    hung = setTimeout(() => resolve(undefined), longestCallMs);
  });
  try {
    const result = await Promise.race([callTool(hub, owned, args, abort.signal), hanging]);
    if (result === undefined) return `did not answer within ${longestCallMs} ms`;
    const whole = JSON.stringify(result);
    const { error, cursor } = result.structured as { error?: { code: string }; cursor?: string | null };
    if (typeof cursor === 'string' && cursors.push(cursor) > mostCursors) cursors.shift();
    if (error?.code === 'INTERNAL') return `failed: ${faults.join(' ')}`;
    if (whole.length > mostBytes) return `answered ${whole.length} characters`;
    if (({} as Record<string, unknown>).polluted !== undefined) return 'changed what every object has';
    return undefined;
  } catch (error) {
    return `threw ${error instanceof Error ? error.stack : String(error)}`;
  } finally {
    clearTimeout(patience);
    clearTimeout(hung);
  }
}

type Schema = Readonly<Record<string, unknown>>;

/** How likely an argument comes, where that is not as likely as any other. */
function chancesOf({ inputSchema }: Pick<Tool, 'inputSchema'>, random: Random): ReadonlyMap<string, number> {
  const { required = [], properties = {} } = inputSchema as { required?: readonly string[]; properties?: object };
  const chances = new Map(required.map(name => [name, 0.95]));
  if (!('markets' in properties)) return chances;
  // Of these one is needed, and hardly ever come both.
  const isSeveral = random.chance(0.5);
  return chances.set('market', isSeveral ? 0.02 : 0.95).set('markets', isSeveral ? 0.95 : 0.02);
}

/** Arguments that fit the schema for the most part, with odd ones among them. */
function argumentsOf({ tool, market }: OwnedTool, cursors: readonly string[], random: Random): unknown {
  if (random.chance(0.05)) return oddValue(random);
  const about = market ?? random.pick(markets);
  const args: Record<string, unknown> = {};
  const properties = (tool.inputSchema.properties ?? {}) as Record<string, Schema>;
  const chances = chancesOf(tool, random);
  for (const [name, schema] of Object.entries(properties)) {
    if (!random.chance(chances.get(name) ?? 0.4)) continue;
    args[name] = random.chance(0.15) ? oddValue(random) : fittingValue(name, schema, about, random);
    if (name === 'cursor' && cursors.length > 0 && random.chance(0.7))
      args[name] = damage(random.pick(cursors), random);
  }
  if (random.chance(0.05)) args[random.pick(oddNames)] = oddValue(random);
  // A name that means something to the language must be there as a key of its own.
  return random.chance(0.05)
    ? JSON.parse(`{"__proto__":{"polluted":1},${JSON.stringify(args).slice(1)}`.replace(',}', '}'))
    : args;
}

function fittingValue(name: string, schema: Schema, market: Market, random: Random): unknown {
  switch (name) {
    case 'market':
      return market.name;
    case 'markets':
      return Array.from({ length: random.integer(1, 3) }, () => random.pick(markets).name);
    case 'channels':
      return Array.from({ length: random.integer(1, 5) }, () => channelName(market, random));
    case 'symbols':
      return Array.from({ length: random.integer(1, 5) }, () => symbolOf(market, random));
    case 'endpoint':
      return random.pick([
        'simulated',
        'simulated',
        'realtime',
        'delayed',
        'replay',
        'replay:2026-11-23',
        'wss://evil.example',
      ]);
    case 'api_key':
      return random.pick(['fuzz-key-0123456789', 'fuzz-key-9876543210', ...oddTexts]);
    case 'cursor':
      return random.pick(['', 'x', '0', '9'.repeat(400), '....', 'stocks.0.0', ...oddTexts]);
    case 'condition':
      return condition(random, 0);
    default:
      return schemaValue(schema, random);
  }
}

function damage(cursor: string, random: Random): string {
  if (random.chance(0.5)) return cursor;
  const at = random.integer(0, cursor.length);
  const sign = random.pick([...'0123456789.-:_=abcXYZ/ ', '9'.repeat(40)]);
  return cursor.slice(0, at) + sign + cursor.slice(at + random.integer(0, 3));
}

function schemaValue(schema: Schema, random: Random): unknown {
  if (Array.isArray(schema.enum)) return random.pick(schema.enum);
  if (schema.type === 'integer' || schema.type === 'number') {
    const [least, most] = [Number(schema.minimum ?? 0), Number(schema.maximum ?? 10_000)];
    return random.pick([least, most, random.integer(least, most), least - 1, most + 1, least + 0.5]);
  }
  if (schema.type === 'boolean') return random.chance(0.5);
  return random.pick(oddTexts);
}

function condition(random: Random, depth: number): unknown {
  if (random.chance(0.1)) return oddValue(random);
  if (depth < 4 && random.chance(0.3)) {
    const parts = Array.from({ length: random.integer(0, 9) }, () => condition(random, depth + 1));
    return { [random.pick(['all', 'any', 'none', '__proto__'])]: parts };
  }
  return {
    field: random.pick([
      'price',
      'bid.price',
      'size',
      'state',
      'symbol',
      'timestamp',
      'conditions',
      '__proto__',
      'constructor.name',
      'a.b.c.d',
      'window_volume',
      'spread_bps',
      'rsi:14',
      ...oddTexts,
    ]),
    ...(random.chance(0.3) ? { window_s: random.pick([0, 1, 60, 86_401, ...oddTexts]) } : {}),
    ...(random.chance(0.3) ? { interval: random.pick(['1s', '1m', '2t', '1d', ...oddTexts]) } : {}),
    ...(random.chance(0.1) ? { move_pct: random.pick(['price', 'state', ...oddTexts]) } : {}),
    op: random.pick([
      '>',
      '>=',
      '<',
      '<=',
      '==',
      '!=',
      'crosses_above',
      'crosses_below',
      'changes',
      '=~',
      'constructor',
    ]),
    ...(random.chance(0.8)
      ? { value: random.chance(0.6) ? random.integer(-1_000, 100_000) / 7 : sideOrOdd(random) }
      : {}),
    ...(random.chance(0.2) ? { symbol: random.pick(oddTexts) } : {}),
  };
}

function sideOrOdd(random: Random): unknown {
  if (random.chance(0.5)) return oddValue(random);
  return random.pick(['ask.price', 'sma:2', { field: 'price' }, { move_pct: 'price', window_s: 5 }, { field: {} }]);
}

function channelName(market: Market, random: Random): string {
  if (random.chance(0.15)) return random.pick(oddTexts);
  const { prefix } = random.pick(market.channels);
  const symbol = random.chance(0.2) ? '*' : symbolOf(market, random);
  return random.pick([
    `${prefix}.${symbol}`,
    symbol,
    `${prefix}.*`,
    `${prefix.toLowerCase()}.${symbol}`,
    `${prefix}.${symbol}.${symbol}`,
  ]);
}

function symbolOf(market: Market, random: Random): string {
  if (random.chance(0.2)) return random.pick(oddTexts);
  return random.pick([...market.simulation.instruments.map(({ symbol }) => symbol), ...market.symbol.examples]);
}

function oddValue(random: Random, depth = 0): unknown {
  if (depth < 3 && random.chance(0.2))
    return Array.from({ length: random.integer(0, 6) }, () => oddValue(random, depth + 1));
  if (depth < 3 && random.chance(0.2)) return { [random.pick(oddNames)]: oddValue(random, depth + 1) };
  return random.chance(0.5) ? random.pick(oddTexts) : random.pick(oddScalars);
}

const oddNames = [
  'channel',
  'Channels',
  'symbol',
  'toString',
  'constructor',
  'prototype',
  'length',
  'valueOf',
  '',
  ' ',
  '0',
  '\u0000',
  'x'.repeat(5_000),
];
const oddScalars = [
  null,
  true,
  false,
  0,
  -0,
  -1,
  1,
  0.1,
  1e308,
  -1e308,
  5e-324,
  2 ** 31,
  2 ** 53,
  2 ** 53 + 2,
  1e21,
  '1',
  '0',
  '-1',
  '1e9',
  'NaN',
];
const oddTexts = [
  '',
  ' ',
  'T.',
  '.AAPL',
  '*',
  '*.*',
  'T.*.*',
  'T.AAPL,Q.AAPL',
  '["T.AAPL"]',
  '{"market":"stocks"}',
  'null',
  'undefined',
  '__proto__',
  'T.__proto__',
  'constructor',
  'T.constructor',
  'hasOwnProperty',
  '../../etc/passwd',
  '%2e%2e%2f',
  'a\u0000b',
  '\u001b[2J',
  '\u202e',
  '\ud83d',
  '\ufeff',
  '\u0430',
  'é'.repeat(100),
  'A'.repeat(64),
  'A'.repeat(65),
  'T.'.repeat(1_000),
  'A'.repeat(100_000),
  `O:${'A'.repeat(40)}`,
  '1'.repeat(64),
  '-'.repeat(64),
  'A.'.repeat(32),
];

/** A case, cut to what a person reads. */
function describe(args: unknown): string {
  const text = JSON.stringify(args) ?? 'nothing';
  return text.length > 2_000 ? `${text.slice(0, 2_000)}… of ${text.length} characters` : text;
}
