/** The current picture of one symbol, drawn message by message. */
import type { Answer } from './answer.js';
import type { Channel, EventKind } from './contract.js';
import { subtract } from './decimal.js';
import { quoteForeign } from './foreign.js';
import { readField } from './format.js';
import type { RawEvent } from './protocol.js';

/** The last message of a kind. */
interface Seen {
  readonly channel: Channel;
  readonly raw: RawEvent;
  readonly atMs: number;
}

/** What is shown of the last message of a kind: name in the row, and field of the message. */
const shown: Readonly<Partial<Record<EventKind, Readonly<Record<string, string>>>>> = {
  LULD: { limit_up: 'high_limit', limit_down: 'low_limit', luld_indicators: 'indicators' },
  FAIR_MARKET_VALUE: { fair_value: 'fair_value' },
  IMBALANCE: { imbalance: 'unmatched_size' },
  INDEX_VALUE: { value: 'value' },
};
const barFields = ['open', 'high', 'low', 'close', 'volume', 'vwap', 'start_time'];
const averageDigits = 10;
/** As many as a double always keeps. */
const sumDigits = 15;

export class Picture {
  messages = 0;
  private readonly counts = { TRADE: 0, QUOTE: 0 };
  private readonly last = new Map<EventKind, Seen>();
  private readonly volume = new Sum();
  private readonly turnover = new Sum();
  private readonly priced = new Sum();
  private open: number | null = null;
  private high: number | null = null;
  private low: number | null = null;
  private halted: boolean | null = null;

  constructor(readonly symbol: string) {}

  add(channel: Channel, raw: RawEvent, atMs: number): void {
    const { event } = channel;
    this.messages++;
    if (event === 'TRADE') this.addTrade(channel, raw);
    else if (event === 'QUOTE') this.counts.QUOTE++;
    else if (event === 'INDEX_VALUE') this.addPrice(readField(channel, raw, 'value'));
    else if (event === 'LULD') this.halted = (readField(channel, raw, 'halted') as boolean | undefined) ?? this.halted;
    else if (this.isOlderBar(channel, raw)) return;
    this.last.set(event, { channel, raw, atMs });
  }

  /**
   * @param isHeld whether messages of a kind would come, so that none of them is a zero and not unknown
   */
  row(nowMs: number, isHeld: (event: EventKind) => boolean): Answer {
    const { TRADE: trades, QUOTE: quotes } = this.counts;
    return {
      symbol: quoteForeign(this.symbol),
      messages: this.messages,
      ...(trades > 0 || isHeld('TRADE') ? { trades } : {}),
      ...(quotes > 0 || isHeld('QUOTE') ? { quotes } : {}),
      ...this.tradeOf(nowMs),
      ...this.quoteOf(nowMs),
      ...(this.open === null ? {} : { open: this.open, high: this.high, low: this.low }),
      ...(trades === 0 ? {} : { volume: this.volume.value, vwap: this.vwap() }),
      ...this.barOf(nowMs),
      ...this.pick('INDEX_VALUE', nowMs, 'value_age_ms'),
      ...this.pick('LULD', nowMs, 'luld_age_ms'),
      ...(this.last.has('LULD') ? { halted: this.halted } : {}),
      ...this.pick('FAIR_MARKET_VALUE', nowMs, 'fair_value_age_ms'),
      ...this.pick('IMBALANCE', nowMs, 'imbalance_age_ms'),
    };
  }

  /** A bar may come again with late trades in it; the newest is the one that began last, in its last version. */
  private isOlderBar(channel: Channel, raw: RawEvent): boolean {
    const before = this.last.get(channel.event);
    if (!before) return false;
    const [old, now] = [before.raw, raw].map(bar => readField(channel, bar, 'start_time'));
    return typeof old === 'string' && typeof now === 'string' && now < old;
  }

  private tradeOf(nowMs: number): Answer {
    const trade = this.last.get('TRADE');
    if (!trade) return {};
    const { price: last, size: last_size } = valuesOf(trade, ['price', 'size']);
    return { last, last_size, trade_age_ms: age(trade, nowMs) };
  }

  private quoteOf(nowMs: number): Answer {
    const quote = this.last.get('QUOTE');
    if (!quote) return {};
    const { 'bid.price': bid, 'ask.price': ask } = valuesOf(quote, ['bid.price', 'ask.price']);
    const spread = typeof bid === 'number' && typeof ask === 'number' ? subtract(ask, bid) : null;
    return { bid, ask, spread, quote_age_ms: age(quote, nowMs) };
  }

  private barOf(nowMs: number): Answer {
    const bar = this.last.get('AGGREGATE_SECOND') ?? this.last.get('AGGREGATE_MINUTE');
    if (!bar) return {};
    const values = Object.entries(valuesOf(bar, barFields)).filter(([, value]) => value !== null);
    return { bar: { event: bar.channel.event, ...Object.fromEntries(values) }, bar_age_ms: age(bar, nowMs) };
  }

  /** Values of the last message of a kind, and its age; nothing if there was none. */
  private pick(event: EventKind, nowMs: number, ageName: string): Answer {
    const seen = this.last.get(event);
    if (!seen) return {};
    const values = Object.entries(shown[event] ?? {}).map(([name, field]) => [name, valuesOf(seen, [field])[field]]);
    return { ...Object.fromEntries(values), [ageName]: age(seen, nowMs) };
  }

  private addTrade(channel: Channel, raw: RawEvent): void {
    this.counts.TRADE++;
    const price = readField(channel, raw, 'price');
    // The whole size of a fractional trade is 0; its exact one is not.
    const size = readField(channel, raw, 'size_exact') ?? readField(channel, raw, 'size');
    this.addPrice(price);
    if (typeof size !== 'number') return;
    this.volume.add(size);
    if (typeof price !== 'number') return;
    this.turnover.add(price * size);
    this.priced.add(size);
  }

  private addPrice(price: unknown): void {
    if (typeof price !== 'number') return;
    this.open ??= price;
    this.high = Math.max(this.high ?? price, price);
    this.low = Math.min(this.low ?? price, price);
  }

  private vwap(): number | null {
    const [turnover, size] = [this.turnover.value, this.priced.value];
    return turnover === null || !size ? null : Number((turnover / size).toPrecision(averageDigits));
  }
}

/** A sum of doubles that loses nothing on its way; null until something was added. */
class Sum {
  private total: number | null = null;
  private lost = 0;

  get value(): number | null {
    return this.total === null ? null : Number((this.total + this.lost).toPrecision(sumDigits));
  }

  add(value: number): void {
    const before = this.total ?? 0;
    const after = before + value;
    this.lost += Math.abs(before) >= Math.abs(value) ? before - after + value : value - after + before;
    this.total = after;
  }
}

function valuesOf({ channel, raw }: Seen, fields: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(fields.map(field => [field, readField(channel, raw, field) ?? null]));
}

function age({ atMs }: Seen, nowMs: number): number {
  return Math.max(0, nowMs - atMs);
}
