/** What one buffer may take of the bytes that are there for the buffers of all clients. */
import { type Options, optionTable } from '../config/options.js';
import { StreamError } from '../core/errors.js';
import type { ByteBudget } from './byte-budget.js';

export class Reservation {
  private reserved = 0;

  /**
   * @param bytes that the buffer keeps at most
   * @param budget absent where nobody else needs any of it
   */
  constructor(
    private readonly bytes: number,
    private readonly options: Options,
    private readonly budget: ByteBudget | undefined,
  ) {}

  /** @throws StreamError LIMIT_EXCEEDED */
  take(): void {
    const { budget, bytes, options } = this;
    if (budget && !budget.take(bytes - this.reserved)) {
      throw new StreamError(
        'LIMIT_EXCEEDED',
        `A stream of a client keeps up to ${bytes} bytes, and the buffers of all clients together may take ${options.httpMemoryBytes} (${optionTable.httpMemoryBytes.variable}).`,
        'Stop streams that you do not need, or start again when others have stopped theirs; the operator can raise the limit.',
      );
    }
    this.reserved = bytes;
  }

  /** Gives back what was reserved beyond so many bytes. */
  keepOnly(bytes: number): void {
    if (!this.budget || bytes >= this.reserved) return;
    this.budget.give(this.reserved - bytes);
    this.reserved = bytes;
  }
}
