/** What the numbers in messages stand for: conditions, exchanges, tapes, indicators. Tables, no behaviour. */

/** A value that trades set: the last price, the high and the low, the volume. */
export type Update = 'last' | 'high_low' | 'volume';

/** A code and its name. */
export interface NamedCode {
  readonly code: number;
  readonly name: string;
}

/** A condition of a trade, and what it lets the trade update. */
export interface TradeCode extends NamedCode {
  /** Absent where that is not known surely: it keeps a trade from nothing. */
  readonly updates?: readonly Update[];
  /** The same outside the regular session, for all but the values of the day; absent where it makes no difference. */
  readonly outsideRegular?: readonly Update[];
}

/** The codes of a market, by what they say; a table is absent where the market has none. */
export interface Codes {
  /** Conditions of trades. */
  readonly trades?: readonly TradeCode[];
  /** Conditions of quotes. */
  readonly quotes?: readonly NamedCode[];
  readonly quote_indicators?: readonly NamedCode[];
  /** Indicators of limit up and limit down. */
  readonly luld?: readonly NamedCode[];
  readonly tapes?: readonly NamedCode[];
  /** Exchanges and reporting facilities. */
  readonly exchanges?: readonly NamedCode[];
}
