import { describe, expect, test } from 'vitest';
import { suite } from '../../generated/suite.js';
import { readStatus } from '../../runtime/decode/protocol.js';
import { type ConnectionState, idle, transition } from '../../runtime/feed/state.js';
import { type FaultKind, fatalStatuses, judgeClose, judgeHttp, verdicts } from '../../runtime/feed/verdict.js';

const authenticating: ConnectionState = { ...idle, name: 'authenticating', inARow: {} };

function failTimes(kind: FaultKind, times: number): string {
  let state = authenticating;
  for (let time = 0; time < times; time++) {
    const fault = { kind, message: 'x' };
    state = { ...transition(state, { type: 'failed', fault, stable: false, hosts: 2 }).state };
    if (state.name === 'retrying') state = { ...state, name: 'authenticating' };
  }
  return state.name === 'authenticating' ? 'retry' : state.name;
}

function meaningOf(status: string, message: string): string | undefined {
  return readStatus({ ev: 'status', status, message }, suite.statuses).means;
}

describe('a status of the feed', () => {
  test.each([
    ['connected', 'Connected Successfully', 'greeting'],
    ['auth_success', 'authenticated', 'authenticated'],
    ['success', 'authenticated', 'authenticated'],
    ['success', 'subscribed to: T.AAPL', 'subscribed'],
    ['success', 'unsubscribed to: T.AAPL', 'unsubscribed'],
    ['auth_failed', 'authentication failed', 'auth_failed'],
    ['auth_failed', 'anything else', 'auth_failed'],
    ['error', 'authentication failed', 'auth_failed'],
    [
      'auth_failed',
      "Your plan doesn't include websocket access. Visit https://massive.com/pricing to upgrade.",
      'plan_no_websocket',
    ],
    ['auth_timeout', 'No authentication request received.', 'auth_timeout'],
    ['error', 'not authorized', 'not_authorized'],
    [
      'error',
      "You don't have access real-time data. If your plan only includes delayed data, you can connect to the delayed websocket at wss://delayed.polygon.io/stocks.",
      'plan_not_realtime',
    ],
    [
      'error',
      "If you're already subscribed to a plan that includes real-time data, you may need to visit the dashboard to sign your agreements.",
      'plan_not_realtime',
    ],
    ['error', 'Subscription limit reached for feed. Please remove some subscriptions and try again.', 'limit_exceeded'],
    ['error', 'Invalid JSON', 'bad_request'],
    ['max_connections', 'Maximum number of websocket connections exceeded. ', 'max_connections'],
    ['max_connections', 'Maximum number of connections exceeded.', 'max_connections'],
  ])('%s "%s" means %s', (status, message, means) => {
    expect(meaningOf(status, message)).toBe(means);
  });

  test.each([
    ['error', 'something new'],
    ['force_disconnect', 'bye'],
    ['success', ''],
    ['', 'authenticated'],
    ['constructor', ''],
  ])('that is unknown is a notice only: %s "%s"', (status, message) => {
    expect(meaningOf(status, message)).toBeUndefined();
  });

  test('ends the connection in five cases and in no other', () => {
    expect(fatalStatuses).toEqual({
      auth_failed: 'auth_failed',
      plan_no_websocket: 'plan_no_websocket',
      plan_not_realtime: 'plan_not_realtime',
      max_connections: 'max_connections',
      auth_timeout: 'auth_timeout',
    });
  });
});

describe('an HTTP answer to the upgrade', () => {
  test.each([
    [401, 'http_denied'],
    [403, 'http_denied'],
    [404, 'http_denied'],
    [429, 'http_busy'],
    [503, 'http_busy'],
    [200, 'http_other'],
    [301, 'http_other'],
    [302, 'http_other'],
    [308, 'http_other'],
    [400, 'http_other'],
    [402, 'http_other'],
    [500, 'http_other'],
    [502, 'http_other'],
    [504, 'http_other'],
    [0, 'http_other'],
  ])('%i counts as %s', (status, kind) => {
    expect(judgeHttp(status)).toBe(kind);
  });
});

describe('a close code', () => {
  test.each([
    [1000, false, 'close'],
    [1001, false, 'close'],
    [1006, false, 'close'],
    [1011, false, 'close'],
    [1012, false, 'close'],
    [4000, false, 'close'],
    [1008, false, 'policy_close'],
    [1013, false, 'busy_close'],
    [1000, true, 'policy_close'],
    [1006, true, 'policy_close'],
    [1008, true, 'policy_close'],
    [1013, true, 'busy_close'],
  ])('%i, while authenticating: %s, counts as %s', (code, during, kind) => {
    expect(judgeClose(code, during)).toBe(kind);
  });
});

describe('the decision table', () => {
  test.each<[FaultKind, number, string]>([
    ['auth_failed', 1, 'refused'],
    ['plan_no_websocket', 1, 'refused'],
    ['plan_not_realtime', 1, 'refused'],
    ['max_connections', 1, 'refused'],
    ['http_denied', 1, 'refused'],
    ['broken_replay', 1, 'refused'],
    ['auth_timeout', 1, 'retry'],
    ['auth_timeout', 2, 'refused'],
    ['policy_close', 4, 'retry'],
    ['policy_close', 5, 'refused'],
    ['http_busy', 50, 'retry'],
    ['http_other', 50, 'retry'],
    ['unreachable', 50, 'retry'],
    ['unanswered', 50, 'retry'],
    ['dead_peer', 50, 'retry'],
    ['busy_close', 50, 'retry'],
    ['close', 50, 'retry'],
  ])('says that %s, %i times in a row, is: %s', (kind, times, outcome) => {
    expect(failTimes(kind, times)).toBe(outcome);
  });

  test.each<[FaultKind, string]>([
    ['auth_failed', 'AUTH_FAILED'],
    ['plan_no_websocket', 'PLAN_NO_WEBSOCKET'],
    ['plan_not_realtime', 'PLAN_NOT_REALTIME'],
    ['max_connections', 'MAX_CONNECTIONS'],
    ['auth_timeout', 'AUTH_TIMEOUT'],
    ['http_denied', 'CONNECT_FAILED'],
    ['http_busy', 'CONNECT_FAILED'],
    ['unreachable', 'CONNECT_FAILED'],
    ['dead_peer', 'CONNECT_FAILED'],
    ['close', 'CONNECT_FAILED'],
    ['broken_replay', 'CONNECT_FAILED'],
  ])('answers %s with the code %s', (kind, code) => {
    expect(verdicts[kind].code).toBe(code);
  });

  test('waits at least 5 s after close 1013 and asks no such wait elsewhere', () => {
    const waits = Object.entries(verdicts).filter(([, { minDelayMs }]) => minDelayMs > 0);
    expect(waits.map(([kind, { minDelayMs }]) => [kind, minDelayMs])).toEqual([['busy_close', 5_000]]);
  });
});
