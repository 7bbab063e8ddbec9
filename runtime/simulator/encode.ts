import type { Channel, EpochUnit, Field, FieldType } from '../contract/channel.js';
import type { SimulatedEvent, SimulatedValue } from './event.js';
import { seedOf } from './random.js';

/** Digits that a unit of time adds to milliseconds; `magnitude` is sent in nanoseconds. */
const digitsBeyondMs: Record<EpochUnit, number> = { ms: 0, us: 3, ns: 6, magnitude: 6 };

const defaults: Record<FieldType, SimulatedValue> = {
  string: '',
  number: 0,
  integer: 0,
  boolean: false,
  integers: [],
  decimal: 0,
  identifier: 0,
};

/**
 * The event as the channel sends it: one JSON object, `ev` first, then the fields of the table in their order.
 * An optional field is left out where the event has no value for it or omits it; a required one gets a default by its
 * type.
 */
export function encode(event: SimulatedEvent, channel: Channel): string {
  const members = [`"ev":${JSON.stringify(channel.prefix)}`];
  for (const field of channel.fields) {
    if (field.key === 'ev') continue;
    const text = valueText(event, field);
    if (text !== undefined) members.push(`${JSON.stringify(field.key)}:${text}`);
  }
  return `{${members.join(',')}}`;
}

function valueText(event: SimulatedEvent, field: Field): string | undefined {
  if (field.role === 'symbol') return JSON.stringify(delivered(event.symbol, field));
  const value = field.role && event.values[field.role];
  if (field.optional && (value === undefined || event.omits?.includes(field.role!))) return undefined;
  if (field.epoch !== undefined) {
    return timeText(typeof value === 'number' ? value : event.atMs, field.epoch, event.symbol);
  }
  return typedText(value ?? defaults[field.type], field.type);
}

function delivered(symbol: string, { delivered: rewriting }: Field): string {
  return rewriting ? symbol.replace(new RegExp(rewriting.pattern, 'u'), rewriting.form) : symbol;
}

/**
 * Builds the digits as text, since a float would round nanoseconds. Digits below the millisecond derive from symbol and
 * time; those of a full second, such as the edge of a window, are zero.
 */
export function timeText(ms: number, unit: EpochUnit, symbol: string): string {
  const digits = digitsBeyondMs[unit];
  if (digits === 0) return String(Math.trunc(ms));
  const beyond = ms % 1000 === 0 ? 0 : seedOf(`${symbol} ${ms}`) % 10 ** digits;
  return `${Math.trunc(ms)}${String(beyond).padStart(digits, '0')}`;
}

function typedText(value: SimulatedValue, type: FieldType): string {
  const single = typeof value === 'object' ? (value[0] ?? 0) : value;
  switch (type) {
    case 'string':
      return JSON.stringify(String(single));
    case 'number':
      return JSON.stringify(Number(single));
    case 'integer':
      return JSON.stringify(Math.round(Number(single)));
    case 'boolean':
      return JSON.stringify(Boolean(single));
    case 'integers':
      return JSON.stringify(typeof value === 'object' ? value : [Number(value)]);
    case 'decimal':
      return JSON.stringify(typeof single === 'number' ? decimalText(single) : String(single));
    case 'identifier':
      return JSON.stringify(typeof single === 'number' ? Math.round(single) : String(single));
  }
}

/** Without an exponent, which `String` uses for small numbers. */
function decimalText(value: number): string {
  const text = String(value);
  return text.includes('e') ? value.toFixed(20).replace(/\.?0+$/, '') : text;
}
