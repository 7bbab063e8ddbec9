/** What all markets share. */
import type { EventKind } from './channel.js';
import type { Market } from './market.js';
import type { RestOffer } from './operation.js';
import type { SharedTool } from './tool.js';

/** Hosts that serve the same data; the first one is tried first. */
export interface Feed {
  readonly name: string;
  readonly hosts: readonly string[];
  /** Whether only the markets that list it have it; all markets have the other feeds. */
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
  /** How the message begins; an empty text matches every message. */
  readonly message: string;
  readonly means: StatusMeaning;
}

/** A text that a user picks to set an agent to work. All its arguments are required. */
export interface Prompt {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly arguments: readonly { readonly name: 'market' | 'symbol' | 'symbols'; readonly description: string }[];
  /** Events of the channels that `{channels}` names. */
  readonly events: readonly EventKind[];
  /** Slots: `{market}`, `{title}`, `{symbols}` for reading, `{other_data}`, `{other_feeds}`, `{symbol_list}` and `{channels}` as JSON. */
  readonly text: string;
}

/** A WebAssembly module, compiled by `npm run kernel`. */
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
  /** Splits frames into events; its source is in `runtime/decode/scanner/kernel/`. */
  readonly kernel: Kernel;
}

/** Limits on what a call asks, and on the size of its answer. */
export interface CallLimits {
  /** Names in a list of channels. */
  readonly listed: number;
  /** Comparisons in a condition, and levels to which it nests. */
  readonly comparisons: number;
  /** Default size of an answer in bytes. */
  readonly usualBytes: number;
  /** The largest size that a caller can ask for; a larger message cannot be answered. */
  readonly mostBytes: number;
}

/** Tools that are served or left out together. */
export interface Toolset {
  readonly name: string;
  readonly about: string;
  /** Whether it is served by default. */
  readonly standard: boolean;
}

/** What all markets share. */
export interface Suite extends Decoding {
  /** Reads the numbers of messages; its source is in `runtime/decode/numbers/kernel/`. */
  readonly numberKernel: Kernel;
  readonly name: string;
  readonly title: string;
  /**
   * Instructions for the model; `{markets}` becomes the names of the served markets, `{delayed}` those of them that have
   * delayed data, and where none has, the clause with that slot is left out.
   */
  readonly instructions: string;
  readonly feeds: readonly Feed[];
  /** Cross-market tools. */
  readonly tools: readonly SharedTool[];
  readonly toolsets: readonly Toolset[];
  /** Absent where the spec has no request of the REST API. */
  readonly rest?: RestOffer;
  readonly prompts: readonly Prompt[];
  readonly limits: CallLimits;
  /** Keys that a row of a summary can have. */
  readonly rowKeys: readonly string[];
  /** Markets that there are, but that the operator does not serve; never generated. */
  readonly unserved?: readonly Market[];
}
