/** How long turns of the event loop keep others waiting. */
export class Lag {
  /** Of all turns so far, ms of this process. */
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
    // Time that the machine gave to other processes is not counted, and neither are threads beside the event loop.
    const { user, system } = process.cpuUsage(this.used);
    this.longestMs = Math.max(this.longestMs, Math.min(performance.now() - this.beganMs, (user + system) / 1_000));
    this.beganMs = performance.now();
    this.used = process.cpuUsage();
    if (this.running) setImmediate(() => this.look());
  }
}
