/** Calls any request of the REST API, by its name or by a path. */
import type { CallRestArguments } from '../../../generated/types.js';
import type { Operation } from '../../contract/operation.js';
import { StreamError } from '../../core/errors.js';
import { nearest } from '../../core/nearest.js';
import { callOfPath, isPath, operationOf } from '../../rest/find/named-call.js';
import { takenBy } from '../../rest/parameters.js';
import type { HubView } from '../../stream/view.js';
import { callOperation } from '../requests.js';
import { loadOperations, type Operations, todayIn } from './load.js';

/** @throws StreamError with the way out */
export async function callRest(hub: HubView, args: CallRestArguments, abort?: AbortSignal) {
  const { operation, given } = namedCall(hub, await loadOperations(hub), args);
  return callOperation(hub, operation, given, abort);
}

interface Named {
  readonly operation: Operation;
  readonly given: unknown;
}

/** @throws StreamError INVALID_ARGUMENT with the nearest names */
function namedCall(
  hub: HubView,
  operations: Operations,
  { name_or_path: text, arguments: given }: CallRestArguments,
): Named {
  if (!isPath(text)) {
    const operation = operationOf(operations.all, text);
    if (operation) return { operation, given: given ?? {} };
    throw unknown('name', hub, operations, text);
  }
  const call = callOfPath(operations.all, text);
  if (!call) throw unknown('path', hub, operations, text);
  return { operation: call.operation, given: joined(call.operation, call.arguments, given) };
}

/** @throws StreamError INVALID_ARGUMENT where both say an argument, and not the same */
function joined(operation: Operation, ofPath: Readonly<Record<string, string>>, given: unknown): unknown {
  const own = objectIn(given);
  // Whatever else it is, the call refuses it.
  if (!own) return given;
  const { bySpelling } = takenBy(operation);
  const named = new Map(Object.keys(own).map(name => [bySpelling.get(name), name] as const));
  const twice = Object.keys(ofPath).find(name => {
    const other = named.get(bySpelling.get(name));
    return other !== undefined && bySpelling.has(name) && String(own[other]) !== ofPath[name];
  });
  if (twice !== undefined)
    throw new StreamError(
      'INVALID_ARGUMENT',
      `The path and the arguments each have another ${twice}.`,
      `Give it once: call call_rest_tool with {"name_or_path": "${operation.name}"} and all arguments.`,
    );
  const further = Object.entries(ofPath).filter(([name]) => !named.has(bySpelling.get(name)) || !bySpelling.has(name));
  return { ...own, ...Object.fromEntries(further) };
}

function objectIn(given: unknown): Readonly<Record<string, unknown>> | undefined {
  if (given === undefined) return {};
  const value = typeof given === 'string' ? parseJson(given) : given;
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The error's message quotes the text.
    return undefined;
  }
}

const namesShown = 3;
const longestName = 200;

/** The caller's text is not repeated; what is near to it is shown. */
function unknown(what: 'name' | 'path', hub: HubView, { all, finder }: Operations, text: string): StreamError {
  const words = text.slice(0, longestName).replace(/[^\p{L}\p{N}]+/gu, ' ');
  const options = { limit: namesShown, today: todayIn(hub), fresh: <T>(example: T): T => example };
  const meant = nearest(
    text.trim().toLowerCase(),
    all.map(({ name }) => name),
  );
  const found = finder.find(words, options).found.map(({ operation }) => operation.name);
  const near = [...new Set([...(meant === undefined || what === 'path' ? [] : [meant]), ...found])].slice(
    0,
    namesShown,
  );
  const shown = near.length > 0 ? ` The nearest are ${near.join(', ')}.` : '';
  return new StreamError(
    'INVALID_ARGUMENT',
    `name_or_path: this is the ${what} of no request.${shown}`,
    'Call find_rest_tool with what you want to know as query; it answers the call to make.',
  );
}
