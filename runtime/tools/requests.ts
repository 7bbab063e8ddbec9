/** Calls requests of the REST API: what the REST tools do, and what `call_rest_tool` does by a name. */
import type { OperationAnswer, OperationArguments } from '../../generated/types.js';
import type { Operation, RestOffer } from '../contract/operation.js';
import { propertiesOf, shapeArguments } from '../core/argument-forms.js';
import { toolUri } from '../core/citation.js';
import { StreamError } from '../core/errors.js';
import { validate } from '../core/validation.js';
import { madeUp } from '../reading/answer.js';
import { operationIn } from '../rest/operations.js';
import type { HubView } from '../stream/view.js';
import { correctedCall } from '../symbols/example.js';
import { describeFaults, faultyNames } from './argument-faults.js';

/** An error of a request: the page of its operation shows every argument, whichever tool called it. */
export class RequestError extends StreamError {
  override readonly docs: string;

  constructor(operation: Operation, { code, message, hint, details }: StreamError) {
    super(code, message, hint, details);
    this.docs = toolUri(operation.name);
  }
}

/**
 * Calls an operation, whether it has a tool or not. `call_rest_tool` needs no more than this:
 * `callOperation(hub, operation, args.arguments, abort)` answers, and `describeRequest(answer)` is the text of that.
 *
 * @param operation one of `(await hub.suite.rest.load()).operationGroups`; `operationNamed(hub, name)` finds it
 * @param given arguments of the operation as they came, of any shape, JSON text included; `page`, `params`, `format`,
 *   `max_bytes`, `endpoint` and `api_key` may be among them
 * @throws RequestError with the way out
 */
export async function callOperation(hub: HubView, operation: Operation, given: unknown, abort?: AbortSignal) {
  try {
    return await ask(hub, operation, given, abort);
  } catch (error) {
    if (!(error instanceof StreamError)) throw error;
    const { code, message, hint, details } = error;
    const notes = [...(details.notes ?? []), ...operation.notes];
    const known = notes.length > 0 ? { ...details, notes } : details;
    // A contract of the examples may have expired.
    throw new RequestError(operation, new StreamError(code, message, hub.examples.text(hint), known));
  }
}

async function ask(hub: HubView, operation: Operation, given: unknown, abort: AbortSignal | undefined) {
  const { own, others, notes } = partArguments(hub, operation, given);
  if (hub.readOnly && own.api_key !== undefined) throw new StreamError('READ_ONLY', readOnlyKey, leaveKeyOut);
  const { endpoint, api } = await hub.restTarget(own.endpoint, own.api_key);
  const simulated = endpoint === 'simulated';
  if (!api) {
    const source = { path: operation.path };
    return { endpoint, simulated, source, ...nothing, notes: [...notes, ofRecording] } satisfies OperationAnswer;
  }
  const how = { client: hub.process, signal: abort, format: own.format, maxBytes: own.max_bytes };
  const { columns, csv, rows, notes: said, ...answer } = await api.call(operation, others, how);
  const shown = answer.count > 0 ? columns : [];
  const units = shown.flatMap(({ name, unit }) => (unit === undefined ? [] : [[name, unit] as const]));
  return {
    ...{ endpoint, simulated },
    ...(csv === undefined ? {} : { csv }),
    ...(rows === undefined ? {} : { rows }),
    ...(units.length > 0 ? { units: Object.fromEntries(units) } : {}),
    ...answer,
    notes: [...notes, ...said, ...(simulated ? [madeUp] : [])],
  } satisfies OperationAnswer;
}

const nothing = { rows: null, count: 0, next_page: null, truncated: false, request_id: null } as const;
const ofRecording =
  'A recording has no answers to requests, and nothing of today is mixed with it; "endpoint": "vendor" asks for that all the same.';
const readOnlyKey = 'This token is read-only: it must not bring a key of its own.';
const leaveKeyOut = 'Leave api_key out: requests then go out with the key of the server.';

/** The operation of this name, with a tool or without; nothing where there is none. */
export function operationNamed({ suite }: HubView, name: string): Promise<Operation | undefined> {
  return operationIn(suite.rest, name);
}

interface Parted {
  /** What every request takes, with its defaults. */
  readonly own: OperationArguments;
  /** The rest, as it came. */
  readonly others: unknown;
  readonly notes: readonly string[];
}

/** @throws StreamError INVALID_ARGUMENT */
function partArguments(hub: HubView, operation: Operation, given: unknown): Parted {
  const { inputSchema, validator } = hub.suite.rest!;
  const shaped = shapeArguments(withParams(hub.suite.rest!), given);
  const notes = [...shaped.notes];
  const { params, ...named } = objectIn(shaped.args);
  const isOwn = (name: string): boolean => Object.hasOwn(propertiesOf(inputSchema), name);
  const free = part(objectIn(params), name => isOwn(name) && name !== 'api_key');
  const top = part(named, isOwn);
  const inParams = shapeArguments(inputSchema, free.taken);
  notes.push(...inParams.notes);
  const own = { ...objectIn(inParams.args), ...top.taken };
  const judged = validate(validator, own);
  if (!judged.success) {
    const places = judged.issues.map(({ path }) => path);
    const wayOut = correctedCall(
      { name: operation.name, inputSchema },
      hub.markets[0]!,
      own,
      faultyNames(inputSchema, places),
    );
    throw new StreamError('INVALID_ARGUMENT', describeFaults(inputSchema, own, places).join(' '), wayOut);
  }
  if (!isObject(shaped.args)) return { own: judged.data, others: given, notes };
  if (!isObject(params)) return { own: judged.data, others: leftOf(top.left, params), notes };
  // A host that holds models to the schema lets them write a page there alone.
  const { page, ...rest } = free.left;
  const others = leftOf(page === undefined ? top.left : { page, ...top.left }, rest);
  return { own: judged.data, others, notes };
}

function leftOf(named: Named, params: unknown): Named {
  const isNone = params === undefined || (isObject(params) && Object.keys(params).length === 0);
  return isNone ? named : { ...named, params };
}

function withParams({ inputSchema }: RestOffer) {
  return { ...inputSchema, properties: { ...propertiesOf(inputSchema), params: { type: 'object' } } };
}

type Named = Readonly<Record<string, unknown>>;

function part(named: Named, isTaken: (name: string) => boolean): { readonly taken: Named; readonly left: Named } {
  const all = Object.entries(named);
  return {
    taken: Object.fromEntries(all.filter(([name]) => isTaken(name))),
    left: Object.fromEntries(all.filter(([name]) => !isTaken(name))),
  };
}

function isObject(value: unknown): value is Named {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function objectIn(value: unknown): Named {
  return isObject(value) ? value : {};
}
