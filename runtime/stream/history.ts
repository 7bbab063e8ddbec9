/** A client's stream since its start: how long it was live, what it missed, and what the feed said. */
import type { Clock } from '../core/clock.js';
import { wallMsOf } from '../core/time.js';
import { OutageLedger } from './outages.js';
import type { UnaskedRefusal } from './unasked-refusal.js';
import type { Notice, Stray, StreamFault } from './upstream-user.js';

/** Keeps all times monotonic, and shows them as wall clock times. */
export class History {
  readonly outages: OutageLedger;
  counts = freshCounts();
  private fault: StreamFault | undefined;
  private notice: Notice | undefined;
  private refusal: UnaskedRefusal | undefined;
  private liveSince: number | undefined;
  private started: number | undefined;
  private stopped: number | undefined;
  private wasLive = false;

  constructor(private readonly clock: Clock) {
    this.outages = new OutageLedger(elapsedMs => this.wallMs(elapsedMs));
  }

  get wasStarted(): boolean {
    return this.started !== undefined;
  }

  get lastFault(): StreamFault | undefined {
    return this.shown(this.fault);
  }

  get lastNotice(): Notice | undefined {
    return this.shown(this.notice);
  }

  get unasked(): UnaskedRefusal | undefined {
    return this.shown(this.refusal);
  }

  get liveSinceMs(): number | undefined {
    return this.liveSince === undefined ? undefined : this.wallMs(this.liveSince);
  }

  get liveForMs(): number | undefined {
    return this.liveSince === undefined ? undefined : this.clock.elapsed() - this.liveSince;
  }

  get durationMs(): number {
    return this.started === undefined ? 0 : (this.stopped ?? this.clock.elapsed()) - this.started;
  }

  wallMs(elapsedMs: number): number {
    return wallMsOf(this.clock, elapsedMs);
  }

  /** @param fault of the connection that it joins, if that is retrying */
  start(fault: StreamFault | undefined): void {
    this.outages.clear();
    this.counts = freshCounts();
    this.wasLive = false;
    this.started = this.clock.elapsed();
    this.stopped = undefined;
    this.notice = undefined;
    this.refusal = undefined;
    this.fault = fault;
  }

  stop(): void {
    this.stopped ??= this.clock.elapsed();
    this.liveSince = undefined;
    this.refusal = undefined;
  }

  becameLive(): void {
    this.liveSince = this.clock.elapsed();
    if (this.wasLive) this.counts.reconnects++;
    this.wasLive = true;
  }

  /** The stream stopped being live. */
  ceasedToBeLive(): void {
    this.liveSince = undefined;
    if (this.refusal) this.refusal = { ...this.refusal, names: [] };
  }

  failed(fault: StreamFault | undefined): void {
    this.fault = fault;
  }

  strayed({ malformed = 0, unknown = 0, notice }: Stray): void {
    this.counts.malformed += malformed;
    this.counts.unknown += unknown;
    if (notice) this.notice = notice;
  }

  /** @param refusal with a monotonic time */
  doubted(refusal: UnaskedRefusal): void {
    this.refusal = refusal;
  }

  private shown<T extends { readonly atMs: number }>(kept: T | undefined): T | undefined {
    return kept && { ...kept, atMs: this.wallMs(kept.atMs) };
  }
}

/** What is counted from a start, besides messages. */
function freshCounts() {
  return { malformed: 0, unknown: 0, reconnects: 0 };
}
