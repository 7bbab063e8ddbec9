/** Shows the snapshot of a symbol: what is not known is absent or null. */
import type { Bar, Row } from '../../generated/types.js';
import type { EventKind, Role } from '../contract/channel.js';
import type { Hours, Market } from '../contract/market.js';
import { subtract } from '../core/decimal.js';
import type { Amount } from '../core/exact-sum.js';
import { epochMs } from '../core/time.js';
import type { FeedText } from '../feed/feed-text.js';
import { exactAmount } from './exact-amount.js';
import { rawRole, readRole } from './format.js';
import { onlySessionAt } from './hours.js';
import type { ProductHours } from './product-hours.js';
import { basisPoints, percentChange, pips } from './ratios.js';
import type { Seen, SymbolSnapshot } from './snapshot.js';

/** What a row needs beside the snapshot. */
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

export function rowOf(snapshot: SymbolSnapshot, given: RowContext): Row {
  const { counts, ineligible } = snapshot;
  const text = given.text.forMessage();
  const context = { ...given, text };
  return {
    symbol: text.quote(snapshot.symbol),
    messages: snapshot.messages,
    ...(counts.TRADE > 0 || context.isHeld('TRADE') ? { trades: counts.TRADE } : {}),
    ...(ineligible > 0 ? { ineligible_trades: ineligible } : {}),
    ...(counts.QUOTE > 0 || context.isHeld('QUOTE') ? { quotes: counts.QUOTE } : {}),
    ...tradeOf(snapshot, context),
    ...quoteOf(snapshot, context),
    ...rangeOf(snapshot, text),
    ...barOf(snapshot, context),
    ...indexValueOf(snapshot, context),
    ...bandsOf(snapshot, context),
    ...fairValueOf(snapshot, context),
    ...imbalanceOf(snapshot, context),
  };
}

/** Best bid and ask; a price of 0 with a size of 0 says that there is none. */
export function quotePrices(snapshot: SymbolSnapshot, text?: FeedText): { bid: Shown; ask: Shown } | undefined {
  const quote = snapshot.last.get('QUOTE');
  if (!quote) return undefined;
  const side = (name: 'bid' | 'ask'): Shown => {
    const price = amountOf(quote, `${name}.price`, text);
    return price === 0 && amountOf(quote, `${name}.size`) === 0 ? null : price;
  };
  return { bid: side('bid'), ask: side('ask') };
}

/** The newest price of the window: of a trade, a value, or a bar. */
export function newestPrice(snapshot: SymbolSnapshot): Shown {
  const trade = snapshot.last.get('TRADE');
  if (trade) return amountOf(trade, 'price');
  const value = snapshot.last.get('INDEX_VALUE');
  if (value) return amountOf(value, 'value');
  const { newestBar } = snapshot;
  return newestBar ? amountOf(newestBar, 'close') : null;
}

function tradeOf({ last, symbol }: SymbolSnapshot, { hours, nowMs, text }: RowContext): Partial<Row> {
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

function quoteOf(snapshot: SymbolSnapshot, { market, nowMs, text }: RowContext): Partial<Row> {
  const quote = snapshot.last.get('QUOTE');
  const prices = quotePrices(snapshot, text);
  if (!quote || !prices) return {};
  const { bid, ask } = prices;
  const isTwoSided = typeof bid === 'number' && typeof ask === 'number';
  const inPips = isTwoSided ? pips(market, snapshot.symbol, bid, ask) : undefined;
  return {
    bid,
    ask,
    spread: isTwoSided ? subtract(ask, bid) : null,
    ...(isTwoSided ? { spread_bps: basisPoints(bid, ask) } : {}),
    ...(inPips === undefined ? {} : { spread_pips: inPips }),
    quote_age_ms: age(quote, nowMs),
  };
}

function rangeOf(snapshot: SymbolSnapshot, text: FeedText): Partial<Row> {
  const { range } = snapshot;
  if (!range) return {};
  const { open, high, low, volume, vwap } = range;
  const hasVolume = snapshot.counts.TRADE > 0 || volume !== null;
  const change = percentChange(open, newestPrice(snapshot));
  return {
    ...(low === null
      ? {}
      : { window_open: clean(open, text), window_high: clean(high, text), window_low: clean(low, text) }),
    ...(hasVolume ? { window_volume: clean(volume, text), window_vwap: clean(vwap, text) } : {}),
    ...(change === null ? {} : { window_change_pct: change }),
  };
}

function barOf({ newestBar }: SymbolSnapshot, { nowMs, text }: RowContext): Partial<Row> {
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

function indexValueOf({ last }: SymbolSnapshot, { nowMs, text }: RowContext): Partial<Row> {
  const seen = last.get('INDEX_VALUE');
  return seen ? { value: amountOf(seen, 'value', text), value_age_ms: age(seen, nowMs) } : {};
}

function bandsOf({ last, halted }: SymbolSnapshot, { nowMs, text }: RowContext): Partial<Row> {
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

function fairValueOf({ last }: SymbolSnapshot, { nowMs, text }: RowContext): Partial<Row> {
  const seen = last.get('FAIR_MARKET_VALUE');
  return seen ? { fair_value: amountOf(seen, 'fair_value', text), fair_value_age_ms: age(seen, nowMs) } : {};
}

function imbalanceOf({ last }: SymbolSnapshot, { nowMs, text }: RowContext): Partial<Row> {
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

/** Null where it is missing, or neither a number nor a text. */
function amountOf({ channel, raw }: Seen, role: Role, text?: FeedText): Amount | null {
  const value = readRole(channel, raw, role, text);
  return typeof value === 'number' || typeof value === 'string' ? value : null;
}

function codesOf({ channel, raw }: Seen, role: Role, text: FeedText): readonly number[] | null {
  const codes = readRole(channel, raw, role, text);
  return Array.isArray(codes) ? codes.filter(code => typeof code === 'number') : null;
}

function age({ arrivedMs }: Seen, nowMs: number): number {
  return Math.max(0, Math.round(nowMs - arrivedMs));
}
