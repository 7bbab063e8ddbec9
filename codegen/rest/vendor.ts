/** What the document says of an operation's path, which may stand for several of the document's. */
import type { RawRestErratum } from '../load/spec-types.js';
import type { Digest, DigestedOperation, DigestedParameter } from './digest.js';

/** The facts of all paths that an operation stands for. */
export interface VendorOperation {
  readonly paths: readonly string[];
  readonly parameters: ReadonlyMap<string, DigestedParameter>;
  readonly rows: string | undefined;
  readonly isPaged: boolean;
  readonly isDeprecated: boolean;
  /** Type and unit by name. */
  readonly columns: ReadonlyMap<string, string>;
}

type Operations = Digest['operations'];

/** @returns nothing where the document has no such path */
export function vendorOf(operations: Operations, path: string): VendorOperation | undefined {
  const paths = operations[path] ? [path] : pathsLike(path, Object.keys(operations));
  if (paths.length === 0) return undefined;
  const facts = paths.map(one => operations[one]!);
  return {
    paths,
    parameters: joinParameters(path, paths, operations),
    rows: facts[0]!.rows,
    isPaged: facts.some(({ paged }) => paged === true),
    isDeprecated: facts.every(({ deprecated }) => deprecated === true),
    columns: joinColumns(facts),
  };
}

/** The names in braces. */
export function slotsIn(path: string): string[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, slot]) => slot!);
}

/** The paths that one can stand for: word for word, and a slot for a slot or, where no path has a slot there, for a word. */
function pathsLike(path: string, all: readonly string[]): string[] {
  if (slotsIn(path).length === 0) return [];
  const like = all.filter(other => isLike(path, other));
  const most = Math.max(0, ...like.map(other => slotsIn(other).length));
  return like.filter(other => slotsIn(other).length === most);
}

function isLike(path: string, other: string): boolean {
  const [own, theirs] = [path.split('/'), other.split('/')];
  return own.length === theirs.length && own.every((part, index) => part.startsWith('{') || part === theirs[index]);
}

function joinParameters(
  path: string,
  paths: readonly string[],
  operations: Operations,
): Map<string, DigestedParameter> {
  const joined = new Map<string, DigestedParameter>();
  for (const other of paths) {
    for (const [name, parameter] of Object.entries(operations[other]!.parameters)) {
      const own = parameter.in === 'path' ? (slotAt(path, other, name) ?? name) : name;
      const known = joined.get(own);
      joined.set(own, known ? join(known, parameter) : parameter);
    }
    for (const [slot, word] of wordsAt(path, other)) {
      const known = joined.get(slot);
      const values = [...new Set([...(known?.enum ?? []), word])];
      if (!known || known.enum) joined.set(slot, { in: 'path', type: 'string', enum: values });
    }
  }
  return joined;
}

/** The slot of `path` that stands where `other` has the slot `name`. */
function slotAt(path: string, other: string, name: string): string | undefined {
  const index = other.split('/').indexOf(`{${name}}`);
  return /^\{(\w+)\}$/.exec(path.split('/')[index] ?? '')?.[1];
}

/** The words that `other` has where `path` has a slot. */
function wordsAt(path: string, other: string): [slot: string, word: string][] {
  const theirs = other.split('/');
  return path.split('/').flatMap((part, index): [string, string][] => {
    const slot = /^\{(\w+)\}$/.exec(part)?.[1];
    const word = theirs[index] ?? '';
    return slot === undefined || word.startsWith('{') ? [] : [[slot, word]];
  });
}

/** The wider of two: what one of the paths takes can be said. */
function join(one: DigestedParameter, other: DigestedParameter): DigestedParameter {
  const { enum: words, minimum, maximum, ...rest } = one;
  const union = <T>(a: readonly T[] = [], b: readonly T[] = []): T[] => [...new Set([...a, ...b])];
  const operators = union(one.operators, other.operators);
  return {
    ...rest,
    ...(words && other.enum ? { enum: union(words, other.enum) } : {}),
    ...(minimum === undefined || other.minimum === undefined ? {} : { minimum: Math.min(minimum, other.minimum) }),
    ...(maximum === undefined || other.maximum === undefined ? {} : { maximum: Math.max(maximum, other.maximum) }),
    ...(operators.length === 0 ? {} : { operators }),
  };
}

/** Where the paths differ, the type that holds the values of all. */
function joinColumns(facts: readonly DigestedOperation[]): Map<string, string> {
  const joined = new Map<string, string>();
  for (const { columns } of facts) {
    for (const [name, column] of Object.entries(columns)) {
      const known = joined.get(name);
      joined.set(name, known === undefined ? column : widest(known, column));
    }
  }
  return new Map([...joined].sort(([a], [b]) => (a < b ? -1 : 1)));
}

const width = ['boolean', 'integer', 'number', 'exact', 'list', 'text'];

function widest(one: string, other: string): string {
  const [[a = '', unit], [b = '', otherUnit]] = [one.split(' '), other.split(' ')];
  const type = width.indexOf(a) > width.indexOf(b) ? a : b;
  // A unit that only some of the paths have would be wrong of the others.
  return unit !== undefined && unit === otherUnit ? `${type} ${unit}` : type;
}

/** A digest that an erratum has corrected, and the errata that met nothing. */
export interface Corrected {
  readonly operations: Operations;
  readonly unmet: readonly RawRestErratum[];
}

export function correct(operations: Operations, errata: readonly RawRestErratum[]): Corrected {
  const met = new Set<RawRestErratum>();
  const correctOne = (path: string, name: string, parameter: DigestedParameter): DigestedParameter => {
    const own = errata.filter(erratum => holds(erratum, path, name, parameter));
    for (const erratum of own) met.add(erratum);
    const used = own.flatMap(({ use }) => (use ? [use] : []));
    const without = own.flatMap(({ enumerated }) => (enumerated === undefined ? [] : [enumerated]));
    const { enumerated = [], ...rest } = parameter;
    const left = enumerated.filter(operator => !without.includes(operator));
    const entries = Object.entries(Object.assign({}, rest, ...used)).filter(([, value]) => value !== null);
    return {
      ...(Object.fromEntries(entries) as unknown as typeof rest),
      ...(left.length > 0 ? { enumerated: left } : {}),
    };
  };
  const corrected = Object.entries(operations).map(([path, { parameters, ...operation }]) => {
    const changed = Object.entries(parameters).map(([name, one]) => [name, correctOne(path, name, one)] as const);
    return [path, { ...operation, parameters: Object.fromEntries(changed) }] as const;
  });
  return { operations: Object.fromEntries(corrected), unmet: errata.filter(erratum => !met.has(erratum)) };
}

function holds(erratum: RawRestErratum, path: string, name: string, parameter: DigestedParameter): boolean {
  const { parameter: named, under, says = {}, enumerated } = erratum;
  if (named !== '*' && named !== name) return false;
  if (under && !under.some(beginning => path.startsWith(beginning))) return false;
  if (enumerated !== undefined && !parameter.enumerated?.includes(enumerated)) return false;
  if (enumerated === undefined && erratum.use === undefined) return false;
  const facts: Readonly<Record<string, unknown>> = { ...parameter };
  return Object.entries(says).every(([key, value]) => JSON.stringify(facts[key] ?? null) === JSON.stringify(value));
}
