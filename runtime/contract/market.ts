/** A market, as data. Behaviour lives elsewhere. */
import type { Channel } from './channel.js';
import type { Codes } from './codes.js';
import type { MarketRest } from './market-rest.js';
import type { MarketTool } from './tool.js';

/** A prefix of the vendor that this server does not offer, with the reason and what to use instead. */
export interface LegacyChannel {
  readonly prefix: string;
  readonly title: string;
  readonly instead: string;
}

/** Another spelling of a symbol: text that matches `pattern` becomes `canonical` (`$1` groups). */
export interface SymbolSpelling {
  readonly pattern: string;
  readonly canonical: string;
}

/** A wrong form of a symbol: what matches `pattern`, in capitals, has these readings (`$1` groups). */
export interface SymbolSlip {
  readonly pattern: string;
  readonly meant: readonly string[];
}

/** A symbol of another market: what matches `pattern`, in capitals, has the channel `meant` there (`$1` groups). */
export interface SymbolElsewhere {
  readonly market: string;
  /** Such as `an index`. */
  readonly kind: string;
  readonly pattern: string;
  readonly meant: string;
  /** Regular expression (anchored) of the symbols of that market. */
  readonly form: string;
}

/** How the symbols of a market are written. */
export interface SymbolForm {
  /** Regular expression (anchored) of the canonical form. */
  readonly pattern: string;
  /** Short description for people, such as `ticker, like AAPL or BRK.B`. */
  readonly description: string;
  readonly examples: readonly string[];
  readonly spellings: readonly SymbolSpelling[];
  /** Regular expression (anchored) of what a suggestion may name, where it is narrower than `pattern`. */
  readonly usual?: string;
  /** For suggestions only, never sent; the first one that fits decides. */
  readonly slips: readonly SymbolSlip[];
  /** Regular expressions whose first group is the symbol in what people put around it. */
  readonly wrappers: readonly string[];
  /** For suggestions only. */
  readonly elsewhere: readonly SymbolElsewhere[];
  /** Regular expressions (anchored) of forms that the feed delivers and that may be asked for, without a promise. */
  readonly tolerated: readonly string[];
  /** Spellings of the wildcard `*` that callers may use (`O:*`); never sent. */
  readonly stars: readonly string[];
  /** Regular expression (anchored) whose first group is the product of a contract; absent where there are no products. */
  readonly product?: string;
  /** Absent where nothing expires. */
  readonly expiry?: Expiry;
}

/** A day of a month: a date, or the nth of a weekday, less some business days. */
export interface LastDay {
  /** Months after that of the contract; negative before it. */
  readonly month?: number;
  readonly day?: number;
  /** `Fri` */
  readonly weekday?: string;
  /** -1 is the last. */
  readonly nth?: number;
  /** Whether to count from the business day at or before it. */
  readonly fromBusinessDay?: boolean;
  /** Business days before it. */
  readonly back?: number;
}

/** When the contracts of some products end. */
export interface ProductExpiry {
  readonly codes: readonly string[];
  /** Codes of the months that are mostly traded. */
  readonly months: string;
  readonly lastDay: LastDay;
  /** Whether a year of one digit may be that of ten years later. */
  readonly farListed?: boolean;
  /** Months after that of the contract in which it still trades. */
  readonly overAfterMonths?: number;
}

/** How a symbol says when its contract ends. */
export interface Expiry {
  /** Regular expression (anchored) with the groups product, year, month and, where the date is said, day. */
  readonly pattern: string;
  /** The letters of the months, January first; absent where months are numbers. */
  readonly monthCodes?: string;
  /** Its holidays are no business days. */
  readonly calendar: Calendar;
  /** How far ahead contracts are listed, where a year has one digit. */
  readonly listedYears?: number;
  /** Where the date is said: the usual one of a month. */
  readonly monthly?: LastDay;
  /** Regular expression (anchored) with the group product: what means the nearest month elsewhere. */
  readonly withoutMonth?: string;
  readonly products: readonly ProductExpiry[];
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

/** Sessions that are announced or reported, but not sure: they never make a market open. */
export interface UnconfirmedSessions {
  readonly name: string;
  /** First date, such as `2026-12-06`; absent where they are older than the calendar. */
  readonly since?: string;
  readonly confidence: 'medium' | 'low';
  /** A sentence for whoever sees the market closed meanwhile. */
  readonly about: string;
  readonly sessions: readonly Session[];
}

/** A week of sessions. */
export interface Week {
  readonly sessions: readonly Session[];
  /** Absent where no holidays are known. */
  readonly calendar?: Calendar;
  readonly unconfirmed?: readonly UnconfirmedSessions[];
}

/** When a market publishes. */
export interface Hours extends Week {
  readonly timeZone: string;
  /** Days of every year (`12-25`) on which little is traded although the market is open. */
  readonly thinDays?: readonly { readonly day: string; readonly name: string }[];
  /** A sentence on what may come while the market is closed. */
  readonly note?: string;
  /** Products with hours of their own; the others have those of the market. */
  readonly groups?: readonly ProductGroup[];
}

/** Products of a market that trade at the same hours. */
export interface ProductGroup extends Week {
  readonly name: string;
  readonly title: string;
  /** What `SymbolForm.product` finds in their symbols. */
  readonly products: readonly string[];
}

/** A day that differs from the week. */
export interface SpecialDay {
  /** Such as `2026-11-27`, in the time zone of the market. */
  readonly date: string;
  readonly name: string;
}

/** A day on which trading stops, starts again or both; closed throughout without times, and outside if it starts first. */
export interface Interruption extends SpecialDay {
  /** Time of day, such as `12:15`. */
  readonly stops?: string;
  readonly starts?: string;
}

/** The days on which exchanges stay closed, close early or pause. */
export interface Calendar {
  readonly name: string;
  readonly title: string;
  /** First and last date that it covers. */
  readonly knownFrom: string;
  readonly knownTo: string;
  readonly holidays: readonly SpecialDay[];
  readonly earlyCloses: readonly SpecialDay[];
  /** On a day of early close, a session that begins or ends at `usual`, a time of day, does so at `early`. */
  readonly earlyTimes: readonly { readonly usual: string; readonly early: string }[];
  /** Some may stand after `knownTo`, where they were announced early. */
  readonly interruptions: readonly Interruption[];
}

/** How much a pip is, of pairs or of all pairs that are quoted in a currency. */
export interface Pip {
  readonly size: number;
  /** Pairs, or the currencies behind the slash. */
  readonly quotes: readonly string[];
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
  /** What the codes in messages stand for; absent where nothing is known of them. */
  readonly codes?: Codes;
  readonly symbol: SymbolForm;
  /** The first that names a pair or its quote currency counts; absent where nothing is counted in pips. */
  readonly pips?: readonly Pip[];
  readonly caps: readonly Cap[];
  /** Absent where nothing is asked of the REST API. */
  readonly rest?: MarketRest;
  readonly channels: readonly Channel[];
  readonly legacy: readonly LegacyChannel[];
  readonly simulation: Simulation;
  readonly tools: readonly MarketTool[];
}
