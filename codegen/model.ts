/**
 * What the spec says, after validation, errata and resolved citations: the nouns that the emitters write down.
 * The raw types are those of `spec/spec.schema.json`.
 */
import type { What } from './drift/facts.js';
import type { Schema } from './load/schemas.js';
import type {
  RawCalendar,
  RawChannel,
  RawCitation,
  RawField,
  RawMarket,
  RawSuite,
  RawTool,
} from './load/spec-types.js';
import type { Position } from './problem.js';

export type {
  RawCalendar,
  RawChannel,
  RawCorrection,
  RawErratum,
  RawField,
  RawMarket,
  RawPrompt,
  RawSilence,
  RawSuite,
  RawTool,
} from './load/spec-types.js';

export type See = RawCitation;

/** What our spec and the vendor's description say about one subject, where they disagree. */
export interface Difference {
  /** `feeds`, `market`, `market.PREFIX` or `market.PREFIX.key`. */
  readonly at: string;
  readonly what: What;
  readonly spec: string;
  readonly vendor: string;
}

/** A difference for which an erratum has a reason. */
export interface Explanation extends Difference {
  /** Written for this difference, so that it has to be there; else it follows from a correction. */
  readonly owed: boolean;
  readonly written: Position;
}

/** One thing that the vendor's description leaves unsaid. */
export interface Silence {
  readonly at: string;
  readonly what: What;
  /** Digest of the words in its place, where words could say it. */
  readonly words?: string;
  readonly written: Position;
}

/** A claim about lines of a page, and what those lines must say for it to hold. */
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
  /** Where the citation was written. */
  readonly at: Position;
}

export interface Field extends Omit<RawField, 'see' | 'optional'> {
  readonly optional: boolean;
  readonly see: string;
}

export interface Sample {
  readonly see: string;
  /** The event exactly as the page prints it. */
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
  /** What it takes, texts filled in. */
  readonly arguments: Schema;
  /** What it answers where nothing fails. */
  readonly answer: Schema;
  readonly citations: readonly { readonly what: string; readonly see: string }[];
}

export interface Market {
  readonly raw: RawMarket;
  /** File that says all this, such as `spec/markets/stocks.yaml`. */
  readonly path: string;
  readonly see: string;
  readonly channels: readonly Channel[];
  readonly sessions: readonly Session[];
  readonly tools: readonly Tool[];
}

/** The whole suite, markets in their order. */
export interface Model {
  readonly suite: RawSuite;
  /** What every call answers that fails. */
  readonly failure: Schema;
  readonly tools: readonly Tool[];
  readonly toolsets: readonly Toolset[];
  readonly markets: readonly Market[];
  readonly calendars: readonly RawCalendar[];
  readonly explanations: readonly Explanation[];
  readonly silences: readonly Silence[];
  readonly citations: readonly Citation[];
}

/** `polygon-docs/websockets/stocks/trades.md:14` or `...:9-18`. */
export function formatSee({ file, from, to }: Pick<Citation, 'file' | 'from' | 'to'>): string {
  return `${file}:${from}${to === from ? '' : `-${to}`}`;
}
