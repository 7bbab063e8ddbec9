/** Time that the sockets of a process may take in one turn of the event loop, so that tool calls never wait long. */
const budgetMs = 5;
/** The clock is looked at once for so many frames. */
const framesPerLook = 8;

export class Turn {
  private beganMs: number | undefined;
  private frames = 0;

  /** @param elapsed monotonic ms */
  constructor(private readonly elapsed: () => number) {}

  /** Counts a frame. @returns whether this turn has had its time */
  spent(): boolean {
    if (this.beganMs === undefined) this.begin();
    if (++this.frames % framesPerLook !== 0) return false;
    return this.elapsed() - this.beganMs! > budgetMs;
  }

  private begin(): void {
    this.beganMs = this.elapsed();
    this.frames = 0;
    setImmediate(() => {
      this.beganMs = undefined;
    });
  }
}
