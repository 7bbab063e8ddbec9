/** The newest state of one symbol, updated message by message. */

import type { Answer } from '../contract/answer.js';
import type { Channel, EventKind } from '../contract/contract.js';
import { decimalOf, subtract } from '../core/decimal.js';
import { sortableTime } from '../core/time.js';
import type { RawEvent } from '../decode/protocol.js';
import type { FeedText } from '../feed/feed-text.js';
import { readField } from './format.js';
import { BarRange, Range } from './range.js';

/** The last message of a kind. */
interface Seen {
  readonly channel: Channel;
  readonly raw: RawEvent;
  /** Arrival, monotonic ms. */
  readonly arrivedMs: number;
}

/** What a row shows of the last message of a kind: name in the row, and field of the message. */
const shown: Readonly<Partial<Record<EventKind, Readonly<Record<string, string>>>>> = {
  LULD: { limit_up: 'high_limit', limit_down: 'low_limit', luld_indicators: 'indicators' },
  FAIR_MARKET_VALUE: { fair_value: 'fair_value' },
  IMBALANCE: { imbalance: 'unmatched_size' },
  INDEX_VALUE: { value: 'value' },
};
const barFields = ['open', 'high', 'low', 'close', 'volume', 'vwap', 'start_time'];
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
    else if (event === 'INDEX_VALUE') this.range.addPrice(readField(channel, raw, 'value'));
    else if (event === 'LULD') this.halted = (readField(channel, raw, 'halted') as boolean | undefined) ?? this.halted;
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
  row(nowMs: number, isHeld: (event: EventKind) => boolean, text: FeedText): Answer {
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
      ...this.pick('INDEX_VALUE', nowMs, 'value_age_ms', text),
      ...this.pick('LULD', nowMs, 'luld_age_ms', text),
      ...(this.last.has('LULD') ? { halted: this.halted } : {}),
      ...this.pick('FAIR_MARKET_VALUE', nowMs, 'fair_value_age_ms', text),
      ...this.pick('IMBALANCE', nowMs, 'imbalance_age_ms', text),
    };
  }

  /** A bar may come again with late trades in it; the newest is the one that began last, in its last version. */
  private isOlderBar(channel: Channel, raw: RawEvent): boolean {
    const before = this.last.get(channel.event);
    if (!before) return false;
    const [old, now] = [before.raw, raw].map(bar => sortableTime(readField(channel, bar, 'start_time')));
    return old !== undefined && now !== undefined && now < old;
  }

  private tradeOf(nowMs: number, text: FeedText): Answer {
    const trade = this.last.get('TRADE');
    if (!trade) return {};
    const { price: last, size: last_size } = valuesOf(trade, ['price', 'size'], text);
    return { last, last_size, trade_age_ms: age(trade, nowMs) };
  }

  private quoteOf(nowMs: number, text: FeedText): Answer {
    const quote = this.last.get('QUOTE');
    if (!quote) return {};
    const { 'bid.price': bid, 'ask.price': ask } = valuesOf(quote, ['bid.price', 'ask.price'], text);
    const spread = typeof bid === 'number' && typeof ask === 'number' ? subtract(ask, bid) : null;
    return { bid, ask, spread, quote_age_ms: age(quote, nowMs) };
  }

  private barOf(nowMs: number, text: FeedText): Answer {
    const bars = barKinds.flatMap(kind => this.last.get(kind) ?? []);
    if (bars.length === 0) return {};
    const bar = bars.reduce((newest, other) => (endOf(other) > endOf(newest) ? other : newest));
    const values = Object.entries(valuesOf(bar, barFields, text)).filter(([, value]) => value !== null);
    return { bar: { event: bar.channel.event, ...Object.fromEntries(values) }, bar_age_ms: age(bar, nowMs) };
  }

  /** Values of the last message of a kind, and its age; nothing if there was none. */
  private pick(event: EventKind, nowMs: number, ageName: string, text: FeedText): Answer {
    const seen = this.last.get(event);
    if (!seen) return {};
    const values = Object.entries(shown[event] ?? {}).map(([name, field]) => [
      name,
      valuesOf(seen, [field], text)[field],
    ]);
    return { ...Object.fromEntries(values), [ageName]: age(seen, nowMs) };
  }

  private addTrade(channel: Channel, raw: RawEvent): void {
    this.counts.TRADE++;
    const price = readField(channel, raw, 'price');
    // A fractional trade has a whole size of 0; its exact size is not 0.
    const sizes = ['size_exact', 'size'].map(name => readField(channel, raw, name));
    this.range.addPrice(price);
    this.range.addVolume(
      sizes.find(size => decimalOf(size) !== undefined),
      price,
    );
  }

  private addBar(channel: Channel, raw: RawEvent): void {
    const [open, high, low, close, volume, vwap, begin] = barFields.map(name => readField(channel, raw, name));
    const start = sortableTime(begin);
    if (start === undefined) return;
    const range = this.bars.get(channel.event) ?? new BarRange();
    range.addBar({ start, open, high, low, close, volume, vwap });
    this.bars.set(channel.event, range);
  }

  /** Of trades or values, or else of the bars that there are, the shortest first. */
  private rangeOf(text: FeedText): Answer {
    const isOwn = this.range.low !== null || this.counts.TRADE > 0;
    const range = isOwn ? this.range : barKinds.flatMap(kind => this.bars.get(kind) ?? [])[0];
    if (!range) return {};
    const { open, high, low, volume, vwap } = range;
    const hasVolume = this.counts.TRADE > 0 || volume !== null;
    const values = { ...(low === null ? {} : { open, high, low }), ...(hasVolume ? { volume, vwap } : {}) };
    // A value from a single message stays exactly as the feed sent it.
    const cleaned = Object.entries(values).map(([name, value]) => [name, cleanNumber(value, text)]);
    return Object.fromEntries(cleaned);
  }
}

/** A number, or the digits of one that a number cannot hold. */
function cleanNumber(value: number | string | null, text: FeedText): number | string | null {
  return typeof value === 'number' ? text.number(value) : value && text.clean(value);
}

/** When a bar ended, as a text that sorts as time does; without that, when it began. */
function endOf({ channel, raw }: Seen): string {
  const [end, start] = ['end_time', 'start_time'].map(name => sortableTime(readField(channel, raw, name)));
  return end ?? start ?? '';
}

function valuesOf({ channel, raw }: Seen, fields: readonly string[], text: FeedText): Record<string, unknown> {
  return Object.fromEntries(fields.map(field => [field, readField(channel, raw, field, text) ?? null]));
}

function age({ arrivedMs }: Seen, nowMs: number): number {
  return Math.max(0, Math.round(nowMs - arrivedMs));
}
