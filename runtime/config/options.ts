import { kindOf } from '../core/kind.js';

/** Durations and sizes. Each is set by the environment variable `MCP_POLYGON_` plus its name in capitals. */
interface OptionRow {
  readonly variable: string;
  /** For people, without a full stop. */
  readonly about: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
}

function row(variable: string, about: string, value: number, min: number, max: number): OptionRow {
  return { variable: `MCP_POLYGON_${variable}`, about, value, min, max };
}

const minute = 60_000;
const mebibyte = 2 ** 20;
const tebibyte = 2 ** 40;

/** Name, variable, meaning, default, smallest and largest value. */
export const optionTable = {
  connectTimeoutMs: row('CONNECT_TIMEOUT_MS', 'TCP, TLS and the WebSocket upgrade', 10_000, 10, 10 * minute),
  authTimeoutMs: row('AUTH_TIMEOUT_MS', 'from the open socket to the accepted key', 10_000, 10, 10 * minute),
  ackTimeoutMs: row('ACK_TIMEOUT_MS', 'from a subscribe frame to its last acknowledgement', 3_000, 10, 10 * minute),
  pingIntervalMs: row('PING_INTERVAL_MS', 'silence before the peer is pinged', 30_000, 10, 60 * minute),
  pongTimeoutMs: row('PONG_TIMEOUT_MS', 'further silence before the connection is dropped', 10_000, 10, 60 * minute),
  backoffInitialMs: row('BACKOFF_INITIAL_MS', 'first wait before a new attempt; it doubles', 1_000, 1, 10 * minute),
  backoffMaxMs: row(
    'BACKOFF_MAX_MS',
    'longest wait; below 5 s until ten attempts in a row failed',
    30_000,
    1,
    60 * minute,
  ),
  stableAfterMs: row(
    'STABLE_AFTER_MS',
    'time live, or 2 s of messages, that resets the back-off',
    10_000,
    0,
    60 * minute,
  ),
  bufferMessages: row('BUFFER_MESSAGES', 'messages kept per market', 1_000_000, 1, 10_000_000),
  bufferBytes: row('BUFFER_BYTES', 'bytes of frames kept per market', 64 * mebibyte, 1_000, 4_096 * mebibyte),
  maxFrameBytes: row('MAX_FRAME_BYTES', 'largest inbound frame', 16 * mebibyte, 1_000, 1_024 * mebibyte),
  framePairs: row('FRAME_PAIRS', 'channels in one subscribe frame', 500, 1, 3_000),
  recordFlushMs: row('RECORD_FLUSH_MS', 'how long a recorded frame waits for the disk', 1_000, 10, 10 * minute),
  recordRetryMs: row('RECORD_RETRY_MS', 'wait before a failed disk is tried again', 10_000, 10, 60 * minute),
  recordQueueBytes: row(
    'RECORD_QUEUE_BYTES',
    'bytes of frames per market that may wait for the disk',
    32 * mebibyte,
    1_000,
    4_096 * mebibyte,
  ),
  recordFileBytes: row('RECORD_FILE_BYTES', 'size at which a new file begins', 64 * mebibyte, 1_000, tebibyte),
  recordTotalBytes: row(
    'RECORD_TOTAL_BYTES',
    'bytes of recordings kept; the oldest leave first',
    4_096 * mebibyte,
    10_000,
    1_024 * tebibyte,
  ),
  restTimeoutMs: row('REST_TIMEOUT_MS', 'REST: a call, with its waits and retries', 45_000, 10, 10 * minute),
  restCalls: row('REST_CALLS', 'REST: requests at the same time', 8, 1, 100),
  restBodyBytes: row('REST_BODY_BYTES', 'REST: largest answer that is read', 16 * mebibyte, 1_000, 256 * mebibyte),
  restCacheBytes: row(
    'REST_CACHE_BYTES',
    'REST: bytes of answers kept; 0 keeps none',
    32 * mebibyte,
    0,
    4_096 * mebibyte,
  ),
  restJoinMs: row('REST_JOIN_MS', 'REST: wait of a summary for closes; 0 asks none', 1_500, 0, minute),
  port: row('PORT', 'http: port; 0 takes a free one', 8_765, 0, 65_535),
  httpClients: row('HTTP_CLIENTS', 'http: clients at the same time, and sessions', 64, 1, 10_000),
  httpWaits: row('HTTP_WAITS', 'http: calls of a client that wait at the same time', 16, 1, 1_000),
  httpClientTtlMs: row(
    'HTTP_CLIENT_TTL_MS',
    'http: silence after which a client is removed',
    10 * minute,
    10,
    1_440 * minute,
  ),
  httpMaxBytes: row('HTTP_MAX_BYTES', 'http: largest request', mebibyte, 1_000, 64 * mebibyte),
  httpClientBytes: row(
    'HTTP_CLIENT_BYTES',
    'http: bytes of requests of a client at once',
    4 * mebibyte,
    1_000,
    1_024 * mebibyte,
  ),
  httpTotalBytes: row(
    'HTTP_TOTAL_BYTES',
    'http: the same for all clients together',
    64 * mebibyte,
    1_000,
    4_096 * mebibyte,
  ),
  httpCalls: row('HTTP_CALLS', 'http: calls of a client at once, queued ones included', 128, 1, 10_000),
  httpTotalCalls: row('HTTP_TOTAL_CALLS', 'http: the same for all clients together', 1_024, 1, 100_000),
  httpConnections: row('HTTP_CONNECTIONS', 'http: connections at once; idle ones give way', 512, 2, 65_535),
  httpPerAddress: row('HTTP_PER_ADDRESS', 'http: the same for one remote address', 256, 1, 65_535),
  httpHeadTimeoutMs: row(
    'HTTP_HEAD_TIMEOUT_MS',
    'http: time for the headers of a request to arrive',
    10_000,
    10,
    10 * minute,
  ),
  httpTimeoutMs: row(
    'HTTP_TIMEOUT_MS',
    'http: time for a request to arrive or an answer to leave',
    30_000,
    10,
    60 * minute,
  ),
  httpChannels: row('HTTP_CHANNELS', 'http: channels of a client in a market', 5_000, 1, 1_000_000),
  httpUris: row('HTTP_URIS', 'http: resources that a client can follow', 1_000, 1, 100_000),
  httpSessions: row('HTTP_SESSIONS', 'http: sessions of one token', 16, 1, 10_000),
  httpStreams: row('HTTP_STREAMS', "http: connections to feeds of the clients' own choice", 64, 0, 10_000),
  httpBufferBytes: row(
    'HTTP_BUFFER_BYTES',
    'http: bytes kept per client and market, if less',
    16 * mebibyte,
    1_000,
    4_096 * mebibyte,
  ),
  httpMemoryBytes: row(
    'HTTP_MEMORY_BYTES',
    'http: bytes of messages kept for all clients together',
    1_024 * mebibyte,
    1_000,
    tebibyte,
  ),
} as const satisfies Record<string, OptionRow>;

export type Options = { readonly [name in keyof typeof optionTable]: number };

/** What was given for a variable, if anything, and under which name. */
export type Lookup = (variable: string) => { readonly name: string; readonly text: string | undefined };

/** @returns the options, and every setting that is not a whole number in its range */
export function readOptions(find: Lookup): { options: Options; problems: string[] } {
  const problems: string[] = [];
  const options = Object.entries(optionTable).map(([key, { variable, value, min, max }]): [string, number] => {
    const { name, text } = find(variable);
    if (text === undefined) return [key, value];
    const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (number >= min && number <= max) return [key, number];
    problems.push(
      `${name} must be a whole number from ${min} to ${max}, but was ${Number.isNaN(number) ? kindOf(text) : 'another number'}`,
    );
    return [key, value];
  });
  return { options: Object.fromEntries(options) as Options, problems };
}
