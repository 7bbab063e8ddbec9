/** Doubling delays with jitter below the cap, so that clients that were cut together do not come back together. */
export interface Backoff {
  readonly initialMs: number;
  readonly maxMs: number;
}

/** How recent attempts went. */
export interface Failures {
  /** Failed attempts since the last stable connection. */
  readonly attempt: number;
  /** How many of the latest of these, in a row, brought no message. */
  readonly fruitless: number;
}

const jitter = 0.25;
/** A connection that brings messages for this long is stable. */
export const steadyMs = 2_000;
/** After this many attempts in a row without a message the feed counts as down, and the waits grow further. */
const patience = 10;
/** Longest wait until then, so that a client streams again within 5 s, connecting included. */
const impatientMs = 3_500;
/** Doublings of the first wait before the cap of `impatientMs` held. */
const doubled = 2;

/**
 * 1, 2, 3.5, 3.5 ... s by default, each up to a quarter shorter; after ten fruitless attempts in a row 8, 16, 30, 30 ... s.
 *
 * @param random in [0, 1)
 * @see polygon-docs/websockets/quickstart.md:315
 */
export function backoffMs({ initialMs, maxMs }: Backoff, { attempt, fruitless }: Failures, random: number): number {
  const after = (doublings: number, capMs: number): number => Math.min(initialMs * 2 ** Math.min(doublings, 30), capMs);
  const hopeful = after(attempt, Math.min(maxMs, Math.max(impatientMs, initialMs)));
  const full = fruitless < patience ? hopeful : Math.max(hopeful, after(fruitless - patience + doubled + 1, maxMs));
  return Math.round(full * (1 - jitter * random));
}

/**
 * Whether a connection was a success, so that the back-off starts over.
 *
 * @param livedMs how long it was live
 * @param streamedMs how long it brought messages of subscribed channels, from the first to the last one
 */
export function isStable(livedMs: number, streamedMs: number, stableAfterMs: number): boolean {
  return livedMs >= stableAfterMs || streamedMs >= steadyMs;
}
