/** Prices against each other: in percent, in basis points, in pips. */
import type { Market } from '../contract/market.js';
import { subtract } from '../core/decimal.js';

/** How much a price differs from an earlier one, in percent with four decimals; null where one is not known or is 0. */
export function percentChange(from: unknown, to: unknown): number | null {
  if (typeof from !== 'number' || typeof to !== 'number' || from === 0) return null;
  return rounded((subtract(to, from) / Math.abs(from)) * 100, 4);
}

/** The spread in hundredths of a percent of the price in the middle, with two decimals; null where that is 0 or less. */
export function basisPoints(bid: number, ask: number): number | null {
  const middle = (bid + ask) / 2;
  return middle > 0 ? rounded((subtract(ask, bid) / middle) * 10_000, 2) : null;
}

/**
 * The spread in pips, with one decimal; undefined where the size of a pip of this pair is not known.
 *
 * @param symbol canonical, such as EUR/USD
 */
export function pips(market: Market, symbol: string, bid: number, ask: number): number | undefined {
  const size = pipOf(market, symbol);
  return size === undefined ? undefined : rounded(subtract(ask, bid) / size, 1);
}

/** The size of a pip; undefined where that is not known. */
export function pipOf({ pips: sizes }: Market, symbol: string): number | undefined {
  const quoted = symbol.slice(symbol.lastIndexOf('/') + 1);
  return sizes?.find(({ quotes }) => quotes.includes(symbol) || quotes.includes(quoted))?.size;
}

/** Rounded half away from zero. */
function rounded(value: number, decimals: number): number {
  const factor = 10 ** decimals;
  const shown = (Math.sign(value) * Math.round(Math.abs(value) * factor)) / factor;
  return shown === 0 ? 0 : shown;
}
