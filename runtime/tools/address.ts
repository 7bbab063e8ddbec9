/** Where streams are found as resources: `polygon://streams/{market}` and `polygon://streams/{market}/{channel}`. */

import type { Market } from '../contract/market.js';
import { type ChannelName, parseChannel } from '../symbols/channels.js';

const root = 'polygon://streams/';

/** Templates of the URIs (RFC 6570); a variable is percent-encoded, so that `C.EUR/USD` is `C.EUR%2FUSD`. */
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
 * Reads a URI leniently: aliases and other spellings are accepted, and a slash need not be encoded.
 *
 * @returns nothing if it names no channel of one of these markets
 */
export function parseAddress(markets: readonly Market[], uri: string): Address | undefined {
  const [, name, encoded] = /^polygon:\/\/streams\/([a-z0-9]+)(?:\/(.+))?$/.exec(uri) ?? [];
  const market = markets.find(other => other.name === name);
  if (!market || encoded === undefined) return market && { market };
  const decoded = decode(encoded);
  const channel = decoded === undefined ? undefined : parseChannel(market, decoded);
  return channel && !('code' in channel) ? { market, channel } : undefined;
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
