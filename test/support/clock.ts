import type { Clock } from '../../runtime/core/clock.js';

interface Timer {
  readonly dueMs: number;
  readonly callback: () => void;
}

/** A clock that stands still until a test moves it. */
export class TestClock implements Clock {
  /** What `random` returns. */
  chance = 0;
  private passedMs = 0;
  private readonly timers = new Set<Timer>();

  constructor(private wallMs = Date.UTC(2026, 8, 9, 14, 30)) {}

  now(): number {
    return this.wallMs;
  }

  elapsed(): number {
    return this.passedMs;
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = { dueMs: this.passedMs + delayMs, callback };
    this.timers.add(timer);
    return () => this.timers.delete(timer);
  }

  random(): number {
    return this.chance;
  }

  /** How many callbacks are due later. */
  get waiting(): number {
    return this.timers.size;
  }

  /** Lets time pass. Callbacks run in the order in which they fall due, and may add more. */
  advance(ms: number): void {
    const endMs = this.passedMs + ms;
    for (let timer = this.nextUntil(endMs); timer; timer = this.nextUntil(endMs)) {
      this.timers.delete(timer);
      this.moveTo(timer.dueMs);
      timer.callback();
    }
    this.moveTo(endMs);
  }

  private nextUntil(endMs: number): Timer | undefined {
    const due = [...this.timers].filter(({ dueMs }) => dueMs <= endMs);
    return due.sort((a, b) => a.dueMs - b.dueMs)[0];
  }

  private moveTo(ms: number): void {
    const passed = Math.max(ms - this.passedMs, 0);
    this.passedMs += passed;
    this.wallMs += passed;
  }
}
