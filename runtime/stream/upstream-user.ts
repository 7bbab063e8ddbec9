/** What an upstream tells its users. */
import type { ErrorCode } from '../core/errors.js';
import type { Events } from '../decode/event-list.js';
import type { StateName } from '../feed/state.js';
import type { Rejection } from '../symbols/channels.js';

/** Why a stream is not live. */
export interface StreamFault {
  readonly code: ErrorCode;
  readonly message: string;
  /** Kept as monotonic ms, shown as wall clock ms. */
  readonly atMs: number;
}

/** Something that the feed said and the spec does not explain. */
export interface Notice {
  readonly text: string;
  /** Kept as monotonic ms, shown as wall clock ms. */
  readonly atMs: number;
}

/** A refusal that answers nothing. */
export interface StrayRefusal extends Notice {
  /** Whether it may be an earlier refusal of this connection, of whomever, said again. */
  readonly mayRepeat: boolean;
}

/** What a feed sent that belongs to no known channel. */
export interface Stray {
  /** Number of items, or of frames, that are no events. */
  readonly malformed?: number;
  /** Number of events that the spec does not know. */
  readonly unknown?: number;
  readonly notice?: Notice;
}

/** A user of an upstream. */
export interface UpstreamUser {
  /** The events of a frame. Both are valid during this call only. */
  take(frame: Buffer, events: Events, arrivedMs: number): void;
  /** All frames that arrived together are delivered. */
  account(): void;
  strayed(stray: Stray): void;
  /** The feed refused something unasked, without a name; any held name may be meant. */
  doubted(refusal: StrayRefusal): void;
  /** The state or its details changed. */
  stateChanged(from: StateName): void;
  /** A replay has ended. */
  replayEnded(): void;
  asks(name: string): boolean;
  subscriptionChanged(name: string): void;
  turnedDown(rejection: Rejection): void;
  readmitted(rejection: Rejection): void;
}
