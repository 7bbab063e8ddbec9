/** Formats events for answers: readable names, ISO times, exact numbers. */
import type { Entry } from '../buffer/message-buffer.js';
import type { Channel, Field, Flag, Market } from '../contract/contract.js';
import { decimalValue, subtract } from '../core/decimal.js';
import { isoTime } from '../core/time.js';
import type { RawEvent } from '../decode/protocol.js';
import { type FeedText, unshown } from '../feed/feed-text.js';

export type Detail = 'summary' | 'full';

/** A message as answered. */
export type Message = { readonly event: string; readonly symbol: string | null } & { readonly [name: string]: unknown };

/** The channel whose events carry this `ev`. */
export function channelOf(market: Market, ev: string): Channel | undefined {
  return market.channels.find(channel => channel.prefix === ev);
}

/**
 * Formats one message. Fields that are missing on the wire stay missing.
 * An event that the market's tables do not know is answered whole, as UNKNOWN.
 *
 * @param text of the connection that it came over; absent where the message is not shown
 */
export function formatMessage(market: Market, entry: Entry, detail: Detail, text = unshown): Message {
  const channel = channelOf(market, entry.ev);
  if (!channel) return { event: 'UNKNOWN', symbol: null, full_data: cleanRaw(entry.raw, text) };
  const message = formatFields(channel, entry, text);
  return detail === 'full' ? { ...message, full_data: cleanRaw(entry.raw, text) } : message;
}

function formatFields(channel: Channel, { raw, symbol }: Entry, text: FeedText): Message {
  const message: Record<string, unknown> = {
    event: channel.event,
    symbol: symbol === null ? null : text.quote(symbol),
  };
  let timestamp: unknown;
  for (const field of channel.fields) {
    const value = raw[field.key];
    if (field.role === 'symbol' || value === undefined || value === null) continue;
    const formatted = formatValue(field, value, text);
    if (field.role === 'time') timestamp = formatted;
    if (field.name !== 'timestamp') place(message, field.name, formatted);
    const flag = field.flag && readFlag(field.flag, value);
    if (flag !== undefined) message[field.flag!.name] = flag;
  }
  const spread = spreadOf(message);
  if (spread !== undefined) message.spread = spread;
  if (timestamp !== undefined) message.timestamp = timestamp;
  return message as Message;
}

function formatValue({ type, epoch }: Field, value: unknown, text: FeedText): unknown {
  if (epoch) return cleanValue(isoTime(value), text);
  return cleanValue(type === 'decimal' && typeof value === 'string' ? decimalValue(value) : value, text);
}

function readFlag({ on, off }: Flag, codes: unknown): boolean | undefined {
  if (!Array.isArray(codes)) return undefined;
  if (codes.includes(on)) return true;
  return codes.includes(off) ? false : undefined;
}

/** Ask minus bid, also when crossed; nothing where a side is missing. */
function spreadOf({ bid, ask }: Readonly<Record<string, unknown>>): number | undefined {
  const [low, high] = [priceOf(bid), priceOf(ask)];
  return low === undefined || high === undefined ? undefined : subtract(high, low);
}

function priceOf(side: unknown): number | undefined {
  const price = typeof side === 'object' && side !== null && 'price' in side ? side.price : undefined;
  return typeof price === 'number' ? price : undefined;
}

function place(message: Record<string, unknown>, name: string, value: unknown): void {
  const dot = name.indexOf('.');
  if (dot < 0) {
    message[name] = value;
    return;
  }
  const outer = name.slice(0, dot);
  message[outer] ??= {};
  (message[outer] as Record<string, unknown>)[name.slice(dot + 1)] = value;
}

const deepest = 8;

/** The event as received, its texts made safe to show; without a prototype, since its keys come from outside. */
export function cleanRaw(raw: RawEvent, text: FeedText): unknown {
  return cleanValue(raw, text);
}

function cleanValue(value: unknown, text: FeedText, depth = 0): unknown {
  if (typeof value === 'string') return text.quote(value);
  if (typeof value === 'number') return text.number(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= deepest) return '…';
  if (Array.isArray(value)) return value.map(item => cleanValue(item, text, depth + 1));
  const clean: Record<string, unknown> = Object.create(null);
  for (const [key, item] of Object.entries(value)) clean[text.quote(key)] = cleanValue(item, text, depth + 1);
  return clean;
}

/**
 * One field of an event as it is answered; nothing where it is missing.
 *
 * @param text of the connection that it came over; absent where the field is not shown
 */
export function readField(channel: Channel, raw: RawEvent, name: string, text = unshown): unknown {
  const field = fieldsByName(channel).get(name);
  const value = field && raw[field.key];
  if (value === undefined || value === null) return undefined;
  return field!.flag?.name === name ? readFlag(field!.flag, value) : formatValue(field!, value, text);
}

const byName = new WeakMap<Channel, ReadonlyMap<string, Field>>();

function fieldsByName(channel: Channel): ReadonlyMap<string, Field> {
  let fields = byName.get(channel);
  if (!fields) {
    const flags = channel.fields.flatMap(field => (field.flag ? [[field.flag.name, field] as const] : []));
    fields = new Map([...channel.fields.map(field => [field.name, field] as const), ...flags]);
    byName.set(channel, fields);
  }
  return fields;
}

/** The value under a dotted name. */
export function fieldValue(message: Message, name: string): unknown {
  let value: unknown = message;
  for (const part of name.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Record<string, unknown>)[part];
  }
  return value;
}
