import { count } from '../core/count.js';
import { isoOrNull } from '../core/time.js';

/** The progress of a replay, in the time of the recording. */
export class Progress {
  /** Arrival of the first frame that was played, and of the last. */
  private firstMs: number | undefined;
  private lastMs: number | undefined;
  /** Arrival of the next frame. */
  private nextMs: number | undefined;
  private over = false;
  private cleaned = 0;

  constructor(
    private readonly title: string,
    private readonly speed: number,
    private readonly changed: () => void,
  ) {}

  get ended(): boolean {
    return this.over;
  }

  /** Arrival of the newest frame that was played, wall clock ms; undefined before the first. */
  get atMs(): number | undefined {
    return this.lastMs;
  }

  /** A sentence for every answer. */
  get note(): string {
    if (this.over) return `${this.describeEnd()}: it was recorded, not live.`;
    const pace = this.speed === 1 ? 'as fast as it came' : `at ${this.speed} times the speed`;
    return `Replay of ${isoOrNull(this.lastMs) ?? this.title} ${pace}: recorded, not live.`;
  }

  /** More sentences about the recording. */
  get notes(): string[] {
    if (this.cleaned === 0) return [];
    return [
      `${count(this.cleaned, 'frame')} of it held the API key, and ${this.cleaned === 1 ? 'was' : 'were'} recorded without it.`,
    ];
  }

  /** Why nothing comes. */
  explainSilence(): string {
    if (this.over) return `${this.describeEnd()}. Stop the stream and start it again to replay it once more.`;
    if (this.nextMs === undefined) return 'The replay begins with the first channel.';
    return `The replay waits for ${isoOrNull(this.nextMs)}, when the next frame came; it may be of other channels.`;
  }

  waitsFor(atMs: number): void {
    this.nextMs = atMs;
  }

  /** @param cleaned whether the key was taken out of the frame */
  passed(atMs: number, cleaned = false): void {
    if (cleaned) this.cleaned++;
    this.firstMs ??= atMs;
    this.lastMs = atMs;
  }

  end(): void {
    this.over = true;
    this.changed();
  }

  private describeEnd(): string {
    if (this.lastMs === undefined) return `The replay of ${this.title} has ended, nothing was in it`;
    return `The replay of ${isoOrNull(this.firstMs)} to ${isoOrNull(this.lastMs)} has ended`;
  }
}
