const windowSeconds = 10;

/** Events a second over the last ten seconds. */
export class RateMeter {
  private readonly counts = new Array<number>(windowSeconds).fill(0);
  private second = 0;
  private sinceMs: number | undefined;

  /** @param elapsedMs monotonic time */
  add(count: number, elapsedMs: number): void {
    this.sinceMs ??= elapsedMs;
    this.advance(elapsedMs);
    this.counts[this.second % windowSeconds]! += count;
  }

  rate(elapsedMs: number): number {
    if (this.sinceMs === undefined) return 0;
    this.advance(elapsedMs);
    const sum = this.counts.reduce((total, count) => total + count, 0);
    const seconds = Math.min(windowSeconds, Math.max(1, (elapsedMs - this.sinceMs) / 1_000));
    return Math.round((sum / seconds) * 10) / 10;
  }

  private advance(elapsedMs: number): void {
    const now = Math.floor(elapsedMs / 1_000);
    const steps = Math.min(now - this.second, windowSeconds);
    for (let step = 0; step < steps; step++) this.counts[(now - step) % windowSeconds] = 0;
    this.second = Math.max(now, this.second);
  }
}
