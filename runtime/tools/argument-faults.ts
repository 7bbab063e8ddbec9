/**
 * Says what is wrong with arguments: the place, what is expected there, and the kind of value that came.
 * Never shows a value that came, nor a message of the validator, since that quotes the value.
 */

import type { JsonSchema } from '../contract/tool.js';
import { type PropertySchema, propertiesOf } from '../core/argument-forms.js';
import { count } from '../core/count.js';
import { kindOf } from '../core/kind.js';
import { nearest, suggest } from '../core/nearest.js';

/** A place in the arguments, as the validator names it. */
export type Place = readonly PropertyKey[];

const mostFaults = 5;
/** At most this many unknown names are compared with the known ones, however many come. */
const mostCompared = 20;

/**
 * @param args what the validator judged
 * @param places where it found faults
 * @returns a sentence per fault
 */
export function describeFaults(schema: JsonSchema, args: unknown, places: readonly Place[]): string[] {
  if (typeof args !== 'object' || args === null || Array.isArray(args)) {
    return [`The arguments are expected as one object, and ${kindOf(args)} came.`];
  }
  const properties = propertiesOf(schema);
  const unknown = Object.keys(args).filter(name => !Object.hasOwn(properties, name));
  const named = places.filter(([name]) => typeof name === 'string' && Object.hasOwn(properties, name));
  const faults = [
    ...(unknown.length > 0 ? [describeUnknown(unknown, Object.keys(properties))] : []),
    ...[...new Map(named.map(place => [place.map(String).join('.'), place])).values()].map(place =>
      describeFault(properties, args, place),
    ),
  ];
  const more = faults.length - mostFaults;
  return [...faults.slice(0, mostFaults), ...(more > 0 ? [`${count(more, 'more fault')} like these.`] : [])];
}

/** The known arguments that are wrong, so that the answer can show an example of each. */
export function faultyNames(schema: JsonSchema, places: readonly Place[]): string[] {
  const known = Object.keys(propertiesOf(schema));
  return known.filter(name => places.some(([first]) => first === name));
}

function describeUnknown(unknown: readonly string[], known: readonly string[]): string {
  const meant = unknown.slice(0, mostCompared).flatMap(name => nearest(name, known) ?? []);
  const first = unknown.length === 1 ? 'One argument is' : `${unknown.length} arguments are`;
  return `${first} unknown here; there are ${known.join(', ')}${suggest([...new Set(meant)].join(' and ') || undefined) || '.'}`;
}

function describeFault(properties: Readonly<Record<string, PropertySchema>>, args: object, place: Place): string {
  const [name, ...rest] = place as readonly [string, ...PropertyKey[]];
  let schema: PropertySchema | undefined = properties[name];
  let value: unknown = Object.hasOwn(args, name) ? (args as Record<string, unknown>)[name] : undefined;
  let spelled = name;
  for (const step of rest) {
    if (typeof step !== 'number' || !Array.isArray(value)) break;
    value = value[step];
    schema = schema?.items;
    spelled += `[${step}]`;
  }
  if (value === undefined) return `${spelled} is missing: ${describeExpected(schema)} is expected.`;
  const meant = schema?.enum && typeof value === 'string' ? nearest(value.toLowerCase(), schema.enum) : undefined;
  return `${spelled}: ${describeExpected(schema)} is expected, and ${cameOf(schema, value)} came${suggest(meant) || (rest.length > 0 ? '.' : lossOf(schema, value))}`;
}

/** What came: its kind, or what is wrong with a number of the right kind. */
function cameOf({ type, minimum, maximum }: PropertySchema = {}, value: unknown): string {
  if (typeof value !== 'number' || (type !== 'integer' && type !== 'number')) return kindOf(value);
  if (minimum !== undefined && value < minimum) return 'a smaller one';
  if (maximum !== undefined && value > maximum) return 'a larger one';
  return type === 'integer' ? 'a number with a fraction' : kindOf(value);
}

/** Warns where a number came instead of a text, since a number may have lost digits. */
function lossOf(schema: PropertySchema | undefined, value: unknown): string {
  const isText = schema?.type === 'string' && !schema.enum;
  return isText && typeof value === 'number' ? ', which may have lost digits: put it in quotes.' : '.';
}

function describeExpected({ type, enum: words, minimum, maximum, minItems, maxItems }: PropertySchema = {}): string {
  if (words) return words.length === 1 ? words[0]! : `one of ${words.join(', ')}`;
  const range = minimum === undefined || maximum === undefined ? '' : ` from ${minimum} to ${maximum}`;
  switch (type) {
    case 'array':
      return `a list of ${minItems} to ${maxItems} texts`;
    case 'integer':
      return `a whole number${range}`;
    case 'number':
      return `a number${range}`;
    case 'boolean':
      return 'true or false';
    case 'object':
      return 'an object';
    default:
      return 'a text';
  }
}
