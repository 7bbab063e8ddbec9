/** Measures how long the event loop is blocked. */
export class Lag {
  /** The longest block so far, in ms of processor time. */
  longestMs = 0;
  private running = true;
  private beganMs = performance.now();
  private used = process.cpuUsage();

  constructor() {
    setImmediate(() => this.look());
  }

  end(): void {
    this.running = false;
  }

  private look(): void {
    // Do not count time that other processes took, nor other threads of this one.
    const { user, system } = process.cpuUsage(this.used);
    this.longestMs = Math.max(this.longestMs, Math.min(performance.now() - this.beganMs, (user + system) / 1_000));
    this.beganMs = performance.now();
    this.used = process.cpuUsage();
    if (this.running) setImmediate(() => this.look());
  }
}
