/** A market is data: whatever happens in time happens elsewhere. */
import type { Channel } from './channel.js';
import type { MarketTool } from './tool.js';

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
  /** Absent where no holidays are known. */
  readonly calendar?: Calendar;
}

/** A day that differs from the week. */
export interface SpecialDay {
  /** Such as `2026-11-27`, on the market's walls. */
  readonly date: string;
  readonly name: string;
}

/** The days on which exchanges are closed, or close early. */
export interface Calendar {
  readonly name: string;
  readonly title: string;
  /** First and last date of which it says anything. */
  readonly knownFrom: string;
  readonly knownTo: string;
  readonly holidays: readonly SpecialDay[];
  readonly earlyCloses: readonly SpecialDay[];
  /** On a day of early close, what begins or ends at the usual time of day does so at the early one. */
  readonly earlyTimes: readonly { readonly usual: string; readonly early: string }[];
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
  readonly tools: readonly MarketTool[];
}
