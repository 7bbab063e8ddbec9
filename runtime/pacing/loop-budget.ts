import type { Clock } from '../core/clock.js';

/** Time that the sockets of a process may take in one turn of the event loop, so that tool calls never wait long. */
const budgetMs = 5;

export class LoopBudget {
  private began = false;
  private beganMs = 0;
  private lookedMs = 0;
  private wallMs = 0;

  constructor(private readonly clock: Clock) {}

  /** Monotonic ms of the last look at the clock, in this turn. */
  get elapsedMs(): number {
    this.begin();
    return this.lookedMs;
  }

  /** Wall clock ms of the same look. */
  get nowMs(): number {
    this.begin();
    return this.wallMs;
  }

  /** Reads the clock. @returns whether the time of this turn is used up */
  spent(): boolean {
    this.begin();
    this.look();
    return this.lookedMs - this.beganMs > budgetMs;
  }

  /** Starts the time of this turn, unless it has started. */
  begin(): void {
    if (this.began) return;
    this.began = true;
    this.look();
    this.beganMs = this.lookedMs;
    setImmediate(() => {
      this.began = false;
    });
  }

  private look(): void {
    this.lookedMs = this.clock.elapsed();
    this.wallMs = this.clock.now();
  }
}
