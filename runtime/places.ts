/** A few at a time: whoever comes while all places are taken waits in line. */
export class Places {
  private readonly waiting: (() => void)[] = [];

  /** @param free how many may be at it at the same time */
  constructor(private free: number) {}

  /** Does the work in a place of its own, which the next one gets then, however the work ended. */
  async with<T>(work: () => Promise<T>): Promise<T> {
    if (this.free > 0) this.free--;
    else await new Promise<void>(resolve => this.waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.free++;
    }
  }
}
