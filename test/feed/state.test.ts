import { describe, expect, test } from 'vitest';
import {
  type ConnectionEvent,
  type ConnectionState,
  type Effect,
  isKnownFruitful,
  isWanted,
  noFaults,
  type StateName,
  stateNames,
  transition,
} from '../../runtime/feed/state.js';
import type { Fault, FaultKind } from '../../runtime/feed/verdict.js';

function inState(name: StateName, extra: Partial<ConnectionState> = {}): ConnectionState {
  return { name, attempt: 3, fruitless: 2, fruitful: false, host: 1, inARow: noFaults, ...extra };
}

function failed(
  kind: FaultKind,
  extra: { stable?: boolean; hosts?: number; retryAfterMs?: number } = {},
): ConnectionEvent {
  const { stable = false, hosts = 2, retryAfterMs } = extra;
  const fault: Fault = { kind, message: 'it broke', ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
  return { type: 'failed', fault, stable, hosts };
}

/** A failure stands in the table twice: one that is retried, and one that is final. */
type EventName = Exclude<ConnectionEvent['type'], 'failed'> | 'close' | 'refusal';

/** One of each; the compiler misses a new one. */
const events: Readonly<Record<EventName, ConnectionEvent>> = {
  start: { type: 'start' },
  stop: { type: 'stop' },
  opened: { type: 'opened' },
  authenticated: { type: 'authenticated' },
  message: { type: 'message' },
  close: failed('close'),
  refusal: failed('auth_failed'),
  retry: { type: 'retry' },
};

type Row = readonly [from: StateName, event: EventName, to: StateName, effects: readonly Effect['type'][]];

const table: readonly Row[] = [
  ['idle', 'start', 'connecting', ['connect']],
  ['idle', 'stop', 'stopped', []],
  ['idle', 'opened', 'idle', []],
  ['idle', 'authenticated', 'idle', []],
  ['idle', 'message', 'idle', []],
  ['idle', 'close', 'idle', []],
  ['idle', 'refusal', 'idle', []],
  ['idle', 'retry', 'idle', []],
  ['connecting', 'start', 'connecting', []],
  ['connecting', 'stop', 'stopped', ['disconnect']],
  ['connecting', 'opened', 'authenticating', ['authenticate']],
  ['connecting', 'authenticated', 'connecting', []],
  ['connecting', 'message', 'connecting', []],
  ['connecting', 'close', 'retrying', ['disconnect', 'schedule']],
  ['connecting', 'refusal', 'refused', ['disconnect']],
  ['connecting', 'retry', 'connecting', []],
  ['authenticating', 'start', 'authenticating', []],
  ['authenticating', 'stop', 'stopped', ['disconnect']],
  ['authenticating', 'opened', 'authenticating', []],
  ['authenticating', 'authenticated', 'live', ['resubscribe']],
  ['authenticating', 'message', 'authenticating', []],
  ['authenticating', 'close', 'retrying', ['disconnect', 'schedule']],
  ['authenticating', 'refusal', 'refused', ['disconnect']],
  ['authenticating', 'retry', 'authenticating', []],
  ['live', 'start', 'live', []],
  ['live', 'stop', 'stopped', ['disconnect']],
  ['live', 'opened', 'live', []],
  ['live', 'authenticated', 'live', []],
  ['live', 'message', 'live', []],
  ['live', 'close', 'retrying', ['disconnect', 'schedule']],
  ['live', 'refusal', 'refused', ['disconnect']],
  ['live', 'retry', 'live', []],
  ['retrying', 'start', 'retrying', []],
  ['retrying', 'stop', 'stopped', ['disconnect']],
  ['retrying', 'opened', 'retrying', []],
  ['retrying', 'authenticated', 'retrying', []],
  ['retrying', 'message', 'retrying', []],
  ['retrying', 'close', 'retrying', []],
  ['retrying', 'refusal', 'retrying', []],
  ['retrying', 'retry', 'connecting', ['connect']],
  ['stopped', 'start', 'connecting', ['connect']],
  ['stopped', 'stop', 'stopped', []],
  ['stopped', 'opened', 'stopped', []],
  ['stopped', 'authenticated', 'stopped', []],
  ['stopped', 'message', 'stopped', []],
  ['stopped', 'close', 'stopped', []],
  ['stopped', 'refusal', 'stopped', []],
  ['stopped', 'retry', 'stopped', []],
  ['refused', 'start', 'connecting', ['connect']],
  ['refused', 'stop', 'stopped', []],
  ['refused', 'opened', 'refused', []],
  ['refused', 'authenticated', 'refused', []],
  ['refused', 'message', 'refused', []],
  ['refused', 'close', 'refused', []],
  ['refused', 'refusal', 'refused', []],
  ['refused', 'retry', 'refused', []],
];

describe('the life of a connection', () => {
  test.each(table)('from %s on %s goes to %s and does %j', (from, event, to, effects) => {
    const { state, effects: done } = transition(inState(from), events[event]);
    expect(state.name).toBe(to);
    expect(done.map(({ type }) => type)).toEqual(effects);
  });

  test('is laid down for every state and every event', () => {
    const cells = stateNames.flatMap(from => Object.keys(events).map(event => `${from} ${event}`));
    expect(table.map(([from, event]) => `${from} ${event}`)).toEqual(cells);
  });

  test('keeps the very same state where an event means nothing', () => {
    for (const [from, event, to, effects] of table) {
      if (from !== to || effects.length > 0) continue;
      // Of messages only the first one means something.
      const state = inState(from, { fruitful: true });
      expect(transition(state, events[event]).state).toBe(state);
    }
  });

  test.each<[StateName, boolean]>([
    ['idle', false],
    ['connecting', true],
    ['authenticating', true],
    ['live', true],
    ['retrying', true],
    ['stopped', false],
    ['refused', false],
  ])('in the state %s is wanted: %s', (name, wanted) => {
    expect(isWanted(name)).toBe(wanted);
  });
});

describe('a start', () => {
  test.each<StateName>(['idle', 'stopped', 'refused'])('from %s forgets every earlier failure', name => {
    const before = inState(name, { inARow: { policy_close: 4 }, lastFault: { kind: 'policy_close', message: 'x' } });
    const { state, effects } = transition(before, { type: 'start' });
    expect(state).toEqual({ name: 'connecting', attempt: 0, fruitless: 0, fruitful: false, host: 0, inARow: {} });
    expect(effects).toEqual<Effect[]>([{ type: 'connect', host: 0 }]);
  });
});

describe('a failure', () => {
  test('keeps its fault for the answer', () => {
    const fault: Fault = { kind: 'close', message: 'it broke' };
    expect(transition(inState('live'), failed('close')).state.lastFault).toEqual(fault);
    expect(transition(inState('live'), failed('max_connections')).state.lastFault?.kind).toBe('max_connections');
  });

  test.each([
    [0, 0, 1],
    [3, 3, 4],
    [11, 11, 12],
  ])('after %i others waits for attempt %i and counts %i', (attempt, scheduled, next) => {
    const { state, effects } = transition(inState('connecting', { attempt }), failed('unreachable'));
    expect(state.attempt).toBe(next);
    expect(effects).toEqual<Effect[]>([
      { type: 'disconnect' },
      { type: 'schedule', failures: { attempt: scheduled, fruitless: 3 }, minDelayMs: 0 },
    ]);
  });

  test('of a connection that was stable starts the count over', () => {
    const { state, effects } = transition(inState('live', { attempt: 7 }), failed('close', { stable: true }));
    expect(state.attempt).toBe(1);
    expect(effects[1]).toEqual({ type: 'schedule', failures: { attempt: 0, fruitless: 0 }, minDelayMs: 0 });
  });

  test('of a connection that lived too short a time goes on counting', () => {
    const { state, effects } = transition(inState('live', { attempt: 7 }), failed('close', { stable: false }));
    expect(state.attempt).toBe(8);
    expect(effects[1]).toEqual({ type: 'schedule', failures: { attempt: 7, fruitless: 3 }, minDelayMs: 0 });
  });

  test('keeps the count over authentication, which proves nothing yet', () => {
    expect(transition(inState('authenticating', { attempt: 7 }), { type: 'authenticated' }).state.attempt).toBe(7);
  });

  test.each<[FaultKind, number | undefined, number]>([
    ['http_busy', 40_000, 40_000],
    ['http_busy', undefined, 0],
    ['busy_close', undefined, 5_000],
    ['busy_close', 2_000, 5_000],
    ['busy_close', 9_000, 9_000],
  ])('of kind %s with a wait of %s asked for is not retried before %i ms', (kind, retryAfterMs, minDelayMs) => {
    const event = failed(kind, retryAfterMs === undefined ? {} : { retryAfterMs });
    expect(transition(inState('live'), event).effects[1]).toEqual({
      type: 'schedule',
      failures: { attempt: 3, fruitless: 3 },
      minDelayMs,
    });
  });
});

describe('a wait that the host asks for', () => {
  const hour = 3_600_000;

  test.each<[FaultKind, number, StateName]>([
    ['http_busy', hour, 'retrying'],
    ['http_busy', 24 * hour, 'retrying'],
    ['http_busy', 24 * hour + 1, 'refused'],
    ['http_other', Number.POSITIVE_INFINITY, 'refused'],
  ])('after %s of %d ms leads to %s', (kind, retryAfterMs, name) => {
    const { state, effects } = transition(inState('connecting'), failed(kind, { retryAfterMs }));
    expect([state.name, state.lastFault?.retryAfterMs]).toEqual([name, retryAfterMs]);
    const waits = effects.flatMap(effect => (effect.type === 'schedule' ? effect.minDelayMs : []));
    expect(waits).toEqual(name === 'refused' ? [] : [retryAfterMs]);
  });
});

describe('attempts in a row without a message', () => {
  const message: ConnectionEvent = { type: 'message' };

  function dropped(state: ConnectionState, stable = false): number {
    return transition(state, failed('close', { stable })).state.fruitless;
  }

  test('are one more after each failure', () => {
    expect(dropped(inState('connecting', { fruitless: 9 }))).toBe(10);
    expect(dropped(inState('live', { fruitless: 9 }))).toBe(10);
  });

  test('are none after a message, and from the next connection on they count again', () => {
    const { state } = transition(inState('live', { fruitless: 9 }), message);
    expect([state.fruitful, dropped(state)]).toEqual([true, 0]);
    const next = transition(state, failed('close')).state;
    expect(next.fruitful).toBe(false);
    expect(dropped({ ...next, name: 'live' })).toBe(1);
  });

  test('are none after a stable connection, though nothing came', () => {
    expect(dropped(inState('live', { fruitless: 9 }), true)).toBe(0);
  });

  test('leave the attempts as they are when a message comes, which proves little', () => {
    expect(transition(inState('live', { attempt: 7 }), message).state.attempt).toBe(7);
  });

  test('are known to be over after one message; the next one changes nothing', () => {
    const { state } = transition(inState('live'), message);
    expect([isKnownFruitful(inState('live')), isKnownFruitful(state)]).toEqual([false, true]);
    expect(isKnownFruitful({ ...state, inARow: { close: 1 } })).toBe(false);
    expect(transition(state, message).state).toBe(state);
  });
});

describe('the hosts of a feed', () => {
  test.each<[FaultKind, number, number, number]>([
    ['unreachable', 0, 2, 1],
    ['unreachable', 1, 2, 0],
    ['unanswered', 0, 2, 1],
    ['unreachable', 0, 1, 0],
    ['close', 1, 2, 1],
    ['dead_peer', 1, 2, 1],
    ['http_busy', 0, 2, 0],
    ['http_other', 0, 2, 0],
    ['policy_close', 1, 2, 1],
  ])('after %s at host %i, with %i known, go on at host %i', (kind, host, hosts, next) => {
    const { state } = transition(inState('connecting', { host }), failed(kind, { hosts }));
    expect(state.host).toBe(next);
    expect(transition(state, { type: 'retry' }).effects).toEqual<Effect[]>([{ type: 'connect', host: next }]);
  });
});

describe('failures in a row', () => {
  function failAndReturn(state: ConnectionState, kind: FaultKind, authenticated: boolean): ConnectionState {
    let next = transition(state, failed(kind)).state;
    next = transition(next, { type: 'retry' }).state;
    next = transition(next, { type: 'opened' }).state;
    return authenticated ? transition(next, { type: 'authenticated' }).state : next;
  }

  test('of closing with 1008 are final at the fifth, although each time the key was accepted', () => {
    let state = inState('live');
    for (let time = 1; time <= 4; time++) state = failAndReturn(state, 'policy_close', true);
    expect(state.name).toBe('live');
    expect(transition(state, failed('policy_close')).state.name).toBe('refused');
  });

  test('of closing with 1008 are forgotten when a message comes', () => {
    let state = inState('live');
    for (let time = 1; time <= 4; time++) state = failAndReturn(state, 'policy_close', true);
    state = transition(state, { type: 'message' }).state;
    expect(transition(state, failed('policy_close')).state.name).toBe('retrying');
  });

  test('of authenticating in time are final at the second', () => {
    const state = failAndReturn(inState('authenticating'), 'auth_timeout', false);
    expect(state.name).toBe('authenticating');
    expect(transition(state, failed('auth_timeout')).state.name).toBe('refused');
  });

  test('of authenticating in time are forgotten when the key is accepted in between', () => {
    let state = failAndReturn(inState('authenticating'), 'auth_timeout', true);
    expect(state.name).toBe('live');
    state = failAndReturn(state, 'close', false);
    expect(transition(state, failed('auth_timeout')).state.name).toBe('retrying');
  });

  test('of other kinds do not add up', () => {
    let state = inState('authenticating');
    for (const kind of ['close', 'unreachable', 'dead_peer', 'http_busy', 'policy_close'] as const) {
      state = failAndReturn(state, kind, false);
    }
    expect(state.name).toBe('authenticating');
  });
});
