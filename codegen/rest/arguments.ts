/** Makes the parameters of an operation of what the document says and what the spec adds, and judges what it adds. */
import type { RawRestArgument, RawRestArguments, RawRestOperation, RawRestPart } from '../load/spec-types.js';
import type { YamlPath } from '../load/yaml.js';
import { nearest, suggest } from '../nearest.js';
import type { DigestedParameter } from './digest.js';
import type { RestDerived, RestParameter, RestType } from './model.js';
import { slotsIn, type VendorOperation } from './vendor.js';

/** Reports a problem of an operation. */
export type Report = (at: YamlPath, message: string) => void;

/** What holds an operation's arguments: itself, its parts, and what is shared. */
export interface Layers {
  readonly raw: RawRestOperation;
  readonly parts: readonly RawRestPart[];
  /** Texts for parameters wherever they are: of the group, then of all groups. */
  readonly dictionaries: readonly RawRestArguments[];
}

/** Those that come last, whatever their letters. */
const last = ['sort', 'order', 'limit'];

export function parametersOf(layers: Layers, vendor: VendorOperation, report: Report): RestParameter[] {
  const { raw, parts } = layers;
  const named: RawRestArguments[] = [raw, ...parts].map(({ arguments: some = {} }) => some);
  const derived = derivedOf(layers).map(({ wire }) => wire);
  const wires = new Map<string, string>();
  for (const [argument, entry] of named.flatMap(some => Object.entries(some))) {
    const said = entry.wire ?? named.flatMap(some => some[argument]?.wire ?? [])[0];
    const wire = said ?? [...vendor.parameters.keys()].find(name => snake(name) === argument);
    if (wire !== undefined && vendor.parameters.has(wire)) {
      wires.set(wire, wires.get(wire) ?? argument);
      continue;
    }
    const names = [...vendor.parameters.keys()].map(name => (said ? name : snake(name)));
    const place: YamlPath = raw.arguments?.[argument] ? ['arguments', argument] : ['use'];
    report(place, `${raw.path} has no parameter ${said ?? argument}${suggest(said ?? argument, names, 'parameters')}`);
  }
  const all = [...vendor.parameters].filter(([wire]) => !derived.includes(wire) || wires.has(wire));
  const parameters = all.map(([wire, facts]) => {
    const argument = wires.get(wire) ?? snake(wire);
    const entry = mergedEntry(argument, wire, layers);
    return makeParameter({ argument, wire, entry, facts, raw }, report);
  });
  const order = [...slotsIn(raw.path), ...named.flatMap(some => Object.keys(some))];
  const place = ({ argument, wire }: RestParameter): number => {
    if (last.includes(argument)) return 1000 + last.indexOf(argument);
    const found = order.findIndex(name => name === wire || name === argument);
    return found < 0 ? 500 : found;
  };
  const sorted = parameters.sort((a, b) => place(a) - place(b) || (a.argument < b.argument ? -1 : 1));
  return [...sorted, ...ignoredOf(layers, sorted, report)];
}

export function derivedOf({ raw, parts }: Pick<Layers, 'raw' | 'parts'>): RestDerived[] {
  return [raw, ...parts].flatMap(({ derived = [] }) =>
    derived.map(({ wire, from, values }) => ({
      wire,
      place: slotsIn(raw.path).includes(wire) ? ('path' as const) : ('query' as const),
      from,
      values,
    })),
  );
}

/** What stands nearest to the operation wins, key by key. */
function mergedEntry(argument: string, wire: string, { raw, parts, dictionaries }: Layers): RawRestArgument {
  const near = [raw, ...parts].map(({ arguments: some }) => some?.[argument]);
  const far = dictionaries.map(some => some[argument] ?? some[snake(wire)]);
  return Object.assign({}, ...[...near, ...far].reverse());
}

interface Making {
  readonly argument: string;
  readonly wire: string;
  readonly entry: RawRestArgument;
  readonly facts: DigestedParameter;
  readonly raw: RawRestOperation;
}

function makeParameter(making: Making, report: Report): RestParameter {
  const { argument, wire, entry, facts } = making;
  for (const fault of faultsOf(making)) report(placeOf(making), fault);
  const aliases = [...new Set([...(entry.aliases ?? []), ...(wire === argument ? [] : [wire])])];
  const isNumber = numbers.includes(facts.type);
  const values = entry.values ?? (isNumber ? undefined : facts.enum);
  // The values of a number are a range.
  const range = isNumber && facts.enum ? facts.enum.map(Number) : [];
  const least = entry.least ?? facts.minimum ?? (range.length > 0 ? Math.min(...range) : undefined);
  const most = entry.most ?? facts.maximum ?? (range.length > 0 ? Math.max(...range) : undefined);
  return {
    argument,
    aliases: aliases.filter(alias => alias !== argument),
    wire,
    place: facts.in,
    type: entry.type ?? typeOf(facts),
    isList: entry.list ?? facts.type === 'array',
    isRequired: entry.required ?? (facts.in === 'path' || facts.required === true),
    ...(values === undefined ? {} : { values: values.map(String) }),
    ...(least === undefined ? {} : { least }),
    ...(most === undefined ? {} : { most }),
    ...(entry.usual === undefined ? {} : { usual: entry.usual }),
    ...(entry.unit === undefined ? {} : { unit: entry.unit }),
    operators: facts.operators ?? [],
    about: (entry.about ?? '').replace('{default}', String(facts.default ?? '')),
    ...(entry.note === undefined ? {} : { note: entry.note }),
    isShown: entry.shown ?? true,
  };
}

function placeOf({ argument, raw }: Making): YamlPath {
  return raw.arguments?.[argument] ? ['arguments', argument] : ['path'];
}

function typeOf({ type, format = '' }: DigestedParameter): RestType {
  if (type === 'integer' || type === 'number' || type === 'boolean') return type;
  return format === 'date' ? 'date' : 'text';
}

const numbers = ['integer', 'number'];

const explain = 'if the document is wrong, say so in spec/rest/errata.yaml';

/** What the spec says of a parameter that the document contradicts or leaves unsaid. */
function faultsOf({ argument, wire, entry, facts }: Making): string[] {
  const { values, least, most, usual, about } = entry;
  const known = facts.enum?.map(String);
  const faults: string[] = [];
  if (about === undefined)
    faults.push(`the parameter ${wire} has no text; add it to its arguments, such as: ${argument}: { about: Ticker }`);
  if (about?.includes('{default}') && facts.default === undefined)
    faults.push(`the document has no default of ${wire} for {default}; give the parameter another text`);
  if (values !== undefined && known === undefined)
    faults.push(`the document lists no values of ${wire}; delete them, or ${explain}`);
  for (const value of known ? (values ?? []) : []) {
    if (!known!.includes(value)) faults.push(`${wire} has no value ${value}${suggest(value, known!, 'values')}`);
  }
  if (most !== undefined && (facts.maximum === undefined || most > facts.maximum))
    faults.push(`${wire} is at most ${facts.maximum ?? 'what it likes'} in the document, and ${most} came; ${explain}`);
  if (least !== undefined && (facts.minimum === undefined || least < facts.minimum))
    faults.push(
      `${wire} is at least ${facts.minimum ?? 'what it likes'} in the document, and ${least} came; ${explain}`,
    );
  faults.push(...typeFaults(entry, facts, wire));
  if (usual !== undefined) faults.push(...usualFaults(entry, facts, wire));
  for (const operator of facts.enumerated ?? [])
    faults.push(`${wire}.${operator} has the enum of ${wire}, which takes no list; ${explain}`);
  return faults;
}

function typeFaults({ type, unit }: RawRestArgument, facts: DigestedParameter, wire: string): string[] {
  const faults: string[] = [];
  if (type !== undefined && !fitsType(type, facts.type))
    faults.push(`${wire} is of the type ${facts.type} in the document, which ${type} does not fit; ${explain}`);
  if (unit !== undefined && type !== 'moment')
    faults.push(`${wire} has the unit ${unit}, which only a moment has; delete it, or say type: moment`);
  return faults;
}

function fitsType(type: RestType, documented: string): boolean {
  if (numbers.includes(type)) return documented === type || (documented === 'number' && type === 'integer');
  return type === 'boolean' ? documented === 'boolean' : documented === 'string' || documented === 'array';
}

function usualFaults(
  { usual, values, most, least }: RawRestArgument,
  facts: DigestedParameter,
  wire: string,
): string[] {
  const [low, high] = [least ?? facts.minimum ?? -Infinity, most ?? facts.maximum ?? Infinity];
  const words = values ?? facts.enum?.map(String);
  if (typeof usual === 'number' && (usual < low || usual > high))
    return [`usual ${usual} of ${wire} is not between ${low} and ${high}; change it`];
  if (words && !words.includes(String(usual))) return [`usual of ${wire} is not one of ${words.join(', ')}; change it`];
  const isNumber = typeof usual === 'number';
  if (numbers.includes(facts.type) !== isNumber || (facts.type === 'boolean') !== (typeof usual === 'boolean'))
    return [`usual of ${wire} does not fit the type ${facts.type}; change it`];
  return [];
}

function ignoredOf({ raw, parts }: Layers, known: readonly RestParameter[], report: Report): RestParameter[] {
  const taken = new Set(known.flatMap(namesOf));
  return [raw, ...parts].flatMap(({ ignored = [] }, layer) =>
    ignored.flatMap(({ arguments: names, why, type = 'text', values }, index) =>
      names.flatMap((argument, number): RestParameter[] => {
        if (taken.has(argument)) {
          const at = layer === 0 ? ['ignored', index, 'arguments', number] : ['use'];
          report(at, `${argument} is a parameter of ${raw.path}; do not ignore it`);
          return [];
        }
        taken.add(argument);
        return [
          {
            ...{ argument, aliases: [], wire: null, place: 'query', type, isList: false, isRequired: false },
            ...(values ? { values } : {}),
            ...{ operators: [], about: 'Accepted, not sent', note: why, isShown: false },
          },
        ];
      }),
    ),
  );
}

/** Every word that callers can write for a parameter. */
export function namesOf({ argument, aliases, operators }: RestParameter): string[] {
  return [argument, ...aliases].flatMap(name => [name, ...operators.map(operator => `${name}_${operator}`)]);
}

/** The parameter that a word means, and the operator behind it. */
export function meantBy(word: string, parameters: readonly RestParameter[]): RestParameter | undefined {
  return parameters.find(parameter => namesOf(parameter).includes(word));
}

/** `underlyingAsset` is the argument `underlying_asset`. */
export function snake(wire: string): string {
  return wire.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`);
}

/** The end of a message about a word that is no argument. */
export function suggestArgument(word: string, parameters: readonly RestParameter[]): string {
  const names = parameters.map(({ argument }) => argument);
  const meant = nearest(word, parameters.flatMap(namesOf));
  return meant === undefined ? `; the arguments are ${names.join(', ') || 'none'}` : `; did you mean ${meant}?`;
}
