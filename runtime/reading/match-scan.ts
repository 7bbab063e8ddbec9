import type { Selection } from '../buffer/selection.js';
import type { Clock } from '../core/clock.js';
import { stepsToShow, TimeSlice } from '../pacing/time-slice.js';
import type { StreamView } from '../stream/view.js';

/** What became of a message: it is what was looked for, or not, or there was no time to tell. */
export type Look = 'taken' | 'skipped' | 'unfinished';

/** Looks once at each message that a selection chooses, in slices of time. */
export class MatchScan {
  /** Messages that left the buffer before they could be looked at. */
  dropped = 0;
  /** Selected messages that were looked at. */
  seen = 0;
  /** Messages that were not selected. */
  passed = 0;
  private readonly slice: TimeSlice;

  /** @param next seq of the first message to look at */
  constructor(
    clock: Clock,
    private readonly stream: StreamView,
    private readonly select: Selection,
    private next: number,
  ) {
    this.slice = new TimeSlice(clock);
  }

  /** Seq of the next message to look at. */
  get nextSeq(): number {
    return this.next;
  }

  /**
   * Looks until a message is taken, or no message or time is left. One that is unfinished is looked at again.
   *
   * @returns whether one was taken
   */
  look(lookAt: (seq: number, slice: TimeSlice) => Look): boolean {
    const { buffer } = this.stream;
    const { slice } = this;
    this.dropped += Math.max(0, buffer.oldestSeq - this.next);
    this.next = Math.max(this.next, buffer.oldestSeq);
    if (slice.mustWait) return false;
    for (let steps = 0; this.next < buffer.nextSeq && !slice.spent(steps); ) {
      const seq = this.next++;
      const isChosen = this.select(buffer, seq);
      steps = isChosen ? stepsToShow(buffer.bytesAt(seq)) : 1;
      if (!isChosen) {
        this.passed++;
        continue;
      }
      this.seen++;
      const look = lookAt(seq, slice);
      if (look === 'taken') return true;
      if (look === 'skipped') continue;
      this.putBack();
      return false;
    }
    return false;
  }

  /** Resolves when the next slice of time begins. */
  rest(): Promise<void> {
    return this.slice.rest();
  }

  /** Puts the last message back, so that the next look begins with it. */
  putBack(): void {
    this.next--;
    this.seen--;
  }

  /** Whether a selected message that has arrived is left. */
  async hasMore(): Promise<boolean> {
    const { buffer } = this.stream;
    const { slice } = this;
    const end = buffer.nextSeq;
    await slice.begin();
    for (let seq = this.next; seq < end; seq++) {
      if (slice.spent()) await slice.rest();
      seq = Math.max(seq, buffer.oldestSeq);
      if (seq < end && this.select(buffer, seq)) return true;
    }
    return false;
  }
}
