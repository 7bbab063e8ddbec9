/**
 * What the spec says, after validation, errata and resolved citations: the nouns that the emitters write down.
 * The raw types mirror `spec/spec.schema.json`.
 */
import type { What } from './drift/facts.js';
import type { Position } from './problem.js';

export type See = number | string;

export interface RawField {
  readonly key: string;
  readonly name: string;
  readonly type: string;
  readonly unit?: string;
  readonly note?: string;
  readonly epoch?: string;
  readonly optional?: boolean;
  readonly role?: 'symbol' | 'time';
  readonly delivered?: { readonly pattern: string; readonly form: string };
  readonly flag?: { readonly name: string; readonly on: number; readonly off: number };
  readonly see: See;
}

export interface RawChannel {
  readonly prefix: string;
  readonly title: string;
  readonly event: string;
  readonly page: string;
  readonly see: See;
  readonly wildcard: { readonly supported: boolean; readonly why?: string; readonly see: See };
  readonly aliases?: readonly { readonly prefix: string; readonly see: See }[];
  readonly plans: { readonly text: string; readonly see: See };
  readonly samples: readonly See[];
  readonly fields: readonly RawField[];
}

export interface RawMarket {
  readonly market: string;
  readonly order: number;
  readonly title: string;
  readonly pages: string;
  readonly paths: readonly { readonly path: string; readonly see: See }[];
  readonly feeds: readonly { readonly feed: string; readonly delay_minutes: number; readonly see: See }[];
  readonly hours: {
    readonly time_zone: string;
    readonly sessions: readonly {
      readonly name: string;
      readonly days?: string;
      readonly from: string;
      readonly to: string;
      readonly see: See;
    }[];
  };
  readonly symbol: {
    readonly description: string;
    readonly pattern: string;
    readonly see: See;
    readonly examples: readonly string[];
    readonly rejects: readonly string[];
    readonly spellings?: readonly {
      readonly pattern: string;
      readonly canonical: string;
      readonly examples: Readonly<Record<string, string>>;
      readonly see: See;
    }[];
    readonly slips?: readonly {
      readonly pattern: string;
      readonly meant: string;
      readonly examples: Readonly<Record<string, string>>;
      readonly see: See;
    }[];
    readonly stars?: readonly { readonly spelled: string; readonly see: See }[];
  };
  readonly caps?: readonly {
    readonly prefixes: readonly string[];
    readonly max_held: number;
    readonly unit: string;
    readonly see: See;
  }[];
  readonly channels: readonly RawChannel[];
  readonly legacy?: readonly {
    readonly prefix: string;
    readonly title: string;
    readonly instead: string;
    readonly see: See;
  }[];
  readonly simulation: {
    readonly tick_size: number;
    readonly lot_size: number;
    readonly instruments: Readonly<Record<string, number>>;
  };
}

export interface RawArgument {
  readonly type: 'string' | 'strings' | 'integer' | 'number' | 'choice' | 'market' | 'condition';
  readonly description: string;
  readonly choices?: readonly string[];
  readonly min?: number;
  readonly max?: number;
  readonly required?: boolean;
}

export interface RawTool {
  readonly verb: string;
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly arguments: Readonly<Record<string, RawArgument>>;
  readonly output: readonly string[];
  readonly annotations: {
    readonly read_only: boolean;
    readonly destructive: boolean;
    readonly idempotent: boolean;
    readonly open_world: boolean;
  };
  readonly cites_channels?: boolean;
  readonly see: readonly { readonly what: string; readonly see: See }[];
}

export interface RawPrompt {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** What each argument means, by its name. */
  readonly arguments: Readonly<Record<string, string>>;
  readonly events: readonly string[];
  readonly text: string;
}

export interface RawSuite {
  readonly name: string;
  readonly title: string;
  readonly instructions: string;
  readonly pages: string;
  readonly feeds: readonly {
    readonly name: string;
    readonly hosts: readonly string[];
    readonly about: string;
    readonly see: See;
  }[];
  readonly statuses: readonly {
    readonly status: string;
    readonly message: string;
    readonly means: string;
    readonly see: See;
  }[];
  readonly common_output: readonly string[];
  /** Keys of answers that output schemas name, and their types. */
  readonly advertised_output?: Readonly<Record<string, string>>;
  readonly market_tools: readonly RawTool[];
  readonly tools: readonly RawTool[];
  readonly prompts?: readonly RawPrompt[];
}

/** The parts of a field that an erratum may correct. */
export interface Correction {
  readonly type?: string;
  readonly unit?: string;
  readonly epoch?: string;
  readonly optional?: boolean;
}

/** What our spec and the vendor's description say about one subject, where they disagree. */
export interface Difference {
  /** `feeds`, `market`, `market.PREFIX` or `market.PREFIX.key`. */
  readonly at: string;
  readonly what: What;
  readonly spec: string;
  readonly vendor: string;
}

/** Corrects a field (`says`, `use`), explains differences from the vendor's description (`drift`), or both. */
export interface RawErratum {
  readonly at: string;
  readonly see: See;
  readonly says?: Correction;
  readonly use?: Correction;
  readonly drift?: readonly Omit<Difference, 'at'>[];
  readonly why: string;
  readonly date: string;
}

/** A difference for which an erratum has a reason. */
export interface Explanation extends Difference {
  /** Written for this difference, so that it has to be there; else it follows from a correction. */
  readonly owed: boolean;
  readonly written: Position;
}

/** What the vendor's description leaves unsaid about one subject, with a digest of the words in its place. */
export interface RawUnsaid {
  readonly at: string;
  readonly unsaid: readonly What[];
  readonly words?: string;
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

export interface Tool {
  readonly raw: RawTool;
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly arguments: Readonly<Record<string, RawArgument>>;
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
  readonly tools: readonly Tool[];
  readonly markets: readonly Market[];
  readonly explanations: readonly Explanation[];
  readonly silences: readonly Silence[];
  readonly citations: readonly Citation[];
}

/** `polygon-docs/websockets/stocks/trades.md:14` or `...:9-18`. */
export function formatSee({ file, from, to }: Pick<Citation, 'file' | 'from' | 'to'>): string {
  return `${file}:${from}${to === from ? '' : `-${to}`}`;
}
