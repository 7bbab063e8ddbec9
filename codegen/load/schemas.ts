/** Replaces each `$ref` by its definition from `suite.yaml`, and fills slots in the arguments of tools. */
import { judgeKeywords } from './keywords.js';
import { fill, type Slots } from './slots.js';
import type { RawMarket, RawSchema, RawSuite, RawTool } from './spec-types.js';

/** A schema without `$ref`. */
export interface Schema extends Omit<RawSchema, '$ref' | 'type' | 'items' | 'properties' | 'additionalProperties'> {
  readonly type: NonNullable<RawSchema['type']>;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean | Schema;
}

export type Definitions = Readonly<Record<string, RawSchema>>;

/** In an enum: replaced by the names of the markets. */
export const marketsSlot = '{markets}';

/** The name of the definition that a `$ref` refers to. */
export function definitionName(ref: string): string {
  return ref.split('/').at(-1)!;
}

/** Definition of the keys that a tool's answer has beside its own: one about a market says of which, in which state. */
export function frameOf({ name, arguments: { properties, required = [] } }: RawTool): 'common' | 'general' {
  const isOfMarket = required.includes('market') || 'markets' in properties;
  return name.includes('{market}') || isOfMarket ? 'common' : 'general';
}

/** A fault in a schema, and its path. */
export interface Fault {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

const joinsElsewhere = 'properties join a reference in a definition of its own alone; make it one, and refer to that';

/**
 * References to missing definitions, required keys without a property, and keywords that do not fit together.
 *
 * @param mayJoin whether it is a definition: its type can extend that of what it refers to
 */
export function faultsIn(raw: RawSchema, definitions: Definitions, mayJoin = false): Fault[] {
  const { $ref, required = [], properties = {} } = raw;
  const missing = $ref !== undefined && !Object.hasOwn(definitions, definitionName($ref));
  const joins = !mayJoin && $ref !== undefined && raw.properties !== undefined;
  return [
    ...(joins ? [{ path: ['properties'], message: joinsElsewhere }] : []),
    ...(missing ? [{ path: ['$ref'], message: `there is no definition ${definitionName($ref)}` }] : []),
    ...required
      .filter(name => !Object.hasOwn(properties, name))
      .map(name => ({ path: ['required'], message: `${name} is required, and there is no such property` })),
    ...judgeKeywords(raw, wholeOf(raw, definitions)).map(({ keyword, message }) => ({ path: [keyword], message })),
    ...partsOf(raw).flatMap(({ path, part }) =>
      faultsIn(part, definitions).map(fault => ({ ...fault, path: [...path, ...fault.path] })),
    ),
  ];
}

/** A schema with what the definitions have that it refers to. */
function wholeOf({ $ref, ...own }: RawSchema, definitions: Definitions, seen: readonly string[] = []): RawSchema {
  const name = $ref === undefined ? undefined : definitionName($ref);
  const meant = name === undefined || seen.includes(name) ? undefined : definitions[name];
  return meant && name !== undefined ? { ...wholeOf(meant, definitions, [...seen, name]), ...own } : own;
}

/** Definitions that refer to themselves, directly or through others. */
export function circlesIn(definitions: Definitions): string[] {
  const leads = (from: RawSchema, to: string, seen: ReadonlySet<string>): boolean =>
    refsIn(from).some(name => {
      const meant = definitions[name];
      return name === to || (meant !== undefined && !seen.has(name) && leads(meant, to, new Set([...seen, name])));
    });
  return Object.entries(definitions)
    .filter(([name, raw]) => leads(raw, name, new Set()))
    .map(([name]) => name);
}

function refsIn(raw: RawSchema): string[] {
  const own = raw.$ref === undefined ? [] : [definitionName(raw.$ref)];
  return [...own, ...partsOf(raw).flatMap(({ part }) => refsIn(part))];
}

/** The schemas directly inside a schema, with their paths. */
function partsOf({ items, properties = {}, additionalProperties: further }: RawSchema) {
  return [
    ...(items ? [{ path: ['items'], part: items }] : []),
    ...(typeof further === 'object' ? [{ path: ['additionalProperties'], part: further }] : []),
    ...Object.entries(properties).map(([name, part]) => ({ path: ['properties', name], part })),
  ];
}

/** Arguments and answers of the tools, from the definitions in `suite.yaml`. Do not emit them if there are faults. */
export class Schemas {
  private readonly definitions: Definitions;
  private readonly markets: readonly string[];

  constructor({ definitions }: RawSuite, markets: readonly { readonly value: RawMarket }[]) {
    this.definitions = definitions;
    this.markets = markets.map(({ value }) => value.market);
  }

  /** The answer of a call that fails. */
  get failure(): Schema {
    return this.resolve(this.definitions.failure ?? {});
  }

  /** What every request of the REST API takes beside its own arguments, and what it answers. */
  get ofRequests(): { readonly arguments: Schema; readonly answer: Schema } {
    const empty: RawSchema = { type: 'object', properties: {} };
    const { operation_arguments: taken = empty, operation_answer: answer = empty } = this.definitions;
    return { arguments: this.resolve(taken), answer: this.resolve(answer) };
  }

  argumentsOf({ arguments: taken }: RawTool, slots: Slots): Schema {
    return describedBy(this.resolve(taken), text => fill(text, slots));
  }

  /** Puts the keys that such answers share first. */
  answerOf(tool: RawTool): Schema {
    return this.framed(frameOf(tool), tool.answer);
  }

  /** The same of a call about several markets. */
  severalOf({ several }: RawTool): Schema | undefined {
    return several && this.framed('general', several);
  }

  private framed(frame: string, answer: RawSchema): Schema {
    const [common, own] = [this.resolve(this.definitions[frame] ?? {}), this.resolve(answer)];
    return {
      ...own,
      properties: { ...common.properties, ...own.properties },
      required: [...(common.required ?? []), ...(own.required ?? [])],
    };
  }

  /** @param within definitions that contain this one; a reference back to one of them is not followed */
  resolve({ $ref, ...own }: RawSchema, within: readonly string[] = []): Schema {
    const name = $ref === undefined ? undefined : definitionName($ref);
    const meant = name === undefined || within.includes(name) ? undefined : this.definitions[name];
    const inside = name === undefined ? within : [...within, name];
    const base: Partial<Schema> = meant ? this.resolve(meant, inside) : {};
    const { items, properties, additionalProperties: further, enum: words, ...plain } = own;
    const parts = Object.entries(properties ?? {}).map(([key, part]) => [key, this.resolve(part, within)] as const);
    return {
      ...base,
      ...plain,
      type: own.type ?? base.type ?? 'object',
      ...(words && { enum: words.flatMap(word => (word === marketsSlot ? this.markets : [word])) }),
      ...(items && { items: this.resolve(items, within) }),
      ...(properties && { properties: { ...base.properties, ...Object.fromEntries(parts) } }),
      ...(base.required && own.required && { required: [...base.required, ...own.required] }),
      ...(further !== undefined && {
        additionalProperties: typeof further === 'object' ? this.resolve(further, within) : further,
      }),
    };
  }
}

/** The suite with the limits in the texts of its answers, so that each stands in one place. */
export function fillAnswers(suite: RawSuite): RawSuite {
  const most = suite.definitions.listed?.maxItems;
  const slots: Slots = most === undefined ? {} : { listed: String(most) };
  const filled = (tool: RawTool): RawTool => ({
    ...tool,
    answer: { ...tool.answer, properties: describedIn(tool.answer.properties, text => fill(text, slots)) },
  });
  return { ...suite, market_tools: suite.market_tools.map(filled), tools: suite.tools.map(filled) };
}

/** A schema of either form. */
interface Described<S> {
  readonly description?: string;
  readonly items?: S;
  readonly properties?: Readonly<Record<string, S>>;
}

/** The same schema with its descriptions changed. */
function describedBy<S extends Described<S>>(schema: S, change: (text: string) => string): S {
  const { description, items, properties } = schema;
  return {
    ...schema,
    ...(description === undefined ? {} : { description: change(description) }),
    ...(items ? { items: describedBy(items, change) } : {}),
    ...(properties ? { properties: describedIn(properties, change) } : {}),
  };
}

function describedIn<S extends Described<S>>(
  properties: Readonly<Record<string, S>>,
  change: (text: string) => string,
): Record<string, S> {
  return Object.fromEntries(Object.entries(properties).map(([name, inner]) => [name, describedBy(inner, change)]));
}
