/** Arguments and answers of a tool, as JSON Schema for clients and as zod for the runtime. */

import type { RawArgument, RawSuite, Tool } from '../model.js';
import { Code, type Literal, literal } from './literal.js';

/** A comparison; what it names depends on the market, and is judged when it is known. */
const comparison = {
  field: { type: 'string' },
  op: { type: 'string', enum: ['>', '>=', '<', '<=', '==', '!=', 'crosses_above', 'crosses_below', 'changes'] },
  value: { type: 'string', description: 'or a number' },
  symbol: { type: 'string' },
};
/** Of comparisons, to which deeper groups may be added. */
const group = { type: 'array', items: { type: 'object', properties: { ...comparison, op: { type: 'string' } } } };

/** Of a tool that takes none, `properties` is empty, for hosts that want it; what comes all the same is ignored. */
export function emitInputSchema(tool: Tool, markets: readonly string[]): Literal {
  const names = Object.keys(tool.arguments);
  const required = names.filter(name => tool.arguments[name]!.required);
  return {
    type: 'object',
    properties: Object.fromEntries(names.map(name => [name, emitProperty(tool.arguments[name]!, markets)])),
    required: required.length === 0 ? undefined : required,
    additionalProperties: names.length === 0 ? undefined : false,
  };
}

/**
 * Names the keys of the answer by which a program goes on, each with its type, as hosts demand it; the list of tools
 * has no room for all. None is required, so that errors fit too.
 */
export function emitOutputSchema(
  { raw }: Tool,
  { common_output: common, advertised_output: types = {} }: RawSuite,
): Literal {
  const keys = [...common, ...raw.output].filter(key => types[key] !== undefined);
  return { type: 'object', properties: Object.fromEntries(keys.map(key => [key, emitOutput(types[key]!)])) };
}

function emitOutput(type: string): Literal {
  return type === 'strings' ? { type: 'array', items: { type: 'string' } } : { type };
}

export function emitArguments(tool: Tool, markets: readonly string[]): Code {
  const members = Object.entries(tool.arguments).map(([name, argument]) => {
    return `${name}: ${emitArgument(argument, markets)}${argument.required ? '' : '.optional()'}`;
  });
  return new Code(members.length === 0 ? 'z.strictObject({})' : `z.strictObject({ ${members.join(', ')} })`);
}

function emitProperty({ type, description, choices, min, max }: RawArgument, markets: readonly string[]): Literal {
  switch (type) {
    case 'strings':
      return { type: 'array', items: { type: 'string' }, minItems: min, maxItems: max, description };
    case 'choice':
      return { type: 'string', enum: choices ?? [], description };
    case 'market':
      return { type: 'string', enum: markets, description: description || undefined };
    case 'condition':
      return { type: 'object', properties: { ...comparison, all: group, any: group }, description };
    case 'integer':
    case 'number':
      return { type, minimum: min, maximum: max, description };
    default:
      return { type, description };
  }
}

function emitArgument({ type, choices, min, max }: RawArgument, markets: readonly string[]): string {
  const bounds = `${min === undefined ? '' : `.min(${min})`}${max === undefined ? '' : `.max(${max})`}`;
  switch (type) {
    case 'strings':
      return `z.array(z.string())${bounds}`;
    case 'choice':
      return `z.enum([${(choices ?? []).map(choice => literal(choice)).join(', ')}])`;
    case 'market':
      return `z.enum([${markets.map(market => `'${market}'`).join(', ')}])`;
    case 'integer':
      return `z.int()${bounds}`;
    case 'number':
      return `z.number()${bounds}`;
    case 'condition':
      return 'z.looseObject({})';
    default:
      return `z.string()${bounds}`;
  }
}
