import { optionTable } from '../config/options.js';
import { StreamError } from '../core/errors.js';

/** Limits how many calls of a client wait at the same time. */
export class Waits {
  private count = 0;

  constructor(private readonly most: number) {}

  /** @throws StreamError LIMIT_EXCEEDED */
  async during<T>(call: () => Promise<T>): Promise<T> {
    if (this.count >= this.most) {
      throw new StreamError(
        'LIMIT_EXCEEDED',
        `At most ${this.most} calls of a client wait at the same time (${optionTable.httpWaits.variable}).`,
        'Let one of them end, or read with a cursor, which does not wait.',
      );
    }
    this.count++;
    try {
      return await call();
    } finally {
      this.count--;
    }
  }
}
