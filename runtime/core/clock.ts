/** Time and chance, injected so that tests need neither to wait nor to guess. */
export interface Clock {
  /** Wall clock, ms since the epoch; for people, and it may jump. */
  now(): number;
  /** Monotonic ms; for durations, time-outs, windows and order, and for all moments that are kept. */
  elapsed(): number;
  /** Calls back once after `delayMs`, however long that is; the returned function cancels. */
  after(delayMs: number, callback: () => void): () => void;
  /** In [0, 1). */
  random(): number;
}
