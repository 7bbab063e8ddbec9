/** URIs of streams as resources: `polygon://streams/{market}` and `polygon://streams/{market}/{channel}`. */

import type { Market } from '../contract/market.js';
import { type ChannelName, parseChannel } from '../symbols/channels.js';
import type { Delivered } from '../symbols/forms.js';

const root = 'polygon://streams/';

/** URI templates (RFC 6570). Variables are percent-encoded: `C.EUR/USD` becomes `C.EUR%2FUSD`. */
export const marketTemplate = `${root}{market}`;
export const channelTemplate = `${root}{market}/{channel}`;

/** A stream, or one channel of it. */
export interface Address {
  readonly market: Market;
  readonly channel?: ChannelName;
}

/** @param channel name of a channel, such as `T.AAPL` */
export function formatAddress(market: string, channel?: string): string {
  return channel === undefined ? `${root}${market}` : `${root}${market}/${encodeURIComponent(channel)}`;
}

/**
 * Reads a URI leniently: accepts aliases, other spellings and a slash that is not encoded.
 *
 * @param delivered tells which symbols came in messages of a market; these may be named in any form
 * @returns undefined if it names neither one of these markets nor a channel of one
 */
export function parseAddress(
  markets: readonly Market[],
  uri: string,
  delivered?: (market: string) => Delivered,
): Address | undefined {
  const [, name, encoded] = /^polygon:\/\/streams\/([a-z0-9]+)(?:\/(.+))?$/.exec(uri) ?? [];
  const market = markets.find(other => other.name === name);
  if (!market || encoded === undefined) return market && { market };
  const decoded = decode(encoded);
  const channel = decoded === undefined ? undefined : parseChannel(market, decoded, 'this', delivered?.(market.name));
  return channel && !('code' in channel) ? { market, channel } : undefined;
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
