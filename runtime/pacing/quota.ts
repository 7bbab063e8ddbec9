/** Counts how much of something each client has, and all together. */
export class Quota {
  private readonly counts = new Map<string, number>();
  private sum = 0;

  /**
   * @param perClient most that one client may have
   * @param inAll most that all may have together
   */
  constructor(
    readonly perClient: number,
    readonly inAll: number = Number.POSITIVE_INFINITY,
  ) {}

  get total(): number {
    return this.sum;
  }

  of(client: string): number {
    return this.counts.get(client) ?? 0;
  }

  /** Adds to what a client has, unless that exceeds a bound. @returns the bound that it would exceed */
  take(client: string, amount = 1): 'perClient' | 'inAll' | undefined {
    if (this.of(client) + amount > this.perClient) return 'perClient';
    if (this.sum + amount > this.inAll) return 'inAll';
    this.add(client, amount);
    return undefined;
  }

  /** Adds to what a client has, or takes from it, regardless of bounds. */
  add(client: string, amount: number): void {
    const count = this.of(client) + amount;
    this.sum += amount;
    if (count === 0) this.counts.delete(client);
    else this.counts.set(client, count);
  }

  /** The client that has the most. */
  get greatest(): string | undefined {
    let greatest: string | undefined;
    for (const [client, count] of this.counts) if (count > this.of(greatest ?? '')) greatest = client;
    return greatest;
  }
}
