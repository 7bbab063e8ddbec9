import type { Message } from '../market/format.js';

interface Limits {
  readonly limit: number;
  readonly maxBytes: number;
  /** No budget is larger, so a message that is can only be named. */
  readonly mostBytes: number;
}

/** How many bytes messages take in the form in which they are answered. */
export interface Scale {
  /** Bytes that a message would add. */
  weigh(message: Message): number;
  /** The message is in. */
  take(message: Message): void;
}

const jsonScale: Scale = {
  weigh: message => Buffer.byteLength(JSON.stringify(message)) + 1,
  take() {},
};

/** Collects whole messages up to a count and a size. */
export class PageBuilder {
  readonly messages: Message[] = [];
  private bytes = 2;
  private refused = 0;

  constructor(
    private readonly limits: Limits,
    private readonly scale: Scale = jsonScale,
  ) {}

  get isFull(): boolean {
    return this.messages.length >= this.limits.limit;
  }

  /** @returns whether the message fitted */
  add(given: Message): boolean {
    const { scale, limits } = this;
    const whole = scale.weigh(given);
    const message = whole > limits.mostBytes ? nameOnly(given, whole) : given;
    const size = message === given ? whole : scale.weigh(message);
    if (this.isFull || this.bytes + size > limits.maxBytes) {
      this.refused = size;
      return false;
    }
    scale.take(message);
    this.messages.push(message);
    this.bytes += size;
    return true;
  }

  /** Bytes of the message that alone was too much for the page; absent where one fitted. */
  get overflow(): { tooLarge?: number } {
    return this.messages.length === 0 && this.refused > 0 ? { tooLarge: this.refused + 2 } : {};
  }
}

/** What is left of a message that is too large: what it is about, and how large it was. */
export function nameOnly({ event, symbol, timestamp }: Message, bytes: number): Message {
  return { event, symbol, left_out_bytes: bytes, ...(timestamp === undefined ? {} : { timestamp }) };
}
