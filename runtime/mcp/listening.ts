/**
 * Follows what a client of protocol 2026-07-28 listens to. The protocol's package answers `subscriptions/listen` and
 * does not tell the server, so this reads the messages on the wire.
 */
import { type ResourceUpdates, wholeList } from './resource-updates.js';

/** A notification on the wire. */
interface Notification {
  readonly method: string;
  readonly params?: Readonly<Record<string, unknown>> | undefined;
}

interface Filter {
  readonly resourceSubscriptions?: readonly string[];
  readonly resourcesListChanged?: boolean;
}

/** What the package sends once it accepted a request to listen. */
interface Acknowledgement {
  readonly notifications: Filter;
  readonly _meta: { readonly 'io.modelcontextprotocol/subscriptionId': string | number };
}

/** @param notification on its way to the client */
export function hearServer(updates: ResourceUpdates, { method, params }: Notification): void {
  if (method !== 'notifications/subscriptions/acknowledged') return;
  const { notifications, _meta } = params as unknown as Acknowledgement;
  updates.follow(_meta['io.modelcontextprotocol/subscriptionId'], urisOf(notifications));
}

/** @param notification as it came from the client */
export function hearClient(updates: ResourceUpdates, { method, params }: Notification): void {
  if (method === 'notifications/cancelled') updates.unfollow(params?.requestId as string | number);
}

/**
 * @param body of an HTTP request, unchecked
 * @returns what it asks to listen to; empty if it asks for something else or will be refused
 */
export function listenedBy(body: unknown): readonly string[] | undefined {
  const { method, params } = (body ?? {}) as Partial<Notification>;
  if (method !== 'subscriptions/listen') return undefined;
  const filter = (params?.notifications ?? {}) as Filter;
  const uris = filter.resourceSubscriptions ?? [];
  return Array.isArray(uris) && uris.every(uri => typeof uri === 'string') ? urisOf(filter) : undefined;
}

function urisOf({ resourceSubscriptions = [], resourcesListChanged = false }: Filter): string[] {
  // The name of the list is not a URI and is not counted as one.
  const uris = resourceSubscriptions.filter(uri => uri !== wholeList);
  return [...uris, ...(resourcesListChanged ? [wholeList] : [])];
}
