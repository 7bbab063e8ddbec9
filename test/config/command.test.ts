import { describe, expect, test } from 'vitest';
import { type Command, parseCommand } from '../../runtime/config/command.js';
import { settingTable } from '../../runtime/config/settings.js';
import { nearest } from '../../runtime/core/nearest.js';

function parse(...argv: string[]): Command {
  const { command, problems } = parseCommand(argv, settingTable);
  expect(problems).toEqual([]);
  return command;
}

function problemsOf(...argv: string[]): string[] {
  return parseCommand(argv, settingTable).problems;
}

test('without arguments it serves with what the environment says', () => {
  expect(parse()).toEqual({ name: 'serve', words: [], given: {}, json: false, connect: true });
});

test('every setting but the key is an option, named like its variable', () => {
  expect(settingTable.map(({ variable, option }) => [variable, option])).toEqual([
    ['POLYGON_FEED', 'feed'],
    ['POLYGON_REST_URL', 'rest-url'],
    ['MCP_POLYGON_MARKETS', 'markets'],
    ['MCP_POLYGON_TOOLSETS', 'toolsets'],
    ['MCP_POLYGON_TOOLS', 'tools'],
    ['MCP_POLYGON_ALLOWED_HOSTS', 'allowed-hosts'],
    ['MCP_POLYGON_RECORD', 'record'],
    ['MCP_POLYGON_TRANSPORT', 'transport'],
    ['MCP_POLYGON_HOST', 'host'],
    ['MCP_POLYGON_HTTP_HOSTS', 'http-hosts'],
    ['MCP_POLYGON_HTTP_TOKENS_FILE', 'http-tokens-file'],
    ['MCP_POLYGON_CONNECT_TIMEOUT_MS', 'connect-timeout-ms'],
    ['MCP_POLYGON_AUTH_TIMEOUT_MS', 'auth-timeout-ms'],
    ['MCP_POLYGON_ACK_TIMEOUT_MS', 'ack-timeout-ms'],
    ['MCP_POLYGON_PING_INTERVAL_MS', 'ping-interval-ms'],
    ['MCP_POLYGON_PONG_TIMEOUT_MS', 'pong-timeout-ms'],
    ['MCP_POLYGON_BACKOFF_INITIAL_MS', 'backoff-initial-ms'],
    ['MCP_POLYGON_BACKOFF_MAX_MS', 'backoff-max-ms'],
    ['MCP_POLYGON_STABLE_AFTER_MS', 'stable-after-ms'],
    ['MCP_POLYGON_BUFFER_MESSAGES', 'buffer-messages'],
    ['MCP_POLYGON_BUFFER_BYTES', 'buffer-bytes'],
    ['MCP_POLYGON_MAX_FRAME_BYTES', 'max-frame-bytes'],
    ['MCP_POLYGON_FRAME_PAIRS', 'frame-pairs'],
    ['MCP_POLYGON_RECORD_FLUSH_MS', 'record-flush-ms'],
    ['MCP_POLYGON_RECORD_RETRY_MS', 'record-retry-ms'],
    ['MCP_POLYGON_RECORD_QUEUE_BYTES', 'record-queue-bytes'],
    ['MCP_POLYGON_RECORD_FILE_BYTES', 'record-file-bytes'],
    ['MCP_POLYGON_RECORD_TOTAL_BYTES', 'record-total-bytes'],
    ['MCP_POLYGON_REST_TIMEOUT_MS', 'rest-timeout-ms'],
    ['MCP_POLYGON_REST_CALLS', 'rest-calls'],
    ['MCP_POLYGON_REST_BODY_BYTES', 'rest-body-bytes'],
    ['MCP_POLYGON_REST_CACHE_BYTES', 'rest-cache-bytes'],
    ['MCP_POLYGON_REST_JOIN_MS', 'rest-join-ms'],
    ['MCP_POLYGON_PORT', 'port'],
    ['MCP_POLYGON_HTTP_CLIENTS', 'http-clients'],
    ['MCP_POLYGON_HTTP_WAITS', 'http-waits'],
    ['MCP_POLYGON_HTTP_CLIENT_TTL_MS', 'http-client-ttl-ms'],
    ['MCP_POLYGON_HTTP_MAX_BYTES', 'http-max-bytes'],
    ['MCP_POLYGON_HTTP_CLIENT_BYTES', 'http-client-bytes'],
    ['MCP_POLYGON_HTTP_TOTAL_BYTES', 'http-total-bytes'],
    ['MCP_POLYGON_HTTP_CALLS', 'http-calls'],
    ['MCP_POLYGON_HTTP_TOTAL_CALLS', 'http-total-calls'],
    ['MCP_POLYGON_HTTP_CONNECTIONS', 'http-connections'],
    ['MCP_POLYGON_HTTP_PER_ADDRESS', 'http-per-address'],
    ['MCP_POLYGON_HTTP_HEAD_TIMEOUT_MS', 'http-head-timeout-ms'],
    ['MCP_POLYGON_HTTP_TIMEOUT_MS', 'http-timeout-ms'],
    ['MCP_POLYGON_HTTP_CHANNELS', 'http-channels'],
    ['MCP_POLYGON_HTTP_URIS', 'http-uris'],
    ['MCP_POLYGON_HTTP_SESSIONS', 'http-sessions'],
    ['MCP_POLYGON_HTTP_STREAMS', 'http-streams'],
    ['MCP_POLYGON_HTTP_BUFFER_BYTES', 'http-buffer-bytes'],
    ['MCP_POLYGON_HTTP_MEMORY_BYTES', 'http-memory-bytes'],
  ]);
});

test.each(settingTable)('--$option is read with a blank and with an equals sign', ({ option, variable }) => {
  expect(parse(`--${option}`, 'one').given).toEqual({ [variable]: 'one' });
  expect(parse(`--${option}=one`).given).toEqual({ [variable]: 'one' });
});

test.each<[string[], Partial<Command>]>([
  [['doctor'], { name: 'doctor', json: false, connect: true }],
  [['doctor', '--json', '--no-connect'], { name: 'doctor', json: true, connect: false }],
  [['watch', 'stocks', 'T.AAPL', 'Q.AAPL'], { name: 'watch', words: ['stocks', 'T.AAPL', 'Q.AAPL'] }],
  [['watch', '--feed', 'simulated', 'crypto', 'XT.*'], { words: ['crypto', 'XT.*'] }],
  [['watch', 'doctor'], { name: 'watch', words: ['doctor'] }],
  [['--feed', 'delayed', 'doctor'], { name: 'doctor', given: { POLYGON_FEED: 'delayed' } }],
  [['--feed=ws://127.0.0.1:1/a=b'], { given: { POLYGON_FEED: 'ws://127.0.0.1:1/a=b' } }],
  [['--ack-timeout-ms', '-5'], { given: { MCP_POLYGON_ACK_TIMEOUT_MS: '-5' } }],
  [['--help'], { name: 'help' }],
  [['-h'], { name: 'help' }],
  [['--version'], { name: 'version' }],
  [['-v'], { name: 'version' }],
  [['-V'], { name: 'version' }],
  [['doctor', '--help'], { name: 'help' }],
  [['--version', '--help'], { name: 'help' }],
  [['--fed', 'x', '--help'], { name: 'help' }],
  [['help'], { name: 'help' }],
  [['help', 'doctor'], { name: 'help' }],
  [['doctor', 'help'], { name: 'help' }],
  [['watch', 'help'], { name: 'help' }],
  [['watch', 'stocks', 'help'], { name: 'watch', words: ['stocks', 'help'] }],
  [['version'], { name: 'version' }],
  [['doctor', '--events', '30'], { name: 'doctor', listenSeconds: 30 }],
  [['doctor', '--events=600', '--json'], { listenSeconds: 600, json: true }],
  [['doctor', 'crypto', '--json'], { name: 'doctor', words: ['crypto'] }],
  [['--toolsets', '-forex,-crypto'], { given: { MCP_POLYGON_TOOLSETS: '-forex,-crypto' } }],
])('%j is understood', (argv, command) => {
  expect(parse(...argv)).toMatchObject(command);
});

test.each([
  [['--market', 'stocks'], 'there is no option --market; did you mean --markets?'],
  [['--feeed', 'delayed'], 'there is no option --feeed; did you mean --feed?'],
  [['--ack-timeout=5'], 'there is no option --ack-timeout; did you mean --ack-timeout-ms?'],
  [['-feed', 'delayed'], 'there is no option -feed; did you mean --feed?'],
  [['--POLYGON_FEED', 'delayed'], 'there is no option --POLYGON_FEED; did you mean --feed?'],
  [['--mcp-polygon-frame-pairs=1'], 'there is no option --mcp-polygon-frame-pairs; did you mean --frame-pairs?'],
  [['--jsn'], 'there is no option --jsn; did you mean --json?'],
  [['--zzz'], 'there is no such option, a text of 5 characters; mcp-polygon --help lists them'],
  [['-z'], 'there is no such option, a text of 2 characters; mcp-polygon --help lists them'],
  [['docter'], 'there is no command "docter"; did you mean doctor?'],
  [['wach', 'stocks'], 'there is no command "wach"; did you mean watch?'],
  [['doctor', 'watch'], 'doctor and watch are two commands'],
  [['watch', '--json'], '--json belongs to doctor: mcp-polygon doctor --json'],
  [['serve'], 'there is no command like that (a text of 5 characters); there are doctor, watch, help, version'],
  [['--feed'], '--feed needs a value'],
  [['--feed', '--help-me'], '--feed needs a value'],
  [['--feed', '-delayed'], '--feed needs a value'],
  [['--toolsets', '--json'], '--toolsets needs a value'],
  [['--record='], '--record needs a value'],
  [['--record', ' '], '--record needs a value'],
  [['halp'], 'there is no command "halp"; did you mean help?'],
  [['--feed', 'a', '--feed', 'b'], '--feed is given twice'],
  [['doctor', '--json=yes'], '--json takes no value'],
  [['--json'], '--json belongs to doctor: mcp-polygon doctor --json'],
  [['--events', '5'], '--events belongs to doctor: mcp-polygon doctor --events 30'],
  [['doctor', '--events'], '--events needs seconds, a whole number from 1 to 600: --events 30'],
  [['doctor', '--events', '0'], '--events needs seconds, a whole number from 1 to 600: --events 30'],
  [['doctor', '--events=601'], '--events needs seconds, a whole number from 1 to 600: --events 30'],
  [['doctor', '--events', '1.5'], '--events needs seconds, a whole number from 1 to 600: --events 30'],
  [['doctor', '--events', '5', '--events', '6'], '--events is given twice'],
  [
    ['doctor', '--events', '5', '--no-connect'],
    '--events connects with the key, and --no-connect forbids that: leave out one of them',
  ],
  [['--no-connect'], '--no-connect belongs to doctor: mcp-polygon doctor --no-connect'],
])('%j is refused, with what was probably meant', (argv, problem) => {
  expect(problemsOf(...argv)).toContain(problem);
});

test('the value of an unknown option is no second problem', () => {
  expect(problemsOf('--feeed', 'delayed', '--market=x', 'doctor')).toHaveLength(2);
});

test('all problems are told together, in the order of the arguments', () => {
  expect(problemsOf('start', '--feeed', 'delayed', '--markets')).toEqual([
    'there is no command like that (a text of 5 characters); there are doctor, watch, help, version',
    'there is no option --feeed; did you mean --feed?',
    '--markets needs a value',
  ]);
});

describe('a key', () => {
  const key = 'k3yk3yk3yk3yk3yk3yk3yk3yk3yk3y';

  test.each([
    [['--api-key', key]],
    [[`--api-key=${key}`]],
    [['--api_key', key]],
    [['--apikey', key]],
    [['--polygon-api-key', key]],
    [['--POLYGON_API_KEY', key]],
    [['--massive-api-key', key]],
    [['--key', key]],
    [['--token', key]],
    [['-key', key]],
  ])('is refused as %j, with the reason and the way out', argv => {
    const problems = problemsOf(...argv);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain('lists the processes');
    expect(problems[0]).toContain('set POLYGON_API_KEY in the environment');
    expect(problems[0]).not.toContain('k3y');
  });

  test.each([[[key]], [[`POLYGON_API_KEY=${key}`]], [[`--feeed=${key}`]], [['--feeed', key]]])(
    'in the wrong place, as in %j, is not repeated',
    argv => {
      const problems = problemsOf(...argv);
      expect(problems).toHaveLength(1);
      expect(problems[0]).not.toContain('k3y');
    },
  );
});

test('what was typed cannot move the cursor of the terminal', () => {
  for (const problem of problemsOf('\u001b[2J', '--\u001b[2J')) expect(problem).not.toContain('\u001b');
});

test.each([
  ['feeed', 'feed'],
  ['market', 'markets'],
  ['mrakets', 'markets'],
  ['buffer', 'buffer-bytes'],
  ['fe', 'feed'],
  ['f', undefined],
  ['xyz', undefined],
  ['', undefined],
])('of feed, markets and buffer-bytes, %j is nearest to %j', (word, expected) => {
  expect(nearest(word, ['feed', 'markets', 'buffer-bytes'])).toBe(expected);
});
