import type { Clock } from './clock.js';
import type { Selection } from './selection.js';
import { Slice } from './slice.js';
import type { StreamView } from './view.js';

/** The messages of a stream that a selection chooses, each looked at once, as far as the time of one look goes. */
export class Sight {
  /** Messages that left the buffer before they could be looked at. */
  dropped = 0;
  /** Chosen messages that were looked at. */
  seen = 0;
  /** Messages that were passed over. */
  passed = 0;

  /** @param next seq of the first message to look at */
  constructor(
    private readonly clock: Clock,
    private readonly stream: StreamView,
    private readonly select: Selection,
    private next: number,
  ) {}

  /** Seq of the next message to look at. */
  get position(): number {
    return this.next;
  }

  /** Looks at one message after the other. @returns whether one was `taken`; if not, none is left, or no time */
  look(taken: (seq: number) => boolean): boolean {
    const { buffer } = this.stream;
    const slice = new Slice(this.clock);
    this.dropped += Math.max(0, buffer.oldestSeq - this.next);
    this.next = Math.max(this.next, buffer.oldestSeq);
    while (this.next < buffer.nextSeq && !slice.spent()) {
      const seq = this.next++;
      if (!this.select(buffer, seq)) {
        this.passed++;
        continue;
      }
      this.seen++;
      if (taken(seq)) return true;
    }
    return false;
  }

  /** The message that was looked at last is left to be looked at again. */
  putBack(): void {
    this.next--;
    this.seen--;
  }

  /** Whether a chosen message is left; yes as well where one look does not suffice to tell. */
  get hasMore(): boolean {
    const { buffer } = this.stream;
    const slice = new Slice(this.clock);
    for (let seq = Math.max(this.next, buffer.oldestSeq); seq < buffer.nextSeq; seq++) {
      if (slice.spent() || this.select(buffer, seq)) return true;
    }
    return false;
  }
}
