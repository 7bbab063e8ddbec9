/** One buffer's reservation from the bytes for all clients' buffers. */
import { type Options, optionTable } from '../config/options.js';
import { StreamError } from '../core/errors.js';
import type { ByteBudget } from './byte-budget.js';

export class Reservation {
  private reserved = 0;

  /**
   * @param bytes the most that the buffer keeps
   * @param budget absent if the client is alone
   */
  constructor(
    private readonly bytes: number,
    private readonly options: Options,
    private readonly budget: ByteBudget | undefined,
  ) {}

  /**
   * @param spare bytes that must stay free for others
   * @throws StreamError LIMIT_EXCEEDED
   */
  take(spare = 0): void {
    const { budget, bytes, options } = this;
    if (budget && !budget.take(bytes - this.reserved, spare)) {
      const kept = spare > 0 ? `; ${spare} of these are kept for streams that name neither endpoint nor api_key` : '';
      throw new StreamError(
        'LIMIT_EXCEEDED',
        `A stream of a client keeps up to ${bytes} bytes, and the buffers of all clients together may take ${options.httpMemoryBytes} (${optionTable.httpMemoryBytes.variable})${kept}.`,
        'Stop streams that you do not need, or start again when others have stopped theirs; the operator can raise the limit.',
      );
    }
    this.reserved = bytes;
  }

  /** Gives back the reserved bytes beyond `bytes`. */
  keepOnly(bytes: number): void {
    if (!this.budget || bytes >= this.reserved) return;
    this.budget.give(this.reserved - bytes);
    this.reserved = bytes;
  }
}
