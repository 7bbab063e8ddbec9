/** Time that the sockets of a process may take in one turn of the event loop, so that tool calls never wait long. */
const budgetMs = 5;
/** The clock is looked at once for so many frames. */
const framesPerLook = 8;

export class Turn {
  private began = false;
  private beganMs = 0;
  private lookedMs = 0;
  private frames = 0;

  /** @param elapsed monotonic ms */
  constructor(private readonly elapsed: () => number) {}

  /** Monotonic ms of the last look at the clock, in this turn. */
  get nowMs(): number {
    if (!this.began) this.begin();
    return this.lookedMs;
  }

  /** Counts a frame. @returns whether this turn has had its time */
  spent(): boolean {
    if (!this.began) this.begin();
    if (++this.frames % framesPerLook !== 0) return false;
    this.lookedMs = this.elapsed();
    return this.lookedMs - this.beganMs > budgetMs;
  }

  private begin(): void {
    this.began = true;
    this.beganMs = this.elapsed();
    this.lookedMs = this.beganMs;
    this.frames = 0;
    setImmediate(() => {
      this.began = false;
    });
  }
}
