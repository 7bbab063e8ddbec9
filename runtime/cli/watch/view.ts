/** What there is to see at one moment, before it is laid out. */
import type { StateName } from '../../feed/state.js';

export type Direction = 'up' | 'down';

export interface Row {
  readonly symbol: string;
  readonly halted: boolean;
  /** Where the price went when it last changed. */
  readonly direction: Direction | undefined;
  /** Numbers, or texts where a number would lose digits; nothing where they are unknown. */
  readonly prices: { readonly [name in 'last' | 'bid' | 'ask' | 'spread']: unknown };
  /** Digits after the point that the prices of this symbol are shown with. */
  readonly decimals: number;
  readonly volume: unknown;
  readonly messages: number;
  readonly ratePerS: number;
  /** One price for each look, oldest first. */
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
  /** When that came which is replayed, wall clock ms; absent where nothing is. */
  readonly replayedMs: number | undefined;
  readonly rows: readonly Row[];
  /** Symbols that have no row. */
  readonly omitted: number;
  /** What should be known: silence, outages, errors, rejected channels, recordings. */
  readonly remarks: readonly string[];
}

/** Where views go. */
export interface Display {
  /** Time between two views, ms. */
  readonly refreshMs: number;
  /** Whether somebody goes on looking when nothing more will come. */
  readonly stays: boolean;
  show(view: View): void;
  /** Gives back what it took; may be called again. */
  close(): void;
}
