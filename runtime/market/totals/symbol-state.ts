/** What is known of a symbol, of a window or since the start, however it was added up. */
import type { Channel, EventKind } from '../../contract/channel.js';
import type { Amount } from '../../core/exact-sum.js';
import type { RawEvent } from '../../decode/protocol.js';

/** The last message of a kind. */
export interface Seen {
  readonly channel: Channel;
  readonly raw: RawEvent;
  /** Arrival, monotonic ms. */
  readonly arrivedMs: number;
}

/** Shorter bars first. */
export const barKinds: readonly EventKind[] = ['AGGREGATE_SECOND', 'AGGREGATE_MINUTE'];

/** What a range comes to. */
export interface RangeValues {
  readonly open: number | null;
  readonly high: number | null;
  readonly low: number | null;
  /** The exact sum; beyond 2^53 its digits. Null where no message had a size. */
  readonly volume: Amount | null;
  readonly vwap: number | null;
}

/** What symbols are compared by: of the range, the newest price of a trade, a value or a bar, and of the last quote. */
export type Compared = 'open' | 'high' | 'low' | 'volume' | 'newest' | 'bid' | 'ask';

export interface SymbolState {
  readonly symbol: string;
  readonly messages: number;
  readonly counts: { readonly TRADE: number; readonly QUOTE: number };
  /** Trades that their conditions keep from the last price. */
  readonly ineligible: number;
  /** The last message of a kind; of trades the last one that moved the last price. */
  readonly last: Pick<ReadonlyMap<EventKind, Seen>, 'get'>;
  /** Of trades or values, or else of the bars that there are, the shortest first. */
  readonly range: RangeValues | undefined;
  /** The newest bar of any length, by when it ended. */
  readonly newestBar: Seen | undefined;
  readonly halted: boolean | null;
  /** One number, for less than the row costs; the nearest double of a volume. */
  compared(by: Compared): Amount | null;
}

/** The states of all symbols. */
export interface SymbolStates {
  /** Messages that left the buffer before they could be added. */
  readonly missed: number;
  /** Messages of symbols without a number of their own. */
  readonly others: number;
  /** Arrival of the first message added, monotonic ms. */
  readonly firstMs: number | undefined;
  /** Conditions of trades that are in no table. */
  readonly unknownConditions: ReadonlySet<unknown>;
  /** Of each symbol that had a message. */
  readonly all: Iterable<SymbolState>;
  /** That of a symbol, empty if it had no message. */
  of(symbol: string): SymbolState;
  /**
   * Adds what arrived since the last time.
   *
   * @param abort ends it early
   */
  update(abort?: AbortSignal): Promise<void>;
}
