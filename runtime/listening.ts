/**
 * What a client of protocol 2026-07-28 listens to. The protocol's package answers `subscriptions/listen` and tells the
 * server nothing of it, so this reads along on the wire.
 */
import { type Watches, wholeList } from './watches.js';

/** A notification on the wire. */
interface Notification {
  readonly method: string;
  readonly params?: Readonly<Record<string, unknown>> | undefined;
}

/** What the package writes when it has judged a request to listen. */
interface Acknowledgement {
  readonly notifications: {
    readonly resourceSubscriptions?: readonly string[];
    readonly resourcesListChanged?: boolean;
  };
  readonly _meta: { readonly 'io.modelcontextprotocol/subscriptionId': string | number };
}

/** @param notification on its way to the client */
export function hearServer(watches: Watches, { method, params }: Notification): void {
  if (method !== 'notifications/subscriptions/acknowledged') return;
  const { notifications, _meta } = params as unknown as Acknowledgement;
  const { resourceSubscriptions = [], resourcesListChanged = false } = notifications;
  const list = resourcesListChanged ? [wholeList] : [];
  watches.follow(_meta['io.modelcontextprotocol/subscriptionId'], [...resourceSubscriptions, ...list]);
}

/** @param notification as it came from the client */
export function hearClient(watches: Watches, { method, params }: Notification): void {
  if (method === 'notifications/cancelled') watches.unfollow(params?.requestId as string | number);
}
