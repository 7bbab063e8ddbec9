import type { StrayRefusal } from './upstream-user.js';

/** A refusal that answers no request and names no channel. */
export interface UnaskedRefusal extends StrayRefusal {
  /** Seq of the first message after it. */
  readonly seq: number;
  /** Names held at that time, any of which may be meant; empty after a reconnect. */
  readonly names: readonly string[];
}
