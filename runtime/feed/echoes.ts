/** Tells a new refusal from an earlier one that the feed repeats. */
export class Echoes {
  private acks = 0;
  private refusals = 0;
  /** Number of refusals before the frame in flight was sent. */
  private refusalsBefore = 0;
  private echoing = false;
  private refusedBefore = false;

  /** Number of acknowledgements and refusals so far. */
  get answersHeard(): number {
    return this.acks + this.refusals;
  }

  /** Whether this connection had a refusal that the feed can repeat. */
  get mayRepeat(): boolean {
    return this.refusedBefore;
  }

  /** Whether a refusal that arrives now repeats that of the last frame. */
  get isEchoing(): boolean {
    return this.echoing;
  }

  sent(): void {
    this.refusalsBefore = this.refusals;
    this.echoing = false;
  }

  granted(): void {
    this.acks++;
  }

  refused(): void {
    this.refusals++;
  }

  /** No more answers to the frame in flight are expected. */
  settle(): void {
    if (this.refusals > this.refusalsBefore) this.echoing = this.refusedBefore = true;
  }

  /** The feed will not repeat its answers to the last frame any more. */
  areOver(): void {
    this.echoing = false;
  }

  /** The connection is new. */
  clear(): void {
    this.echoing = this.refusedBefore = false;
  }
}
