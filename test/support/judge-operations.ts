/**
 * Checks the emitted operations of the REST API against what the spec and the vendor's document say. It knows the
 * contract, but neither the generator nor the client.
 */
import { readFileSync } from 'node:fs';
import { Ajv, type ValidateFunction } from 'ajv';
import { describe, expect, test } from 'vitest';
import type { Operation, OperationParameter, OperationTool } from '../../runtime/contract/operation.js';
import { faultsIn, type PortableSchema } from './portable.js';

/** What the spec expects of an operation. */
interface Expected {
  readonly name: string;
  readonly path: string;
  /** The paths of the document that it stands for. */
  readonly vendorPaths: readonly string[];
  readonly rows: string;
  /** Absent where it has no tool. */
  readonly toolset?: string;
  readonly example: Readonly<Record<string, unknown>>;
}

interface Emitted {
  readonly title: string;
  readonly operations: readonly Operation[];
  readonly tools: readonly OperationTool[];
}

interface Document {
  readonly operations: Readonly<
    Record<
      string,
      {
        readonly rows?: string;
        readonly parameters: Readonly<Record<string, { readonly operators?: readonly string[] }>>;
      }
    >
  >;
}

const digest: Document = JSON.parse(readFileSync(new URL('../../spec/rest/digest.json', import.meta.url), 'utf8'));
const ajv = new Ajv({ strict: true });

/** Registers a test for each operation of a group. */
export function judgeOperations({ title, operations, tools }: Emitted, expected: readonly Expected[]): void {
  describe(title, () => {
    test('has the operations of its file, in their order', () => {
      expect(operations.map(({ name }) => name)).toEqual(expected.map(({ name }) => name));
    });

    test.each(expected.map(one => [one.name, one] as const))('%s', (name, one) => {
      const operation = operations.find(other => other.name === name)!;
      expect([
        ...pathFaults(operation, one),
        ...wireFaults(operation, one),
        ...callFaults(operation, one),
        ...toolFaults(operation, tools, one),
      ]).toEqual([]);
    });
  });
}

/** Every slot has something that fills it, and what fills a slot has one. */
function pathFaults({ path, parameters, derived = [], rows }: Operation, expected: Expected): string[] {
  const slots = [...path.matchAll(/\{(\w+)\}/g)].map(([, slot]) => slot!);
  const fillers = [...parameters, ...derived].filter(({ place }) => place === 'path').map(({ wire }) => wire);
  const place = `${rows.path.join('.')}${rows.shape === 'list' ? '[]' : '{}'}`;
  return [
    ...(path === expected.path ? [] : [`its path is ${path}`]),
    ...(place === expected.rows ? [] : [`its rows lie at ${place}`]),
    ...slots.filter(slot => !fillers.includes(slot)).map(slot => `nothing fills {${slot}}`),
    ...fillers.filter(wire => wire === null || !slots.includes(wire)).map(wire => `there is no slot {${wire}}`),
    ...parameters
      .filter(({ place, isRequired }) => place === 'path' && !isRequired)
      .map(p => `${p.argument} may be left out`),
  ];
}

/** What goes out are parameters of the document, and operators that it has. */
function wireFaults({ path, parameters }: Operation, { vendorPaths }: Expected): string[] {
  return parameters.flatMap(({ argument, wire, place, operators, note }) => {
    if (wire === null) return note ? [] : [`${argument} is not sent, and nothing says why`];
    if (place === 'path') return path.includes(`{${wire}}`) ? [] : [`${argument} has no slot`];
    const facts = vendorPaths.flatMap(one => digest.operations[one]?.parameters[wire] ?? []);
    const known = facts.flatMap(fact => fact.operators ?? []);
    return [
      ...(facts.length > 0 ? [] : [`${argument} goes out as ${wire}, which no path has`]),
      ...operators.filter(operator => !known.includes(operator)).map(operator => `${wire}.${operator} is not known`),
    ];
  });
}

/** The example names arguments, each with a value that fits, and all that are required. */
function callFaults({ parameters }: Operation, { example }: Expected): string[] {
  const missing = parameters.filter(({ argument, isRequired }) => isRequired && !(argument in example));
  return [
    ...missing.map(({ argument }) => `its example lacks ${argument}`),
    ...Object.entries(example).flatMap(([name, value]) => {
      const parameter = parameters.find(({ argument, operators }) =>
        [argument, ...operators.map(operator => `${argument}_${operator}`)].includes(name),
      );
      return parameter ? valueFaults(name, value, parameter) : [`its example has ${name}, which is no argument`];
    }),
  ];
}

function valueFaults(
  name: string,
  value: unknown,
  { type, values, least, most, isList }: OperationParameter,
): string[] {
  const kind = type === 'integer' || type === 'number' ? 'number' : type === 'boolean' ? 'boolean' : 'string';
  const fits =
    typeof value === kind &&
    (type !== 'integer' || Number.isInteger(value)) &&
    (typeof value !== 'number' || (value >= (least ?? -Infinity) && value <= (most ?? Infinity))) &&
    (!values || isList || name.endsWith('_any_of') || values.includes(String(value)));
  return fits ? [] : [`its example has a ${name} that does not fit`];
}

/** Its schema is portable, names every argument as it is, and takes what the example has of them. */
function toolFaults(
  { name, isTool, isPaged, parameters }: Operation,
  tools: readonly OperationTool[],
  expected: Expected,
): string[] {
  const tool = tools.find(other => other.name === name);
  if (!isTool || !tool) return isTool === (tool !== undefined) ? [] : ['it has a tool only in one of two places'];
  const schema = tool.inputSchema as PortableSchema;
  const properties = schema.properties ?? {};
  const known = [...parameters.map(({ argument }) => argument), ...(isPaged ? ['page'] : []), 'params'];
  let validate: ValidateFunction;
  try {
    validate = ajv.compile(tool.inputSchema);
  } catch {
    return ['its schema is none'];
  }
  const shown = Object.fromEntries(Object.entries(expected.example).filter(([argument]) => argument in properties));
  return [
    ...faultsIn(schema, name),
    ...(tool.toolset === expected.toolset ? [] : [`its toolset is ${tool.toolset}`]),
    ...(schema.additionalProperties === false ? [] : ['its schema takes anything']),
    ...Object.keys(properties)
      .filter(argument => !known.includes(argument))
      .map(argument => `its schema has ${argument}, which is no argument`),
    ...parameters
      .filter(
        ({ isRequired, argument }) => isRequired && !(schema.required as string[] | undefined)?.includes(argument),
      )
      .map(({ argument }) => `its schema does not require ${argument}`),
    ...(validate(shown) ? [] : [`its schema refuses the example: ${ajv.errorsText(validate.errors)}`]),
  ];
}
