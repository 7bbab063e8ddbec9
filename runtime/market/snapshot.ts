/** The newest state of one symbol, updated message by message. */

import type { Bar, Row } from '../../generated/types.js';
import type { Channel, EventKind, Role } from '../contract/channel.js';
import { subtract } from '../core/decimal.js';
import { sortableTime } from '../core/time.js';
import type { RawEvent } from '../decode/protocol.js';
import type { FeedText } from '../feed/feed-text.js';
import { exactAmount } from './exact-amount.js';
import { readRole, readRoleFlag } from './format.js';
import { BarRange, Range } from './range.js';

/** The last message of a kind. */
interface Seen {
  readonly channel: Channel;
  readonly raw: RawEvent;
  /** Arrival, monotonic ms. */
  readonly arrivedMs: number;
}

/** A number, or the digits of one that a double cannot hold. */
type Amount = number | string | null;

/** Shorter bars first. */
const barKinds: readonly EventKind[] = ['AGGREGATE_SECOND', 'AGGREGATE_MINUTE'];

export class SymbolSnapshot {
  messages = 0;
  private readonly counts = { TRADE: 0, QUOTE: 0 };
  private readonly last = new Map<EventKind, Seen>();
  /** Of trades and values. */
  private readonly range = new Range();
  /** Of bars, by their length. */
  private readonly bars = new Map<EventKind, BarRange>();
  private halted: boolean | null = null;

  constructor(readonly symbol: string) {}

  /** @param arrivedMs monotonic ms */
  add(channel: Channel, raw: RawEvent, arrivedMs: number): void {
    const { event } = channel;
    this.messages++;
    if (event === 'TRADE') this.addTrade(channel, raw);
    else if (event === 'QUOTE') this.counts.QUOTE++;
    else if (event === 'INDEX_VALUE') this.range.addPrice(readRole(channel, raw, 'value'));
    else if (event === 'LULD') this.halted = readRoleFlag(channel, raw, 'indicators') ?? this.halted;
    else if (barKinds.includes(event)) {
      this.addBar(channel, raw);
      if (this.isOlderBar(channel, raw)) return;
    }
    this.last.set(event, { channel, raw, arrivedMs });
  }

  /**
   * @param nowMs monotonic ms
   * @param isHeld whether a kind of message is subscribed, so that no message means zero and not unknown
   * @param text of the connection that they came over
   */
  row(nowMs: number, isHeld: (event: EventKind) => boolean, text: FeedText): Row {
    const { TRADE: trades, QUOTE: quotes } = this.counts;
    return {
      symbol: text.quote(this.symbol),
      messages: this.messages,
      ...(trades > 0 || isHeld('TRADE') ? { trades } : {}),
      ...(quotes > 0 || isHeld('QUOTE') ? { quotes } : {}),
      ...this.tradeOf(nowMs, text),
      ...this.quoteOf(nowMs, text),
      ...this.rangeOf(text),
      ...this.barOf(nowMs, text),
      ...this.valueOf(nowMs, text),
      ...this.bandsOf(nowMs, text),
      ...this.fairValueOf(nowMs, text),
      ...this.imbalanceOf(nowMs, text),
    };
  }

  /** A bar may come again with late trades in it; the newest is the one that began last, in its last version. */
  private isOlderBar(channel: Channel, raw: RawEvent): boolean {
    const before = this.last.get(channel.event);
    if (!before) return false;
    const [old, now] = [before.raw, raw].map(bar => sortableTime(readRole(channel, bar, 'time')));
    return old !== undefined && now !== undefined && now < old;
  }

  private tradeOf(nowMs: number, text: FeedText): Partial<Row> {
    const trade = this.last.get('TRADE');
    if (!trade) return {};
    return {
      last: amountOf(trade, 'price', text),
      last_size: amountOf(trade, 'size', text),
      trade_age_ms: age(trade, nowMs),
    };
  }

  private quoteOf(nowMs: number, text: FeedText): Partial<Row> {
    const quote = this.last.get('QUOTE');
    if (!quote) return {};
    const [bid, ask] = [amountOf(quote, 'bid.price', text), amountOf(quote, 'ask.price', text)];
    const spread = typeof bid === 'number' && typeof ask === 'number' ? subtract(ask, bid) : null;
    return { bid, ask, spread, quote_age_ms: age(quote, nowMs) };
  }

  private barOf(nowMs: number, text: FeedText): Partial<Row> {
    const bars = barKinds.flatMap(kind => this.last.get(kind) ?? []);
    if (bars.length === 0) return {};
    const newest = bars.reduce((one, other) => (endOf(other) > endOf(one) ? other : one));
    return { bar: showBar(newest, text), bar_age_ms: age(newest, nowMs) };
  }

  private valueOf(nowMs: number, text: FeedText): Partial<Row> {
    const seen = this.last.get('INDEX_VALUE');
    return seen ? { value: amountOf(seen, 'value', text), value_age_ms: age(seen, nowMs) } : {};
  }

  private bandsOf(nowMs: number, text: FeedText): Partial<Row> {
    const seen = this.last.get('LULD');
    if (!seen) return {};
    return {
      limit_up: amountOf(seen, 'high_limit', text),
      limit_down: amountOf(seen, 'low_limit', text),
      luld_indicators: codesOf(seen, 'indicators', text),
      luld_age_ms: age(seen, nowMs),
      halted: this.halted,
    };
  }

  private fairValueOf(nowMs: number, text: FeedText): Partial<Row> {
    const seen = this.last.get('FAIR_MARKET_VALUE');
    return seen ? { fair_value: amountOf(seen, 'fair_value', text), fair_value_age_ms: age(seen, nowMs) } : {};
  }

  private imbalanceOf(nowMs: number, text: FeedText): Partial<Row> {
    const seen = this.last.get('IMBALANCE');
    return seen ? { imbalance: amountOf(seen, 'unmatched_size', text), imbalance_age_ms: age(seen, nowMs) } : {};
  }

  private addTrade(channel: Channel, raw: RawEvent): void {
    this.counts.TRADE++;
    const price = readRole(channel, raw, 'price');
    this.range.addPrice(price);
    this.range.addVolume(exactAmount(channel, raw, 'size'), price);
  }

  private addBar(channel: Channel, raw: RawEvent): void {
    const value = (role: Role): unknown => readRole(channel, raw, role);
    const start = sortableTime(value('time'));
    if (start === undefined) return;
    const range = this.bars.get(channel.event) ?? new BarRange();
    range.addBar({
      start,
      open: value('open'),
      high: value('high'),
      low: value('low'),
      close: value('close'),
      volume: value('volume'),
      vwap: value('vwap'),
    });
    this.bars.set(channel.event, range);
  }

  /** Of trades or values, or else of the bars that there are, the shortest first. */
  private rangeOf(text: FeedText): Partial<Row> {
    const isOwn = this.range.low !== null || this.counts.TRADE > 0;
    const range = isOwn ? this.range : barKinds.flatMap(kind => this.bars.get(kind) ?? [])[0];
    if (!range) return {};
    const { open, high, low, volume, vwap } = range;
    const hasVolume = this.counts.TRADE > 0 || volume !== null;
    // A value from a single message stays exactly as the feed sent it.
    const clean = (value: Amount): Amount => cleanNumber(value, text);
    return {
      ...(low === null ? {} : { open: clean(open), high: clean(high), low: clean(low) }),
      ...(hasVolume ? { volume: clean(volume), vwap: clean(vwap) } : {}),
    };
  }
}

function cleanNumber(value: Amount, text: FeedText): Amount {
  return typeof value === 'number' ? text.number(value) : value && text.clean(value);
}

/** When a bar ended, as a text that sorts as time does; without that, when it began. */
function endOf({ channel, raw }: Seen): string {
  const [end, start] = [readRole(channel, raw, 'end_time'), readRole(channel, raw, 'time')].map(sortableTime);
  return end ?? start ?? '';
}

const barRoles = ['open', 'high', 'low', 'close', 'volume', 'vwap'] as const;

/** What is missing in it is left out. */
function showBar(seen: Seen, text: FeedText): Bar {
  const bar: { -readonly [K in keyof Bar]: Bar[K] } = { event: seen.channel.event };
  for (const role of barRoles) {
    const amount = amountOf(seen, role, text);
    if (amount !== null) bar[role] = amount;
  }
  const start = readRole(seen.channel, seen.raw, 'time', text);
  if (typeof start === 'string') bar.start_time = start;
  return bar;
}

/** Null where it is missing, or neither a number nor a text. */
function amountOf({ channel, raw }: Seen, role: Role, text: FeedText): Amount {
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
