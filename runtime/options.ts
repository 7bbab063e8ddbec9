/** Durations and sizes. Each is set by the environment variable `MCP_POLYGON_` plus its name in capitals. */
interface OptionRow {
  readonly variable: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
}

function row(variable: string, value: number, min: number, max: number): OptionRow {
  return { variable: `MCP_POLYGON_${variable}`, value, min, max };
}

const minute = 60_000;
const mebibyte = 2 ** 20;

/** Name, variable, default, smallest and largest value. */
export const optionTable = {
  /** TCP, TLS and the WebSocket upgrade. */
  connectTimeoutMs: row('CONNECT_TIMEOUT_MS', 10_000, 10, 10 * minute),
  /** From the open socket to the accepted key. */
  authTimeoutMs: row('AUTH_TIMEOUT_MS', 10_000, 10, 10 * minute),
  /** From a subscribe frame to its last acknowledgement. */
  ackTimeoutMs: row('ACK_TIMEOUT_MS', 3_000, 10, 10 * minute),
  pingIntervalMs: row('PING_INTERVAL_MS', 30_000, 10, 60 * minute),
  /** Silence allowed after a ping. */
  pongTimeoutMs: row('PONG_TIMEOUT_MS', 10_000, 10, 60 * minute),
  backoffInitialMs: row('BACKOFF_INITIAL_MS', 1_000, 1, 10 * minute),
  backoffMaxMs: row('BACKOFF_MAX_MS', 30_000, 1, 60 * minute),
  /** A connection that lived so long starts the back-off over. */
  stableAfterMs: row('STABLE_AFTER_MS', 10_000, 0, 60 * minute),
  /** Messages kept per market. */
  bufferMessages: row('BUFFER_MESSAGES', 200_000, 1, 10_000_000),
  /** Bytes of frames kept per market. */
  bufferBytes: row('BUFFER_BYTES', 64 * mebibyte, 1_000, 4_096 * mebibyte),
  /** Largest inbound frame. */
  maxFrameBytes: row('MAX_FRAME_BYTES', 16 * mebibyte, 1_000, 1_024 * mebibyte),
  /** Channels in one subscribe frame. */
  framePairs: row('FRAME_PAIRS', 500, 1, 3_000),
} as const satisfies Record<string, OptionRow>;

export type Options = { readonly [name in keyof typeof optionTable]: number };

export const defaultOptions: Options = Object.fromEntries(
  Object.entries(optionTable).map(([name, { value }]) => [name, value]),
) as Options;

/** @returns the options, and every variable that is not a whole number in its range */
export function readOptions(env: Readonly<Record<string, string | undefined>>): {
  options: Options;
  problems: string[];
} {
  const problems: string[] = [];
  const options = Object.entries(optionTable).map(([name, { variable, value, min, max }]): [string, number] => {
    const text = env[variable];
    if (text === undefined || text.trim() === '') return [name, value];
    const number = /^\s*\d+\s*$/.test(text) ? Number(text) : Number.NaN;
    if (number >= min && number <= max) return [name, number];
    problems.push(`${variable} must be a whole number from ${min} to ${max}, was ${JSON.stringify(text.slice(0, 40))}`);
    return [name, value];
  });
  return { options: Object.fromEntries(options) as Options, problems };
}
