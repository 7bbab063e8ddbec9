/** How often find_rest_tool is right: in its first answer, and within three. */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { markets, suite } from '../../generated/suite.js';
import { callOn, hubOn } from '../support/bench.js';
import { TestClock } from '../support/clock.js';

/** The questions, and whose they are. */
export const halves = {
  tuning: 'to tune the finder on',
  'held-out': 'by somebody who had not seen the finder, and on which it was not tuned',
} as const;

export type Half = keyof typeof halves;

export interface AskedQuestion {
  readonly question: string;
  /** Any of them is right. */
  readonly tools: readonly string[];
  readonly market?: string;
  /** What the call of a right request has, as far as the request takes it. */
  readonly arguments?: Readonly<Record<string, unknown>>;
}

interface FoundArgument {
  readonly name: string;
}

/** A request as it is answered. */
export interface FoundRequest {
  readonly name: string;
  readonly call: { readonly tool: string; readonly arguments: Readonly<Record<string, unknown>> };
  readonly arguments: readonly FoundArgument[];
}

export interface Outcome {
  readonly asked: AskedQuestion;
  readonly found: readonly string[];
  readonly calls: readonly FoundRequest[];
  /** From 1; absent where no right one is among the first three. */
  readonly rank?: number;
  /** Arguments of the first right call that are not as expected. */
  readonly wrongArguments: readonly string[];
  readonly bytes: number;
}

/** The questions were asked on that day. */
const askedAtMs = Date.UTC(2026, 5, 17, 14, 30);

export function readQuestions(half: Half): readonly AskedQuestion[] {
  return parse(readFileSync(new URL(`${half}.yaml`, import.meta.url), 'utf8'));
}

export async function measure(half: Half) {
  const hub = hubOn(suite, markets, 'ws://127.0.0.1:9', {}, new TestClock(askedAtMs));
  const outcomes: Outcome[] = [];
  for (const asked of readQuestions(half)) outcomes.push(await ask(hub, asked));
  return {
    outcomes,
    first: rateOf(outcomes, 1),
    three: rateOf(outcomes, 3),
    meanBytes: outcomes.reduce((sum, { bytes }) => sum + bytes, 0) / outcomes.length,
    wrongCalls: outcomes.filter(({ wrongArguments }) => wrongArguments.length > 0).length,
  };
}

async function ask(hub: ReturnType<typeof hubOn>, asked: AskedQuestion): Promise<Outcome> {
  const { structured } = await callOn(hub, 'find_rest_tool', { query: asked.question, market: asked.market });
  const calls = structured.found as readonly FoundRequest[];
  const index = calls.findIndex(({ name }) => asked.tools.includes(name));
  const right = calls[index];
  const names = new Set(right?.arguments.map(({ name }) => name));
  const given = right ? argumentsOf(right) : {};
  const wrongArguments = Object.entries(asked.arguments ?? {})
    .filter(([name, value]) => names.has(name.replace(/_any_of$/, '')) && given[name] !== value)
    .map(([name]) => name);
  const bytes = Buffer.byteLength(JSON.stringify(structured));
  const found = calls.map(({ name }) => name);
  return { asked, found, calls, ...(right ? { rank: index + 1 } : {}), wrongArguments, bytes };
}

/** The request's own arguments, which stand as JSON where call_rest_tool calls it. */
export function argumentsOf({ call }: FoundRequest): Readonly<Record<string, unknown>> {
  if (call.tool !== 'call_rest_tool') return call.arguments;
  return JSON.parse(String(call.arguments.arguments ?? '{}'));
}

/** Share of the questions that have a right answer among the first so many. */
function rateOf(outcomes: readonly Outcome[], within: number): number {
  return outcomes.filter(({ rank }) => rank !== undefined && rank <= within).length / outcomes.length;
}
