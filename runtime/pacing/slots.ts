import { FairQueue } from './fair-queue.js';

/** A few at a time: whoever comes while all places are taken waits, and clients are let in by turns. */
export class Slots {
  private readonly waiting = new FairQueue<() => void>(Number.POSITIVE_INFINITY);

  /** @param free how many may be at it at the same time */
  constructor(private free: number) {}

  /**
   * Does the work in a place of its own, which the next one gets then, however the work ended.
   *
   * @param client who asks for it
   * @param abort gives the place in the line up
   * @returns nothing where the work was given up before it began
   */
  async with<T>(client: string, work: () => Promise<T>, abort?: AbortSignal): Promise<T | undefined> {
    if (abort?.aborted) return undefined;
    if (this.free > 0) this.free--;
    else if (!(await this.queueFor(client, abort))) return undefined;
    try {
      return await work();
    } finally {
      const next = this.waiting.next();
      if (next) {
        this.waiting.done(next.client);
        next.item();
      } else this.free++;
    }
  }

  private queueFor(client: string, abort: AbortSignal | undefined): Promise<boolean> {
    return new Promise(resolve => {
      const giveUp = (): void => {
        this.waiting.remove(client, begin);
        resolve(false);
      };
      const begin = (): void => {
        abort?.removeEventListener('abort', giveUp);
        resolve(true);
      };
      abort?.addEventListener('abort', giveUp, { once: true });
      this.waiting.add(client, begin);
    });
  }
}
