/** Calls a tool: validates its arguments, runs its handler, and turns the result or error into an answer. */

import type { Answers, Arguments, Common, Failure, OperationAnswer } from '../../generated/types.js';
import type { Offer } from '../config/served.js';
import type { Market } from '../contract/market.js';
import type { OperationTool } from '../contract/operation.js';
import type {
  JsonSchema,
  MarketTool,
  MarketVerb,
  SharedTool,
  SharedVerb,
  Tool,
  ToolOf,
  Verb,
} from '../contract/tool.js';
import { propertiesOf, type Shaped, shapeArguments } from '../core/argument-forms.js';
import { toolUri } from '../core/citation.js';
import { type ErrorCode, StreamError } from '../core/errors.js';
import { nearest } from '../core/nearest.js';
import { describeThrown } from '../core/thrown.js';
import { validate } from '../core/validation.js';
import type { HubView } from '../stream/view.js';
import { correctedCall } from '../symbols/example.js';
import { hintOf } from '../symbols/way-out.js';
import { describeFaults, faultyNames, type Place } from './argument-faults.js';
import { describeAnswer, describeFailure, describeOperation } from './describe.js';
import { marketHandlers, requestHandler, sharedHandlers } from './handlers.js';
import { operationNamed, RequestError } from './requests.js';

/** The result of a call: `structured` is complete, `text` is short. */
export interface ToolResult {
  readonly structured: Answers[Verb] | OperationAnswer | Failure;
  readonly text: string;
  readonly isError: boolean;
}

/** A tool, and its market if it belongs to one. */
export type OwnedTool =
  | { readonly tool: MarketTool; readonly market: Market }
  | { readonly tool: SharedTool; readonly market?: undefined }
  | { readonly tool: OperationTool; readonly market?: undefined };

/** Every tool that is served, in the order of tools/list. */
export function listTools({ suite, markets }: Offer): OwnedTool[] {
  return [
    ...markets.flatMap(market => market.tools.map(tool => ({ tool, market }))),
    ...suite.tools.map(tool => ({ tool })),
    ...(suite.rest?.tools ?? []).map(tool => ({ tool })),
  ];
}

/**
 * @param given arguments as they came, of any shape
 * @param abort cancels a call that is waiting
 */
export async function callTool(
  hub: HubView,
  owned: OwnedTool,
  given: unknown,
  abort?: AbortSignal,
): Promise<ToolResult> {
  if (owned.tool.verb === 'request') return callRequest(hub, owned.tool, given, abort);
  const { tool } = owned;
  const shaped = shapeArguments(tool.inputSchema, given);
  const about = owned.market ?? marketIn(hub, shaped);
  try {
    return await (owned.market
      ? callMarketTool(hub, owned.tool, owned.market, shaped)
      : callSharedTool(hub, owned.tool, about ?? marketMeant(hub, shaped), shaped, abort));
  } catch (error) {
    return failure(hub, asStreamError(hub, tool, error), tool, about, shaped.notes);
  }
}

async function callRequest(
  hub: HubView,
  tool: OperationTool,
  given: unknown,
  abort?: AbortSignal,
): Promise<ToolResult> {
  try {
    const operation = await operationNamed(hub, tool.name);
    const answer = await requestHandler(hub, operation!, given, abort);
    return { structured: answer, text: describeOperation(answer), isError: false };
  } catch (error) {
    return failure(hub, asStreamError(hub, tool, error), tool, undefined, []);
  }
}

async function callMarketTool<V extends MarketVerb>(
  hub: HubView,
  tool: ToolOf<V>,
  market: Market,
  shaped: Shaped,
): Promise<ToolResult> {
  const args = judgeArguments(tool, shaped, market);
  return success(tool.verb, await marketHandlers[tool.verb](hub, market, args), shaped.notes);
}

/** @param about market whose names the examples use */
async function callSharedTool<V extends SharedVerb>(
  hub: HubView,
  tool: ToolOf<V>,
  about: Market,
  shaped: Shaped,
  abort?: AbortSignal,
): Promise<ToolResult> {
  const args = judgeArguments(tool, shaped, about);
  return success(tool.verb, await sharedHandlers[tool.verb](hub, args, abort), shaped.notes);
}

function success<V extends Verb>(verb: V, done: Answers[V], notes: readonly string[]): ToolResult {
  const answer = withNotes(done, notes);
  return { structured: answer, text: describeAnswer(verb, answer), isError: false };
}

/** The answer to a call that was refused before it began. */
export function refuseCall(hub: HubView, { tool, market }: OwnedTool, error: unknown): ToolResult {
  return failure(hub, asStreamError(hub, tool, error), tool, market, []);
}

/** The market that the arguments of a shared tool name, if it is served. */
function marketIn({ markets }: HubView, { args }: Shaped): Market | undefined {
  const { market } = (args ?? {}) as { readonly market?: unknown };
  return markets.find(({ name }) => name === market);
}

/** The market for examples: the one that is probably meant, else the first. */
function marketMeant({ markets }: HubView, { args }: Shaped): Market {
  const { market: one, markets: several } = (args ?? {}) as { readonly market?: unknown; readonly markets?: unknown };
  const market = Array.isArray(several) ? several[0] : one;
  const names = markets.map(({ name }) => name);
  const meant = typeof market === 'string' ? nearest(market.trim().toLowerCase(), names) : undefined;
  return markets.find(({ name }) => name === meant) ?? markets[0]!;
}

/** Puts the notes on how the arguments were interpreted before the others. */
function withNotes<Answer extends Partial<Common>>(answer: Answer, notes: readonly string[]): Answer {
  return notes.length > 0 ? { ...answer, notes: [...notes, ...(answer.notes ?? [])] } : answer;
}

/** @throws StreamError INVALID_ARGUMENT with an example of the right form */
function judgeArguments<V extends Verb>(tool: ToolOf<V>, { args }: Shaped, market: Market): Arguments[V] {
  const { validator, inputSchema } = tool;
  const judged = validate(validator, args);
  const given = typeof args === 'object' && args !== null && !Array.isArray(args) ? { ...args } : {};
  const lacksMarket = needsMarket(inputSchema, given);
  if (judged.success && !lacksMarket) return judged.data;
  // Take only the place of an issue: its message quotes what came.
  const places: Place[] = judged.success ? [] : judged.issues.map(({ path }) => path);
  if (lacksMarket) places.push(['market']);
  throw new StreamError(
    'INVALID_ARGUMENT',
    describeFaults(inputSchema, args, places).join(' ') || 'The arguments have a form in which they cannot be read.',
    correctedCall(tool, market, given, faultyNames(inputSchema, places)),
  );
}

/**
 * Whether a tool that takes `market` or `markets` got neither.
 *
 * @throws StreamError INVALID_ARGUMENT if it got both
 */
function needsMarket(schema: JsonSchema, given: object): boolean {
  const either = ['market', 'markets'];
  const takesBoth = either.every(name => Object.hasOwn(propertiesOf(schema), name));
  const came = either.filter(name => Object.hasOwn(given, name));
  if (takesBoth && came.length === 2) {
    throw new StreamError(
      'INVALID_ARGUMENT',
      'One of market and markets is expected, and both came.',
      'Leave out market for all of markets, or markets for that one.',
    );
  }
  return takesBoth && came.length === 0;
}

function asStreamError(hub: HubView, tool: Tool | OperationTool, error: unknown): StreamError {
  if (error instanceof StreamError) return error;
  hub.log.say(`${tool.name} fault`, `${tool.name}: ${describeThrown(error)}`);
  return new StreamError('INTERNAL', `${tool.name} failed unexpectedly.`);
}

/** Errors about arguments. They link to the page of the tool, which shows its arguments by example. */
const aboutArguments: readonly ErrorCode[] = ['INVALID_ARGUMENT', 'BAD_CONDITION', 'BAD_CURSOR'];

function failure(
  hub: HubView,
  error: StreamError,
  tool: Tool | OperationTool,
  market: Market | undefined,
  notes: readonly string[],
): ToolResult {
  const { code, message, details } = error;
  const hint = hintOf(error, market, hub.readOnly);
  const isOfTool = aboutArguments.includes(code) && !(error instanceof RequestError);
  const docs = isOfTool ? toolUri(tool.name) : error.docs;
  const isServed = market !== undefined && hub.markets.some(({ name }) => name === market.name);
  const known = isServed ? { market: market.name, state: hub.stream(market.name).state } : {};
  return {
    structured: withNotes(
      { ...known, ...details, error: { code, message, hint, ...(docs === undefined ? {} : { docs }) } },
      notes,
    ),
    text: describeFailure(error, { hint, docs, notes }),
    isError: true,
  };
}
