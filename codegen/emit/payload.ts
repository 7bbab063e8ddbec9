/** Frames on the wire, as JSON Schema. */
import type { Channel, Field, Market } from '../model.js';

/** A part of a JSON document. */
export type Json = Readonly<Record<string, unknown>>;

const types: Readonly<Record<string, Json & { readonly type: readonly string[] }>> = {
  string: { type: ['string'] },
  number: { type: ['number'] },
  integer: { type: ['integer'] },
  boolean: { type: ['boolean'] },
  integers: { type: ['array'], items: { type: 'integer' } },
  decimal: { type: ['number', 'string'], pattern: String.raw`^-?\d+(?:\.\d+)?$` },
  identifier: { type: ['integer', 'string'] },
};

const epochs: Readonly<Record<string, string>> = {
  ms: 'Milliseconds since 1970-01-01 UTC.',
  us: 'Microseconds since 1970-01-01 UTC.',
  ns: 'Nanoseconds since 1970-01-01 UTC; beyond 2^53.',
  magnitude: 'Milliseconds, microseconds or nanoseconds since 1970-01-01 UTC; the size of the number tells which.',
};

/** One event of a channel; it may have undocumented keys, too. */
export function eventSchema({ raw, fields }: Channel): Json {
  return {
    type: 'object',
    required: ['ev', ...fields.filter(({ optional }) => !optional).map(({ key }) => key)],
    properties: {
      ev: { const: raw.prefix },
      ...Object.fromEntries(fields.map(field => [field.key, fieldSchema(field)])),
    },
  };
}

function fieldSchema({ name, type, unit, note, epoch, optional, see }: Field): Json {
  // An optional key may also be null.
  const kinds = [...types[type]!.type, ...(optional ? ['null'] : [])];
  return {
    title: name,
    ...types[type],
    type: kinds.length === 1 ? kinds[0] : kinds,
    ...(epoch ? { description: epochs[epoch], 'x-epoch': epoch } : {}),
    ...(unit ? { description: `In ${unit}${note ? `: ${note}` : ''}.`, 'x-unit': unit } : {}),
    'x-see': see,
  };
}

export const statusSchema: Json = {
  type: 'object',
  required: ['ev', 'status', 'message'],
  properties: { ev: { const: 'status' }, status: { type: 'string' }, message: { type: 'string' } },
};

/** A whole frame: one or more events and statuses in any mixture. */
export function frameSchema(items: readonly Json[]): Json {
  return { type: 'array', items: { anyOf: items } };
}

/** What a client sends: always one object. */
export function requestSchema(action: string, params: Json): Json {
  return {
    type: 'object',
    additionalProperties: false,
    required: ['action', 'params'],
    properties: { action: { const: action }, params: { type: 'string', ...params } },
  };
}

/** The pattern of `params` in subscribe and unsubscribe: channels, separated by commas without blanks. */
export function pairsPattern({ raw }: Market): string {
  const symbol = raw.symbol.pattern.replace(/^\^|\$$/g, '');
  const pairs = [true, false].flatMap(star => {
    const prefixes = raw.channels.filter(({ wildcard }) => wildcard.supported === star).map(({ prefix }) => prefix);
    return prefixes.length === 0 ? [] : [`(?:${prefixes.join('|')})\\.(?:${symbol}${star ? '|\\*' : ''})`];
  });
  const pair = `(?:${pairs.join('|')})`;
  return `^${pair}(?:,${pair})*$`;
}
