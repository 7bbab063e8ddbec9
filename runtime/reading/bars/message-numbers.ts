/** Times and amounts of gathered messages, as their messages say them. */
import type { Gathering } from '../../buffer/gathering.js';
import type { MessageBuffer } from '../../buffer/message-buffer.js';
import type { Channel } from '../../contract/channel.js';
import { epochMs, timeMs } from '../../core/time.js';
import { absent, longText } from '../../decode/numbers/cell.js';
import { type NumberRole, slotOf } from '../../decode/numbers/fields.js';
import { rawRole, readRole } from '../../market/format.js';

/** Reads one role of a message by its place in the gathering. */
export type ReadAmount = (index: number) => unknown;

export class MessageNumbers {
  private readonly time: number;

  constructor(
    private readonly buffer: MessageBuffer,
    private readonly channel: Channel,
    private readonly gathering: Gathering,
  ) {
    this.time = slotOf(channel, 'time');
  }

  /** Unix ms, rounded down; nothing where no time says it. */
  timeMs(index: number): number | undefined {
    const { gathering, channel, time } = this;
    if (time < 0) return undefined;
    const at = index * gathering.width + time;
    // Of a time in nanoseconds a double lacks the last digits.
    if (gathering.decimals[at] === longText) return epochMs(rawRole(channel, this.parse(index), 'time'));
    const atMs = Math.floor(timeMs(gathering.numbers[at]!));
    return Number.isNaN(atMs) ? undefined : atMs;
  }

  /** Finds the amounts of a role: a number, or its digits where a double would lose some; nothing where it is none. */
  amounts(role: NumberRole): ReadAmount {
    const { gathering, channel } = this;
    const { width, numbers, decimals } = gathering;
    const slot = slotOf(channel, role);
    if (slot < 0) return () => undefined;
    return index => {
      const at = index * width + slot;
      if (decimals[at] === absent) return undefined;
      return decimals[at] === longText ? readRole(channel, this.parse(index), role) : numbers[at];
    };
  }

  /** The same of a role that stands exactly beside: that counts wherever it is an amount. */
  exactAmounts(exact: NumberRole, whole: NumberRole): ReadAmount {
    const [exactly, wholly] = [this.amounts(exact), this.amounts(whole)];
    return index => exactly(index) ?? wholly(index);
  }

  private parse(index: number) {
    return this.buffer.parse(this.gathering.seqs[index]!);
  }
}
