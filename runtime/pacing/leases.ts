import type { Clock } from '../core/clock.js';

interface Lease<T> {
  readonly value: T;
  users: number;
  cancel: () => void;
}

/** Keeps things while they are in use and for some time after, up to a maximum. */
export class Leases<T> {
  /** In the order of last use; those in use are among them. */
  private readonly leases = new Map<string, Lease<T>>();

  /**
   * @param most how many are kept at the same time
   * @param ttlMs how long an unused one is kept
   * @param ended called with each one that is let go
   */
  constructor(
    private readonly clock: Clock,
    private readonly most: number,
    private readonly ttlMs: number,
    private readonly ended: (value: T) => void,
  ) {}

  get size(): number {
    return this.leases.size;
  }

  get(id: string): T | undefined {
    return this.leases.get(id)?.value;
  }

  /** @returns what is kept under the name, or a new one; undefined if there is no room */
  take(id: string, make: () => T): T | undefined {
    const known = this.leases.get(id);
    if (known) return known.value;
    if (this.leases.size >= this.most) return undefined;
    const lease = { value: make(), users: 0, cancel: () => {} };
    this.expire(id, lease);
    return lease.value;
  }

  /** Keeps it at least until the function that is returned is called. */
  use(id: string): () => void {
    const lease = this.leases.get(id);
    if (!lease) return () => {};
    lease.users++;
    lease.cancel();
    let done = false;
    return () => {
      if (done) return;
      done = true;
      lease.users--;
      if (lease.users === 0 && this.leases.get(id) === lease) this.expire(id, lease);
    };
  }

  end(id: string): void {
    const lease = this.leases.get(id);
    if (!lease) return;
    lease.cancel();
    this.leases.delete(id);
    this.ended(lease.value);
  }

  /** How many of those kept match. */
  count(chosen: (value: T) => boolean): number {
    return [...this.leases.values()].filter(({ value }) => chosen(value)).length;
  }

  /** Ends the match that has been unused for longest. @returns whether there was one */
  endIdle(chosen: (value: T) => boolean): boolean {
    for (const [id, { value, users }] of this.leases) {
      if (users > 0 || !chosen(value)) continue;
      this.end(id);
      return true;
    }
    return false;
  }

  /** Ends all matches. */
  endEach(chosen: (value: T) => boolean): void {
    for (const [id, { value }] of [...this.leases]) if (chosen(value)) this.end(id);
  }

  /** Ends all. */
  close(): void {
    for (const id of [...this.leases.keys()]) this.end(id);
  }

  private expire(id: string, lease: Lease<T>): void {
    this.leases.delete(id);
    this.leases.set(id, lease);
    lease.cancel = this.clock.after(this.ttlMs, () => this.end(id));
  }
}
