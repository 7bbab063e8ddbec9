/** The arguments of a tool, as JSON Schema for hosts and as zod for the runtime. */

import type { Schema } from '../load/schemas.js';
import { Code, type Literal, literal } from './literal.js';

/** What takes arguments. */
interface Taking {
  readonly arguments: Schema;
}

/** A tool without arguments has empty `properties`, since some hosts want the key, and ignores what they send. */
export function emitInputSchema({ arguments: taken }: Taking): Literal {
  const { properties = {}, required = [] } = taken;
  return {
    type: 'object',
    properties: emitProperties(properties),
    required: required.length === 0 ? undefined : required,
    additionalProperties: Object.keys(properties).length === 0 ? undefined : false,
  };
}

function emitProperties(properties: Readonly<Record<string, Schema>>): Literal {
  return Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, emitProperty(schema)]));
}

function emitProperty(schema: Schema): Literal {
  const { type, enum: words, minimum, maximum, minItems, maxItems, items, properties } = schema;
  return {
    type,
    enum: words,
    items: items && emitProperty(items),
    minItems,
    maxItems,
    minimum,
    maximum,
    properties: properties && emitProperties(properties),
    description: meaningOf(schema) || undefined,
  };
}

/** `Messages, at most 1000; default 50`: complete, since hosts show models little else. */
export function meaningOf({ description = '', unit, maximum, default: usual }: Schema): string {
  const what = [description, unit && (description === '' ? unit : `in ${unit}`)].filter(Boolean).join(' ');
  const most = maximum === undefined ? '' : `at most ${maximum}`;
  return [[what, most].filter(Boolean).join(', '), usual === undefined ? '' : `default ${usual}`]
    .filter(Boolean)
    .join('; ');
}

export function emitArguments({ arguments: taken }: Taking): Code {
  return new Code(emitObject(taken));
}

function emitObject({ properties = {}, required = [] }: Schema): string {
  const members = Object.entries(properties).map(([name, schema]) => {
    const { default: usual } = schema;
    const absent = usual === undefined ? '.optional()' : `.default(${literal(usual)})`;
    return `${name}: ${emitValue(schema)}${required.includes(name) ? '' : absent}`;
  });
  return members.length === 0 ? 'z.strictObject({})' : `z.strictObject({ ${members.join(', ')} })`;
}

function emitValue(schema: Schema): string {
  const {
    type,
    enum: words,
    minimum,
    maximum,
    minItems,
    maxItems,
    items,
    additionalProperties: isOpen,
    json: isJson,
  } = schema;
  switch (type) {
    case 'array':
      return `z.array(${items ? emitValue(items) : 'z.unknown()'})${bounds(minItems, maxItems)}`;
    case 'integer':
      return `z.int()${bounds(minimum, maximum)}`;
    case 'number':
      return `z.number()${bounds(minimum, maximum)}`;
    case 'boolean':
      return 'z.boolean()';
    case 'object':
      // The handler checks the content of an open object, since it knows more.
      return isOpen ? 'z.looseObject({})' : emitObject(schema);
    case 'string':
      if (isJson) return 'z.union([z.string(), z.looseObject({})])';
      return words ? `z.enum([${words.map(word => literal(word)).join(', ')}])` : 'z.string()';
  }
}

function bounds(least: number | undefined, most: number | undefined): string {
  return `${least === undefined ? '' : `.min(${least})`}${most === undefined ? '' : `.max(${most})`}`;
}
