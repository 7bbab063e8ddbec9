/** When a bar begins. */
import type { Channel } from '../../contract/channel.js';
import { isoTime, sortableTime, timeMs } from '../../core/time.js';
import { type Cells, longNumber, longText } from '../../decode/numbers/cell.js';
import { slotOf } from '../../decode/numbers/fields.js';
import type { RawEvent } from '../../decode/protocol.js';
import { rawRole } from '../format.js';
import type { BarVersion } from './left-bars.js';

export class BarBegins {
  private readonly slot: number;

  /** @param parse gives the message of a bar whose cells do not hold every digit */
  constructor(
    private readonly channel: Channel,
    private readonly parse: (symbol: number, seq: number) => RawEvent,
  ) {
    this.slot = slotOf(channel, 'time');
  }

  /** In ms; NaN where no time says it. Begins within the same microsecond are taken for one. */
  of({ numbers, decimals }: Cells, first: number): number {
    const { slot } = this;
    if (slot < 0 || decimals[first + slot] === longNumber) return Number.NaN;
    return timeMs(numbers[first + slot]!);
  }

  /** Whether a bar began before another whose begin is the same double. */
  isBefore(symbol: number, one: BarVersion, other: BarVersion): boolean {
    if (!this.isLong(one) && !this.isLong(other)) return false;
    return this.textOf(symbol, one) < this.textOf(symbol, other);
  }

  private isLong({ cells, first }: BarVersion): boolean {
    return cells.decimals[first + this.slot] === longText;
  }

  private textOf(symbol: number, bar: BarVersion): string {
    const time = this.isLong(bar)
      ? rawRole(this.channel, this.parse(symbol, bar.seq), 'time')
      : bar.cells.numbers[bar.first + this.slot];
    return sortableTime(isoTime(time)) ?? '';
  }
}
