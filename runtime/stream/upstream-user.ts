/** What an upstream tells those who use it. */
import type { ErrorCode } from '../core/errors.js';
import type { Events } from '../decode/event-list.js';
import type { StateName } from '../feed/state.js';
import type { Rejection } from '../symbols/channels.js';

/** Why a stream is not live. */
export interface StreamFault {
  readonly code: ErrorCode;
  readonly message: string;
  /** As it is kept monotonic ms, as it is shown wall clock ms. */
  readonly atMs: number;
}

/** Something that the feed said and that no word of the spec explains. */
export interface Notice {
  readonly text: string;
  /** As it is kept monotonic ms, as it is shown wall clock ms. */
  readonly atMs: number;
}

/** What a feed sent that nobody can be said to have asked for. */
export interface Stray {
  /** Items, or whole frames, that are no events. */
  readonly malformed?: number;
  /** Events that the spec does not know. */
  readonly unknown?: number;
  readonly notice?: Notice;
}

/** One of those who use an upstream. */
export interface UpstreamUser {
  /** The events of a frame; both are good for this call alone. */
  take(frame: Buffer, events: Events, arrivedMs: number): void;
  /** All frames were given that came together. */
  account(): void;
  strayed(stray: Stray): void;
  /** The feed refused something without being asked and without a name; any name that is held may be meant. */
  doubted(notice: Notice): void;
  /** The state, or what is known of it, changed. */
  stateChanged(from: StateName): void;
  /** A replay has ended. */
  replayEnded(): void;
  asks(name: string): boolean;
  subscriptionChanged(name: string): void;
  turnedDown(rejection: Rejection): void;
  readmitted(rejection: Rejection): void;
}
