/** The decision table: what each way of failing means for the connection. */
import type { StatusMeaning } from '../contract/suite.js';
import type { ErrorCode } from '../core/errors.js';

/** The ways in which a connection fails, or a source that has none. */
export type FaultKind =
  | 'auth_failed'
  | 'plan_no_websocket'
  | 'plan_not_realtime'
  | 'max_connections'
  | 'auth_timeout'
  | 'http_denied'
  | 'http_busy'
  | 'http_other'
  | 'unreachable'
  | 'unanswered'
  | 'dead_peer'
  | 'policy_close'
  | 'busy_close'
  | 'close'
  | 'broken_replay';

/** A failure that happened, with a sentence for people. */
export interface Fault {
  readonly kind: FaultKind;
  readonly message: string;
  /** How long the peer asks to wait. */
  readonly retryAfterMs?: number;
}

interface Verdict {
  readonly code: ErrorCode;
  /** Final after this many in a row without a message between them; 1: at once. */
  readonly finalAfter: number;
  /** Shortest wait before the next attempt. */
  readonly minDelayMs: number;
  /** Whether to try another host of the same feed. */
  readonly rotates: boolean;
}

const never = Number.POSITIVE_INFINITY;

function final(code: ErrorCode): Verdict {
  return { code, finalAfter: 1, minDelayMs: 0, rotates: false };
}

function retry(verdict: Partial<Verdict> = {}): Verdict {
  return { code: 'CONNECT_FAILED', finalAfter: never, minDelayMs: 0, rotates: false, ...verdict };
}

/**
 * Final: no retry until the next start. Retry: back-off, authenticate, resubscribe.
 * @see polygon-docs/websockets/quickstart.md:309-319
 */
export const verdicts: Readonly<Record<FaultKind, Verdict>> = {
  auth_failed: final('AUTH_FAILED'),
  plan_no_websocket: final('PLAN_NO_WEBSOCKET'),
  plan_not_realtime: final('PLAN_NOT_REALTIME'),
  max_connections: final('MAX_CONNECTIONS'),
  auth_timeout: retry({ code: 'AUTH_TIMEOUT', finalAfter: 2 }),
  http_denied: final('CONNECT_FAILED'),
  http_busy: retry(),
  http_other: retry(),
  unreachable: retry({ rotates: true }),
  unanswered: retry({ rotates: true }),
  dead_peer: retry(),
  policy_close: retry({ finalAfter: 5 }),
  busy_close: retry({ minDelayMs: 5_000 }),
  close: retry(),
  // A retry would find the same damage.
  broken_replay: final('CONNECT_FAILED'),
};

/** Statuses of the feed that end a connection. */
export const fatalStatuses: Readonly<Partial<Record<StatusMeaning, FaultKind>>> = {
  auth_failed: 'auth_failed',
  plan_no_websocket: 'plan_no_websocket',
  plan_not_realtime: 'plan_not_realtime',
  max_connections: 'max_connections',
  auth_timeout: 'auth_timeout',
};

/** HTTP answers to the upgrade other than 101. */
export function judgeHttp(status: number): FaultKind {
  if (status === 401 || status === 403 || status === 404) return 'http_denied';
  return status === 429 || status === 503 ? 'http_busy' : 'http_other';
}

/** Close codes; an end without a close frame counts as 1006. */
export function judgeClose(code: number, authenticating: boolean): FaultKind {
  if (code === 1013) return 'busy_close';
  return code === 1008 || authenticating ? 'policy_close' : 'close';
}
