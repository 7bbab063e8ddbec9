/** Calls a tool: judges its arguments, does what it says, and turns whatever happens into an answer. */

import type { Answer } from '../contract/answer.js';
import type { Market, Tool } from '../contract/contract.js';
import { type Shaped, shapeArguments } from '../core/argument-forms.js';
import { toolUri } from '../core/citation.js';
import { type ErrorCode, StreamError } from '../core/errors.js';
import { describeThrown } from '../core/thrown.js';
import { validate } from '../core/validation.js';
import { type ReadArguments, read } from '../reading/read.js';
import { type SummarizeArguments, summarize } from '../reading/summary.js';
import { type WaitArguments, wait } from '../reading/wait.js';
import type { HubView } from '../stream/view.js';
import { exampleArguments } from '../symbols/example.js';
import { hintOf } from '../symbols/way-out.js';
import { describeFaults, faultyNames } from './argument-faults.js';
import { describeAnswer, describeFailure } from './describe.js';
import * as verbs from './verbs.js';

/** What a call comes to; `structured` holds everything, `text` the short of it. */
export interface ToolResult {
  readonly structured: Answer;
  readonly text: string;
  readonly isError: boolean;
}

/** A tool, and its market if it belongs to one. */
export interface OwnedTool {
  readonly tool: Tool;
  readonly market?: Market;
}

/** Every tool that is served, in the order in which it is listed. */
export function listTools({ suite, markets }: HubView): OwnedTool[] {
  return [
    ...markets.flatMap(market => market.tools.map(tool => ({ tool, market }))),
    ...suite.tools.map(tool => ({ tool })),
  ];
}

/**
 * @param given arguments as they came, of any shape
 * @param abort ends a waiting call
 */
export async function callTool(
  hub: HubView,
  { tool, market }: OwnedTool,
  given: unknown,
  abort?: AbortSignal,
): Promise<ToolResult> {
  const shaped = shapeArguments(tool.inputSchema, given);
  const about = market ?? marketIn(hub, shaped);
  try {
    const args = judgeArguments(tool, shaped, about ?? hub.markets[0]!);
    const done = await (market ? callVerb(hub, tool, market, args) : callAcross(hub, tool, args, abort));
    const answer = withNotes(done, shaped.notes);
    return { structured: answer, text: describeAnswer(tool.verb, answer), isError: false };
  } catch (error) {
    return failure(hub, asStreamError(hub, tool, error), tool, about, shaped.notes);
  }
}

/** Turns a refusal of a call, which never began, into its answer. */
export function refuseCall(hub: HubView, { tool, market }: OwnedTool, error: unknown): ToolResult {
  return failure(hub, asStreamError(hub, tool, error), tool, market, []);
}

/** The market that a tool across markets was called for, if it is served. */
function marketIn({ markets }: HubView, { args }: Shaped): Market | undefined {
  const { market } = (args ?? {}) as { readonly market?: unknown };
  return markets.find(({ name }) => name === market);
}

/** What was read into the arguments comes first. */
function withNotes(answer: Answer, notes: readonly string[]): Answer {
  const further = Array.isArray(answer.notes) ? (answer.notes as readonly string[]) : [];
  return notes.length > 0 ? { ...answer, notes: [...notes, ...further] } : answer;
}

function callVerb(hub: HubView, tool: Tool, market: Market, args: unknown): Answer | Promise<Answer> {
  switch (tool.verb) {
    case 'start':
      return verbs.start(hub, market, args as verbs.StartArguments);
    case 'stop':
      return verbs.stop(hub, market);
    case 'status':
      return verbs.status(hub, market);
    case 'subscribe':
      return verbs.subscribe(hub, market, args as verbs.ChannelArguments);
    case 'unsubscribe':
      return verbs.unsubscribe(hub, market, args as verbs.ChannelArguments);
    case 'list':
      return verbs.list(hub, market);
    default:
      throw new Error(`${tool.name}: the verb ${tool.verb} belongs to no market`);
  }
}

function callAcross(hub: HubView, tool: Tool, args: unknown, abort?: AbortSignal): Answer | Promise<Answer> {
  switch (tool.verb) {
    case 'read':
      return read(hub, args as ReadArguments);
    case 'wait':
      return hub.duringWait(() => wait(hub, args as WaitArguments, abort));
    case 'summarize':
      return summarize(hub, args as SummarizeArguments, abort);
    default:
      throw new Error(`${tool.name}: the verb ${tool.verb} needs a market`);
  }
}

/** @throws StreamError INVALID_ARGUMENT with the right form by example */
function judgeArguments(tool: Tool, { args }: Shaped, market: Market): unknown {
  const { name, validator, inputSchema } = tool;
  const judged = validate(validator, args);
  if (judged.success) return judged.data;
  // Of an issue only the place is taken: its message quotes what came.
  const places = judged.issues.map(({ path }) => path);
  const example = exampleArguments(tool, market, faultyNames(inputSchema, places));
  throw new StreamError(
    'INVALID_ARGUMENT',
    describeFaults(inputSchema, args, places).join(' ') || 'The arguments have a form in which they cannot be read.',
    `Call ${name} with ${example}.`,
  );
}

function asStreamError(hub: HubView, tool: Tool, error: unknown): StreamError {
  if (error instanceof StreamError) return error;
  hub.log.say(`${tool.name} fault`, `${tool.name}: ${describeThrown(error)}`);
  return new StreamError('INTERNAL', `${tool.name} failed unexpectedly.`);
}

/** Errors about the arguments of a tool: its own page shows them by example. */
const aboutArguments: readonly ErrorCode[] = ['INVALID_ARGUMENT', 'BAD_CONDITION', 'BAD_CURSOR'];

function failure(
  hub: HubView,
  error: StreamError,
  tool: Tool,
  market: Market | undefined,
  notes: readonly string[],
): ToolResult {
  const { code, message, details } = error;
  const hint = hintOf(error, market);
  const docs = aboutArguments.includes(code) ? toolUri(tool.name) : error.docs;
  const known = market ? { market: market.name, state: hub.stream(market.name).state } : {};
  return {
    structured: withNotes(
      { ...known, ...details, error: { code, message, hint, ...(docs === undefined ? {} : { docs }) } },
      notes,
    ),
    text: describeFailure(error, { hint, docs, notes }),
    isError: true,
  };
}
