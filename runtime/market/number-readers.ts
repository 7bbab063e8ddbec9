/** Readers of the numbers of a market. */
import type { Market } from '../contract/market.js';
import type { Kernel } from '../contract/suite.js';
import { NumberReader } from '../decode/numbers/number-reader.js';
import { tradeRulesOf } from './trade-rules.js';

const readers = new WeakMap<Market, Map<Kernel | undefined, NumberReader>>();

/**
 * One for all buffers of a market, so that they have their columns in common.
 *
 * @param kernel absent: `JSON.parse` reads all numbers
 */
export function numberReaderOf(market: Market, kernel: Kernel | undefined): NumberReader {
  const known = readers.get(market) ?? new Map<Kernel | undefined, NumberReader>();
  readers.set(market, known);
  const reader = known.get(kernel) ?? new NumberReader(market.channels, kernel, tradeRulesOf(market).effectsByCode);
  known.set(kernel, reader);
  return reader;
}
