/** What a single message says. */
import type { Role } from '../contract/channel.js';
import { decimalValue } from '../core/decimal.js';
import type { Amount } from '../core/exact-sum.js';
import { sortableTime } from '../core/time.js';
import type { FeedText } from '../feed/feed-text.js';
import { readRole } from './format.js';
import type { Seen } from './totals/symbol-state.js';

/** A decimal in quotes counts as the number that it is, wherever it stands. */
export function numeric(value: unknown): unknown {
  return typeof value === 'string' ? decimalValue(value) : value;
}

/** Null where it is missing, or neither a number nor a text. */
export function amountOf({ channel, raw }: Seen, role: Role, text?: FeedText): Amount | null {
  const value = numeric(readRole(channel, raw, role, text));
  return typeof value === 'number' || typeof value === 'string' ? value : null;
}

/** Best bid and ask; a price of 0 with a size of 0 says that there is none. */
export function quotePrices(quote: Seen, text?: FeedText): { bid: Amount | null; ask: Amount | null } {
  const side = (name: 'bid' | 'ask'): Amount | null => {
    const price = amountOf(quote, `${name}.price`, text);
    return price === 0 && amountOf(quote, `${name}.size`) === 0 ? null : price;
  };
  return { bid: side('bid'), ask: side('ask') };
}

/** The bar that ended last; of some that ended together, the first. */
export function newestOf(bars: readonly Seen[]): Seen | undefined {
  return bars.length < 2 ? bars[0] : bars.reduce((one, other) => (endOf(other) > endOf(one) ? other : one));
}

/** When a bar ended, as a text that sorts as time does; without that, when it began. */
function endOf({ channel, raw }: Seen): string {
  const [end, start] = [readRole(channel, raw, 'end_time'), readRole(channel, raw, 'time')].map(sortableTime);
  return end ?? start ?? '';
}
