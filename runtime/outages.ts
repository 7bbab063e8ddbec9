/** What was missed: every interval in which a wanted stream was not live. */
export interface Outage {
  /** Arrival of the last message before it, or its beginning if there was none; wall clock ms. */
  readonly fromMs: number;
  /** Arrival of the first message after it; absent while it lasts. */
  readonly toMs?: number;
  /** Seq of the first message after it, or the next one while it lasts. */
  readonly seq: number;
  readonly cause: string;
  readonly channels: readonly string[];
}

const kept = 20;

/** What may be asked about outages. */
export type OutagesView = Pick<OutageLedger, 'all' | 'since' | 'forgotten'>;

export class OutageLedger {
  /** Outages that are no longer listed. */
  forgotten = 0;
  private list: Outage[] = [];

  /** Newest last. */
  get all(): readonly Outage[] {
    return this.list;
  }

  get current(): Outage | undefined {
    const last = this.list.at(-1);
    return last && last.toMs === undefined ? last : undefined;
  }

  begin(outage: Outage): void {
    if (this.current) return;
    this.list.push(outage);
    if (this.list.length <= kept) return;
    this.list.shift();
    this.forgotten++;
  }

  end(toMs: number): void {
    const { current } = this;
    // The wall clock may have jumped back meanwhile.
    if (current) this.list[this.list.length - 1] = { ...current, toMs: Math.max(toMs, current.fromMs) };
  }

  clear(): void {
    this.list = [];
    this.forgotten = 0;
  }

  /** Those that a reader who had everything up to `seq` has not been told as over. */
  since(seq: number): Outage[] {
    return this.list.filter(outage => outage.seq >= seq);
  }
}
