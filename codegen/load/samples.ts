/** Checks the documented examples of a channel against its fields. They may have further keys. */
import type { Channel, Field, RawMarket, Sample } from '../model.js';

/** @returns a sentence for each fault of an example */
export function judgeSample(market: RawMarket, { raw, fields }: Channel, { json }: Sample): string[] {
  const event = parse(json);
  // The check of the citation reports an example that is no event of the channel.
  if (!event || event.ev !== raw.prefix) return [];
  const missing = fields.filter(({ key, optional }) => !optional && !(key in event)).map(({ key }) => key);
  const mistyped = fields.filter(({ key, type }) => key in event && !fits(type, event[key]));
  return [
    ...missing.map(key => `lacks the key ${key}, which is not optional`),
    ...mistyped.map(({ key, type }) => `has a value under ${key} that is not of type ${type}`),
    ...judgeSymbol(market, fields, event),
  ];
}

function judgeSymbol(
  { symbol }: RawMarket,
  fields: readonly Field[],
  event: Readonly<Record<string, unknown>>,
): string[] {
  const field = fields.find(({ role }) => role === 'symbol');
  const spelled = field && event[field.key];
  if (typeof spelled !== 'string') return [];
  const forms = [symbol.pattern, ...(symbol.spellings ?? []).map(({ pattern }) => pattern)];
  return forms.some(pattern => new RegExp(pattern, 'u').test(spelled))
    ? []
    : [`has the symbol ${spelled}, which is not written as ${symbol.description}`];
}

function fits(type: string, value: unknown): boolean {
  switch (type) {
    case 'string':
      return typeof value === 'string';
    case 'number':
      return typeof value === 'number';
    case 'integer':
      return Number.isInteger(value);
    case 'boolean':
      return typeof value === 'boolean';
    case 'integers':
      return Array.isArray(value) && value.every(Number.isInteger);
    case 'decimal':
      return typeof value === 'number' || (typeof value === 'string' && /^-?\d+(?:\.\d+)?$/.test(value));
    default:
      return Number.isInteger(value) || typeof value === 'string';
  }
}

function parse(json: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    return undefined;
  }
}
