/** Looks through several streams for what a call waits for. */
import type { TimeSlice } from '../../pacing/time-slice.js';
import type { StreamView } from '../../stream/view.js';
import type { MatchScan } from '../match-scan.js';
import type { Prospect } from '../prospect.js';
import type { Search } from '../search.js';

/** One market's part of a search. */
export interface SearchPart {
  readonly stream: StreamView;
  readonly matchScan: MatchScan;
  readonly search: Search;
  /** Absent where nothing that the call names is of this market. */
  readonly prospect: Prospect | undefined;
}

/** Takes the messages of all streams in the order of their arrival. */
export class JointSearch {
  constructor(
    private readonly parts: readonly SearchPart[],
    private readonly slice: TimeSlice,
  ) {}

  get matched(): boolean {
    return this.parts.some(({ search }) => search.matched);
  }

  /** Whether there is no point in looking further. */
  get ended(): boolean {
    return this.parts.some(({ search }) => search.ended);
  }

  /** Whether every message that has arrived was looked at. */
  get isAtEnd(): boolean {
    return this.parts.every(({ matchScan }) => matchScan.isAtEnd);
  }

  /** Whether certainly nothing that is waited for can come any more. */
  get isLost(): boolean {
    return this.parts.every(({ stream, prospect }) => stream.isOver || (prospect?.isLost ?? true));
  }

  /** Looks until it has what the call waits for, or no message or time is left. */
  look(): void {
    const { parts, slice } = this;
    for (const { search, matchScan } of parts) {
      if (this.ended) return;
      search.lookAtState();
      matchScan.skipLost();
    }
    if (this.ended || slice.mustWait) return;
    for (let steps = 0; !slice.spent(steps); ) {
      const part = this.earliest;
      if (!part) return;
      const look = part.matchScan.lookAtNext(
        (seq, own) => part.search.lookAt(seq, own),
        seq => part.search.passBy(seq),
      );
      if (look !== 'skipped') return;
      steps = part.matchScan.steps;
    }
  }

  /** Resolves when the next slice of time begins. */
  rest(): Promise<void> {
    return this.slice.rest();
  }

  /** The part whose next message arrived first. */
  private get earliest(): SearchPart | undefined {
    let best: SearchPart | undefined;
    for (const part of this.parts) {
      if (part.matchScan.isAtEnd) continue;
      if (!best || part.matchScan.nextArrivedMs < best.matchScan.nextArrivedMs) best = part;
    }
    return best;
  }
}
