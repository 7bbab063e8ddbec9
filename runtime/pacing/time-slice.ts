import type { Clock } from '../core/clock.js';
import { whenAllAreIn } from './arrivals.js';
import { LongWork } from './long-work.js';

/** The clock is read once per this many small steps. */
const stepsPerLook = 32;
/** Formatting a message takes as long as skipping this many, and parsing it as one for so many bytes. */
const shownSteps = 16;
const bytesPerStep = 128;

/** How many small steps it takes to show a message, or only to parse it. */
export function stepsToShow(bytes: number): number {
  return shownSteps + stepsToParse(bytes);
}

export function stepsToParse(bytes: number): number {
  return Math.ceil(bytes / bytesPerStep);
}

/** One scheduler per clock. */
const shifts = new WeakMap<Clock, LongWork>();

function shiftOf(clock: Clock): LongWork {
  let shift = shifts.get(clock);
  if (!shift) {
    shift = new LongWork({ elapsed: () => clock.elapsed(), nextTurn: callback => void whenAllAreIn().then(callback) });
    shifts.set(clock, shift);
  }
  return shift;
}

/** A long piece of work, interleaved with all others of the process. */
export class TimeSlice {
  private stepsLeft = stepsPerLook;
  /** It was paused and may run now. */
  private called = false;
  private readonly shift: LongWork;

  constructor(clock: Clock) {
    this.shift = shiftOf(clock);
  }

  /** Resolves when the work may begin: at once, unless others are running. */
  async begin(): Promise<void> {
    if (this.shift.isTaken) await this.shift.rest();
  }

  /** Whether others are running, so that the work should pause before it begins or goes on. */
  get mustWait(): boolean {
    const { called } = this;
    this.called = false;
    return called ? this.shift.isOver : this.shift.isTaken;
  }

  /** Counts small steps. @returns whether the work should pause before the next one */
  spent(steps = 1): boolean {
    this.stepsLeft -= steps;
    if (this.stepsLeft > 0) return false;
    this.stepsLeft = stepsPerLook;
    return this.shift.isOver;
  }

  /** Resolves in a later turn, with a new time slice. */
  async rest(): Promise<void> {
    await this.shift.rest();
    this.called = true;
  }
}
