/** Parts that the snapshots of several endpoints have in common. */
import { round } from '../../simulator/world/grid.js';
import type { Listed } from './catalogue.js';
import type { Row } from './listing.js';
import { digitsOf, newest } from './ticks.js';

/** Everything is live. */
export const timeframe = 'REAL-TIME';

export function fairValueOf(one: Listed, nowMs: number): Row {
  const value = newest(one, 'FAIR_MARKET_VALUE', nowMs);
  return value ? { fmv: value.fair_value, fmv_last_updated: digitsOf(value.time, one.symbol) } : {};
}

export function quoteOf(one: Listed, nowMs: number): Row {
  const quote = newest(one, 'QUOTE', nowMs);
  const market = one.place.market.name;
  if (!quote || market === 'crypto') return {};
  const [ask, bid] = [Number(quote['ask.price']), Number(quote['bid.price'])];
  const isForex = market === 'forex';
  return {
    last_quote: {
      ...{ ask, ask_exchange: quote['ask.exchange'], bid, bid_exchange: quote['bid.exchange'] },
      ...(isForex ? {} : { ask_size: quote['ask.size'], bid_size: quote['bid.size'] }),
      ...(isForex ? {} : { midpoint: round((ask + bid) / 2, 6) }),
      last_updated: digitsOf(quote.time, one.symbol),
      timeframe,
    },
  };
}

export function tradeOf(one: Listed, nowMs: number): Row {
  const trade = newest(one, 'TRADE', nowMs);
  if (!trade) return {};
  const at = digitsOf(trade.time, one.symbol);
  const isOption = one.place.market.name === 'options';
  return {
    last_trade: {
      ...{ conditions: trade.conditions, exchange: trade.exchange_id, price: trade.price, size: trade.size },
      ...(isOption ? {} : { id: trade.trade_id, last_updated: at }),
      ...(one.place.market.name === 'crypto' ? {} : { sip_timestamp: at }),
      timeframe,
    },
  };
}
