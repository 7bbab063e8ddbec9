/** `generated/rest/`: the operations of each group, all of them together, and how hosts are shown those with tools. */
import { emitFile } from '../emit/file.js';
import { Code, type Literal, literal } from '../emit/literal.js';
import { hostSchema } from './host-schema.js';
import type { RestColumn, RestGroup, RestModel, RestOperation, RestParameter } from './model.js';

/** Text by path below `generated/`. */
export function emitRest(model: RestModel): Map<string, string> {
  const files = new Map<string, string>();
  for (const group of model.groups) {
    files.set(`rest/${group.raw.group}.ts`, emitGroup(group));
    files.set(`rest/${group.raw.group}.test.ts`, emitGroupTest(group));
  }
  files.set('rest/operations.ts', emitOperations(model));
  files.set('rest/tools.ts', emitTools(model));
  return files;
}

function emitGroup({ raw, path, operations }: RestGroup): string {
  const common = new Common(operations);
  return emitFile({
    from: path,
    imports: [{ moduleSpecifier: '../../runtime/index.js', isTypeOnly: true, namedImports: common.types }],
    declarations: [
      ...common.declarations,
      {
        name: raw.group,
        type: 'readonly Operation[]',
        exported: true,
        docs: [`${raw.title}: requests of the REST API.`],
        value: operations.map(operation => emitOperation(operation, common)),
      },
    ],
  });
}

/** What several operations of a group have alike is written once. */
class Common {
  readonly declarations: { name: string; type: string; docs: string[]; value: Literal }[] = [];
  private readonly names = new Map<string, string>();

  constructor(operations: readonly RestOperation[]) {
    const counts = new Map<string, number>();
    const count = (value: Literal): void => {
      const key = JSON.stringify(value);
      counts.set(key, (counts.get(key) ?? 0) + 1);
    };
    const isShared = (value: Literal): boolean => (counts.get(JSON.stringify(value)) ?? 0) > 1;
    for (const { parameters, columns } of operations) {
      for (const parameter of parameters) count(emitParameter(parameter));
      count(columns.map(emitColumn));
    }
    for (const { parameters, columns } of operations) {
      for (const parameter of parameters) {
        const value = emitParameter(parameter);
        if (isShared(value)) this.declare(parameter.argument, 'OperationParameter', value);
      }
      const rows = columns.map(emitColumn);
      if (isShared(rows) && rows.length > 0) this.declare('columns', 'readonly OperationColumn[]', rows);
    }
  }

  get types(): string[] {
    const used = this.declarations.map(({ type }) => type.replace(/^readonly |\[\]$/g, ''));
    return [...new Set(['Operation', ...used])].sort();
  }

  /** The name of what is written once, or the value itself. */
  of(value: Literal): Literal {
    const name = this.names.get(JSON.stringify(value));
    return name === undefined ? value : new Code(name);
  }

  private declare(word: string, type: string, value: Literal): void {
    const key = JSON.stringify(value);
    if (this.names.has(key)) return;
    const base = word.replace(/_+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase()).replace(/_$/, '');
    const taken = this.declarations.filter(({ name }) => name.replace(/_\d+$/, '') === `${base}Of`).length;
    const name = taken === 0 ? `${base}Of` : `${base}Of_${taken + 1}`;
    this.names.set(key, name);
    this.declarations.push({ name, type, docs: ['Of several operations.'], value });
  }
}

function emitOperation(operation: RestOperation, common: Common): Literal {
  const { raw, group, markets, parameters, derived, rows, columns, isPaged, notes, synonyms, asked, isTool } =
    operation;
  return {
    name: raw.name,
    group,
    markets,
    title: raw.title,
    description: raw.about,
    path: raw.path,
    parameters: parameters.map(parameter => common.of(emitParameter(parameter))),
    derived: derived.length === 0 ? undefined : derived.map(one => ({ ...one })),
    rows: { path: rows.path, shape: rows.shape },
    columns: common.of(columns.map(emitColumn)),
    isPaged,
    freshness: raw.freshness,
    notes,
    synonyms,
    asked: asked.join('; '),
    isTool,
    example: raw.example as { readonly [name: string]: Literal },
  };
}

function emitParameter(parameter: RestParameter): Literal {
  const {
    argument,
    aliases,
    wire,
    place,
    type,
    isList,
    isRequired,
    values,
    least,
    most,
    usual,
    unit,
    operators,
    about,
    note,
  } = parameter;
  return {
    ...{ argument, aliases, wire: wire ?? new Code('null'), place, type, isList, isRequired },
    ...{ values, least, most, usual, unit, operators, about, note },
  };
}

function emitColumn({ name, type, unit, about }: RestColumn): Literal {
  return { name, type, unit, about };
}

function emitOperations({ groups }: RestModel): string {
  const names = groups.map(({ raw }) => raw.group);
  return emitFile({
    from: 'spec/rest/',
    imports: [
      { moduleSpecifier: '../../runtime/index.js', isTypeOnly: true, namedImports: ['OperationGroup'] },
      ...names.map(name => ({ moduleSpecifier: `./${name}.js`, namedImports: [name] })),
    ],
    declarations: [
      {
        name: 'operationGroups',
        type: 'readonly OperationGroup[]',
        exported: true,
        docs: ['Every request of the REST API.'],
        value: groups.map(({ raw: { group, title, words = [], names = {}, not_symbols: notSymbols = [] } }) => ({
          ...{ name: group, title, words, names, notSymbols, operations: new Code(group) },
        })),
      },
    ],
  });
}

function emitTools({ groups }: RestModel): string {
  const tools = groups.flatMap(({ operations }) => operations.filter(({ isTool }) => isTool));
  return emitFile({
    from: 'spec/rest/',
    imports: [{ moduleSpecifier: '../../runtime/index.js', isTypeOnly: true, namedImports: ['OperationTool'] }],
    declarations: [
      {
        name: 'restTools',
        type: 'readonly OperationTool[]',
        exported: true,
        docs: ['How hosts are shown the operations that have tools.'],
        value: tools.map(operation => ({
          name: operation.raw.name,
          title: operation.raw.title,
          verb: 'request',
          toolset: operation.toolset,
          description: operation.raw.about,
          inputSchema: hostSchema(operation),
        })),
      },
    ],
  });
}

/** `generated/rest/<group>.test.ts`: what the spec expects of each operation, as data for the handwritten judge. */
function emitGroupTest({ raw, path, operations }: RestGroup): string {
  const expected = operations.map(({ raw: { name, path: url, example }, vendorPaths, rows, isTool, toolset }) => ({
    ...{ name, path: url, vendorPaths, rows: `${rows.path.join('.')}${rows.shape === 'list' ? '[]' : '{}'}` },
    ...{ toolset: isTool ? toolset : undefined, example: example as { readonly [key: string]: Literal } },
  }));
  return emitFile({
    from: path,
    imports: [
      { moduleSpecifier: '../../test/support/judge-operations.js', namedImports: ['judgeOperations'] },
      { moduleSpecifier: `./${raw.group}.js`, namedImports: [raw.group] },
      { moduleSpecifier: './tools.js', namedImports: ['restTools'] },
    ],
    call: `judgeOperations({ title: '${raw.title}', operations: ${raw.group}, tools: restTools }, ${literal(expected)});`,
  });
}
