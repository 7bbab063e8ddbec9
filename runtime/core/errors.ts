import type { Failure } from '../../generated/types.js';
import { citationUri } from './citation.js';

/** Stable codes of everything that can fail; the guide on troubleshooting explains each. */
export type ErrorCode =
  | 'NO_API_KEY'
  | 'ENDPOINT_NOT_ALLOWED'
  | 'INVALID_CHANNEL'
  | 'CHANNELS_REJECTED'
  | 'ALREADY_STARTED'
  | 'NOT_STARTED'
  | 'CONNECT_FAILED'
  | 'AUTH_FAILED'
  | 'AUTH_TIMEOUT'
  | 'PLAN_NO_WEBSOCKET'
  | 'PLAN_NOT_REALTIME'
  | 'NOT_AUTHORIZED'
  | 'READ_ONLY'
  | 'NOT_SERVED'
  | 'LIMIT_EXCEEDED'
  | 'MAX_CONNECTIONS'
  | 'BAD_CURSOR'
  | 'BAD_CONDITION'
  | 'INVALID_ARGUMENT'
  | 'NOT_ENTITLED'
  | 'NOT_FOUND'
  | 'RATE_LIMITED'
  | 'UPSTREAM_ERROR'
  | 'STOPPED'
  | 'INTERNAL';

/** What to do about an error, and which page says why, if one does. */
interface Advice {
  readonly hint: string;
  readonly docs?: string;
}

/**
 * The way out of each error.
 * @see polygon-docs/websockets/quickstart.md:151-167 `auth_failed` `max_connections`
 */
const advice: Readonly<Record<ErrorCode, Advice>> = {
  NO_API_KEY: {
    hint: 'Set POLYGON_API_KEY in the server\'s environment, or use endpoint "simulated", which needs no key.',
    docs: 'polygon-docs/websockets/quickstart.md:74-95',
  },
  ENDPOINT_NOT_ALLOWED: {
    hint: 'Name a feed of the market, or leave endpoint out.',
    docs: 'polygon-docs/websockets/quickstart.md:8-48',
  },
  INVALID_CHANNEL: {
    hint: 'Write channels as PREFIX.SYMBOL or PREFIX.*, with a prefix of this market.',
    docs: 'polygon-docs/websockets/quickstart.md:109-110',
  },
  CHANNELS_REJECTED: {
    hint: 'See rejected for the reason of each channel; correct them and call again.',
    docs: 'polygon-docs/websockets/quickstart.md:109-119',
  },
  ALREADY_STARTED: {
    hint: 'Stop the stream first to change its endpoint or key, or call start without them to add channels.',
    docs: 'polygon-docs/guides/streaming.md#start-a-stream',
  },
  NOT_STARTED: {
    hint: 'Start the stream of this market first.',
    docs: 'polygon-docs/guides/streaming.md#start-a-stream',
  },
  CONNECT_FAILED: {
    hint: 'Check the network and the endpoint, then start again.',
  },
  AUTH_FAILED: {
    hint: 'Check the API key (POLYGON_API_KEY) in the dashboard of the vendor, then start again.',
    docs: 'polygon-docs/websockets/quickstart.md:74-95',
  },
  AUTH_TIMEOUT: {
    hint: 'The feed did not accept the key in time, twice in a row; check the key, then start again.',
    docs: 'polygon-docs/websockets/quickstart.md:155',
  },
  PLAN_NO_WEBSOCKET: {
    hint: 'The plan of this key has no WebSocket access to this market; other markets may work.',
    docs: 'polygon-docs/websockets/quickstart.md:154',
  },
  PLAN_NOT_REALTIME: {
    hint: 'The plan has delayed data only: start with endpoint "delayed".',
    docs: 'polygon-docs/websockets/quickstart.md:159',
  },
  NOT_AUTHORIZED: {
    hint: 'The plan does not cover this channel; leave it out or use another one.',
    docs: 'polygon-docs/websockets/quickstart.md:158',
  },
  READ_ONLY: {
    hint: 'Read, wait, summarize, list or ask for the status; the client whose streams these are starts and stops them.',
    docs: 'polygon-docs/guides/many-clients.md#tokens',
  },
  NOT_SERVED: {
    hint: 'Use a tool that tools/list has, or have the toolset or market of this one served.',
  },
  LIMIT_EXCEEDED: {
    hint: 'Unsubscribe contracts that are no longer needed, then subscribe again.',
  },
  MAX_CONNECTIONS: {
    hint: 'Another program uses this key on this market. End it, then start again; the stream stays down until then.',
    docs: 'polygon-docs/websockets/quickstart.md:196',
  },
  BAD_CURSOR: {
    hint: 'Read without a cursor to get the newest messages and a fresh cursor.',
  },
  BAD_CONDITION: {
    hint: 'Use {field, op, value} with a field of the channels, or all/any of several.',
  },
  INVALID_ARGUMENT: {
    hint: "Correct the arguments by the tool's input schema.",
  },
  NOT_ENTITLED: {
    hint: 'The plan of this key does not cover what was asked for: ask for older data or another endpoint, or change the plan. Dates in the future are refused in the same way.',
  },
  NOT_FOUND: {
    hint: 'Check the symbol and the dates; the API has nothing under them.',
  },
  RATE_LIMITED: {
    hint: 'Call again after the time that the message says, and ask for more rows at once rather than more often.',
  },
  UPSTREAM_ERROR: {
    hint: 'This is a fault of the API or of what stands before it; call again later.',
  },
  STOPPED: {
    hint: 'The stream was stopped meanwhile; start it again if it is still wanted.',
  },
  INTERNAL: {
    hint: 'This is a fault of the server; its log on stderr has the details.',
  },
};

/** The way out of an error where no market is known. */
export function hintFor(code: ErrorCode): string {
  return advice[code].hint;
}

/** What is known beside what went wrong. */
export type Details = Omit<Failure, 'error'>;

/** An error that a caller can act on. */
export class StreamError extends Error {
  readonly hint: string;
  /** URI of a resource; absent where no page speaks of it. */
  readonly docs: string | undefined;

  /**
   * @param message what was expected and what came
   * @param hint what to do next; by default the advice for the code
   * @param details further keys of the answer
   */
  constructor(
    readonly code: ErrorCode,
    message: string,
    hint?: string,
    readonly details: Details = {},
  ) {
    super(message);
    this.name = 'StreamError';
    this.hint = hint ?? advice[code].hint;
    const { docs } = advice[code];
    this.docs = docs === undefined ? undefined : citationUri(docs);
  }
}

/** An error about a recording or its replay, which only our own guide explains. */
export class ReplayError extends StreamError {
  /** @see polygon-docs/guides/recording.md#replay */
  override readonly docs = citationUri('polygon-docs/guides/recording.md#replay');
}
