/** The states of a subscription, and what can be asked about it. */
import type { Rejection } from '../symbols/channels.js';

/**
 * `pending`: wanted, not yet answered. `accepted`: acknowledged. `unconfirmed`: not answered in time, perhaps served.
 * @see polygon-docs/websockets/quickstart.md:111-119 `not authorized`
 */
export type SubscriptionState = 'pending' | 'accepted' | 'unconfirmed';

/** The subscriptions, read-only. */
export interface SubscriptionsView {
  /** Held names, in the order of the requests. */
  readonly names: readonly string[];
  readonly size: number;
  stateOf(name: string): SubscriptionState | undefined;
  /** When a held name was asked for, monotonic ms. */
  sinceMs(name: string): number | undefined;
  /** Whether the feed may hold a name, even one that it refused. */
  mayHold(name: string): boolean;
  /** Why a name was rejected when it was last asked for. */
  rejectionOf(name: string): Rejection | undefined;
  readonly rejections: Rejection[];
  namesIn(state: SubscriptionState): string[];
  /** Sentences on why the unconfirmed ones of these names are in doubt; they name no other channels. */
  doubtsOf(names: readonly string[]): string[];
}

/** Is notified of the outcome for each name. */
export interface SubscriptionsListener {
  /** A name was added or removed, or its state changed. */
  changed(name: string): void;
  turnedDown(rejection: Rejection): void;
  /** A rejected name is served after all, or asked for again. */
  readmitted(rejection: Rejection): void;
}

/** A refusal is the answer to a request, the repeat of an earlier refusal, or unasked. */
export type RefusalKind = 'answer' | 'repeat' | 'unasked';
