/** What to show at one moment, before layout. */
import type { StateName } from '../../feed/state.js';

export type Direction = 'up' | 'down';

export interface Row {
  readonly symbol: string;
  readonly halted: boolean;
  /** Direction of the last price change. */
  readonly direction: Direction | undefined;
  /** Numbers, or text where a number would lose digits; absent if unknown. */
  readonly prices: { readonly [name in 'last' | 'bid' | 'ask' | 'spread']: unknown };
  /** Digits after the point that the prices of this symbol are shown with. */
  readonly decimals: number;
  readonly volume: unknown;
  readonly messages: number;
  readonly ratePerS: number;
  /** One price per view, oldest first. */
  readonly trend: readonly number[];
}

export interface View {
  /** Title of the market. */
  readonly market: string;
  /** Of the connection; where that leads to a recording and is live, whether it is played or has ended. */
  readonly state: StateName | 'replay' | 'ended';
  readonly feed: string;
  /** How late the data is, or that it is made up. */
  readonly lateness: string;
  readonly channels: number;
  readonly messages: number;
  readonly ratePerS: number;
  /** Wall clock ms. */
  readonly atMs: number;
  /** Time in the recording, wall clock ms; absent unless this is a replay. */
  readonly replayedMs: number | undefined;
  readonly rows: readonly Row[];
  /** How many symbols have no row. */
  readonly omitted: number;
  /** Remarks: silence, outages, errors, rejected channels, recordings. */
  readonly remarks: readonly string[];
  /** What is worth a line only where the table leaves one: products that do not trade. */
  readonly asides: readonly string[];
}

/** Shows views. */
export interface Display {
  /** Time between two views, ms. */
  readonly refreshMs: number;
  /** Whether to stay open after the last message. */
  readonly stays: boolean;
  show(view: View): void;
  /** Restores the terminal; may be called again. */
  close(): void;
}
