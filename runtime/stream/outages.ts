/** The outages of a stream: every interval in which it was wanted and not live. */
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

/** Converts monotonic ms into wall clock ms. */
type ToWall = (elapsedMs: number) => number;

export class OutageLedger {
  /** Outages that are no longer listed. */
  forgotten = 0;
  /** In monotonic ms. */
  private list: Outage[] = [];

  constructor(private readonly toWall: ToWall) {}

  /** Newest last. */
  get all(): readonly Outage[] {
    return this.list.map(outage => this.shown(outage));
  }

  /** Seq of the newest one. */
  get newestSeq(): number | undefined {
    return this.list.at(-1)?.seq;
  }

  get current(): Outage | undefined {
    const last = this.list.at(-1);
    return last && last.toMs === undefined ? last : undefined;
  }

  /** @param outage in monotonic ms */
  begin(outage: Outage): void {
    if (this.current) return;
    this.list.push(outage);
    if (this.list.length <= kept) return;
    this.list.shift();
    this.forgotten++;
  }

  /** @param toMs monotonic ms */
  end(toMs: number): void {
    const { current } = this;
    if (current) this.list[this.list.length - 1] = { ...current, toMs };
  }

  clear(): void {
    this.list = [];
    this.forgotten = 0;
  }

  /** Those that a reader who has everything up to `seq` does not know to be over. */
  since(seq: number): Outage[] {
    return this.all.filter(outage => outage.seq >= seq);
  }

  private shown(outage: Outage): Outage {
    const { toWall } = this;
    const { fromMs, toMs } = outage;
    return { ...outage, fromMs: toWall(fromMs), ...(toMs === undefined ? {} : { toMs: toWall(toMs) }) };
  }
}
