/** The values of a symbol in the last stretch of time, bounded. */
import type { Amount } from '../../core/exact-sum.js';

/** What a message said; of a bar the first and the last of what is in it. */
export interface Point {
  /** Arrival, monotonic ms. */
  readonly atMs: number;
  readonly seq: number;
  readonly first: Amount;
  last: Amount;
  /** Begin of a bar, which may come again. */
  readonly startMs?: number | undefined;
}

/** How many values all spans of a condition may hold together. */
export const mostPoints = 100_000;

/** How often all spans let go what is past, where there is no room. */
const sweepMs = 1_000;

export class Room {
  private used = 0;
  private sweptMs = Number.NEGATIVE_INFINITY;
  private readonly spans: Span[] = [];
  /** Whether values had to go before their time. */
  isCut = false;

  constructor(private readonly most = mostPoints) {}

  join(span: Span): void {
    this.spans.push(span);
  }

  /** Whether there is none, although what is past has been let go lately. */
  isFull(nowMs: number): boolean {
    if (this.used >= this.most && nowMs - this.sweptMs >= sweepMs) {
      this.sweptMs = nowMs;
      for (const span of this.spans) span.expire(nowMs);
    }
    return this.used >= this.most;
  }

  add(count: 1 | -1): void {
    this.used += count;
  }
}

/** So many places that values left are kept before the list is made shorter. */
const mostEmpty = 1_024;

export class Span {
  private points: Point[] = [];
  private head = 0;
  /** The last one that left by time. */
  held: Point | undefined;
  /** Arrival of the newest that had to go before its time. */
  cutMs = Number.NEGATIVE_INFINITY;

  /** @param leave is told of each that leaves */
  constructor(
    private readonly room: Room,
    private readonly windowMs: number,
    private readonly leave: (point: Point) => void = () => {},
  ) {
    room.join(this);
  }

  get oldest(): Point | undefined {
    return this.points[this.head];
  }

  get newest(): Point | undefined {
    return this.head < this.points.length ? this.points.at(-1) : undefined;
  }

  /** @returns whether there was room for it */
  add(point: Point): boolean {
    const { room } = this;
    if (room.isFull(point.atMs)) {
      room.isCut = true;
      const dropped = this.shift();
      this.cutMs = dropped?.atMs ?? point.atMs;
      this.held = undefined;
      if (!dropped) return false;
    }
    room.add(1);
    this.points.push(point);
    return true;
  }

  /** Lets those go that arrived before the span that ends now; where `isThen`, also those of its first moment. */
  expire(nowMs: number, isThen = false): void {
    const beforeMs = nowMs - this.windowMs;
    for (let { oldest } = this; oldest; oldest = this.oldest) {
      if (isThen ? oldest.atMs > beforeMs : oldest.atMs >= beforeMs) return;
      this.held = this.shift();
    }
  }

  /** One of the newest, by when its bar begins. */
  ofBar(startMs: number, among: number): Point | undefined {
    const from = Math.max(this.head, this.points.length - among);
    for (let index = this.points.length - 1; index >= from; index--)
      if (this.points[index]!.startMs === startMs) return this.points[index];
    return undefined;
  }

  private shift(): Point | undefined {
    const point = this.points[this.head];
    if (!point) return undefined;
    this.head++;
    this.room.add(-1);
    if (this.head === this.points.length || (this.head >= mostEmpty && this.head * 2 >= this.points.length)) {
      this.points = this.points.slice(this.head);
      this.head = 0;
    }
    this.leave(point);
    return point;
  }
}
