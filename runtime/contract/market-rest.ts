/** What the REST API adds to the streams of a market, as the spec has it. */
import type { EventKind, Role } from './channel.js';

/** Columns with the values of the day. */
export interface DayColumns {
  readonly open?: string;
  readonly high?: string;
  readonly low?: string;
  readonly volume?: string;
  readonly vwap?: string;
}

/** The request that has the previous close and the day of many symbols. */
export interface DailyRequest {
  /** Its name. */
  readonly operation: string;
  /** Sent each time. */
  readonly args: Readonly<Record<string, string>>;
  readonly symbolsArgument: string;
  /** Symbols of one request. */
  readonly most: number;
  /** Column that names the symbol. */
  readonly symbolColumn: string;
  /** Time of day at which the day of the answer changes, in the time zone of the market. */
  readonly begins: string;
  /** Column of the previous close. */
  readonly prevClose: string;
  readonly day: DayColumns;
}

type Arguments = Readonly<Record<string, string>>;

/** The request that has bars of the past, the newest first. */
export interface BarsRequest {
  /** Its name. */
  readonly operation: string;
  /** Sent each time. */
  readonly args: Arguments;
  /** Sent instead for bars as the stream has them, the oldest first. */
  readonly asStreamed: Arguments;
  readonly symbolArgument: string;
  /** Arguments that take the begins of the first and the last bar. */
  readonly fromArgument: string;
  readonly toArgument: string;
  /** What times count. */
  readonly epoch: 'ms' | 'ns';
  /** Whether the bars are adjusted for splits. */
  readonly isAdjusted: boolean;
  /** Arguments that ask for bars of such a length. */
  readonly lengths: { readonly second?: Arguments; readonly minute?: Arguments; readonly hour?: Arguments };
  readonly columns: {
    readonly time: string;
    readonly open: string;
    readonly high: string;
    readonly low: string;
    readonly close: string;
    readonly volume?: string;
    readonly vwap?: string;
    readonly trades?: string;
  };
}

/** The request that has the trades or quotes of the past, the oldest first. */
export interface TicksRequest {
  /** Kind of the messages. */
  readonly event: EventKind;
  /** Its name. */
  readonly operation: string;
  /** Sent each time. */
  readonly args: Arguments;
  readonly symbolArgument: string;
  /** Arguments that take the first time and the end, Unix ns. */
  readonly fromArgument: string;
  readonly toArgument: string;
  /** Columns by the roles of the fields that have the same in messages. */
  readonly columns: { readonly [R in Role]?: string };
}

export interface MarketRest {
  /** How the REST API writes symbols; absent: as the feed. */
  readonly symbol?: { readonly pattern: string; readonly canonical: string };
  readonly daily: DailyRequest;
  readonly bars?: BarsRequest;
  readonly ticks: readonly TicksRequest[];
}
