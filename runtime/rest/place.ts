/** Where the REST API is. */
import { createHash } from 'node:crypto';

/** Hosts that serve the same data, tried in this order. */
export const vendorHosts: readonly string[] = ['api.massive.com', 'api.polygon.io'];

export interface RestPlace {
  /** Of the hosts, in the order in which they are tried. */
  readonly origins: readonly string[];
  /** Stands before every path; empty for the vendor's hosts. */
  readonly base: string;
  /** Tells cursors of this place from those of another one. */
  readonly mark: string;
}

/**
 * @param restUrl from the settings, without a slash at its end; absent: the vendor's hosts. One of these comes first, and
 *   the others are its fallback.
 */
export function placeOf(restUrl?: string): RestPlace {
  const url = new URL(restUrl ?? `https://${vendorHosts[0]}`);
  const base = url.pathname.replace(/\/+$/, '');
  const isVendor = url.protocol === 'https:' && base === '' && vendorHosts.includes(url.host);
  const hosts = isVendor ? [url.host, ...vendorHosts.filter(host => host !== url.host)] : [];
  const origins = isVendor ? hosts.map(host => `https://${host}`) : [url.origin];
  const mark = createHash('sha256').update(`${origins.toSorted().join()}${base}`).digest('hex').slice(0, 8);
  return { origins, base, mark };
}
