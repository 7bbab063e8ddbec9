/** What the tools act on: a client, and its streams. */
import type { Entry, MessageBuffer } from '../buffer/message-buffer.js';
import type { Settings } from '../config/settings.js';
import type { Market } from '../contract/market.js';
import type { Suite } from '../contract/suite.js';
import type { Clock } from '../core/clock.js';
import type { Log } from '../core/log.js';
import type { FeedText } from '../feed/feed-text.js';
import type { StateName } from '../feed/state.js';
import type { SubscriptionsView } from '../feed/subscription-state.js';
import type { Detail, Message } from '../market/format.js';
import type { Snapshots } from '../market/snapshots.js';
import type { Changes } from '../pacing/changes.js';
import type { ChannelName, Rejection } from '../symbols/channels.js';
import type { Outage } from './outages.js';
import type { Target } from './target.js';
import type { UnaskedRefusal } from './unasked-refusal.js';
import type { Notice, StreamFault } from './upstream-user.js';

/** All that one client sees of the process. */
export interface HubView {
  readonly suite: Suite;
  readonly markets: readonly Market[];
  readonly settings: Settings;
  readonly clock: Clock;
  readonly log: Log;
  /** Name of whoever calls, which its recordings carry; absent where it has none. */
  readonly owner?: string | undefined;
  /** Names this client of this process in cursors. */
  readonly process: string;
  /** @throws StreamError INVALID_ARGUMENT for a market that is not served */
  stream(market: string): StreamView;
  /**
   * Decides where a start leads and with which key.
   *
   * @throws StreamError INVALID_ARGUMENT, ENDPOINT_NOT_ALLOWED, NO_API_KEY
   */
  target(market: Market, endpoint: string | undefined, apiKey: string | undefined): Promise<Target>;
  /** Sentences on what is recorded of a market. */
  notesOnRecording(market: string): readonly string[];
  /** Every waiting call passes through here. */
  duringWait<T>(call: () => Promise<T>): Promise<T>;
}

/** One client's stream of a market. */
export interface StreamView {
  readonly market: Market;
  /** The messages that came for the client. */
  readonly buffer: MessageBuffer;
  /** Told of every change of state and of subscriptions, and whenever messages came. */
  readonly changes: Changes;
  readonly subscriptions: SubscriptionsView;
  readonly outages: OutagesView;
  readonly state: StateName;
  /** Whether nothing more will come. */
  readonly isOver: boolean;
  /** Where it was started to; absent before that. */
  readonly target: Target | undefined;
  /** How text that came over its connection is shown. */
  readonly text: FeedText;
  /** URL in use, or of the last attempt. */
  readonly url: string | undefined;
  readonly lastFault: StreamFault | undefined;
  /** The newest one since the start. */
  readonly lastNotice: Notice | undefined;
  /** The newest refusal since the start that answers nothing and names nothing. */
  readonly unasked: UnaskedRefusal | undefined;
  readonly nextRetryAtMs: number | undefined;
  /** Monotonic ms of the next attempt, while one is scheduled. */
  readonly nextRetryElapsedMs: number | undefined;
  /** What the clock of the wall shows for a moment of the monotonic clock. */
  wallMs(elapsedMs: number): number;
  /** Failed attempts since the last stable connection. */
  readonly attempts: number;
  /** When the stream became live, wall clock ms; absent while it is not. */
  readonly liveSinceMs: number | undefined;
  /** How long it has been live, ms; absent while it is not. */
  readonly liveForMs: number | undefined;
  /** How long ago the newest message came, ms; absent before the first. */
  readonly newestAgeMs: number | undefined;
  /** From the start to the stop, or until now, ms. */
  readonly durationMs: number;
  readonly totals: StreamCounts;
  /** Messages of this start that left the buffer. */
  readonly dropped: number;
  /** Drawn from what the buffer holds when they are first asked for. */
  readonly snapshots: Snapshots;
  ratePerSecond(): number;
  /**
   * A message as it is answered. One whose fields have wrong types is answered all the same and counted when it is
   * first shown; one that cannot be formatted is answered as it came.
   */
  show(entry: Entry, detail: Detail): Message;
  /** The same for somebody who only looks at it: with pictures of its own, and without anything being counted. */
  forReader(): StreamView;
  /**
   * Opens a stream that is not wanted yet; what the last one left is cleared.
   *
   * @throws StreamError LIMIT_EXCEEDED
   */
  open(target: Target): void;
  /** Ends the stream; the buffer stays readable. */
  stop(): Promise<void>;
  /** Adds channels; they are sent as soon as the stream is live. */
  subscribe(names: readonly ChannelName[]): { added: string[]; already: string[]; rejected: Rejection[] };
  unsubscribe(names: readonly string[]): { removed: string[]; notHeld: string[] };
}

/** What a stream counts from its start on. */
export interface StreamCounts {
  readonly received: number;
  /** Items, or whole frames, that are no events; null where others may have asked for them. */
  readonly malformed: number | null;
  /** Events that the spec does not know; null where others may have asked for them. */
  readonly unknown: number | null;
  /** Messages whose fields have wrong types, of those that its owner was shown. */
  readonly mistyped: number;
  readonly reconnects: number;
  /** Wall clock ms. */
  readonly lastMessageAtMs?: number;
}

/** What may be asked about outages. */
export interface OutagesView {
  /** Newest last. */
  readonly all: readonly Outage[];
  /** Outages that are no longer listed. */
  readonly forgotten: number;
  /** Those that a reader who had everything up to `seq` has not been told as over. */
  since(seq: number): Outage[];
}
