import type { Clock } from '../core/clock.js';

/** Lets callers wait until a condition that others change becomes true. */
export class Changes {
  private readonly listeners = new Set<() => void>();

  constructor(private readonly clock: Clock) {}

  /** How many wait or listen. */
  get listening(): number {
    return this.listeners.size;
  }

  /** Says that something changed; every waiter looks again. */
  notify(): void {
    if (this.listeners.size === 0) return;
    for (const listener of [...this.listeners]) listener();
  }

  /** Calls back at every change; the returned function ends that. */
  listen(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /**
   * @param done is looked at after every change, and whenever it calls what it is given
   * @returns whether it came true within `timeoutMs` and before `abort`
   */
  until(done: (again: () => void) => boolean, timeoutMs: number, abort?: AbortSignal): Promise<boolean> {
    let look = (): void => {};
    const again = (): void => look();
    if (done(again)) return Promise.resolve(true);
    if (timeoutMs <= 0 || abort?.aborted) return Promise.resolve(false);
    return new Promise(resolve => {
      const finish = (result: boolean): void => {
        this.listeners.delete(look);
        look = () => {};
        cancel();
        abort?.removeEventListener('abort', give);
        resolve(result);
      };
      look = () => {
        if (done(again)) finish(true);
      };
      const give = (): void => finish(false);
      const cancel = this.clock.after(timeoutMs, give);
      abort?.addEventListener('abort', give);
      this.listeners.add(look);
    });
  }
}
