import type { Entry } from './buffer.js';
import { type Filter, parseFilter } from './channels.js';
import type { Market } from './contract.js';
import { StreamError } from './errors.js';
import { quoteForeign } from './foreign.js';

/** Chooses messages. */
export type Selection = (entry: Entry) => boolean;

/**
 * @param texts `T.AAPL`, `T.*` or `AAPL`; nothing selects every message
 * @throws StreamError INVALID_CHANNEL
 */
export function parseFilters(market: Market, texts: readonly string[] | undefined): Filter[] | undefined {
  return texts?.map(text => {
    const filter = parseFilter(market, text);
    if (filter) return filter;
    throw new StreamError(
      'INVALID_CHANNEL',
      `${quoteForeign(text)} is neither a channel nor a symbol of ${market.title}.`,
      `Select by channel (${market.channels[0]!.prefix}.${market.symbol.examples[0]}), by kind (${market.channels[0]!.prefix}.*) or by symbol (${market.symbol.examples[0]}).`,
    );
  });
}

export function selectionOf(filters: readonly Filter[] | undefined): Selection {
  if (!filters) return () => true;
  const whole = new Set(filters.filter(({ symbol }) => symbol === undefined).map(({ prefix }) => prefix));
  // A filter with neither is `*`.
  if (whole.has(undefined)) return () => true;
  const symbols = new Set(filters.filter(({ prefix }) => prefix === undefined).map(({ symbol }) => symbol));
  const pairs = new Set(filters.map(({ prefix, symbol }) => `${prefix}.${symbol}`));
  return ({ ev, symbol }) =>
    whole.has(ev) || (symbol !== null && (symbols.has(symbol) || pairs.has(`${ev}.${symbol}`)));
}
