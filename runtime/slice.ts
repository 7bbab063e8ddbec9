import type { Clock } from './clock.js';
import { whenAllAreIn } from './newcomers.js';

/** After so long, the sockets and other calls get their turn. */
const sliceMs = 5;
/** The clock is looked at once for so many steps. */
const stepsPerLook = 64;

/** The time that long work may take in one turn of the event loop. */
export class Slice {
  private steps = 0;
  private beganMs: number;

  constructor(private readonly clock: Clock) {
    this.beganMs = clock.elapsed();
  }

  /** Counts a step. @returns whether the work should rest before the next one */
  spent(): boolean {
    return ++this.steps % stepsPerLook === 0 && this.clock.elapsed() - this.beganMs > sliceMs;
  }

  /** Resolves in a later turn, with time for more. */
  async rest(): Promise<void> {
    await whenAllAreIn();
    this.beganMs = this.clock.elapsed();
  }
}
