/** Where messages are missing in a stream: after an outage, and where some left the buffer before they were looked at. */
import type { OutagesView } from '../../stream/view.js';

const kept = 20;

export class Breaks {
  /** Seqs of the first messages after each. */
  private after: readonly number[] = [];
  private readonly lost: number[] = [];
  private newest: number | undefined;

  /** @param outages absent: there are none */
  constructor(private readonly outages?: Pick<OutagesView, 'all' | 'newestSeq'>) {}

  /** The messages before this one were not looked at. */
  lostBefore(seq: number): void {
    this.lost.push(seq);
    if (this.lost.length > kept) this.lost.shift();
  }

  /** Whether messages may be missing between two. */
  between(seq: number, later: number): boolean {
    const { outages } = this;
    if (outages && outages.newestSeq !== this.newest) {
      this.newest = outages.newestSeq;
      this.after = outages.all.map(outage => outage.seq);
    }
    const isWithin = (first: number): boolean => seq < first && first <= later;
    return this.after.some(isWithin) || this.lost.some(isWithin);
  }
}
