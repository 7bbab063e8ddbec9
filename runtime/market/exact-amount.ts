/** Sizes and volumes with their fraction: feeds send them whole, and exactly beside that. */
import type { Channel, Role } from '../contract/channel.js';
import { type Amount, decimalsIn } from '../core/exact-sum.js';
import type { RawEvent } from '../decode/protocol.js';
import { type FeedText, unshown } from '../feed/feed-text.js';
import { readRole } from './format.js';

/** Where an amount stands whole, and where exactly. */
const exactly = {
  size: 'size_exact',
  volume: 'volume_exact',
  accumulated_volume: 'accumulated_volume_exact',
} as const satisfies Partial<Record<Role, Role>>;

/**
 * The size of a trade or the volume of a bar, exactly: of a fractional trade the whole size may be 0 and is too small
 * otherwise, so the exact one counts wherever it is an amount.
 *
 * @param text of the connection that it came over; absent where the amount is not shown
 * @returns a number, or its digits where a double would lose some; undefined where the message has neither
 * @see polygon-docs/websockets/stocks/trades.md:32 `ds`
 */
export function exactAmount(
  channel: Channel,
  raw: RawEvent,
  role: keyof typeof exactly,
  text: FeedText = unshown,
): Amount | undefined {
  const exact = readRole(channel, raw, exactly[role], text);
  if (isAmount(exact)) return exact;
  const whole = readRole(channel, raw, role, text);
  return isAmount(whole) ? whole : undefined;
}

function isAmount(value: unknown): value is Amount {
  return decimalsIn(value) !== undefined;
}
