/** A channel of a market: its fields on the wire and their names in answers. Tables, no behaviour. */
import type { z } from 'zod';
import type { Codes } from './codes.js';

/** What an event is: the `event` of a formatted message. */
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

/** Unit of an epoch time; `magnitude` means ms, us or ns, recognized by size. */
export type EpochUnit = 'ms' | 'us' | 'ns' | 'magnitude';

/** What a field means to the server, whatever its name in a market. */
export type Role =
  | 'symbol'
  | 'time'
  | 'price'
  | 'size'
  | 'size_exact'
  | 'bid.price'
  | 'bid.size'
  | 'bid.exchange'
  | 'bid.time'
  | 'ask.price'
  | 'ask.size'
  | 'ask.exchange'
  | 'ask.time'
  | 'exchange_id'
  | 'reporting_facility'
  | 'reporting_time'
  | 'trade_id'
  | 'tape'
  | 'condition'
  | 'conditions'
  | 'indicators'
  | 'participant_time'
  | 'received_time'
  | 'sequence'
  | 'value'
  | 'fair_value'
  | 'high_limit'
  | 'low_limit'
  | 'auction_time'
  | 'auction_type'
  | 'unmatched_size'
  | 'paired_size'
  | 'clearing_price'
  | 'open'
  | 'high'
  | 'low'
  | 'close'
  | 'volume'
  | 'volume_exact'
  | 'accumulated_volume'
  | 'accumulated_volume_exact'
  | 'vwap'
  | 'day_vwap'
  | 'official_open'
  | 'average_size'
  | 'trades'
  | 'dollar_volume'
  | 'end_time';

/** One key of an event on the wire, and its name in answers. */
export interface Field {
  /** Key on the wire. */
  readonly key: string;
  /** Readable name; a dot nests (`bid.price`). */
  readonly name: string;
  readonly type: FieldType;
  /** Unit of the value (`USD`, `shares`, `HHMM Eastern`), absent where it has none. */
  readonly unit?: string;
  /** Corrects what a reader would take the value for; absent where the unit says enough. */
  readonly note?: string;
  /** On times only: the documented unit since the epoch; the server recognizes the actual one by size. */
  readonly epoch?: EpochUnit;
  /** Whether the key can be missing. */
  readonly optional: boolean;
  /** `symbol`: names the instrument. `time`: also becomes the message's `timestamp`. Absent: without a role. */
  readonly role?: Role;
  /** On a symbol: how messages of this channel spell it, if not in the canonical form. */
  readonly delivered?: Rewriting;
  /** On a list of codes: a flag that two of them set and clear. */
  readonly flag?: Flag;
  /** On codes: the table of the market that has their names. */
  readonly codes?: keyof Codes;
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
  /** Why the channel has no wildcard; absent if it has one. */
  readonly wildcardNote?: string;
  /** Prefixes that callers may use for this one; never sent. */
  readonly aliases: readonly string[];
  readonly plans: string;
  readonly fields: readonly Field[];
  /** Accepts every event of the channel, unknown keys included. */
  readonly validator: z.ZodType;
}
