/** Arguments and answers of a tool, as JSON Schema for clients and as zod for the runtime. */
import { Code, type Literal, literal } from './literal.js';
import type { RawArgument, Tool } from './model.js';

export function emitInputSchema(tool: Tool, markets: readonly string[]): Literal {
  const names = Object.keys(tool.arguments);
  const required = names.filter(name => tool.arguments[name]!.required);
  return {
    type: 'object',
    properties:
      names.length === 0
        ? undefined
        : Object.fromEntries(names.map(name => [name, emitProperty(tool.arguments[name]!, markets)])),
    required: required.length === 0 ? undefined : required,
    additionalProperties: false,
  };
}

/** Names the keys of the answer and nothing more: none is required, so that errors fit too. */
export function emitOutputSchema(tool: Tool, common: readonly string[]): Literal {
  return { type: 'object', properties: Object.fromEntries([...common, ...tool.raw.output].map(key => [key, {}])) };
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
      return { enum: choices ?? [], description };
    case 'market':
      return { enum: markets, description: description || undefined };
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
    case 'object':
      return 'z.looseObject({})';
    default:
      return `z.string()${bounds}`;
  }
}
