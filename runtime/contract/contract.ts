/**
 * The shape of what the generator emits and the runtime reads: tables, no behaviour.
 * A market is data; whatever happens in time happens in the rest of `runtime/`.
 */
import type { z } from 'zod';

/** What an event stands for, the `event` of a formatted message. */
export type EventKind =
  | 'TRADE'
  | 'QUOTE'
  | 'AGGREGATE_MINUTE'
  | 'AGGREGATE_SECOND'
  | 'INDEX_VALUE'
  | 'LULD'
  | 'FAIR_MARKET_VALUE'
  | 'IMBALANCE';

/**
 * How a value looks on the wire.
 * `decimal` is a number or its decimal text, `identifier` an integer or a string,
 * `integers` an array of integers.
 */
export type FieldType = 'string' | 'number' | 'integer' | 'boolean' | 'integers' | 'decimal' | 'identifier';

/** Unit of an epoch time; `magnitude` means ms, us or ns, told apart by size. */
export type EpochUnit = 'ms' | 'us' | 'ns' | 'magnitude';

/** One key of an event on the wire, and the name under which it is answered. */
export interface Field {
  /** Key on the wire. */
  readonly key: string;
  /** Readable name; a dot nests (`bid.price`). */
  readonly name: string;
  readonly type: FieldType;
  /** Unit of the value (`USD`, `shares`, `HHMM Eastern`), absent where it has none. */
  readonly unit?: string;
  /** What a reader would take the value for, and what it is; absent where the unit says enough. */
  readonly note?: string;
  /** Present on times only: the unit in which they should count from the epoch; what comes is read by its size. */
  readonly epoch?: EpochUnit;
  /** Whether the key can be missing. */
  readonly optional: boolean;
  /** `symbol`: names the instrument. `time`: also answered as the message's `timestamp`. */
  readonly role?: 'symbol' | 'time';
  /** On a symbol: how messages of this channel spell it, where that is not the canonical form. */
  readonly delivered?: Rewriting;
  /** On a list of codes: what some of them stand for. */
  readonly flag?: Flag;
}

/** A yes or no: true where a list holds the code `on`, false where it holds `off`, unknown where it holds neither. */
export interface Flag {
  readonly name: string;
  readonly on: number;
  readonly off: number;
}

/** A canonical symbol matches `pattern` and becomes `form` (`$1` groups). */
export interface Rewriting {
  readonly pattern: string;
  readonly form: string;
}

/** One subscribable channel of a market. */
export interface Channel {
  /** Prefix of the channel name and the `ev` of its events. */
  readonly prefix: string;
  readonly title: string;
  readonly event: EventKind;
  /** Whether `PREFIX.*` is served. */
  readonly wildcard: boolean;
  /** Why there is no wildcard, where there is none. */
  readonly wildcardNote?: string;
  /** Prefixes that callers may use for this one; never sent. */
  readonly aliases: readonly string[];
  readonly plans: string;
  readonly fields: readonly Field[];
  /** Accepts every event of the channel, unknown keys included. */
  readonly validator: z.ZodType;
}

/** A prefix that exists or existed at the vendor and is not offered here, with the reason and what to use instead. */
export interface LegacyChannel {
  readonly prefix: string;
  readonly title: string;
  readonly instead: string;
}

/** Another spelling of a symbol: what matches `pattern` is rewritten to `canonical` (`$1` groups). */
export interface SymbolSpelling {
  readonly pattern: string;
  readonly canonical: string;
}

/** A wrong form of a symbol, in large or small letters: what matches `pattern` probably meant `meant` in capitals (`$1` groups). */
export interface SymbolSlip {
  readonly pattern: string;
  readonly meant: string;
}

/** How the symbols of a market are written. */
export interface SymbolForm {
  /** Regular expression (anchored) of the canonical form. */
  readonly pattern: string;
  /** Short description for people, such as `ticker, like AAPL or BRK.B`. */
  readonly description: string;
  readonly examples: readonly string[];
  readonly spellings: readonly SymbolSpelling[];
  /** Suggested, never sent. */
  readonly slips: readonly SymbolSlip[];
  /** Spellings of the wildcard `*` that callers may use (`O:*`); never sent. */
  readonly stars: readonly string[];
}

/** A feed of a market and how late it is. */
export interface MarketFeed {
  readonly feed: string;
  readonly delayMinutes: number;
}

/** A weekly interval in the market's own time zone, such as `Mon 04:00` to `Mon 09:30`. */
export interface Session {
  readonly name: string;
  readonly opens: string;
  readonly closes: string;
}

/** When a market publishes. */
export interface Hours {
  readonly timeZone: string;
  readonly sessions: readonly Session[];
}

/** A limit on how many symbols may be held at once over several channels. */
export interface Cap {
  readonly prefixes: readonly string[];
  readonly maxHeld: number;
  readonly unit: string;
}

/** What the simulated feed plays for a market. */
export interface Simulation {
  readonly tickSize: number;
  /** Typical size of a trade, in the unit of the market. */
  readonly lotSize: number;
  readonly instruments: readonly { readonly symbol: string; readonly price: number }[];
}

/** Everything that differs by market. */
export interface Market {
  readonly name: string;
  readonly title: string;
  /** URL paths, the default one first. */
  readonly paths: readonly string[];
  readonly feeds: readonly MarketFeed[];
  readonly hours: Hours;
  readonly symbol: SymbolForm;
  readonly caps: readonly Cap[];
  readonly channels: readonly Channel[];
  readonly legacy: readonly LegacyChannel[];
  readonly simulation: Simulation;
  readonly tools: readonly Tool[];
}

/** What a tool does; the six stream verbs belong to a market, the rest span markets. */
export type Verb = 'start' | 'stop' | 'status' | 'subscribe' | 'unsubscribe' | 'list' | 'read' | 'wait' | 'summarize';

/** JSON Schema document, sent to clients unchanged. */
export type JsonSchema = { readonly type: 'object' } & { readonly [keyword: string]: unknown };

/** One MCP tool. */
export interface Tool {
  readonly name: string;
  readonly title: string;
  readonly verb: Verb;
  readonly description: string;
  readonly inputSchema: JsonSchema;
  readonly outputSchema: JsonSchema;
  readonly annotations: {
    readonly readOnlyHint: boolean;
    readonly destructiveHint: boolean;
    readonly idempotentHint: boolean;
    readonly openWorldHint: boolean;
  };
  /** Judges the arguments; unknown ones are refused. */
  readonly validator: z.ZodType;
  /** Where its facts are documented. */
  readonly citations: readonly { readonly what: string; readonly see: string }[];
}

/** Hosts that serve the same data; the first one is tried first. */
export interface Feed {
  readonly name: string;
  readonly hosts: readonly string[];
  /** Whether only the markets that list it have it; the other feeds are open to all. */
  readonly listed: boolean;
  readonly about: string;
}

/** What a status message from the feed means to the connection. */
export type StatusMeaning =
  | 'greeting'
  | 'authenticated'
  | 'subscribed'
  | 'unsubscribed'
  | 'auth_failed'
  | 'auth_timeout'
  | 'plan_no_websocket'
  | 'plan_not_realtime'
  | 'not_authorized'
  | 'limit_exceeded'
  | 'max_connections'
  | 'bad_request';

/** A status message of the feed: `status` and the beginning of its `message`. */
export interface StatusWord {
  readonly status: string;
  /** The message begins so; an empty text matches every message. */
  readonly message: string;
  readonly means: StatusMeaning;
}

/** A text that a person picks to set an agent to work. All its arguments are required. */
export interface Prompt {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly arguments: readonly { readonly name: 'market' | 'symbol' | 'symbols'; readonly description: string }[];
  /** `{channels}` names the channels that carry these. */
  readonly events: readonly EventKind[];
  /** Slots: `{market}`, `{title}`, `{symbols}` for reading, `{other_data}`, `{other_feeds}`, `{symbol_list}` and `{channels}` as JSON. */
  readonly text: string;
}

/** A WebAssembly module that takes frames apart; its source is in `runtime/scanner/kernel/`. */
export interface Kernel {
  /** SHA-256 of the source, hexadecimal. */
  readonly source: string;
  /** The compiler and its version. */
  readonly compiler: string;
  /** The module, base64. */
  readonly bytes: string;
}

/** How the frames of every market are read. */
export interface Decoding {
  readonly statuses: readonly StatusWord[];
  readonly kernel: Kernel;
}

/** What all markets share. */
export interface Suite extends Decoding {
  readonly name: string;
  readonly title: string;
  /** For the model; `{markets}` stands for the names of the markets that are served. */
  readonly instructions: string;
  readonly feeds: readonly Feed[];
  /** Cross-market tools. */
  readonly tools: readonly Tool[];
  readonly prompts: readonly Prompt[];
}
