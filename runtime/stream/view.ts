/** What the tools see: a client and its streams. */
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
import type { Window } from '../market/totals/window.js';
import type { HoursSource } from '../market/trading-hours.js';
import type { Changes } from '../pacing/changes.js';
import type { ChannelName, Rejection } from '../symbols/channels.js';
import type { FreshExamples } from '../symbols/fresh-examples.js';
import type { Outage } from './outages.js';
import type { RestTarget } from './rest-keys.js';
import type { Target } from './target.js';
import type { UnaskedRefusal } from './unasked-refusal.js';
import type { Notice, StreamFault } from './upstream-user.js';

/** What one client sees of the process. */
export interface HubView {
  readonly suite: Suite;
  readonly markets: readonly Market[];
  readonly settings: Settings;
  readonly clock: Clock;
  readonly log: Log;
  /** When the markets trade. */
  readonly hours: HoursSource;
  /** Keeps the contracts in examples from expiring. */
  readonly examples: FreshExamples;
  /** Name of the caller, which marks its recordings; absent if it has none. */
  readonly owner?: string | undefined;
  /** Whether the caller may look at the streams, and not start, stop or change them. */
  readonly readOnly?: boolean;
  /** Identifies this client of this process in cursors. */
  readonly process: string;
  /** @throws StreamError INVALID_ARGUMENT for a market that is not served */
  stream(market: string): StreamView;
  /**
   * Decides where a start leads and with which key.
   *
   * @throws StreamError INVALID_ARGUMENT, ENDPOINT_NOT_ALLOWED, NO_API_KEY
   */
  target(market: Market, endpoint: string | undefined, apiKey: string | undefined): Promise<Target>;
  /**
   * Decides who answers a request of the REST API, and with which key.
   *
   * @throws StreamError INVALID_ARGUMENT, ENDPOINT_NOT_ALLOWED, NO_API_KEY
   */
  restTarget(endpoint: string | undefined, apiKey: string | undefined): Promise<RestTarget>;
  /** Who answers requests in the world of a stream, and with its key; nobody where its target has none. */
  restBeside(target: Target): Promise<RestTarget>;
  /** Sentences on the recording of a market. */
  notesOnRecording(market: string): readonly string[];
  /** The newest of what can be replayed, the newest first, and how much there is. */
  recordings(most: number): Promise<{ readonly newest: readonly RecordingView[]; readonly count: number }>;
  /** Runs a waiting call within the limit of such calls. */
  duringWait<T>(call: () => Promise<T>): Promise<T>;
}

/** What was recorded of a market on a day from a feed. */
export interface RecordingView {
  readonly market: string;
  /** Day and feed: what a replay is named by. */
  readonly title: string;
  /** Whether it goes on, as far as the caller may know. */
  readonly isWritten: boolean;
}

/** One client's stream of a market. */
export interface StreamView {
  readonly market: Market;
  /** The client's messages. */
  readonly buffer: MessageBuffer;
  /** Notified of every change of state and subscriptions, and of new messages. */
  readonly changes: Changes;
  readonly subscriptions: SubscriptionsView;
  readonly outages: OutagesView;
  readonly state: StateName;
  /** Whether no more messages will come. */
  readonly isOver: boolean;
  /** Where it leads; absent before the first start. */
  readonly target: Target | undefined;
  /** Shows text of its connection. */
  readonly text: FeedText;
  /** URL in use, or of the last attempt. */
  readonly url: string | undefined;
  readonly lastFault: StreamFault | undefined;
  /** The newest notice since the start. */
  readonly lastNotice: Notice | undefined;
  /** The newest unasked refusal since the start. */
  readonly unasked: UnaskedRefusal | undefined;
  readonly nextRetryAtMs: number | undefined;
  /** Monotonic ms of the next attempt, while one is scheduled. */
  readonly nextRetryElapsedMs: number | undefined;
  /** Converts monotonic ms into wall clock ms. */
  wallMs(elapsedMs: number): number;
  /** Failed attempts since the last stable connection. */
  readonly attempts: number;
  /** When the stream became live, wall clock ms; absent while it is not. */
  readonly liveSinceMs: number | undefined;
  /** How long it has been live; absent while it is not. */
  readonly liveForMs: number | undefined;
  /** Age of the newest message; absent before the first. */
  readonly newestAgeMs: number | undefined;
  /** From the start to the stop, or until now. */
  readonly durationMs: number;
  readonly totals: StreamCounts;
  /** Messages since the start that left the buffer. */
  readonly dropped: number;
  /** What the symbols come to since the start; from the first use on, also of what leaves the buffer. */
  readonly sinceStart: Window;
  ratePerSecond(): number;
  /**
   * A message as it is answered. One with fields of wrong types is answered anyway, and counted when it is first shown;
   * one that cannot be formatted is answered as it came.
   *
   * @param isNamed whether codes come in words, too
   */
  show(entry: Entry, detail: Detail, isNamed?: boolean): Message;
  /** The same for a read-only client: with other totals since the start, and without counting anything. */
  forReader(): StreamView;
  /**
   * Opens the stream, which must not be open yet, and clears the buffer.
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

/** What a stream counts from its start. */
export interface StreamCounts {
  readonly received: number;
  /** Number of items, or of frames, that are no events; null if others may have asked for them. */
  readonly malformed: number | null;
  /** Number of events that the spec does not know; null if others may have asked for them. */
  readonly unknown: number | null;
  /** Messages with fields of wrong types, of those shown to the owner. */
  readonly mistyped: number;
  readonly reconnects: number;
  /** Wall clock ms. */
  readonly lastMessageAtMs?: number;
}

/** The outages, read-only. */
export interface OutagesView {
  /** Newest last. */
  readonly all: readonly Outage[];
  /** Outages that are no longer listed. */
  readonly forgotten: number;
  /** Seq of the newest one; absent where there was none. */
  readonly newestSeq: number | undefined;
  /** Those that a reader who has everything up to `seq` does not know to be over. */
  since(seq: number): Outage[];
}
