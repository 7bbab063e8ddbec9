/** Admits the calls of many clients round-robin, one per turn of the event loop. */

import { optionTable } from '../../config/options.js';
import { StreamError } from '../../core/errors.js';
import { whenAllAreIn } from '../../pacing/arrivals.js';
import { FairQueue } from '../../pacing/fair-queue.js';
import { Quota } from '../../pacing/quota.js';

/** How many calls of a client run at the same time; the others wait. */
const activePerClient = 4;

interface CallOptions {
  /** Whether it mostly waits for something, and computes little. */
  readonly waits?: boolean | undefined;
  /** Cancels it while it waits. */
  readonly signal?: AbortSignal | undefined;
}

export class Calls {
  private readonly queue = new FairQueue<() => void>(activePerClient);
  private readonly quota: Quota;
  private admitting = false;

  /**
   * @param perClient how many calls one client may have, running and waiting
   * @param inAll the same for all clients together
   * @param defer calls back in a later turn of the event loop
   */
  constructor(
    perClient: number,
    inAll: number,
    private readonly defer: (callback: () => void) => void = callback => void whenAllAreIn().then(callback),
  ) {
    this.quota = new Quota(perClient, inAll);
  }

  /**
   * Runs a client's work when it is its turn.
   *
   * @throws StreamError LIMIT_EXCEEDED if there are too many already
   */
  async run<T>(client: string, work: () => Promise<T>, { waits = false, signal }: CallOptions = {}): Promise<T> {
    const exceeded = this.quota.take(client);
    if (exceeded) throw tooMany(exceeded, this.quota[exceeded]);
    try {
      await this.queueFor(client, signal);
      return await (waits ? this.begin(client, work) : this.finish(client, work));
    } finally {
      this.quota.add(client, -1);
    }
  }

  /** Passes the turn on as soon as the work waits for something. */
  private begin<T>(client: string, work: () => Promise<T>): Promise<T> {
    try {
      return work();
    } finally {
      this.done(client);
    }
  }

  private async finish<T>(client: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } finally {
      this.done(client);
    }
  }

  private done(client: string): void {
    this.queue.done(client);
    this.admit();
  }

  private queueFor(client: string, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const begin = (): void => {
        signal?.removeEventListener('abort', giveUp);
        resolve();
      };
      const giveUp = (): void => {
        this.queue.remove(client, begin);
        reject(signal?.reason);
      };
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      signal?.addEventListener('abort', giveUp, { once: true });
      this.queue.add(client, begin);
      this.admit();
    });
  }

  /** One per turn, so that calls that arrive meanwhile take part in the next round. */
  private admit(): void {
    if (this.admitting) return;
    this.admitting = true;
    this.defer(() => {
      this.admitting = false;
      const next = this.queue.next();
      if (!next) return;
      next.item();
      this.admit();
    });
  }
}

function tooMany(exceeded: 'perClient' | 'inAll', most: number): StreamError {
  const [whose, { variable }] =
    exceeded === 'perClient' ? ['a client', optionTable.httpCalls] : ['all clients', optionTable.httpTotalCalls];
  return new StreamError(
    'LIMIT_EXCEEDED',
    `At most ${most} calls of ${whose} may be under way at the same time (${variable}).`,
    'Let some of the calls end, then call again.',
  );
}
