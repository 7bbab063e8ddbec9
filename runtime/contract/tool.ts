/** A tool as the spec describes it; handlers give it behaviour. */
import type { z } from 'zod';
import type { Arguments, MarketVerb, SharedVerb, Verb } from '../../generated/types.js';

export type { MarketVerb, SharedVerb, Verb };

/** JSON Schema document, sent to clients unchanged. */
export type JsonSchema = { readonly type: 'object' } & { readonly [keyword: string]: unknown };

/** The MCP tool of a verb. */
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
  /** Validates the arguments, fills in defaults and refuses unknown keys. */
  readonly validator: z.ZodType<Arguments[V]>;
  /** Where its facts are documented. */
  readonly citations: readonly { readonly what: string; readonly see: string }[];
}

/** A tool of one market. */
export type MarketTool = { [V in MarketVerb]: ToolOf<V> }[MarketVerb];

/** A tool that takes the market as an argument. */
export type SharedTool = { [V in SharedVerb]: ToolOf<V> }[SharedVerb];

export type Tool = MarketTool | SharedTool;
