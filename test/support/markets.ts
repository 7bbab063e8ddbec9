import { markets } from '../../generated/suite.js';
import type { Entry } from '../../runtime/buffer/message-buffer.js';
import type { Market } from '../../runtime/contract/market.js';
import type { RawEvent } from '../../runtime/decode/protocol.js';

/** What no market can ever be called, since a name has small letters and digits alone. */
export const noMarket = 'no-market';

/** The generated market of this name. */
export function marketOf(name: string): Market {
  const market = markets.find(other => other.name === name);
  if (!market) throw new Error(`there is no market ${name}`);
  return market;
}

/** An event as the buffer holds it. */
export function entryOf(ev: string, symbol: string | null, raw: RawEvent, seq = 0): Entry {
  return { seq, arrivedMs: 0, ev, symbol, raw: { ev, ...raw } };
}
