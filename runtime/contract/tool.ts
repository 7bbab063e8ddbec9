/** A tool as the spec has it; what it does is a handler's business. */
import type { z } from 'zod';
import type { Arguments, MarketVerb, SharedVerb, Verb } from '../../generated/types.js';

export type { MarketVerb, SharedVerb, Verb };

/** JSON Schema document, sent to clients unchanged. */
export type JsonSchema = { readonly type: 'object' } & { readonly [keyword: string]: unknown };

/** One MCP tool that does a verb. */
export interface ToolOf<V extends Verb> {
  readonly name: string;
  readonly title: string;
  readonly verb: V;
  /** Name of the toolset that it belongs to. */
  readonly toolset: string;
  readonly description: string;
  readonly inputSchema: JsonSchema;
  readonly annotations: {
    readonly readOnlyHint: boolean;
    readonly destructiveHint: boolean;
    readonly idempotentHint: boolean;
    readonly openWorldHint: boolean;
  };
  /** Judges the arguments, puts in the defaults and refuses what is unknown. */
  readonly validator: z.ZodType<Arguments[V]>;
  /** Where its facts are documented. */
  readonly citations: readonly { readonly what: string; readonly see: string }[];
}

/** A tool of one market. */
export type MarketTool = { [V in MarketVerb]: ToolOf<V> }[MarketVerb];

/** A tool that is told the market. */
export type SharedTool = { [V in SharedVerb]: ToolOf<V> }[SharedVerb];

export type Tool = MarketTool | SharedTool;
