/** The arguments of an operation by every name under which they are taken. */
import type { FilterOperator, Operation, OperationParameter } from '../contract/operation.js';
import type { JsonSchema } from '../contract/tool.js';

/** An argument as callers write it, an operator included: `timestamp_gte`. */
export interface TakenArgument {
  readonly name: string;
  /** Null where it is accepted and not sent. */
  readonly wire: string | null;
  readonly parameter: OperationParameter;
  readonly operator?: FilterOperator;
  /** Whether it takes several values, which go out joined by commas. */
  readonly isList: boolean;
}

/** What an operation takes. */
export interface Taken {
  /** In the order of the spec, an argument before its operators. */
  readonly all: readonly TakenArgument[];
  /** The same by every spelling: with an operator, under another word, or as on the wire. */
  readonly bySpelling: ReadonlyMap<string, TakenArgument>;
  /** For the forms in which hosts write them, with `params` and `page`. */
  readonly schema: JsonSchema;
}

const lists: readonly (FilterOperator | undefined)[] = ['any_of', 'all_of'];
const known = new WeakMap<Operation, Taken>();

export function takenBy(operation: Operation): Taken {
  let taken = known.get(operation);
  if (!taken) {
    taken = readTaken(operation);
    known.set(operation, taken);
  }
  return taken;
}

function readTaken({ parameters }: Operation): Taken {
  const all = parameters.flatMap(parameter => [undefined, ...parameter.operators].map(of => take(parameter, of)));
  const bySpelling = new Map<string, TakenArgument>();
  // What callers are told to write goes before what they may write, too.
  for (const argument of all) bySpelling.set(argument.name, argument);
  for (const argument of all) {
    const { parameter, operator, wire } = argument;
    const further = parameter.aliases.map(alias => spell(alias, operator, '_'));
    for (const name of wire === null ? further : [...further, wire]) {
      if (!bySpelling.has(name)) bySpelling.set(name, argument);
    }
  }
  const forms = [...bySpelling].map(([name, argument]) => [name, formOf(argument)] as const);
  const properties = { params: { type: 'object' }, page: { type: 'string' }, ...Object.fromEntries(forms) };
  return { all, bySpelling, schema: { type: 'object', properties } };
}

function take(parameter: OperationParameter, operator?: FilterOperator): TakenArgument {
  const { argument, wire, isList } = parameter;
  return {
    name: spell(argument, operator, '_'),
    wire: wire === null ? null : spell(wire, operator, '.'),
    parameter,
    ...(operator === undefined ? {} : { operator }),
    isList: operator === undefined ? isList : lists.includes(operator),
  };
}

function spell(name: string, operator: FilterOperator | undefined, between: string): string {
  return operator === undefined ? name : `${name}${between}${operator}`;
}

/** In lists everything is a text first, so that commas part it. */
function formOf({ parameter: { type, values }, isList }: TakenArgument): object {
  if (isList) return { type: 'array', items: { type: 'string' } };
  if (type === 'integer' || type === 'number' || type === 'boolean') return { type };
  return { type: 'string', ...(values ? { enum: values } : {}) };
}
