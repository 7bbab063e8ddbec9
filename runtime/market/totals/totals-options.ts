/** Which messages are added up, and how trades count. */
export interface TotalsOptions {
  /** Seq of the first message to add. */
  readonly from: number;
  /** Whether every trade counts, whatever its codes. */
  readonly everyPrint?: boolean;
  /** Told of each trade with a code that is in no table. */
  noteUnknown?(seq: number): void;
  /**
   * Effects of a trade whose codes allow something else by the rule in the three bits above the usual ones.
   *
   * @param effects bits of both
   * @param time of the trade as it was sent
   * @param symbol its number
   * @returns the bits that hold (`effect`)
   */
  settle?(effects: number, time: unknown, symbol: number): number;
}
