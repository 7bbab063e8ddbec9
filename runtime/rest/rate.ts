/** How often a key may ask. Nothing is held back until the API says that it was too often. */
import type { Clock } from '../core/clock.js';

const minuteMs = 60_000;
/** Of the free plan, whose pace is taken from the first refusal on; the other plans have no such limit. */
export const freePerMinute = 5;
/** More in a minute than the free plan lets through, wherever its minute begins: another plan, which was too fast. */
const surelyMore = 2 * freePerMinute;
/** Wait after a refusal that says no time, where another program may have used up the minute. */
const unsaidWaitMs = minuteMs / freePerMinute;
const unsaidPauseMs = 1_000;
/** The pace of the free plan is held so long after the last refusal. */
const heldMs = 10 * minuteMs;

export class CallRate {
  /** When requests went out in the last minute, as far as they matter. */
  private sentMs: number[] = [];
  private blockedUntilMs = Number.NEGATIVE_INFINITY;
  private limitedUntilMs = Number.NEGATIVE_INFINITY;

  constructor(private readonly clock: Clock) {}

  /** Counts a request. @returns how long it must wait; 0 if it may go, and only then it is counted */
  take(): number {
    const nowMs = this.clock.elapsed();
    this.forget(nowMs);
    const waitMs = this.waitMs(nowMs);
    if (waitMs <= 0) {
      this.sentMs.push(nowMs);
      if (this.sentMs.length > surelyMore + 1) this.sentMs.shift();
    }
    return Math.max(waitMs, 0);
  }

  /** The API says that it was too often. @returns how long to wait */
  refused(retryAfterMs?: number): number {
    const nowMs = this.clock.elapsed();
    this.forget(nowMs);
    if (this.sentMs.length > surelyMore) {
      this.blockedUntilMs = nowMs + (retryAfterMs ?? unsaidPauseMs);
    } else {
      this.limitedUntilMs = nowMs + heldMs;
      this.blockedUntilMs = nowMs + (retryAfterMs ?? unsaidWaitMs);
      // Whoever says when to come again knows better what was used up.
      if (retryAfterMs !== undefined) this.sentMs = [];
    }
    return this.waitMs(nowMs);
  }

  private waitMs(nowMs: number): number {
    const blockedMs = this.blockedUntilMs - nowMs;
    if (nowMs >= this.limitedUntilMs || this.sentMs.length < freePerMinute) return blockedMs;
    return Math.max(blockedMs, this.sentMs.at(-freePerMinute)! + minuteMs - nowMs);
  }

  private forget(nowMs: number): void {
    this.sentMs = this.sentMs.filter(sentMs => nowMs - sentMs < minuteMs);
  }
}
