import type { Message } from './format.js';

export const defaultMaxBytes = 20_000;

interface Limits {
  readonly limit: number;
  readonly maxBytes: number;
}

/** Collects whole messages up to a count and a size. */
export class PageBuilder {
  readonly messages: Message[] = [];
  private bytes = 2;
  private refused = 0;

  constructor(private readonly limits: Limits) {}

  /** @returns whether the message fitted */
  add(message: Message): boolean {
    const size = Buffer.byteLength(JSON.stringify(message)) + 1;
    if (this.messages.length >= this.limits.limit || this.bytes + size > this.limits.maxBytes) {
      this.refused = size;
      return false;
    }
    this.messages.push(message);
    this.bytes += size;
    return true;
  }

  /** Present when not even one message fitted. */
  get overflow(): { tooLarge?: number } {
    return this.messages.length === 0 && this.refused > 0 ? { tooLarge: this.refused + 2 } : {};
  }
}
