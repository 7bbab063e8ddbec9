/** Which subscribed contracts have expired or are about to, as answers show it. */
import type { ExpiryRow } from '../../generated/types.js';
import type { HubView, StreamView } from '../stream/view.js';
import { endingOf } from '../symbols/expiry.js';

const daysAhead = 7;
const rowsShown = 20;

interface Expiries {
  readonly expiries: readonly ExpiryRow[];
  readonly more_expiries?: number;
}

/** Those that end first come first; none of a recording, which is of its own day. */
export function expiriesOf({ clock }: HubView, { market, target, subscriptions }: StreamView): Expiries {
  if (target?.replay || !market.symbol.expiry) return { expiries: [] };
  const symbols = new Set(subscriptions.names.map(name => name.slice(name.indexOf('.') + 1)));
  const nowMs = clock.now();
  const rows = [...symbols].flatMap(symbol => {
    const ending = endingOf(market, symbol, nowMs, daysAhead);
    return ending ? [{ symbol, expired: ending.expired, last_day: ending.lastDay ?? null, text: ending.text }] : [];
  });
  const sorted = rows.sort((one, other) => compare(one.last_day ?? '', other.last_day ?? ''));
  const more = rows.length - rowsShown;
  return { expiries: sorted.slice(0, rowsShown), ...(more > 0 ? { more_expiries: more } : {}) };
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
