import type { Clock } from '../core/clock.js';
import { whenAllAreIn } from './arrivals.js';
import { LongWork } from './long-work.js';

/** The clock is looked at once for so many small steps. */
const stepsPerLook = 32;
/** To show a message takes as long as to pass over so many. */
export const shownSteps = 16;

/** All who go by the same clock share its turns. */
const shifts = new WeakMap<Clock, LongWork>();

function shiftOf(clock: Clock): LongWork {
  let shift = shifts.get(clock);
  if (!shift) {
    shift = new LongWork({ elapsed: () => clock.elapsed(), nextTurn: callback => void whenAllAreIn().then(callback) });
    shifts.set(clock, shift);
  }
  return shift;
}

/** A long piece of work, which is done in turns with all others of the process. */
export class TimeSlice {
  private stepsLeft = stepsPerLook;
  /** It has rested, and its turn has come. */
  private called = false;
  private readonly shift: LongWork;

  constructor(clock: Clock) {
    this.shift = shiftOf(clock);
  }

  /** Resolves when the work may begin: at once, unless others are at it. */
  async begin(): Promise<void> {
    if (this.shift.isTaken) await this.shift.rest();
  }

  /** Whether others are at it, so that the work should rest before it begins or goes on. */
  get mustWait(): boolean {
    const { called } = this;
    this.called = false;
    return called ? this.shift.isOver : this.shift.isTaken;
  }

  /** Counts small steps. @returns whether the work should rest before the next one */
  spent(steps = 1): boolean {
    this.stepsLeft -= steps;
    if (this.stepsLeft > 0) return false;
    this.stepsLeft = stepsPerLook;
    return this.shift.isOver;
  }

  /** Resolves in a later turn, with time for more. */
  async rest(): Promise<void> {
    await this.shift.rest();
    this.called = true;
  }
}
