import { FairQueue } from './fair-queue.js';

/** A semaphore: at most a few at a time; those who wait are let in client by client. */
export class Slots {
  private readonly waiting = new FairQueue<() => void>(Number.POSITIVE_INFINITY);

  /** @param free how many may run at the same time */
  constructor(private free: number) {}

  /**
   * Runs the work in a slot, and passes the slot on when it ends, whatever the outcome.
   *
   * @param client who asks for it
   * @param abort gives up waiting
   * @returns undefined if the caller gave up before the work began
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
