/** Shows the state of a symbol: what is not known is absent or null. */
import type { Bar, Row } from '../../generated/types.js';
import type { EventKind, Role } from '../contract/channel.js';
import type { Hours, Market } from '../contract/market.js';
import { subtract } from '../core/decimal.js';
import { epochMs } from '../core/time.js';
import type { FeedText } from '../feed/feed-text.js';
import { exactAmount } from './exact-amount.js';
import { rawRole, readRole } from './format.js';
import { onlySessionAt } from './hours.js';
import type { ProductHours } from './product-hours.js';
import { basisPoints, percentChange, pips } from './ratios.js';
import { amountOf, quotePrices } from './seen.js';
import type { Seen, SymbolState } from './totals/symbol-state.js';

/** What a row needs beside the state. */
export interface RowContext {
  readonly market: Market;
  readonly hours: ProductHours;
  /** Monotonic ms. */
  readonly nowMs: number;
  /** Whether a kind of message is subscribed, so that no message means zero and not unknown. */
  isHeld(event: EventKind): boolean;
  /** Of the connection that the messages came over. */
  readonly text: FeedText;
}

type Shown = number | string | null;

export function rowOf(state: SymbolState, given: RowContext): Row {
  const { counts, ineligible } = state;
  const text = given.text.forMessage();
  const context = { ...given, text };
  return {
    symbol: text.quote(state.symbol),
    messages: state.messages,
    ...(counts.TRADE > 0 || context.isHeld('TRADE') ? { trades: counts.TRADE } : {}),
    ...(ineligible > 0 ? { ineligible_trades: ineligible } : {}),
    ...(counts.QUOTE > 0 || context.isHeld('QUOTE') ? { quotes: counts.QUOTE } : {}),
    ...tradeOf(state, context),
    ...quoteOf(state, context),
    ...rangeOf(state, text),
    ...barOf(state, context),
    ...indexValueOf(state, context),
    ...bandsOf(state, context),
    ...fairValueOf(state, context),
    ...imbalanceOf(state, context),
  };
}

function tradeOf({ last, symbol }: SymbolState, { hours, nowMs, text }: RowContext): Partial<Row> {
  const trade = last.get('TRADE');
  if (!trade) return {};
  const session = otherSession(hours.of(symbol), epochMs(rawRole(trade.channel, trade.raw, 'time')));
  return {
    last: amountOf(trade, 'price', text),
    last_size: exactAmount(trade.channel, trade.raw, 'size', text) ?? null,
    ...(session === undefined ? {} : { last_session: session }),
    trade_age_ms: age(trade, nowMs),
  };
}

/** The session of a time, where it is another than the regular one. */
function otherSession(hours: Hours, atMs: number | undefined): string | undefined {
  const isOne = new Set(hours.sessions.map(({ name }) => name)).size < 2;
  if (isOne || atMs === undefined) return undefined;
  const name = onlySessionAt(hours, atMs);
  return name === 'regular' ? undefined : name;
}

function quoteOf(state: SymbolState, { market, nowMs, text }: RowContext): Partial<Row> {
  const quote = state.last.get('QUOTE');
  if (!quote) return {};
  const { bid, ask } = quotePrices(quote, text);
  const isTwoSided = typeof bid === 'number' && typeof ask === 'number';
  const inPips = isTwoSided ? pips(market, state.symbol, bid, ask) : undefined;
  return {
    bid,
    ask,
    spread: isTwoSided ? subtract(ask, bid) : null,
    ...(isTwoSided ? { spread_bps: basisPoints(bid, ask) } : {}),
    ...(inPips === undefined ? {} : { spread_pips: inPips }),
    quote_age_ms: age(quote, nowMs),
  };
}

function rangeOf(state: SymbolState, text: FeedText): Partial<Row> {
  const { range } = state;
  if (!range) return {};
  const { open, high, low, volume, vwap } = range;
  const hasVolume = state.counts.TRADE > 0 || volume !== null;
  const change = percentChange(open, state.compared('newest'));
  return {
    ...(low === null
      ? {}
      : { window_open: clean(open, text), window_high: clean(high, text), window_low: clean(low, text) }),
    ...(hasVolume ? { window_volume: clean(volume, text), window_vwap: clean(vwap, text) } : {}),
    ...(change === null ? {} : { window_change_pct: change }),
  };
}

function barOf({ newestBar }: SymbolState, { nowMs, text }: RowContext): Partial<Row> {
  if (!newestBar) return {};
  const { channel, raw } = newestBar;
  const open = amountOf(newestBar, 'official_open', text);
  const volume = exactAmount(channel, raw, 'accumulated_volume', text);
  const vwap = amountOf(newestBar, 'day_vwap', text);
  return {
    ...(open === null ? {} : { day_open: open }),
    ...(volume === undefined ? {} : { day_volume: volume }),
    ...(vwap === null ? {} : { day_vwap: vwap }),
    bar: showBar(newestBar, text),
    bar_age_ms: age(newestBar, nowMs),
  };
}

function indexValueOf({ last }: SymbolState, { nowMs, text }: RowContext): Partial<Row> {
  const seen = last.get('INDEX_VALUE');
  return seen ? { value: amountOf(seen, 'value', text), value_age_ms: age(seen, nowMs) } : {};
}

function bandsOf({ last, halted }: SymbolState, { nowMs, text }: RowContext): Partial<Row> {
  const seen = last.get('LULD');
  if (!seen) return {};
  return {
    limit_up: amountOf(seen, 'high_limit', text),
    limit_down: amountOf(seen, 'low_limit', text),
    luld_indicators: codesOf(seen, 'indicators', text),
    luld_age_ms: age(seen, nowMs),
    halted,
  };
}

function fairValueOf({ last }: SymbolState, { nowMs, text }: RowContext): Partial<Row> {
  const seen = last.get('FAIR_MARKET_VALUE');
  return seen ? { fair_value: amountOf(seen, 'fair_value', text), fair_value_age_ms: age(seen, nowMs) } : {};
}

function imbalanceOf({ last }: SymbolState, { nowMs, text }: RowContext): Partial<Row> {
  const seen = last.get('IMBALANCE');
  return seen ? { imbalance: amountOf(seen, 'unmatched_size', text), imbalance_age_ms: age(seen, nowMs) } : {};
}

/** A value from a single message stays exactly as the feed sent it. */
function clean(value: Shown, text: FeedText): Shown {
  return typeof value === 'number' ? text.number(value) : value && text.clean(value);
}

const barRoles = ['open', 'high', 'low', 'close', 'volume', 'vwap'] as const;

/** What is missing in it is left out. */
function showBar(seen: Seen, text: FeedText): Bar {
  const bar: { -readonly [K in keyof Bar]: Bar[K] } = { event: seen.channel.event };
  for (const role of barRoles) {
    const amount =
      role === 'volume' ? (exactAmount(seen.channel, seen.raw, role, text) ?? null) : amountOf(seen, role, text);
    if (amount !== null) bar[role] = amount;
  }
  const start = readRole(seen.channel, seen.raw, 'time', text);
  if (typeof start === 'string') bar.start_time = start;
  return bar;
}

function codesOf({ channel, raw }: Seen, role: Role, text: FeedText): readonly number[] | null {
  const codes = readRole(channel, raw, role, text);
  return Array.isArray(codes) ? codes.filter(code => typeof code === 'number') : null;
}

function age({ arrivedMs }: Seen, nowMs: number): number {
  return Math.max(0, Math.round(nowMs - arrivedMs));
}
