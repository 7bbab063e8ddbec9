import type { Message } from '../market/format.js';

interface Limits {
  readonly limit: number;
  readonly maxBytes: number;
  /** The largest budget there is; of a larger message the page only has the name. */
  readonly mostBytes: number;
}

/** Measures messages in the format of the answer. */
export interface Scale {
  /** How many bytes a message would add. */
  weigh(message: Message): number;
  /** Counts the message as added. */
  take(message: Message): void;
}

const jsonScale: Scale = {
  weigh: message => Buffer.byteLength(JSON.stringify(message)) + 1,
  take() {},
};

/** Collects whole messages, up to a count and a size. */
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

  /** @returns whether the message fits */
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

  /** Whether the message that did not fit would not fit on an empty page either. */
  get isTooSmall(): boolean {
    return this.refused + 2 > this.limits.maxBytes;
  }

  /** Bytes that a page needs for the message that did not fit. */
  get needed(): number {
    return this.refused + 2;
  }

  /** Bytes of a message that does not fit even on an empty page; absent if the page has one. */
  get overflow(): { tooLarge?: number } {
    return this.messages.length === 0 && this.refused > 0 ? { tooLarge: this.needed } : {};
  }
}

/** Stands for a message that is too large: what it is about, and its size. */
export function nameOnly({ market, event, symbol, timestamp }: Message, bytes: number): Message {
  return {
    ...(market === undefined ? {} : { market }),
    event,
    symbol,
    left_out_bytes: bytes,
    ...(timestamp === undefined ? {} : { timestamp }),
  };
}
