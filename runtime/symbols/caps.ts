/** How many channels one connection holds at most. */
import type { Cap, Market } from '../contract/market.js';
import { prefixOf } from './prefixes.js';

/** @returns nothing where channels of a prefix are not limited */
export function capOf(market: Market, prefix: string): Cap | undefined {
  return market.caps.find(({ prefixes }) => prefixes.includes(prefix));
}

export function describeCap({ maxHeld, unit, prefixes }: Cap): string {
  return `One connection holds at most ${maxHeld} ${unit} over ${prefixes.join(' and ')}, and ${maxHeld} are held.`;
}

/** Those of the names that count against the same limit as this one, as it does itself. */
export function likeIn(market: Market, name: string, names: readonly string[]): string[] {
  const prefixes = capOf(market, prefixOf(name))?.prefixes ?? [prefixOf(name)];
  return names.filter(other => prefixes.includes(prefixOf(other)));
}
