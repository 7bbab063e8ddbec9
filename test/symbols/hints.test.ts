/** Every way out is possible in the market for which it is given, and each answer is enough alone as text. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { markets, suite } from '../../generated/suite.js';
import { operatorsWayOutOf } from '../../runtime/cli/way-out.js';
import { keyVariables, settingTable } from '../../runtime/config/settings.js';
import type { Market } from '../../runtime/contract/market.js';
import { type ErrorCode, StreamError } from '../../runtime/core/errors.js';
import { resolveEndpoint } from '../../runtime/feed/endpoint.js';
import { parseCondition } from '../../runtime/reading/conditions/condition-parser.js';
import { parseChannels } from '../../runtime/symbols/channels.js';
import { exampleChannel, exampleCondition, exampleSymbol } from '../../runtime/symbols/example.js';
import { wayOutOf, wayOutOfPassing } from '../../runtime/symbols/way-out.js';
import { Pages } from '../../runtime/tools/pages.js';
import { listTools } from '../../runtime/tools/tools.js';
import { Bench } from '../support/bench.js';
import { errorCodes } from '../support/error-codes.js';
import { defaultOptions } from '../support/options.js';

/** As the program has them. */
const pages = new Pages(new URL('../../dist/polygon-docs/', import.meta.url));
const settings = { feed: 'realtime', allowedHosts: [], options: defaultOptions };
const feeds = suite.feeds.map(({ name }) => name);
const cases = markets.flatMap(market => errorCodes.map(code => [market.name, code, market] as const));

/** What in a hint does not exist in the market. */
function impossible(market: Market, text: string): string[] {
  const tools = [...market.tools, ...suite.tools].map(({ name }) => name);
  const variables = [...settingTable.map(({ variable }) => variable), ...keyVariables];
  const options = settingTable.map(({ option }) => `--${option}`);
  const named = (pattern: RegExp): string[] => [...text.matchAll(pattern)].map(([, word]) => word!);
  const lacking = (words: readonly string[], known: readonly string[]): string[] =>
    words.filter(word => !known.includes(word));
  return [
    ...lacking(named(/\b((?:start|stop|get|subscribe|unsubscribe|list|read|wait|summarize)_\w+)/g), tools),
    ...lacking(named(/\b((?:MCP_)?POLYGON_[A-Z_]+)/g), variables),
    ...lacking(named(/(--[a-z-]+)/g), options),
    ...named(/(?:endpoint "|--feed )([a-z-]+)/g).filter(feed => !leads(market, feed)),
    ...named(/\(((?:[a-z-]+, )+[a-z-]+)\)/g)
      .flatMap(list => list.split(', '))
      .filter(word => feeds.includes(word) && !leads(market, word)),
    ...parseChannels(
      market,
      named(/(?<=[ "[])(?!PREFIX\.)([A-Z]+\.(?:\*|[A-Z0-9][^\s",\]]*[^\s",\].]))/g),
    ).rejected.map(({ message }) => message),
  ];
}

function leads(market: Market, feed: string): boolean {
  try {
    return resolveEndpoint(suite, market, settings, feed).feed === feed;
  } catch (error) {
    if (error instanceof StreamError) return false;
    throw error;
  }
}

describe('a way out', () => {
  test.each(cases)('of %s for %s is possible, for an agent and for a person', (_, code, market) => {
    expect(impossible(market, wayOutOf(market, code))).toEqual([]);
    expect(impossible(market, wayOutOfPassing(market, code))).toEqual([]);
    expect(impossible(market, operatorsWayOutOf(market, code))).toEqual([]);
    expect(wayOutOf(market, code)).toMatch(/^[A-Z].*\.$/);
  });

  /** What a page says of it; of all else none says anything. */
  const said: Readonly<Partial<Record<ErrorCode, RegExp>>> = {
    NO_API_KEY: /The key travels in an `auth` message/,
    ENDPOINT_NOT_ALLOWED: /\| Feed \| Host \|[\s\S]*A URL has the form `wss:[\s\S]*\| Market path \|/,
    INVALID_CHANNEL: /A pair is `prefix\.symbol`[\s\S]*`prefix\.\*` asks for all symbols/,
    ALREADY_STARTED: /With another endpoint or key it is refused with `ALREADY_STARTED`/,
    NOT_STARTED: /Starting it connects, authenticates and subscribes/,
    READ_ONLY: /refused with `READ_ONLY`/,
    CHANNELS_REJECTED: /An unknown prefix gets no answer[\s\S]*`not authorized` does not tell which pair it refuses/,
    AUTH_FAILED: /A wrong key is answered with `auth_failed`/,
    AUTH_TIMEOUT: /`auth_timeout`.*no auth message came in time/,
    PLAN_NO_WEBSOCKET: /`auth_failed`.*the key has no plan for this market/,
    PLAN_NOT_REALTIME: /`error`.*a key with delayed data only/,
    NOT_AUTHORIZED: /`not authorized`.*plan or agreements do not cover a requested channel/,
    MAX_CONNECTIONS: /A newcomer evicts an older connection/,
  };

  test.each(errorCodes.map(code => [code] as const))(
    'for %s cites what says so, or nothing',
    async (code: ErrorCode) => {
      const { docs } = new StreamError(code, 'It failed.');
      if (said[code] === undefined) {
        expect(docs).toBeUndefined();
        return;
      }
      const cited = await pages.read(docs ?? '');
      expect(cited).toMatch(said[code]);
      // A tool takes a list; that line is about frames.
      expect(cited).not.toContain('not a JSON array');
    },
  );

  test('is none that the market lacks: forex and crypto are not sent to a delayed feed', () => {
    for (const market of markets.filter(({ name }) => ['forex', 'crypto'].includes(name))) {
      for (const code of errorCodes) expect(wayOutOf(market, code)).not.toMatch(/(?<!no )delayed\b(?! feed)/);
    }
  });

  test('the check bites', () => {
    const [stocks, forex] = [markets[0]!, markets.find(({ name }) => name === 'forex')!];
    expect(impossible(forex, 'start with endpoint "delayed".')).toEqual(['delayed']);
    expect(impossible(forex, 'Name a feed (realtime, delayed) or leave it out.')).toEqual(['delayed']);
    expect(impossible(stocks, 'Call start_forex_stream with {"channels": ["C.EUR/USD"]}.')).toHaveLength(2);
    expect(impossible(stocks, 'Set MCP_POLYGON_PRT, or add --prt.')).toEqual(['MCP_POLYGON_PRT', '--prt']);
  });
});

describe('an example', () => {
  /** Third Fridays and the like are not asked for: a year's distance is enough. */
  const today = '2026-11-27';

  test.each(markets.map(market => [market.name, market] as const))(
    'of %s is one that the market takes',
    (_, market) => {
      expect(parseChannels(market, [exampleChannel(market)]).rejected).toEqual([]);
      expect(() =>
        parseCondition({ market, channels: market.channels }, exampleCondition(market), suite.limits.comparisons),
      ).not.toThrow();
    },
  );

  test.each(markets.map(market => [market.name, market] as const))('of %s does not expire soon', (_, market) => {
    const shown = [
      exampleSymbol(market),
      market.symbol.description,
      ...market.simulation.instruments.map(({ symbol }) => symbol),
      ...suite.prompts.flatMap(prompt => prompt.arguments.map(({ description }) => description)),
      ...market.tools.flatMap(({ description, inputSchema }) => [description, JSON.stringify(inputSchema)]),
      suite.instructions,
    ].join(' ');
    for (const [, day = ''] of shown.matchAll(/O:[A-Z]+(\d{6})[CP]\d{8}/g)) {
      expect(`20${day.slice(0, 2)}-${day.slice(2, 4)}-${day.slice(4)}` > `2027${today.slice(4)}`).toBe(true);
    }
    for (const [, year] of shown.matchAll(/\b[A-Z]{2,3}[FGHJKMNQUVXZ](\d)\b/g)) expect(Number(year)).toBeGreaterThan(6);
  });
});

describe('the text of an answer', () => {
  let bench: Bench;
  const texts = new Map<string, { text: string; structured: Readonly<Record<string, unknown>> }[]>();

  beforeAll(async () => {
    bench = await Bench.open({ suite, markets });
    const call = async (name: string, args: object = {}): Promise<void> => {
      const { text, structured } = await bench.call(name, args);
      texts.set(name, [...(texts.get(name) ?? []), { text, structured }]);
    };
    for (const market of markets) {
      const named = (verb: string): string => market.tools.find(tool => tool.verb === verb)!.name;
      const channel = exampleChannel(market);
      await call(named('status'));
      await call(named('subscribe'), { channels: [channel] });
      await call(named('start'), { channels: [`ZZ.${'x'.repeat(30)}`] });
      await call(named('start'), { channels: `${channel},ZZ.A,nothing`, endpoint: 'simulated' });
      await call(named('subscribe'), {
        channels: [`${market.channels.at(-1)!.prefix}.${exampleSymbol(market)}`, 'no'],
      });
      await call('wait_for_stream_message', { market: market.name, timeout_s: 1 });
      await call('wait_for_stream_message', { market: market.name, condition: { field: 'x' } });
      for (const format of ['json', 'csv'])
        await call('read_stream_messages', { market: market.name, limit: 2, format });
      await call('summarize_stream', { market: market.name });
      await call('read_bars', { market: market.name, symbols: [exampleSymbol(market)], interval: '1s' });
      await call('read_bars', { market: market.name, symbols: [exampleSymbol(market)], interval: '1x' });
      await call('backfill_outage', { market: market.name });
      await call('get_streams_overview');
      await call(named('status'), { dummy: 1 });
      await call(named('list'));
      await call(named('unsubscribe'), { channels: [channel, 'no'] });
      await call(named('stop'));
    }
    await call('find_rest_tool', { query: 'what did AAPL close at yesterday' });
    await call('find_rest_tool', { query: '' });
    await call('call_rest_tool', { name_or_path: 'get_market_status', arguments: { endpoint: 'simulated' } });
    await call('call_rest_tool', { name_or_path: 'get_market_status' });
    await call('stop_all_streams');
  }, 120_000);
  afterAll(() => bench.close());

  const { rest: _, ...streams } = suite;
  test.each(listTools({ suite: streams, markets } as never).map(({ tool }) => [tool.name] as const))(
    'of %s holds cursor, next step, notes, what was rejected, and whether the data is made up',
    name => {
      expect(texts.get(name)?.length).toBeGreaterThan(0);
      for (const { text, structured } of texts.get(name)!) {
        const { cursor, next, notes, rejected, not_held, silence, error, simulated, last_error } = structured as {
          readonly [key: string]: unknown;
          readonly notes?: readonly string[];
          readonly rejected?: readonly { readonly channel: string; readonly message: string }[];
          readonly not_held?: readonly string[];
          readonly error?: Readonly<Record<string, string>>;
          readonly last_error?: { readonly message: string } | null;
        };
        const parts = [
          cursor,
          next,
          ...(notes ?? []),
          ...(rejected ?? []).flatMap(({ channel, message }) => [channel, message]),
          ...(not_held ?? []),
          silence,
          ...Object.values(error ?? {}),
          last_error?.message,
          structured.csv,
          structured.incomplete,
        ];
        for (const part of parts) if (part !== undefined && part !== null) expect(text).toContain(part);
        if (simulated) expect(text).toContain('Simulated data: made up');
        for (const field of ['accepted', 'already', 'unconfirmed', 'removed']) {
          for (const channel of (structured[field] ?? []) as string[]) expect(text).toContain(channel);
        }
      }
    },
  );
});
