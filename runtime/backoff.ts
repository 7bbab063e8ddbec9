/** Doubling delays with jitter below the cap, so that clients that were cut together do not come back together. */
export interface Backoff {
  readonly initialMs: number;
  readonly maxMs: number;
}

const jitter = 0.25;

/**
 * 1, 2, 4, 8, 16, 30, 30 ... s by default, each up to a quarter shorter.
 *
 * @param attempt failed attempts before this one, from 0
 * @param random in [0, 1)
 * @see polygon-docs/websockets/quickstart.md:315
 */
export function backoffMs({ initialMs, maxMs }: Backoff, attempt: number, random: number): number {
  const full = Math.min(initialMs * 2 ** Math.min(attempt, 30), maxMs);
  return Math.round(full * (1 - jitter * random));
}
