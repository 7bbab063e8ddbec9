import { describe, expect, test } from 'vitest';
import type { HttpSettings } from '../../runtime/config/http-settings.js';
import { cleanKey, readSettings, remarksOnVariables, type Settings } from '../../runtime/config/settings.js';
import type { Secret } from '../../runtime/core/secret.js';
import { noMarket } from '../support/markets.js';

const markets = ['stocks', 'options', 'futures', 'indices', 'forex', 'crypto'];

type Environment = Readonly<Record<string, string | undefined>>;

function read(env: Environment): Settings {
  const { settings, problems } = readSettings(env, markets);
  expect(problems).toEqual([]);
  return settings;
}

function problemsOf(env: Environment): string[] {
  return readSettings(env, markets).problems;
}

test('an empty environment means the defaults', () => {
  expect(read({})).toEqual({
    feed: 'realtime',
    allowedHosts: [],
    options: {
      connectTimeoutMs: 10_000,
      authTimeoutMs: 10_000,
      ackTimeoutMs: 3_000,
      pingIntervalMs: 30_000,
      pongTimeoutMs: 10_000,
      backoffInitialMs: 1_000,
      backoffMaxMs: 30_000,
      stableAfterMs: 10_000,
      bufferMessages: 1_000_000,
      bufferBytes: 67_108_864,
      maxFrameBytes: 16_777_216,
      framePairs: 500,
      recordFlushMs: 1_000,
      recordRetryMs: 10_000,
      recordQueueBytes: 33_554_432,
      recordFileBytes: 67_108_864,
      recordTotalBytes: 4_294_967_296,
      restTimeoutMs: 45_000,
      restCalls: 8,
      restBodyBytes: 16_777_216,
      restCacheBytes: 33_554_432,
      restJoinMs: 1_500,
      port: 8_765,
      httpClients: 64,
      httpWaits: 16,
      httpClientTtlMs: 600_000,
      httpMaxBytes: 1_048_576,
      httpClientBytes: 4_194_304,
      httpTotalBytes: 67_108_864,
      httpCalls: 128,
      httpTotalCalls: 1_024,
      httpConnections: 512,
      httpPerAddress: 256,
      httpHeadTimeoutMs: 10_000,
      httpTimeoutMs: 30_000,
      httpChannels: 5_000,
      httpUris: 1_000,
      httpSessions: 16,
      httpStreams: 64,
      httpBufferBytes: 16_777_216,
      httpMemoryBytes: 1_073_741_824,
    },
  });
});

/** The frame of its auth is the one way in which a key leaves. */
function plain(secret: Secret): string {
  return JSON.parse(secret.authFrame()).params;
}

describe('HTTP', () => {
  const token = 'a-token-of-23-characters';

  test.each<[string, Environment, (Omit<HttpSettings, 'tokens'> & { readonly tokens: object[] }) | undefined]>([
    ['is off', { MCP_POLYGON_HOST: '0.0.0.0', MCP_POLYGON_HTTP_TOKENS: 'x' }, undefined],
    [
      'listens on this machine only',
      { MCP_POLYGON_TRANSPORT: 'http' },
      { host: '127.0.0.1', names: ['localhost', '127.0.0.1', '[::1]', '127.0.0.1'], tokens: [] },
    ],
    [
      'listens elsewhere with a token, and is called by further names',
      {
        MCP_POLYGON_TRANSPORT: 'http',
        MCP_POLYGON_HOST: '::',
        MCP_POLYGON_HTTP_TOKENS: ` ${token},, alice: ${token}=`,
        MCP_POLYGON_HTTP_HOSTS: 'Market.Example',
      },
      {
        host: '::',
        names: ['localhost', '127.0.0.1', '[::1]', '[::]', 'market.example'],
        tokens: [
          { name: 'token-1', secret: token },
          { name: 'alice', secret: `${token}=` },
        ],
      },
    ],
  ])('%s', (_what, env, http) => {
    const { http: found } = read(env);
    expect(
      found && { ...found, tokens: found.tokens.map(token => ({ ...token, secret: plain(token.secret) })) },
    ).toEqual(http);
  });

  test.each(['127.0.0.1', '127.8.9.10', '::1', 'localhost'])('needs no token on %s', host => {
    expect(problemsOf({ MCP_POLYGON_TRANSPORT: 'http', MCP_POLYGON_HOST: host })).toEqual([]);
  });

  test.each(['0.0.0.0', '::', '192.168.1.5', '128.0.0.1', '1270.0.0.1', 'localhost.example'])(
    'needs a token on %s',
    host => {
      const env = { MCP_POLYGON_TRANSPORT: 'http', MCP_POLYGON_HOST: host };
      expect(problemsOf(env)).toEqual([expect.stringContaining('MCP_POLYGON_HTTP_TOKENS')]);
      expect(problemsOf({ ...env, MCP_POLYGON_HTTP_TOKENS: token })).toEqual([]);
    },
  );

  test.each(['short', 'fifteen-chars-x', 'with a blank in the middle', 'control-\u0001-character'])(
    'does not take %j for a token, and does not show it',
    bad => {
      const [problem, ...more] = problemsOf({
        MCP_POLYGON_TRANSPORT: 'http',
        MCP_POLYGON_HTTP_TOKENS: `${token},${bad}`,
      });
      expect(more).toEqual([]);
      expect(problem).toContain('16 to 512 characters');
      expect(problem).not.toContain(bad);
    },
  );

  test.each([
    ['two names that are one', `alice:${token},alice:${token}=`, 'token 2 has the name of token 1'],
    ['two tokens that are one', `alice:${token},bob:${token}`, 'token 2 is the same as token 1'],
    ['a name that is none', `al ice:${token}`, 'the name before a token needs 1 to 40 letters'],
    ['no name before the colon', `:${token}`, 'the name before a token needs 1 to 40 letters'],
    ['a name that somebody has by the place', `token-2:${token},${token}=`, 'token 2 has the name of token 1'],
  ])('refuses %s without showing them', (_what, tokens, reason) => {
    const problems = problemsOf({ MCP_POLYGON_TRANSPORT: 'http', MCP_POLYGON_HTTP_TOKENS: tokens });
    expect(problems).toEqual([expect.stringContaining(reason)]);
    for (const part of ['alice', 'al ice', token]) expect(problems.join()).not.toContain(part);
  });

  test('takes a file of tokens in place of tokens, from the environment or the command line', () => {
    const env = { MCP_POLYGON_TRANSPORT: 'http', MCP_POLYGON_HOST: '0.0.0.0' };
    expect(read({ ...env, MCP_POLYGON_HTTP_TOKENS_FILE: '/run/tokens.json' }).http).toMatchObject({
      tokens: [],
      tokensFile: '/run/tokens.json',
    });
  });

  test.each(['market.example:8765', 'https://market.example', 'market.example/mcp', '[::1]:8765'])(
    'is called by host names, and %s is none',
    name => {
      const env = { MCP_POLYGON_TRANSPORT: 'http', MCP_POLYGON_HTTP_HOSTS: `[2001:db8::1],${name}` };
      expect(problemsOf(env)).toEqual([
        `MCP_POLYGON_HTTP_HOSTS: a host name stands alone, such as market.example, but was a text of ${name.length} characters`,
      ]);
    },
  );

  test('is one of two transports', () => {
    expect(problemsOf({ MCP_POLYGON_TRANSPORT: 'sse' })).toEqual([
      'MCP_POLYGON_TRANSPORT must be stdio or http, but was a text of 3 characters',
    ]);
  });
});

describe('the key', () => {
  test.each<[string, Environment, { readonly value: string; readonly from: string } | undefined]>([
    ['comes from POLYGON_API_KEY', { POLYGON_API_KEY: 'abc' }, { value: 'abc', from: 'POLYGON_API_KEY' }],
    ['comes from MASSIVE_API_KEY', { MASSIVE_API_KEY: 'def' }, { value: 'def', from: 'MASSIVE_API_KEY' }],
    [
      'comes from POLYGON_API_KEY first',
      { MASSIVE_API_KEY: 'def', POLYGON_API_KEY: 'abc' },
      { value: 'abc', from: 'POLYGON_API_KEY' },
    ],
    [
      'comes from MASSIVE_API_KEY where the first is blank',
      { POLYGON_API_KEY: ' \t', MASSIVE_API_KEY: 'def' },
      { value: 'def', from: 'MASSIVE_API_KEY' },
    ],
    [
      'comes from MASSIVE_API_KEY where the first is a placeholder',
      { POLYGON_API_KEY: `\${POLYGON_API_KEY}`, MASSIVE_API_KEY: 'def' },
      { value: 'def', from: 'MASSIVE_API_KEY' },
    ],
    ['loses blanks around it', { POLYGON_API_KEY: ' abc\n' }, { value: 'abc', from: 'POLYGON_API_KEY' }],
    ['may hold a dollar sign', { POLYGON_API_KEY: `a\${b}` }, { value: `a\${b}`, from: 'POLYGON_API_KEY' }],
    ['is missing where both are placeholders', { POLYGON_API_KEY: `\${A}`, MASSIVE_API_KEY: ` \${B}` }, undefined],
    ['is missing where both are empty', { POLYGON_API_KEY: '', MASSIVE_API_KEY: '' }, undefined],
  ])('%s', (_what, env, key) => {
    const { key: found } = read(env);
    expect(found && { value: plain(found.value), from: found.from }).toEqual(key);
  });

  test.each(['two words', 'кириллица', 'x'.repeat(257)])('is not %j, and its variable is named alone', key => {
    const [problem, ...more] = problemsOf({ MASSIVE_API_KEY: key });
    expect(more).toEqual([]);
    expect(problem).toMatch(/^MASSIVE_API_KEY must be 1 to 256 visible ASCII characters/);
    expect(problem).not.toContain(key);
  });

  test.each([
    [undefined, undefined],
    ['', undefined],
    ['  ', undefined],
    [`\${POLYGON_API_KEY}`, undefined],
    [`\${input:key}`, undefined],
    [' abc ', 'abc'],
  ])('given with a call as %j counts as %j', (text, key) => {
    expect(cleanKey(text)).toBe(key);
  });
});

test('the feed, the hosts and the markets are read without blanks and in any case of letters', () => {
  const settings = read({
    POLYGON_FEED: ' ws://127.0.0.1:9000 ',
    MCP_POLYGON_ALLOWED_HOSTS: 'Proxy.example, ,gate.example:8443,',
    MCP_POLYGON_MARKETS: ' Stocks,crypto ',
  });
  expect(settings.feed).toBe('ws://127.0.0.1:9000');
  expect(settings.allowedHosts).toEqual(['proxy.example', 'gate.example:8443']);
  expect(settings.markets).toEqual(['stocks', 'crypto']);
});

describe('the place of the REST API', () => {
  test.each([
    ['https://market.example/polygon/', 'https://market.example/polygon'],
    ['https://Market.Example:8443', 'https://market.example:8443'],
    ['http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
    ['http://[::1]:8080/', 'http://[::1]:8080'],
  ])('is read from %s', (text, url) => {
    expect(read({ POLYGON_REST_URL: text }).restUrl).toBe(url);
  });

  test.each([
    ['market.example', 'must be a URL'],
    ['http://market.example', 'must be an https:// URL, or http:// on this machine'],
    ['wss://market.example', 'must be an https:// URL, or http:// on this machine'],
    ['https://user:s3cret@market.example', 'must not carry a user or a password'],
    ['https://market.example?apiKey=s3cret', 'must not carry a query or a fragment'],
    ['https://market.example/%2e%41', 'must have a plain path or none'],
  ])('is not taken from %s, which is not shown', (text, fault) => {
    expect(problemsOf({ POLYGON_REST_URL: text })).toEqual([
      `POLYGON_REST_URL ${fault}, such as https://market.example/polygon`,
    ]);
  });
});

test('the folder of recordings is taken as it is written', () => {
  expect(read({ MCP_POLYGON_RECORD: ' ./Record Ings ' }).record).toBe('./Record Ings');
  expect(read({ MCP_POLYGON_RECORD: ' ' }).record).toBeUndefined();
  expect(read({ MCP_POLYGON_RECORD_TOTAL_BYTES: '12345' }).options.recordTotalBytes).toBe(12_345);
});

test('settings that are set to nothing count as not set', () => {
  const settings = read({
    POLYGON_FEED: ' ',
    MCP_POLYGON_ALLOWED_HOSTS: ' , ',
    MCP_POLYGON_MARKETS: '',
    MCP_POLYGON_ACK_TIMEOUT_MS: ' ',
  });
  expect(settings.feed).toBe('realtime');
  expect(settings.allowedHosts).toEqual([]);
  expect(settings.markets).toBeUndefined();
  expect(settings.options.ackTimeoutMs).toBe(3_000);
});

test.each([
  ['MCP_POLYGON_CONNECT_TIMEOUT_MS', 'connectTimeoutMs'],
  ['MCP_POLYGON_AUTH_TIMEOUT_MS', 'authTimeoutMs'],
  ['MCP_POLYGON_ACK_TIMEOUT_MS', 'ackTimeoutMs'],
  ['MCP_POLYGON_PING_INTERVAL_MS', 'pingIntervalMs'],
  ['MCP_POLYGON_PONG_TIMEOUT_MS', 'pongTimeoutMs'],
  ['MCP_POLYGON_BACKOFF_INITIAL_MS', 'backoffInitialMs'],
  ['MCP_POLYGON_BACKOFF_MAX_MS', 'backoffMaxMs'],
  ['MCP_POLYGON_STABLE_AFTER_MS', 'stableAfterMs'],
  ['MCP_POLYGON_BUFFER_MESSAGES', 'bufferMessages'],
  ['MCP_POLYGON_BUFFER_BYTES', 'bufferBytes'],
  ['MCP_POLYGON_MAX_FRAME_BYTES', 'maxFrameBytes'],
  ['MCP_POLYGON_FRAME_PAIRS', 'framePairs'],
  ['MCP_POLYGON_RECORD_FLUSH_MS', 'recordFlushMs'],
  ['MCP_POLYGON_RECORD_RETRY_MS', 'recordRetryMs'],
  ['MCP_POLYGON_RECORD_QUEUE_BYTES', 'recordQueueBytes'],
  ['MCP_POLYGON_RECORD_FILE_BYTES', 'recordFileBytes'],
] as const)('%s sets %s', (variable, name) => {
  expect(read({ [variable]: ' 1234 ' }).options[name]).toBe(1_234);
});

test.each(['ten', '-5', '1.5', '1e3', '0x10', 'NaN', 'Infinity', '1 000', '9', '600001', '9'.repeat(400)])(
  'the duration %s is refused by the name of its variable, with what is allowed',
  text => {
    const problems = problemsOf({ MCP_POLYGON_AUTH_TIMEOUT_MS: text });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain('MCP_POLYGON_AUTH_TIMEOUT_MS must be a whole number from 10 to 600000');
    expect(problems[0]!.length).toBeLessThan(150);
  },
);

test.each(['10', '600000'])('the duration %s is still allowed', text => {
  expect(problemsOf({ MCP_POLYGON_AUTH_TIMEOUT_MS: text })).toEqual([]);
});

test('a market that was probably meant is told', () => {
  expect(problemsOf({ MCP_POLYGON_MARKETS: 'stcks,crypto' })).toEqual([
    'MCP_POLYGON_MARKETS: entry 1 is no market; the markets are stocks, options, futures, indices, forex, crypto; did you mean stocks?',
  ]);
});

test('all problems are told together', () => {
  const problems = problemsOf({
    MCP_POLYGON_ACK_TIMEOUT_MS: 'soon',
    MCP_POLYGON_BUFFER_MESSAGES: '0',
    MCP_POLYGON_FRAME_PAIRS: '3001',
    MCP_POLYGON_MARKETS: `stocks,${noMarket},${noMarket}s`,
  });
  expect(problems).toHaveLength(5);
  for (const part of ['ACK_TIMEOUT_MS', 'BUFFER_MESSAGES', 'FRAME_PAIRS', 'entry 2', 'entry 3']) {
    expect(problems.filter(problem => problem.includes(part))).toHaveLength(1);
  }
  expect(problems.at(-1)).toContain('the markets are stocks, options, futures, indices, forex, crypto');
});

describe('the command line', () => {
  const given = (env: Environment, flags: Environment) => readSettings(env, markets, flags);

  test('goes before the environment, setting by setting', () => {
    const { settings, problems } = given(
      { POLYGON_FEED: 'delayed', MCP_POLYGON_MARKETS: 'forex', MCP_POLYGON_ACK_TIMEOUT_MS: '500' },
      { POLYGON_FEED: 'business', MCP_POLYGON_MARKETS: 'stocks,crypto', MCP_POLYGON_FRAME_PAIRS: '7' },
    );
    expect(problems).toEqual([]);
    expect(settings).toMatchObject({ feed: 'business', markets: ['stocks', 'crypto'] });
    expect(settings.options).toMatchObject({ ackTimeoutMs: 500, framePairs: 7 });
  });

  test('does not hold the key', () => {
    expect(given({}, { POLYGON_API_KEY: 'abc' }).settings.key).toBeUndefined();
  });

  test.each(['', ' ', `\${FEED}`])('leaves a setting to the environment where it says %j', text => {
    expect(given({ POLYGON_FEED: 'delayed' }, { POLYGON_FEED: text }).settings.feed).toBe('delayed');
  });

  test.each([
    ['MCP_POLYGON_MARKETS', '--markets names nothing'],
    ['MCP_POLYGON_ALLOWED_HOSTS', '--allowed-hosts names nothing'],
    ['MCP_POLYGON_HTTP_HOSTS', '--http-hosts names nothing'],
  ])('does not hold an empty list for %s, which the environment may', (variable, problem) => {
    expect(given({}, { [variable]: ',' }).problems).toEqual([problem]);
    expect(given({ [variable]: ',' }, {}).problems).toEqual([]);
  });

  test('is blamed by the name of the option, the environment by that of the variable', () => {
    const { problems } = given(
      { MCP_POLYGON_ACK_TIMEOUT_MS: 'soon', MCP_POLYGON_FRAME_PAIRS: 'many' },
      { MCP_POLYGON_ACK_TIMEOUT_MS: 'never', MCP_POLYGON_MARKETS: noMarket },
    );
    expect(problems).toEqual([
      '--ack-timeout-ms must be a whole number from 10 to 600000, but was a text of 5 characters',
      'MCP_POLYGON_FRAME_PAIRS must be a whole number from 1 to 3000, but was a text of 4 characters',
      '--markets: entry 1 is no market; the markets are stocks, options, futures, indices, forex, crypto',
    ]);
  });
});

test('a placeholder that the host left unfilled counts as not set, in every setting', () => {
  const settings = read({
    POLYGON_FEED: `\${user_config.feed}`,
    MCP_POLYGON_MARKETS: `\${user_config.markets}`,
    MCP_POLYGON_ALLOWED_HOSTS: `\${hosts}`,
    MCP_POLYGON_FRAME_PAIRS: `\${pairs}`,
  });
  expect(settings).toEqual(read({}));
});

test('a variable that looks like a setting and is none is told, with the one that was probably meant, and no value', () => {
  const env = {
    MCP_POLYGON_PRT: 's3cret-value',
    POLYGON_APIKEY: 's3cret-value',
    POLYGON_WHATEVER_IT_IS: 's3cret-value',
    MCP_POLYGON_PORT: '1',
    POLYGON_API_KEY: 'x',
    MCP_POLYGON_HTTP_TOKENS: 'x',
    PATH: '/bin',
  };
  expect(remarksOnVariables(env)).toEqual([
    'MCP_POLYGON_PRT is no setting of mcp-polygon; did you mean MCP_POLYGON_PORT?',
    'POLYGON_APIKEY is no setting of mcp-polygon; did you mean POLYGON_API_KEY?',
    'POLYGON_WHATEVER_IT_IS is no setting of mcp-polygon; it changes nothing.',
  ]);
});
