/** A request of the REST API as the spec describes it: where it goes, what it takes, what comes back. */
import type { z } from 'zod';
import type { OperationArguments } from '../../generated/types.js';
import type { JsonSchema } from './tool.js';

/** How an argument's value is judged and written. Dates are `YYYY-MM-DD`; a moment is a date, an ISO time or Unix time. */
export type ParameterType = 'text' | 'integer' | 'number' | 'boolean' | 'date' | 'moment';

/** How a filter compares: `timestamp` with `gte` is the argument `timestamp_gte` and goes out as `timestamp.gte`. */
export type FilterOperator = 'gt' | 'gte' | 'lt' | 'lte' | 'any_of' | 'all_of' | 'search';

/** One argument of an operation. */
export interface OperationParameter {
  /** What callers write. */
  readonly argument: string;
  /** Other words for the same argument, which are accepted and not advertised. */
  readonly aliases: readonly string[];
  /** What it is called in the path or the query; null where it is accepted and not sent, with the reason in `note`. */
  readonly wire: string | null;
  readonly place: 'path' | 'query';
  readonly type: ParameterType;
  /** Whether it takes several values, which go out joined by commas. */
  readonly isList: boolean;
  readonly isRequired: boolean;
  readonly values?: readonly string[];
  readonly least?: number;
  readonly most?: number;
  /** What is sent where a caller leaves it out. */
  readonly usual?: string | number | boolean;
  /** What the API takes of a moment beside dates: Unix time in this unit, or ISO times where it has none. */
  readonly unit?: 'ms' | 'ns';
  readonly operators: readonly FilterOperator[];
  readonly about: string;
  readonly note?: string;
}

/** What a column of a row holds. `exact` stays text, since no JavaScript number holds it. */
export interface OperationColumn {
  /** Members joined by `_`: `day_o` is `{"day": {"o": 1}}`. */
  readonly name: string;
  readonly type: 'text' | 'integer' | 'number' | 'boolean' | 'exact' | 'list';
  /** `USD`, `shares`, `ms`, `ns`, `percent`. */
  readonly unit?: string;
  readonly about?: string;
}

/** Where the rows of an answer lie: members to go down, none for the root. */
export interface OperationRows {
  readonly path: readonly string[];
  /** One object is one row. */
  readonly shape: 'list' | 'object';
}

/**
 * A value that follows from an argument and is written as `wire`: the slot `locale` is `us` where `market_type` is
 * `stocks`. A caller who gives `wire` itself is believed.
 */
export interface DerivedValue {
  readonly wire: string;
  readonly place: 'path' | 'query';
  /** The argument that it follows from, which may be one that is not sent itself. */
  readonly from: string;
  /** What is written, by the text of that argument; nothing for others. */
  readonly values: Readonly<Record<string, string>>;
}

/** For how long an answer is as good as a new one. */
export type OperationFreshness = 'reference' | 'history' | 'snapshot' | 'never';

/** A request of the REST API. Every one is a GET. */
export interface Operation {
  /** The tool's name, and its name in `call_rest_tool`. */
  readonly name: string;
  /** stocks, options, futures, crypto, forex, indices, economy. */
  readonly group: string;
  /** Groups whose symbols it takes. */
  readonly markets: readonly string[];
  readonly title: string;
  readonly description: string;
  /** `/v2/aggs/ticker/{ticker}/prev`: each `{slot}` is the wire name of a parameter of the path, or of a derived value. */
  readonly path: string;
  readonly parameters: readonly OperationParameter[];
  readonly derived?: readonly DerivedValue[];
  readonly rows: OperationRows;
  readonly columns: readonly OperationColumn[];
  /** Whether `next_url` leads to more. */
  readonly isPaged: boolean;
  readonly freshness: OperationFreshness;
  /** What a caller should know of the answer: a path that moved, a plan that it takes. */
  readonly notes: readonly string[];
  /** Words by which people ask for it, beside its texts. */
  readonly synonyms: readonly string[];
  /** What people say who want it: short phrases without symbols, with a semicolon between them. A list takes more room. */
  readonly asked: string;
  /** Whether it has a tool of its own; the others are reached by `call_rest_tool`. */
  readonly isTool: boolean;
  /** Arguments of a call that makes sense; contracts in it are examples of the spec, which are moved when they expire. */
  readonly example?: Readonly<Record<string, string | number | boolean>>;
}

/** The operations of a market, or of the economy. */
export interface OperationGroup {
  readonly name: string;
  readonly title: string;
  /** Words by which people name the market. */
  readonly words: readonly string[];
  /** How people name what is known to everybody, by its symbol: `AAPL` is `apple`; currencies and coins by their code. */
  readonly names: Readonly<Record<string, readonly string[]>>;
  /** Words, in small letters, that are no symbol in capitals either. */
  readonly notSymbols: readonly string[];
  readonly operations: readonly Operation[];
}

/** How hosts are shown an operation that has a tool of its own. */
export interface OperationTool {
  readonly name: string;
  readonly title: string;
  /** What it does, as the verbs of other tools: all of these request something. */
  readonly verb: 'request';
  /** Name of the toolset that it belongs to. */
  readonly toolset: string;
  readonly description: string;
  /**
   * Names the arguments, but not each of their operators nor other words for them, which are accepted too. `params` is
   * JSON text of such arguments, for hosts that let a model write only what the schema names.
   */
  readonly inputSchema: JsonSchema;
}

/** What there is of the REST API: little of it is needed to list tools. */
export interface RestOffer {
  readonly tools: readonly OperationTool[];
  /** Loads the operations, those without tools included. */
  readonly load: () => Promise<{ readonly operationGroups: readonly OperationGroup[] }>;
  /** What every operation takes beside its own arguments, `page` and `params`. */
  readonly inputSchema: JsonSchema;
  /** Validates that. */
  readonly validator: z.ZodType<OperationArguments>;
}
