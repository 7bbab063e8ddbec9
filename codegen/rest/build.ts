/** Turns what `spec/rest/` says into operations, and judges it by the digest of the vendor's document. */
import type { Loaded, RestSpec } from '../load/file.js';
import type { RawRestGroup, RawRestOperation, RawRestPart, RawRestShared } from '../load/spec-types.js';
import type { YamlPath } from '../load/yaml.js';
import { nearest, suggest } from '../nearest.js';
import type { Problem } from '../problem.js';
import { derivedOf, type Layers, parametersOf, type Report } from './arguments.js';
import { columnsOf } from './columns.js';
import type { Digest } from './digest.js';
import { judgeExample, judgeNames, judgeOperation } from './judge.js';
import type { RestGroup, RestModel, RestOperation } from './model.js';
import { correct, vendorOf } from './vendor.js';

/** @returns the operations; do not emit them if there are problems */
export function buildRest(spec: RestSpec): { model: RestModel; problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const { shared, errata } = spec;
  const { operations, unmet } = correct(spec.digest.operations, errata.value);
  for (const erratum of unmet) {
    const at = errata.source.at([errata.value.indexOf(erratum)]);
    problems.push({
      at,
      message: `the erratum of ${erratum.parameter} meets nothing in the digest; adapt or delete it`,
    });
  }
  const usedParts = new Set<string>();
  const groups = spec.groups
    .toSorted((a, b) => a.value.order - b.value.order)
    .map(group => buildGroup(group, { shared, operations, problems, usedParts }));
  const model = { groups, toolsets: shared.value.toolsets };
  problems.push(
    ...judgeNames(spec, model),
    ...judgeLeftOut(shared, operations, groups),
    ...Object.keys(shared.value.parts)
      .filter(part => !usedParts.has(part))
      .map(part => ({
        at: shared.source.at(['parts', part]),
        message: `no operation uses the part ${part}; delete it`,
      })),
  );
  return { model, problems };
}

interface Around {
  readonly shared: Loaded<RawRestShared>;
  readonly operations: Digest['operations'];
  readonly problems: Problem[];
  readonly usedParts: Set<string>;
}

function buildGroup(loaded: Loaded<RawRestGroup>, around: Around): RestGroup {
  const { source, value } = loaded;
  const operations = value.operations.flatMap((raw, index) => {
    const report: Report = (at, message) => {
      around.problems.push({ at: source.at(['operations', index, ...at]), message: `${raw.name}: ${message}` });
    };
    const built = buildOperation(raw, ['operations', index], loaded, around, report);
    return built ? [built] : [];
  });
  return { raw: value, path: source.path, operations };
}

function buildOperation(
  raw: RawRestOperation,
  at: YamlPath,
  { source, value: group }: Loaded<RawRestGroup>,
  { shared: { value: shared }, operations, usedParts }: Around,
  report: Report,
): RestOperation | undefined {
  const parts = (raw.use ?? []).flatMap((name, index): RawRestPart[] => {
    usedParts.add(name);
    const part = shared.parts[name];
    if (!part) report(['use', index], `there is no part ${name}${suggest(name, Object.keys(shared.parts), 'parts')}`);
    return part ? [part] : [];
  });
  const vendor = vendorOf(operations, raw.path);
  if (!vendor) {
    const meant = nearest(raw.path, Object.keys(operations));
    report(['path'], `the document has no path ${raw.path}${meant ? `; did you mean ${meant}?` : ''}`);
    return undefined;
  }
  const dictionaries = [group.arguments ?? {}, shared.arguments];
  const layers: Layers = { raw, parts, dictionaries };
  const parameters = parametersOf(layers, vendor, report);
  const derived = derivedOf(layers);
  const columns = columnsOf(layers, [group.columns, shared.columns], vendor, report);
  const place = /^(.*?)(\[\]|\{\})$/.exec(vendor.rows ?? '{}')!;
  const plans = [raw, ...parts].flatMap(({ plan }) => (plan ? [plan] : []));
  const operation: RestOperation = {
    raw,
    group: group.group,
    markets: raw.markets ?? [group.group],
    toolset: raw.toolset ?? `rest-${group.group}`,
    isTool: raw.tool ?? true,
    parameters,
    derived,
    rows: { path: place[1] ? place[1].split('.') : [], shape: place[2] === '[]' ? 'list' : 'object' },
    columns,
    isPaged: vendor.isPaged,
    notes: [
      ...[raw, ...parts].flatMap(({ notes = [] }) => notes),
      ...plans.slice(0, 1),
      ...(vendor.isDeprecated ? ['The vendor calls this path deprecated.'] : []),
    ],
    synonyms: [...new Set([raw, ...parts].flatMap(({ synonyms = [] }) => synonyms))],
    asked: raw.asked ?? [],
    vendorPaths: vendor.paths,
    written: source.at([...at, 'name']),
  };
  judgeOperation(operation, vendor, report);
  judgeExample(operation, report);
  return operation;
}

/** Every path of the document belongs to an operation, or is left out for a reason. */
function judgeLeftOut(
  { source, value }: Loaded<RawRestShared>,
  operations: Digest['operations'],
  groups: readonly RestGroup[],
): Problem[] {
  const used = new Set(groups.flatMap(group => group.operations.flatMap(({ vendorPaths }) => vendorPaths)));
  const leftOut = value.left_out.flatMap(({ paths }, index) =>
    paths.map((path, number) => ({ path, at: source.at(['left_out', index, 'paths', number]) })),
  );
  const strange = leftOut.flatMap(({ path, at }) => {
    if (used.has(path)) return [{ at, message: `${path} is not left out: an operation has it` }];
    const meant = nearest(path, Object.keys(operations));
    return operations[path]
      ? []
      : [{ at, message: `the document has no path ${path}${meant ? `; did you mean ${meant}?` : ''}` }];
  });
  const known = new Set([...used, ...leftOut.map(({ path }) => path)]);
  return [
    ...strange,
    ...Object.keys(operations)
      .filter(path => !known.has(path))
      .map(path => ({
        at: source.at(['left_out']),
        message: `no operation has the path ${path}; add one, or say under left_out why there is none`,
      })),
  ];
}
