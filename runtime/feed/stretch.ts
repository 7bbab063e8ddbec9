/** From the first to the last message of a connection. */
export class Stretch {
  private firstMs: number | undefined;
  private lastMs = 0;

  get durationMs(): number {
    return this.firstMs === undefined ? 0 : this.lastMs - this.firstMs;
  }

  /** @param atMs when a message came, monotonic */
  messageAt(atMs: number): void {
    this.firstMs ??= atMs;
    this.lastMs = atMs;
  }

  clear(): void {
    this.firstMs = undefined;
  }
}
