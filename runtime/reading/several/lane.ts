/** One market's part of a read of several. */
import type { Selection } from '../../buffer/selection.js';
import type { Detail, Message } from '../../market/format.js';
import { stepsToShow, type TimeSlice } from '../../pacing/time-slice.js';
import type { StreamView } from '../../stream/view.js';
import type { PageBuilder } from '../page.js';

/** How messages are shown. */
interface Manner {
  readonly detail: Detail;
  /** Whether codes come in words, too. */
  readonly isNamed: boolean;
}

/** A message on the page. */
export interface Shown {
  readonly arrivedMs: number;
  readonly seq: number;
  readonly message: Message;
}

/**
 * Finds the chosen messages of a market one by one, from a place on or from the newest back. Messages that arrive
 * during the read are left to the next one.
 */
export class Lane {
  readonly shown: Shown[] = [];
  /** Messages that had left the buffer before they could be looked at. */
  dropped = 0;
  /** Messages that were not chosen. */
  passed = 0;
  /** Bytes of the next message, where it is too large for a page of its own. */
  tooLarge: number | undefined;
  private readonly end: number;
  private seq: number;
  /** Whether its next message did not fit. */
  private isFull = false;

  /** @param since absent: from the newest back */
  constructor(
    readonly stream: StreamView,
    private readonly select: Selection,
    private readonly since: number | undefined,
    private readonly slice: TimeSlice,
  ) {
    this.end = stream.buffer.nextSeq;
    this.seq = since ?? this.end - 1;
  }

  /** Whether there is a message that may still come onto the page; `seek` was called before. */
  get isOpen(): boolean {
    return !this.isFull && this.hasMessage;
  }

  /** Whether there is more to read. */
  get hasMore(): boolean {
    return this.since === undefined ? this.tooLarge !== undefined : this.hasMessage;
  }

  /** Seq from which the next read goes on. */
  get next(): number {
    return this.since === undefined && this.tooLarge === undefined ? this.end : this.seq;
  }

  /** Goes to the next message that is chosen, if there is one. */
  async seek(): Promise<void> {
    const { stream, select, slice } = this;
    for (;;) {
      this.skipLost();
      if (!this.hasMessage || select(stream.buffer, this.seq)) return;
      this.passed++;
      this.advance();
      if (slice.spent()) await slice.rest();
    }
  }

  /** Whether its next message comes onto the page before that of another: each has its turn, in the order of arrival. */
  isBefore(other: Lane): boolean {
    if (this.shown.length !== other.shown.length) return this.shown.length < other.shown.length;
    const [own, others] = [this.arrivedMs, other.arrivedMs];
    return this.since === undefined ? own > others : own < others;
  }

  /** Puts its next message onto the page if it fits, and seeks the one after it. */
  async put(page: PageBuilder, { detail, isNamed }: Manner): Promise<void> {
    const { stream, slice, seq } = this;
    const { market, buffer } = stream;
    // It may have left while another lane rested.
    if (seq < buffer.oldestSeq) return this.seek();
    const steps = stepsToShow(buffer.bytesAt(seq));
    const shown: Message = { market: market.name, ...stream.show(buffer.at(seq)!, detail, isNamed) };
    if (page.add(shown)) {
      this.shown.push({ arrivedMs: this.arrivedMs, seq, message: page.messages.at(-1)! });
      this.advance();
    } else {
      this.isFull = true;
      if (page.isTooSmall && this.shown.length === 0) this.tooLarge = page.needed;
    }
    if (slice.spent(steps)) await slice.rest();
    if (!this.isFull) await this.seek();
  }

  private get hasMessage(): boolean {
    return this.seq < this.end && this.seq >= this.stream.buffer.oldestSeq;
  }

  private get arrivedMs(): number {
    return this.stream.buffer.arrivedMs(this.seq);
  }

  private advance(): void {
    this.seq += this.since === undefined ? -1 : 1;
  }

  private skipLost(): void {
    if (this.since === undefined) return;
    const { oldestSeq } = this.stream.buffer;
    this.dropped += Math.max(0, oldestSeq - this.seq);
    this.seq = Math.max(this.seq, oldestSeq);
  }
}
