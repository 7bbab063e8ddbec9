/** A request of the REST API as the spec describes it: where it goes, what it takes, what comes back. */

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

/** For how long an answer is as good as a new one. */
export type OperationFreshness = 'reference' | 'history' | 'snapshot' | 'never';

/** A request of the REST API. Every one is a GET. */
export interface Operation {
  /** The tool's name, and its name in `call_rest_tool`. */
  readonly name: string;
  /** stocks, options, futures, crypto, forex, indices, economy. */
  readonly group: string;
  readonly title: string;
  readonly description: string;
  /** `/v2/aggs/ticker/{ticker}/prev`: each `{slot}` is the wire name of a parameter of the path. */
  readonly path: string;
  readonly parameters: readonly OperationParameter[];
  readonly rows: OperationRows;
  readonly columns: readonly OperationColumn[];
  /** Whether `next_url` leads to more. */
  readonly isPaged: boolean;
  readonly freshness: OperationFreshness;
  /** What a caller should know of the answer: a path that moved, a plan that it takes. */
  readonly notes: readonly string[];
  /** Words by which people ask for it, beside its texts. */
  readonly synonyms: readonly string[];
  /** Whether it has a tool of its own; the others are reached by `call_rest_tool`. */
  readonly isTool: boolean;
}
