/** Copies of the messages that are shown of each symbol, once they left the buffer. */
import type { MessageBuffer } from '../../buffer/message-buffer.js';
import type { Channel, EventKind } from '../../contract/channel.js';
import { parseExact } from '../../core/lossless-json.js';
import type { Cells } from '../../decode/numbers/cell.js';
import { numberFieldsOf } from '../../decode/numbers/fields.js';
import type { RawEvent } from '../../decode/protocol.js';
import { priceIn } from './exact-number.js';
import type { Seen } from './symbol-state.js';

/** One that left. */
export class KeptMessage implements Seen {
  constructor(
    readonly channel: Channel,
    readonly seq: number,
    readonly arrivedMs: number,
    /** Of its cells; NaN where one has no price. */
    readonly prices: readonly number[],
    private readonly text: string,
  ) {}

  get raw(): RawEvent {
    return parseExact(this.text) as RawEvent;
  }
}

/** One of each kind and symbol at most. */
export class KeptMessages {
  private readonly byKind = new Map<EventKind, Map<number, KeptMessage>>();

  constructor(private readonly buffer: MessageBuffer) {}

  /** @param first cell of the message */
  keep(channel: Channel, symbol: number, seq: number, cells: Cells, first: number): void {
    const { buffer } = this;
    const prices: number[] = [];
    for (let slot = 0; slot < numberFieldsOf(channel).length; slot++) prices.push(priceIn(cells, first + slot));
    let kept = this.byKind.get(channel.event);
    if (!kept) {
      kept = new Map();
      this.byKind.set(channel.event, kept);
    }
    kept.set(symbol, new KeptMessage(channel, seq, buffer.arrivedMs(seq), prices, buffer.read(seq).toString()));
  }

  /** @returns nothing where it is another one that was kept */
  of(kind: EventKind, symbol: number, seq: number): KeptMessage | undefined {
    const kept = this.byKind.get(kind)?.get(symbol);
    return kept?.seq === seq ? kept : undefined;
  }
}
