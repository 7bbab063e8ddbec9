import type { Selection } from '../buffer/selection.js';
import { stepsToShow, type TimeSlice } from '../pacing/time-slice.js';
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
  /** How many small steps the last look took. */
  steps = 0;

  /** @param next seq of the first message to look at */
  constructor(
    private readonly slice: TimeSlice,
    private readonly stream: StreamView,
    private readonly select: Selection,
    private next: number,
  ) {}

  /** Seq of the next message to look at. */
  get nextSeq(): number {
    return this.next;
  }

  /**
   * Looks until a message is taken, or no message or time is left. One that is unfinished is looked at again.
   *
   * @param passBy as `lookAtNext` has it
   * @returns whether one was taken
   */
  look(lookAt: (seq: number, slice: TimeSlice) => Look, passBy?: (seq: number) => boolean): boolean {
    const { slice } = this;
    this.skipLost();
    if (slice.mustWait) return false;
    for (let steps = 0; !this.isAtEnd && !slice.spent(steps); steps = this.steps) {
      const look = this.lookAtNext(lookAt, passBy);
      if (look !== 'skipped') return look === 'taken';
    }
    return false;
  }

  /** Whether every message that has arrived was looked at. */
  get isAtEnd(): boolean {
    return this.next >= this.stream.buffer.nextSeq;
  }

  /** When the next message to look at arrived, monotonic ms; there must be one. */
  get nextArrivedMs(): number {
    return this.stream.buffer.arrivedMs(this.next);
  }

  /** Counts messages that left the buffer as dropped, and goes on after them. */
  skipLost(): void {
    const { oldestSeq } = this.stream.buffer;
    this.dropped += Math.max(0, oldestSeq - this.next);
    this.next = Math.max(this.next, oldestSeq);
  }

  /**
   * Looks at the next message, which must be there; at one that is unfinished again the next time.
   *
   * @param passBy is told of a message that is not selected, and says whether it parsed it
   */
  lookAtNext(lookAt: (seq: number, slice: TimeSlice) => Look, passBy?: (seq: number) => boolean): Look {
    const { buffer } = this.stream;
    const seq = this.next++;
    const isChosen = this.select(buffer, seq);
    this.steps = isChosen || passBy?.(seq) ? stepsToShow(buffer.bytesAt(seq)) : 1;
    if (!isChosen) {
      this.passed++;
      return 'skipped';
    }
    this.seen++;
    const look = lookAt(seq, this.slice);
    if (look === 'unfinished') this.putBack();
    return look;
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
