/**
 * What the tools act on: the streams as one client sees them. Where there is one client alone, that is the hub itself
 * and its streams; of many clients each has a `Guest` and its `Share`s.
 */
import type { Hub } from './hub.js';
import type { OutagesView } from './outages.js';
import type { Stream } from './stream.js';
import type { SubscriptionsView } from './subscriptions.js';

export interface HubView
  extends Pick<
    Hub,
    'suite' | 'markets' | 'settings' | 'clock' | 'log' | 'redactor' | 'recorder' | 'process' | 'target' | 'duringWait'
  > {
  stream(market: string): StreamView;
}

export interface StreamView
  extends Pick<
    Stream,
    // What came, and where from: the same for all.
    | 'market'
    | 'buffer'
    | 'changes'
    | 'target'
    | 'url'
    | 'lastFault'
    | 'nextRetryAtMs'
    | 'nextRetryElapsedMs'
    | 'wallMs'
    | 'attempts'
    | 'dropped'
    | 'ratePerSecond'
    | 'isOver'
    | 'show'
    // What the client did, and what of it is its own.
    | 'state'
    | 'shared'
    | 'visible'
    | 'newestOf'
    | 'newestSeq'
    | 'liveSinceMs'
    | 'liveForMs'
    | 'newestAgeMs'
    | 'durationMs'
    | 'lastNotice'
    | 'unasked'
    | 'totals'
    | 'pictures'
    | 'open'
    | 'stop'
    | 'subscribe'
    | 'unsubscribe'
  > {
  readonly subscriptions: SubscriptionsView;
  readonly outages: OutagesView;
}
