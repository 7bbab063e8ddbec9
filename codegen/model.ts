/**
 * What the spec says after validation, with errata applied and citations resolved: the input of the emitters.
 * The raw types follow `spec/spec.schema.json`.
 */
import type { What } from './drift/facts.js';
import type { CodeTable } from './load/conditions.js';
import type { Schema } from './load/schemas.js';
import type {
  RawCalendar,
  RawChannel,
  RawCitation,
  RawConditions,
  RawField,
  RawMarket,
  RawSuite,
  RawTool,
} from './load/spec-types.js';
import type { Position } from './problem.js';
import type { RestModel } from './rest/model.js';

export type {
  RawCalendar,
  RawChannel,
  RawConditions,
  RawCorrection,
  RawErratum,
  RawExpiry,
  RawField,
  RawMarket,
  RawPrompt,
  RawSilence,
  RawSuite,
  RawTool,
} from './load/spec-types.js';

export type See = RawCitation;

/** A subject on which our spec and the vendor's description disagree, and what each says. */
export interface Difference {
  /** `feeds`, `market`, `market.PREFIX` or `market.PREFIX.key`. */
  readonly at: string;
  readonly what: What;
  readonly spec: string;
  readonly vendor: string;
}

/** A difference that an erratum explains. */
export interface Explanation extends Difference {
  /** True if the erratum names this difference, which must then exist; false if it follows from a correction. */
  readonly owed: boolean;
  readonly written: Position;
}

/** One thing that the vendor's description leaves unsaid. */
export interface Silence {
  readonly at: string;
  readonly what: What;
  /** Digest of the vendor's prose, if prose could say it. */
  readonly words?: string;
  readonly written: Position;
}

/** A claim that cites lines of a page, and what those lines must contain to prove it. */
export interface Citation {
  /** What is cited, such as `stocks.T.price`. */
  readonly what: string;
  /** Page, relative to `spec/`. */
  readonly file: string;
  readonly from: number;
  readonly to: number;
  readonly kind: 'field' | 'channel' | 'sample' | 'fact';
  /** Texts that the cited lines must contain; for a sample, the `ev` of its event. */
  readonly mentions: readonly string[];
  /** What a page for people says where it cites; two of the longer words stand in the lines. */
  readonly sentence?: string;
  /** Where the citation was written. */
  readonly at: Position;
}

export interface Field extends Omit<RawField, 'see' | 'optional'> {
  readonly optional: boolean;
  /** The table of the market that has the names of its codes. */
  readonly codes: CodeTable | undefined;
  readonly see: string;
}

export interface Sample {
  readonly see: string;
  /** The event, exactly as the page prints it. */
  readonly json: string;
}

export interface Channel {
  readonly raw: RawChannel;
  readonly see: string;
  readonly fields: readonly Field[];
  readonly samples: readonly Sample[];
}

/** A weekly interval, `Mon 04:00` to `Mon 09:30`. */
export interface Session {
  readonly name: string;
  readonly opens: string;
  readonly closes: string;
}

/** Sessions that are announced or reported, but not sure. */
export interface UnconfirmedSessions {
  readonly name: string;
  readonly since: string | undefined;
  readonly confidence: string;
  readonly about: string;
  readonly sessions: readonly Session[];
}

/** A week of sessions, and the calendar that changes it. */
export interface Week {
  /** Its name. */
  readonly calendar: string | undefined;
  readonly sessions: readonly Session[];
  readonly unconfirmed: readonly UnconfirmedSessions[];
}

/** The week of the market, and those of groups of products. */
export interface Hours extends Week {
  readonly groups: readonly (Week & {
    readonly name: string;
    readonly title: string;
    readonly products: readonly string[];
  })[];
}

export interface Toolset {
  readonly name: string;
  readonly about: string;
  readonly standard: boolean;
}

export interface Tool {
  readonly raw: RawTool;
  readonly name: string;
  readonly toolset: string;
  readonly title: string;
  readonly description: string;
  /** Schema of its arguments, with the slots filled. */
  readonly arguments: Schema;
  /** Schema of its answer when it succeeds. */
  readonly answer: Schema;
  /** The same for a call about several markets; absent where it takes one at most. */
  readonly several: Schema | undefined;
  readonly citations: readonly { readonly what: string; readonly see: string }[];
}

export interface Market {
  readonly raw: RawMarket;
  /** Its file, such as `spec/markets/stocks.yaml`. */
  readonly path: string;
  readonly see: string;
  readonly channels: readonly Channel[];
  readonly elsewhere: readonly Elsewhere[];
  readonly codes: RawConditions | undefined;
  readonly hours: Hours;
  readonly tools: readonly Tool[];
}

/** A rule for symbols of another market, with the pattern of the symbols there. */
export type Elsewhere = NonNullable<RawMarket['symbol']['elsewhere']>[number] & { readonly form: string };

/** The whole suite, with the markets in order. */
export interface Model {
  readonly suite: RawSuite;
  /** Schema of the answer of any tool when it fails. */
  readonly failure: Schema;
  /** What every request of the REST API takes beside its own arguments, and what it answers. */
  readonly ofRequests: { readonly arguments: Schema; readonly answer: Schema };
  readonly tools: readonly Tool[];
  readonly toolsets: readonly Toolset[];
  readonly markets: readonly Market[];
  readonly calendars: readonly RawCalendar[];
  readonly conditions: readonly RawConditions[];
  /** Absent where the spec has none. */
  readonly rest?: RestModel;
  readonly explanations: readonly Explanation[];
  readonly silences: readonly Silence[];
  readonly citations: readonly Citation[];
}

/** `polygon-docs/websockets/stocks/trades.md:14` or `...:9-18`. */
export function formatSee({ file, from, to }: Pick<Citation, 'file' | 'from' | 'to'>): string {
  return `${file}:${from}${to === from ? '' : `-${to}`}`;
}
