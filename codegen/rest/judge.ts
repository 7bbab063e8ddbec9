/** Judges what no schema can say of operations: names, slots, values that follow, and their examples. */
import type { RestSpec } from '../load/file.js';
import { suggest } from '../nearest.js';
import type { Problem } from '../problem.js';
import { meantBy, namesOf, type Report, suggestArgument } from './arguments.js';
import type { RestModel, RestOperation, RestParameter } from './model.js';
import { slotsIn, type VendorOperation } from './vendor.js';

/** Names of operations are unique, and toolsets exist and have tools. */
export function judgeNames({ groups, shared }: RestSpec, { toolsets, groups: built }: RestModel): Problem[] {
  const problems: Problem[] = [];
  const seen = new Set<string>();
  for (const { source, value } of groups) {
    const file = `${value.group}.yaml`;
    if (!source.path.endsWith(`/${file}`))
      problems.push({ at: source.at(['group']), message: `the file of the group ${value.group} is called ${file}` });
    for (const [index, { name }] of value.operations.entries()) {
      const at = source.at(['operations', index, 'name']);
      if (seen.has(name)) problems.push({ at, message: `two operations have the name ${name}` });
      seen.add(name);
    }
  }
  const names = toolsets.map(({ name }) => name);
  const operations = built.flatMap(group => group.operations);
  for (const { toolset, isTool, raw, written } of operations) {
    if (isTool && !names.includes(toolset)) {
      const message = `${raw.name} is in the toolset ${toolset}, which does not exist${suggest(toolset, names, 'toolsets')}`;
      problems.push({ at: written, message });
    }
  }
  for (const [index, name] of names.entries()) {
    if (!operations.some(({ toolset, isTool }) => isTool && toolset === name)) {
      problems.push({ at: shared.source.at(['toolsets', index]), message: `toolset ${name} has no tool` });
    }
  }
  return problems;
}

/** Words mean one argument each, slots are filled, and what a value follows from is there. */
export function judgeOperation(
  { raw, parameters, derived }: RestOperation,
  vendor: VendorOperation,
  report: Report,
): void {
  const owners = new Map<string, RestParameter>();
  for (const parameter of parameters) {
    for (const name of namesOf(parameter)) {
      const owner = owners.get(name);
      if (owner) report(['arguments'], `${name} means ${owner.argument} and ${parameter.argument}; rename one`);
      owners.set(name, parameter);
    }
  }
  const filled = [...parameters, ...derived].filter(({ place }) => place === 'path').map(({ wire }) => wire);
  for (const slot of slotsIn(raw.path)) {
    if (!filled.includes(slot)) report(['path'], `nothing fills the slot {${slot}}`);
  }
  for (const [index, { wire, from, values }] of derived.entries()) {
    const source = parameters.find(({ argument }) => argument === from);
    const at = raw.derived?.[index] ? ['derived', index] : ['use'];
    const fact = vendor.parameters.get(wire);
    if (!source) report(at, `${wire} follows from ${from}, which is no argument${suggestArgument(from, parameters)}`);
    if (!fact)
      report(at, `${raw.path} has no parameter ${wire}${suggest(wire, [...vendor.parameters.keys()], 'parameters')}`);
    for (const value of Object.values(values)) {
      if (fact?.enum && !fact.enum.includes(value))
        report(at, `${wire} has no value ${value}${suggest(value, fact.enum, 'values')}`);
    }
  }
}

/** The example is a call that the operation takes. */
export function judgeExample({ raw, parameters }: RestOperation, report: Report): void {
  for (const [name, value] of Object.entries(raw.example)) {
    const parameter = meantBy(name, parameters);
    const fault = parameter
      ? parameter.wire === null
        ? 'is not sent; leave it out'
        : valueFault(parameter, value, /_(any|all)_of$/.test(name))
      : `is no argument${suggestArgument(name, parameters)}`;
    if (fault !== undefined) report(['example', name], `${name} of the example ${fault}`);
  }
  for (const { argument, isRequired } of parameters) {
    if (isRequired && !(argument in raw.example))
      report(['example'], `the example lacks ${argument}, which is required`);
  }
}

const date = /^\d{4}-\d{2}-\d{2}$/;

/** @param isSeveral whether it is values with commas between them */
function valueFault(parameter: RestParameter, value: unknown, isSeveral: boolean): string | undefined {
  const { type, values, least = -Infinity, most = Infinity, isList } = parameter;
  if (isSeveral || isList)
    return typeof value === 'string' ? undefined : 'should be a text, with commas between values';
  if (type === 'integer' || type === 'number') {
    if (typeof value !== 'number' || (type === 'integer' && !Number.isInteger(value)))
      return `should be of type ${type}`;
    return value < least || value > most ? `should be between ${least} and ${most}` : undefined;
  }
  if (type === 'boolean') return typeof value === 'boolean' ? undefined : 'should be true or false';
  if (typeof value !== 'string') return 'should be a text; put it into quotes';
  if (type === 'date' && !date.test(value)) return 'should be a date such as 2026-01-02';
  if (values && !values.includes(value)) return `should be one of ${values.join(', ')}`;
  return undefined;
}
