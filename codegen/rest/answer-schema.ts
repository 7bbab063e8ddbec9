/** Finds the rows and the columns of an answer in the vendor's schema of it. */
import type { Part } from '../drift/part.js';

/** Where the rows of an answer lie, and the schema and the examples of one. */
export interface Rows {
  /** `results[]`, `results.values[]`, `ticker{}`, or `[]` and `{}` for the root; absent where nothing can be told. */
  readonly place?: string;
  readonly isPaged: boolean;
  readonly row?: Part;
  readonly examples: readonly unknown[];
}

/** Members that hold the rows, in the order in which they are tried; within `results` others do so too. */
const holders = ['results', 'tickers', 'ticker', 'last', 'data', 'ticks'];
const innerHolders = ['values', 'events'];
const deepest = 8;

export function rowsOf(operation: Part): Rows {
  const none: Rows = { isPaged: false, examples: [] };
  const answer = at(operation, 'responses', '200', 'content', 'application/json');
  if (!answer?.has('schema')) return none;
  const schema = answer.get('schema');
  const example = answer.has('example') ? answer.get('example').plain() : undefined;
  const isPaged = propertiesOf(schema).has('next_url') || (isObject(example) && 'next_url' in example);
  const found = findRows(schema, example, []);
  // A single object has no second page, whatever the schema says.
  return { ...found, isPaged: isPaged && found.place?.endsWith('[]') === true };
}

function findRows(schema: Part, example: unknown, path: readonly string[]): Omit<Rows, 'isPaged'> {
  if (isList(schema)) {
    const row = schema.has('items') ? { row: schema.get('items') } : {};
    return { place: `${path.join('.')}[]`, ...row, examples: Array.isArray(example) ? example : [] };
  }
  const properties = propertiesOf(schema);
  const names = path.length === 0 ? holders : path[0] === 'results' && path.length === 1 ? innerHolders : [];
  const holder = names.find(name => {
    const held = properties.get(name);
    if (held === undefined) return false;
    return isList(held) || (path.length === 0 && propertiesOf(held).size > 0 && !hasAmounts(properties));
  });
  if (holder !== undefined) return findRows(properties.get(holder)!, memberOf(example, holder), [...path, holder]);
  return { place: `${path.join('.')}{}`, row: schema, examples: example === undefined ? [] : [example] };
}

/** Whether there are numbers beside an object, so that both together are the row. */
function hasAmounts(properties: ReadonlyMap<string, Part>): boolean {
  return [...properties].some(([name, property]) => !/count/i.test(name) && kindOf(property) === 'number');
}

/** Type and unit by name; the members of nested objects are joined by `_`. */
export function columnsOf({ row, examples }: Rows): ReadonlyMap<string, string> {
  const columns = new Map<string, string>();
  if (row) flatten(row, examples, '', columns, 0);
  return columns;
}

function flatten(
  schema: Part,
  examples: readonly unknown[],
  prefix: string,
  columns: Map<string, string>,
  depth: number,
): void {
  for (const [name, property] of propertiesOf(schema)) {
    const column = `${prefix}${name}`;
    const shown = examples.map(example => memberOf(example, name));
    const inner = propertiesOf(property);
    if (inner.size > 0 && depth < deepest) flatten(property, shown, `${column}_`, columns, depth + 1);
    else if (inner.size === 0 && kindOf(property) !== 'map') columns.set(column, describe(property, shown));
  }
}

function describe(property: Part, examples: readonly unknown[]): string {
  const kind = kindOf(property);
  const words = property.words();
  const unit = !/integer|number/.test(kind)
    ? ''
    : /\bnanosecond/i.test(words)
      ? ' ns'
      : /\bmillisecond|\bunix msec/i.test(words)
        ? ' ms'
        : /\bUnix (timestamp in )?seconds|\bepoch seconds/i.test(words)
          ? ' s'
          : '';
  // No JavaScript number holds it.
  const isWide = examples.some(example => typeof example === 'number' && Math.abs(example) > Number.MAX_SAFE_INTEGER);
  return `${(isWide && /integer|number/.test(kind)) || unit === ' ns' ? 'exact' : kind}${unit}`;
}

function kindOf(property: Part): string {
  if (isList(property)) return 'list';
  const type = property.has('type') ? property.get('type').text() : 'string';
  return type === 'object' ? 'map' : type === 'string' ? 'text' : type;
}

function isList(schema: Part): boolean {
  return schema.has('type') && schema.get('type').plain() === 'array';
}

/** Those of the schema and of all that it is made of. */
function propertiesOf(schema: Part): ReadonlyMap<string, Part> {
  const combined = ['allOf', 'oneOf', 'anyOf'].flatMap(word => (schema.has(word) ? schema.get(word).items() : []));
  return new Map([
    ...combined.flatMap(part => [...propertiesOf(part)]),
    ...(schema.has('properties') ? schema.get('properties').entries() : []),
  ]);
}

function at(part: Part, ...path: readonly string[]): Part | undefined {
  let found: Part | undefined = part;
  for (const step of path) found = found?.has(step) ? found.get(step) : undefined;
  return found;
}

function memberOf(value: unknown, name: string): unknown {
  return isObject(value) ? value[name] : undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
