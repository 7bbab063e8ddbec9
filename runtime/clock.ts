/** Time and chance, injected so that tests need neither to wait nor to guess. */
export interface Clock {
  /** Wall clock, ms since the epoch; for display, it may jump. */
  now(): number;
  /** Monotonic ms; for durations and time-outs. */
  elapsed(): number;
  /** Calls back once after `delayMs`; the returned function cancels. */
  after(delayMs: number, callback: () => void): () => void;
  /** In [0, 1). */
  random(): number;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
  random: () => Math.random(),
};
