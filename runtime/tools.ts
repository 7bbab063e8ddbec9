/** Calls a tool: judges its arguments, does what it says, and turns whatever happens into an answer. */
import type { z } from 'zod';
import type { Answer } from './answer.js';
import type { Market, Tool } from './contract.js';
import { describeAnswer, describeFailure } from './describe.js';
import { StreamError } from './errors.js';
import { quoteForeign } from './foreign.js';
import { type ReadArguments, read } from './read.js';
import { type SummarizeArguments, summarize } from './summary.js';
import * as verbs from './verbs.js';
import type { HubView } from './view.js';
import { type WaitArguments, wait } from './wait.js';

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
  let about = market;
  try {
    const args = judgeArguments(tool, given ?? {});
    about ??= hub.markets.find(({ name }) => name === (args as { market?: string }).market);
    const answer = market ? await callVerb(hub, tool, market, args) : await callAcross(hub, tool, args, abort);
    return clean(hub, { structured: answer, text: describeAnswer(tool.verb, answer), isError: false });
  } catch (error) {
    return clean(hub, failure(hub, asStreamError(hub, tool, error), about));
  }
}

/** Turns a refusal of a call, which never began, into its answer. */
export function refuseCall(hub: HubView, { tool, market }: OwnedTool, error: unknown): ToolResult {
  return clean(hub, failure(hub, asStreamError(hub, tool, error), market));
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
      return summarize(hub, args as SummarizeArguments);
    default:
      throw new Error(`${tool.name}: the verb ${tool.verb} needs a market`);
  }
}

function judgeArguments({ validator }: Tool, given: unknown): unknown {
  const judged = validator.safeParse(given);
  if (judged.success) return judged.data;
  throw new StreamError('INVALID_ARGUMENT', judged.error.issues.map(describeIssue).join(' '));
}

const shownIssues = 300;

function describeIssue(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') return `There is no argument ${issue.keys.map(quoteForeign).join(', ')}.`;
  const where = issue.path.length > 0 ? issue.path.map(String).join('.') : 'The arguments';
  return `${quoteForeign(where)}: ${issue.message}.`.slice(0, shownIssues);
}

function asStreamError(hub: HubView, tool: Tool, error: unknown): StreamError {
  if (error instanceof StreamError) return error;
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  hub.log.say(`${tool.name} fault`, `${tool.name}: ${text}`);
  return new StreamError('INTERNAL', `${tool.name} failed unexpectedly.`);
}

function failure(hub: HubView, error: StreamError, market: Market | undefined): ToolResult {
  const { code, message, hint, docs, details } = error;
  const known = market ? { market: market.name, state: hub.stream(market.name).state } : {};
  return {
    structured: { ...known, ...details, error: { code, message, hint, docs } },
    text: describeFailure(error),
    isError: true,
  };
}

/** Nothing leaves with a key in it. */
function clean(hub: HubView, { structured, text, isError }: ToolResult): ToolResult {
  return { structured: hub.redactor.redactIn(structured), text: hub.redactor.redact(text), isError };
}
