/** What may be said of a subscription. */
import type { Rejection } from '../symbols/channels.js';

/**
 * `pending`: wanted, not yet answered. `accepted`: acknowledged. `unconfirmed`: not answered in time, perhaps served.
 * @see polygon-docs/websockets/quickstart.md:111-119 `not authorized`
 */
export type SubscriptionState = 'pending' | 'accepted' | 'unconfirmed';

/** What may be asked about subscriptions. */
export interface SubscriptionsView {
  /** Names that are held, in the order of the requests. */
  readonly names: readonly string[];
  readonly size: number;
  stateOf(name: string): SubscriptionState | undefined;
  /** Whether the feed may hold a name, also one of which it was said that it was refused. */
  mayHold(name: string): boolean;
  /** Why a name was turned down the last time it was asked for. */
  rejectionOf(name: string): Rejection | undefined;
  readonly rejections: Rejection[];
  namesIn(state: SubscriptionState): string[];
  /** Why the unconfirmed ones among these names are in doubt, in sentences that name no others. */
  doubtsOf(names: readonly string[]): string[];
}

/** Is told what becomes of each name. */
export interface SubscriptionsListener {
  /** A name is held or no longer, or is in another state. */
  changed(name: string): void;
  turnedDown(rejection: Rejection): void;
  /** What was turned down is served after all, or asked for again. */
  readmitted(rejection: Rejection): void;
}

/** What a refusal was: an answer to what was asked, one that is said again, or one that nothing asked for. */
export type RefusalKind = 'answer' | 'repeat' | 'unasked';
