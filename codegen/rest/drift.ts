/** Compares the pinned digest, and what the spec makes of it, with a newer document of the vendor. */
import type { RestSpec } from '../load/file.js';
import { describeProblem, type Problem } from '../problem.js';
import { buildRest } from './build.js';
import type { Digest, DigestedOperation } from './digest.js';

/** One difference: a path, what of it, and what each side says; `none` where a side has nothing. */
export interface RestFinding {
  readonly path: string;
  /** A parameter, `rows`, a column, or nothing for the path itself. */
  readonly part: string;
  readonly digest: string;
  readonly document: string;
  /** Operations of the spec that the path belongs to. */
  readonly operations: readonly string[];
}

export interface RestDrift {
  readonly findings: readonly RestFinding[];
  /** What would be wrong with the spec by the newer document, and is not by the digest. */
  readonly problems: readonly Problem[];
  /** How many paths both have. */
  readonly both: number;
}

const none = 'none';

export function findRestDrift(spec: RestSpec, document: Digest): RestDrift {
  const { model } = buildRest(spec);
  const owners = new Map<string, string[]>();
  for (const { raw, vendorPaths } of model.groups.flatMap(({ operations }) => operations)) {
    for (const path of vendorPaths) owners.set(path, [...(owners.get(path) ?? []), raw.name]);
  }
  const [ours, theirs] = [spec.digest.operations, document.operations];
  const paths = [...new Set([...Object.keys(ours), ...Object.keys(theirs)])].sort();
  const findings = paths.flatMap(path =>
    comparePath(ours[path], theirs[path]).map(found => ({ path, ...found, operations: owners.get(path) ?? [] })),
  );
  return {
    findings,
    problems: buildRest({ ...spec, digest: document }).problems,
    both: paths.filter(path => ours[path] && theirs[path]).length,
  };
}

type Difference = Pick<RestFinding, 'part' | 'digest' | 'document'>;

function comparePath(ours: DigestedOperation | undefined, theirs: DigestedOperation | undefined): Difference[] {
  if (!ours || !theirs) return [{ part: '', digest: ours ? 'a path' : none, document: theirs ? 'a path' : none }];
  const { parameters, columns, ...facts } = ours;
  const { parameters: newParameters, columns: newColumns, ...newFacts } = theirs;
  return [
    ...compareMembers(facts, newFacts, name => name),
    ...compareMembers(parameters, newParameters, name => name),
    ...compareMembers(columns, newColumns, name => `column ${name}`),
  ];
}

function compareMembers(ours: object, theirs: object, nameOf: (name: string) => string): Difference[] {
  const [own, other] = [new Map(Object.entries(ours)), new Map(Object.entries(theirs))];
  return [...new Set([...own.keys(), ...other.keys()])].sort().flatMap(name => {
    const [digest, document] = narrow(own.get(name), other.get(name));
    return digest === document ? [] : [{ part: nameOf(name), digest, document }];
  });
}

/** What two values say; of two objects, only the members in which they differ. */
function narrow(one: unknown, other: unknown): [string, string] {
  if (!isObject(one) || !isObject(other)) return [spell(one), spell(other)];
  const names = [...new Set([...Object.keys(one), ...Object.keys(other)])];
  const unlike = names.filter(name => spell(one[name]) !== spell(other[name]));
  const say = (value: Readonly<Record<string, unknown>>): string =>
    unlike.map(name => `${name} ${spell(value[name])}`).join(', ');
  return [say(one), say(other)];
}

function spell(value: unknown): string {
  if (value === undefined) return none;
  if (Array.isArray(value)) return value.join(' ');
  return isObject(value) ? 'a parameter' : String(value);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** @param from where the newer document was read */
export function describeRestDrift({ findings, problems, both }: RestDrift, from: string): string {
  const rows = findings.map(({ path, part, digest, document, operations }) => {
    const whose = operations.length === 0 ? '' : ` (${operations.join(', ')})`;
    return `  ${path}${part === '' ? '' : `  ${part}`}  digest: ${digest}  document: ${document}${whose}`;
  });
  return [
    `Compared spec/rest/digest.json with ${from}: ${both} paths stand in both.`,
    ...(rows.length === 0 ? [] : ['', `News (${rows.length})`, ...rows.map(clean)]),
    ...(problems.length === 0 ? [] : ['', `What the spec would have to mend (${problems.length})`]),
    ...problems.map(problem => clean(`  ${describeProblem(problem)}`)),
    '',
    rows.length === 0 ? 'No news.' : 'Once the spec is mended, pin the document: npm run digest -- DOCUMENT',
  ].join('\n');
}

/** The vendor's text could steer the terminal. */
function clean(line: string): string {
  return line.replace(/\p{C}/gu, '?');
}
