/** The life of a connection as a pure function, without timers and sockets. */
import type { Failures } from '../core/back-off.js';
import { longestRetryAfterMs } from './retry-after.js';
import { type Fault, type FaultKind, verdicts } from './verdict.js';

export const stateNames = ['idle', 'connecting', 'authenticating', 'live', 'retrying', 'stopped', 'refused'] as const;

export type StateName = (typeof stateNames)[number];

export interface ConnectionState {
  readonly name: StateName;
  /** Failed attempts since the last stable connection. */
  readonly attempt: number;
  /** How many of these, the newest in a row, brought no message. */
  readonly fruitless: number;
  /** Whether this connection brought a message. */
  readonly fruitful: boolean;
  /** Which URL is in use. */
  readonly host: number;
  /** Failures of one kind in a row, without a message between them. */
  readonly inARow: { readonly [kind in FaultKind]?: number };
  readonly lastFault?: Fault;
}

export type ConnectionEvent =
  | { readonly type: 'start' }
  | { readonly type: 'stop' }
  /** The WebSocket is open. */
  | { readonly type: 'opened' }
  /** The key was accepted. */
  | { readonly type: 'authenticated' }
  /** Market data of a subscribed channel arrived. */
  | { readonly type: 'message' }
  /** The connection ended or could not be made; `stable` if it lasted long enough to count as a success. */
  | { readonly type: 'failed'; readonly fault: Fault; readonly stable: boolean; readonly hosts: number }
  /** The back-off is over. */
  | { readonly type: 'retry' };

export type Effect =
  | { readonly type: 'connect'; readonly host: number }
  | { readonly type: 'authenticate' }
  | { readonly type: 'resubscribe' }
  | { readonly type: 'disconnect' }
  | { readonly type: 'schedule'; readonly failures: Failures; readonly minDelayMs: number };

export interface Transition {
  readonly state: ConnectionState;
  readonly effects: readonly Effect[];
}

/** Nothing has failed in a row. */
export const noFaults: ConnectionState['inARow'] = {};

export const idle: ConnectionState = {
  name: 'idle',
  attempt: 0,
  fruitless: 0,
  fruitful: false,
  host: 0,
  inARow: noFaults,
};

/** Whether the connection is wanted: connecting, live, or retrying. */
export function isWanted(name: StateName): boolean {
  return name === 'connecting' || name === 'authenticating' || name === 'live' || name === 'retrying';
}

/** An event without meaning in a state lost a race, and changes nothing. */
export function transition(state: ConnectionState, event: ConnectionEvent): Transition {
  switch (event.type) {
    case 'start':
      if (isWanted(state.name)) return stay(state);
      return { state: { ...idle, name: 'connecting' }, effects: [{ type: 'connect', host: 0 }] };
    case 'stop':
      if (!isWanted(state.name)) return stay(state.name === 'stopped' ? state : { ...state, name: 'stopped' });
      return { state: { ...state, name: 'stopped' }, effects: [{ type: 'disconnect' }] };
    case 'opened':
      if (state.name !== 'connecting') return stay(state);
      return { state: { ...state, name: 'authenticating' }, effects: [{ type: 'authenticate' }] };
    case 'authenticated':
      if (state.name !== 'authenticating') return stay(state);
      // An accepted key resets the count of timeouts; only a message resets the others.
      return {
        state: { ...state, name: 'live', inARow: { ...state.inARow, auth_timeout: 0 } },
        effects: [{ type: 'resubscribe' }],
      };
    case 'message':
      if (state.name !== 'live' || isKnownFruitful(state)) return stay(state);
      return stay({ ...state, inARow: noFaults, fruitless: 0, fruitful: true });
    case 'failed':
      if (!isWanted(state.name) || state.name === 'retrying') return stay(state);
      return fail(state, event);
    case 'retry':
      if (state.name !== 'retrying') return stay(state);
      return { state: { ...state, name: 'connecting' }, effects: [{ type: 'connect', host: state.host }] };
  }
}

/** Whether another message changes nothing. */
export function isKnownFruitful({ fruitful, inARow }: ConnectionState): boolean {
  return fruitful && inARow === noFaults;
}

function fail(
  state: ConnectionState,
  { fault, stable, hosts }: Extract<ConnectionEvent, { type: 'failed' }>,
): Transition {
  const { finalAfter, minDelayMs, rotates } = verdicts[fault.kind];
  const count = (state.inARow[fault.kind] ?? 0) + 1;
  const inARow = { ...state.inARow, [fault.kind]: count };
  const { retryAfterMs = 0 } = fault;
  if (count >= finalAfter || retryAfterMs > longestRetryAfterMs) {
    return { state: { ...state, name: 'refused', inARow, lastFault: fault }, effects: [{ type: 'disconnect' }] };
  }
  const attempt = stable ? 0 : state.attempt;
  const fruitless = stable || state.fruitful ? 0 : state.fruitless + 1;
  const host = rotates ? (state.host + 1) % Math.max(hosts, 1) : state.host;
  return {
    state: { name: 'retrying', attempt: attempt + 1, fruitless, fruitful: false, host, inARow, lastFault: fault },
    effects: [
      { type: 'disconnect' },
      { type: 'schedule', failures: { attempt, fruitless }, minDelayMs: Math.max(minDelayMs, retryAfterMs) },
    ],
  };
}

function stay(state: ConnectionState): Transition {
  return { state, effects: [] };
}
