/** Explains a breach of `spec.schema.json` in one line: what was expected, what came, and the way out. */
import type { ErrorObject } from 'ajv';
import { stringify } from 'yaml';
import { nearest, suggest } from '../nearest.js';
import type { Problem } from '../problem.js';
import type { Source, YamlPath } from './yaml.js';

/** The parts of a schema that messages use. */
interface Shape {
  readonly type?: string;
  readonly title?: string;
  readonly examples?: readonly unknown[];
  readonly enum?: readonly string[];
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
  readonly oneOf?: readonly Shape[];
  readonly anyOf?: readonly Shape[];
  readonly definitions?: Readonly<Record<string, Shape>>;
}

/** If several keywords fail at one place, report the first of these. */
const rank = ['oneOf', 'type', 'format', 'pattern'];

const kinds: Readonly<Record<string, string>> = {
  string: 'a text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list, each entry after a -',
  object: 'a map of keys and values',
};

/**
 * @param errors of ajv with `verbose`
 * @param schema the whole schema, for its definitions
 */
export function explainErrors(errors: readonly ErrorObject[], source: Source, schema: Shape): Problem[] {
  return select(errors, schema).map(error => {
    const path = yamlPath(error.instancePath);
    const isKey = error.keyword === 'additionalProperties';
    const at = source.at(isKey ? [...path, error.params.additionalProperty] : path);
    return { at, message: `${path.join('.') || 'the file'} ${explain(error, path, schema)}` };
  });
}

/** One error for each place, but every missing and every unknown key. */
function select(errors: readonly ErrorObject[], schema: Shape): ErrorObject[] {
  const own = withoutRivals(errors.filter(({ keyword }) => keyword !== 'if')).filter(
    (error, _, all) => !isLessThanItsPart(error, all, schema),
  );
  return own.filter(error => {
    if (error.keyword === 'required' && isMisspelt(error, own)) return false;
    if (error.keyword === 'required' || error.keyword === 'additionalProperties') return true;
    const rivals = own.filter(
      ({ instancePath, keyword }) => instancePath === error.instancePath && rank.includes(keyword),
    );
    const [best = error] = rivals.sort((a, b) => rank.indexOf(a.keyword) - rank.indexOf(b.keyword));
    return error === best;
  });
}

/** Without what each branch of an `anyOf` says, and without the `anyOf` where something else is wrong at its place. */
function withoutRivals(errors: readonly ErrorObject[]): ErrorObject[] {
  const choices = errors.filter(({ keyword }) => keyword === 'anyOf');
  const others = errors.filter(
    ({ instancePath, schemaPath, keyword }) =>
      keyword !== 'anyOf' &&
      !choices.some(choice => choice.instancePath === instancePath && schemaPath.startsWith(`${choice.schemaPath}/`)),
  );
  const left = choices.filter(choice =>
    others.every(({ instancePath, keyword }) => instancePath !== choice.instancePath || isOneOf(keyword)),
  );
  return [...others, ...left];
}

/** In a map, what is wrong with it tells more than that it is not the other thing that could stand there. */
function isLessThanItsPart(
  { instancePath, keyword }: ErrorObject,
  all: readonly ErrorObject[],
  schema: Shape,
): boolean {
  return (
    isOneOf(keyword) &&
    all.some(
      ({ keyword: other, instancePath: place, data, parentSchema }) =>
        other === 'oneOf' &&
        place === instancePath &&
        typeof data === 'object' &&
        !Array.isArray(data) &&
        (parentSchema as Shape).oneOf?.some(branch => resolve(branch, schema).type === 'object'),
    )
  );
}

/** Whether an error with this keyword may come from a `oneOf` as a whole. */
function isOneOf(keyword: string): boolean {
  return keyword === 'oneOf' || keyword === 'type';
}

/** Whether the missing key is there but misspelled; the error about the unknown key then says so. */
function isMisspelt({ instancePath, params }: ErrorObject, errors: readonly ErrorObject[]): boolean {
  return errors.some(
    other =>
      other.instancePath === instancePath &&
      other.keyword === 'additionalProperties' &&
      nearest(other.params.additionalProperty, [params.missingProperty]) !== undefined,
  );
}

function explain(error: ErrorObject, path: YamlPath, schema: Shape): string {
  const { keyword, params, data } = error;
  const shape = resolve((error.parentSchema ?? {}) as Shape, schema);
  const key = path.findLast(step => typeof step === 'string' && step !== 'items');
  switch (keyword) {
    case 'required':
      return `lacks the key ${params.missingProperty}; add it, ${example(params.missingProperty, resolve(shapeOf(params.missingProperty, error, schema), schema))}`;
    case 'additionalProperties':
      if (/^\d+$/.test(params.additionalProperty))
        return `has the unknown key ${params.additionalProperty}; a comma parts entries, so write a number without one`;
      return `has the unknown key ${params.additionalProperty}${suggest(params.additionalProperty, Object.keys(shape.properties ?? {}), 'keys')}`;
    case 'dependencies':
      return `has the key ${params.property}, which needs ${params.missingProperty} beside it; add it, ${exampleOf(params.missingProperty, shape, schema)}`;
    case 'anyOf': {
      const names = (shape.anyOf ?? []).flatMap(({ required = [] }) => required);
      return `lacks the key ${names.join(' or ')}; add one of them, ${exampleOf(names[0]!, shape, schema)}`;
    }
    case 'enum': {
      const words = (shape.enum ?? []).map(String);
      return typeof data === 'string'
        ? `is not one of ${words.join(', ')}${suggest(data, words, 'words')}`.replace(/; the words are .*$/, '')
        : `must be one of ${words.join(', ')}, and ${kindOf(data)} came`;
    }
    case 'type': {
      if (data === null || data === undefined)
        return `has no value; expected is ${kinds[params.type]}${hint(key, shape)}`;
      const quotes = params.type === 'string' && typeof data !== 'object' ? '; put it into quotes' : '';
      return `must be ${kinds[params.type]}, and ${kindOf(data)} came${quotes || hint(key, shape)}`;
    }
    case 'format':
      return `is no valid regular expression: ${regexFault(String(data))}`;
    case 'oneOf':
    case 'pattern':
      return `must be ${shape.title ?? `a text like ${params.pattern}`}, and ${came(error, shape, schema)} came${hint(key, shape)}`;
    case 'minItems':
    case 'minProperties':
      return `needs at least ${params.limit} ${params.limit === 1 ? 'entry' : 'entries'}, and ${sizeOf(data)} came${hint(key, shape)}`;
    case 'minLength':
      return `must not be empty${hint(key, shape)}`;
    case 'maxLength':
      return `must have at most ${params.limit} characters, and ${String(data).length} came; shorten it`;
    case 'minimum':
      return `must be at least ${params.limit}, and ${data} came${hint(key, shape)}`;
    case 'exclusiveMinimum':
      return `must be more than ${params.limit}, and ${data} came${hint(key, shape)}`;
    default:
      return `breaks the rule ${keyword} of spec.schema.json`;
  }
}

/** What came where a text, or one of several kinds, is expected. */
function came({ keyword, data }: ErrorObject, { oneOf = [] }: Shape, schema: Shape): string {
  const takesText = keyword === 'pattern' || oneOf.some(branch => resolve(branch, schema).type === 'string');
  return takesText && typeof data === 'string' && data !== '' ? 'another text' : kindOf(data);
}

function exampleOf(key: string, { properties = {} }: Shape, schema: Shape): string {
  return example(key, resolve(properties[key] ?? {}, schema));
}

/** The schema of a missing key; a key that `then` demands is declared outside of it. */
function shapeOf(key: string, error: ErrorObject, schema: Shape): Shape {
  const own = (error.parentSchema as Shape).properties?.[key];
  return own ?? findKey(schema, key) ?? {};
}

function findKey(shape: unknown, key: string): Shape | undefined {
  if (typeof shape !== 'object' || shape === null) return undefined;
  const { properties } = shape as Shape;
  if (properties?.[key]?.examples) return properties[key];
  for (const part of Object.values(shape)) {
    const found = findKey(part, key);
    if (found) return found;
  }
  return undefined;
}

function resolve(shape: Shape, schema: Shape): Shape {
  const name = shape.$ref?.split('/').at(-1);
  return name === undefined ? shape : { ...schema.definitions?.[name], ...shape };
}

function hint(key: YamlPath[number] | undefined, shape: Shape): string {
  return shape.examples ? `; ${example(String(key), shape)}` : '';
}

/** `such as: order: 7` */
function example(key: string, { examples = [], type, enum: words }: Shape): string {
  const [value = words?.[0]] = examples;
  if (value === undefined) return `with ${kinds[type ?? ''] ?? 'its value'} behind it`;
  const flow = stringify({ [key]: value }, { collectionStyle: 'flow', lineWidth: 0, flowCollectionPadding: true });
  return `such as: ${flow.trim().replace(/^\{ (.*) \}$/s, '$1')}`;
}

function kindOf(data: unknown): string {
  if (data === null || data === undefined) return 'nothing';
  if (Array.isArray(data)) return 'a list';
  if (typeof data === 'object') return 'a map';
  if (typeof data === 'string') return data === '' ? 'an empty text' : 'a text';
  return typeof data === 'boolean' ? `${data}` : `the number ${data}`;
}

function sizeOf(data: unknown): string {
  const size = typeof data === 'object' && data !== null ? Object.keys(data).length : 0;
  return size === 0 ? 'none' : String(size);
}

/** Why the text is no regular expression, in the words of the engine but without the text; empty if it is one. */
export function regexFault(text: string): string {
  try {
    new RegExp(text, 'u');
    return '';
  } catch (error) {
    const [, reason = 'it cannot be read'] = /\/u: (.*)$/s.exec(error instanceof Error ? error.message : '') ?? [];
    return reason.toLowerCase();
  }
}

function yamlPath(pointer: string): YamlPath {
  return pointer
    .split('/')
    .slice(1)
    .map(step => step.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map(step => (/^\d+$/.test(step) ? Number(step) : step));
}
