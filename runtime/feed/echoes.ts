/** Whether a refusal may be an earlier one that the feed says again. */
export class Echoes {
  private acks = 0;
  private refusals = 0;
  /** How many refusals had been heard when the frame in flight was sent. */
  private refusalsBefore = 0;
  private echoing = false;
  private refusedBefore = false;

  /** How many acknowledgements and refusals were heard. */
  get answersHeard(): number {
    return this.acks + this.refusals;
  }

  /** Whether there was any refusal on this connection that can be said again. */
  get mayRepeat(): boolean {
    return this.refusedBefore;
  }

  /** Whether a refusal that comes now would be that of the last frame, said again. */
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

  /** Nothing more is expected of the frame in flight. */
  settle(): void {
    if (this.refusals > this.refusalsBefore) this.echoing = this.refusedBefore = true;
  }

  /** The feed has said all that it had to say about the last frame. */
  areOver(): void {
    this.echoing = false;
  }

  /** The connection is new. */
  clear(): void {
    this.echoing = this.refusedBefore = false;
  }
}
