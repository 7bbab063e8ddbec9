/** How many channels one connection holds at most. */
import type { Cap, Market } from '../contract/market.js';

/** @returns nothing where channels of a prefix are not limited */
export function capOf(market: Market, prefix: string): Cap | undefined {
  return market.caps.find(({ prefixes }) => prefixes.includes(prefix));
}

export function describeCap({ maxHeld, unit, prefixes }: Cap): string {
  return `One connection holds at most ${maxHeld} ${unit} over ${prefixes.join(' and ')}, and ${maxHeld} are held.`;
}
