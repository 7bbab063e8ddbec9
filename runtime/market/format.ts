/** Formats events for answers: readable names, ISO times, exact numbers. */
import type { Message, ReadArguments } from '../../generated/types.js';
import type { Entry } from '../buffer/message-buffer.js';
import type { Channel, Field, Flag, Role } from '../contract/channel.js';
import type { Update } from '../contract/codes.js';
import type { Market } from '../contract/market.js';
import { decimalValue, subtract } from '../core/decimal.js';
import { epochMs, isoTime, isTime } from '../core/time.js';
import type { RawEvent } from '../decode/protocol.js';
import { type FeedText, unshown } from '../feed/feed-text.js';
import { codeNames } from './code-names.js';
import { place } from './nested.js';
import { fullEffect, tradeRulesOf, type Updates } from './trade-rules.js';

/** `full` adds the event as it came, and what a trade updates where that is not everything. */
export type Detail = ReadArguments['detail'];

export type { Message };

/** The channel whose events carry this `ev`. */
export function channelOf(market: Market, ev: string): Channel | undefined {
  return market.channels.find(channel => channel.prefix === ev);
}

/**
 * Formats one message. Fields that are missing on the wire stay missing.
 * An event that the market's tables do not know is answered whole, as UNKNOWN.
 *
 * @param of the connection that it came over; absent where the message is not shown
 * @param isNamed whether codes come in words, too
 */
export function formatMessage(market: Market, entry: Entry, detail: Detail, of = unshown, isNamed = false): Message {
  const text = of.forMessage();
  const channel = channelOf(market, entry.ev);
  if (!channel) return { event: 'UNKNOWN', symbol: null, full_data: cleanRaw(entry.raw, text) };
  const message = formatFields(channel, entry, text);
  const names = isNamed ? codeNames(market, channel, entry.raw) : undefined;
  if (names) message.names = names;
  if (detail !== 'full') return message;
  return { ...message, ...updatesOf(market, channel, entry), full_data: cleanRaw(entry.raw, text) };
}

/** What a trade updates; nothing where that is everything. `day_updates` stands where it differs. */
function updatesOf(market: Market, channel: Channel, entry: Entry): Pick<Message, 'updates' | 'day_updates'> {
  if (channel.event !== 'TRADE') return {};
  const { raw, symbol } = entry;
  const [conditions, time] = [rawRole(channel, raw, 'conditions'), rawRole(channel, raw, 'time')];
  const effect = tradeRulesOf(market).effectOf(conditions, epochMs(time), symbol ?? undefined);
  if (effect === fullEffect) return {};
  const { window, day } = effect;
  return { updates: listUpdates(window), ...(window === day ? {} : { day_updates: listUpdates(day) }) };
}

function listUpdates({ last, highLow, volume }: Updates): Update[] {
  return [
    ...(last ? ['last' as const] : []),
    ...(highLow ? ['high_low' as const] : []),
    ...(volume ? ['volume' as const] : []),
  ];
}

/** A message in the making. */
interface Draft {
  readonly event: string;
  readonly symbol: string | null;
  timestamp?: string;
  [name: string]: unknown;
}

/** Formats the fields that a channel has. */
export function formatFields(channel: Channel, { raw, symbol }: Entry, text: FeedText): Draft {
  const message: Draft = { event: channel.event, symbol: symbol === null ? null : text.quote(symbol) };
  let timestamp: string | undefined;
  let bid: unknown;
  let ask: unknown;
  for (const field of channel.fields) {
    const { role, name, flag } = field;
    const value = raw[field.key];
    if (role === 'symbol' || value === undefined || value === null) continue;
    const formatted = formatValue(field, value, text);
    if (role === 'time') timestamp = isTime(value) && typeof formatted === 'string' ? formatted : undefined;
    else if (role === 'bid.price') bid = formatted;
    else if (role === 'ask.price') ask = formatted;
    if (name !== 'timestamp') place(message, name, formatted);
    const isOn = flag && readFlag(flag, value);
    if (isOn !== undefined) message[flag!.name] = isOn;
  }
  // Also when crossed; nothing where a side is missing.
  if (typeof bid === 'number' && typeof ask === 'number') message.spread = subtract(ask, bid);
  if (timestamp !== undefined) message.timestamp = timestamp;
  return message;
}

/** The channel with no fields but those that these values of messages are made of. */
export function onlyFields(channel: Channel, names: readonly string[]): Channel {
  const wanted = new Set(names);
  const isPart = ({ name, role, flag }: Field): boolean =>
    wanted.has(name) ||
    (flag !== undefined && wanted.has(flag.name)) ||
    (role === 'time' && wanted.has('timestamp')) ||
    ((role === 'bid.price' || role === 'ask.price') && wanted.has('spread'));
  return { ...channel, fields: channel.fields.filter(isPart) };
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

const deepest = 8;

/** The event as received, its texts made safe to show; without a prototype, since its keys come from outside. */
export function cleanRaw(raw: RawEvent, text: FeedText): Readonly<Record<string, unknown>> {
  return cleanObject(raw, text, 0);
}

function cleanValue(value: unknown, text: FeedText, depth = 0): unknown {
  if (typeof value === 'string') return text.quote(value);
  if (typeof value === 'number') return text.number(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= deepest) return '…';
  if (Array.isArray(value)) return value.map(item => cleanValue(item, text, depth + 1));
  return cleanObject(value, text, depth);
}

function cleanObject(value: object, text: FeedText, depth: number): Readonly<Record<string, unknown>> {
  const clean: Record<string, unknown> = Object.create(null);
  for (const [key, item] of Object.entries(value)) clean[text.quote(key)] = cleanValue(item, text, depth + 1);
  return clean;
}

/**
 * The value of an event that has a role; nothing where it is missing.
 *
 * @param text of the connection that it came over; absent where the value is not shown
 */
export function readRole(channel: Channel, raw: RawEvent, role: Role, text = unshown): unknown {
  const value = rawRole(channel, raw, role);
  return value === undefined ? undefined : formatValue(fieldsByRole(channel).get(role)!, value, text);
}

/** The same as the feed sent it. */
export function rawRole(channel: Channel, raw: RawEvent, role: Role): unknown {
  const field = fieldsByRole(channel).get(role);
  return (field && raw[field.key]) ?? undefined;
}

/** What the codes of an event that has a role say, where they stand for a yes or no. */
export function readRoleFlag(channel: Channel, raw: RawEvent, role: Role): boolean | undefined {
  const field = fieldsByRole(channel).get(role);
  return field?.flag && readFlag(field.flag, raw[field.key]);
}

const byRole = new WeakMap<Channel, ReadonlyMap<Role, Field>>();

function fieldsByRole(channel: Channel): ReadonlyMap<Role, Field> {
  let fields = byRole.get(channel);
  if (!fields) {
    fields = new Map(channel.fields.flatMap(field => (field.role ? [[field.role, field] as const] : [])));
    byRole.set(channel, fields);
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
