/** What is done with the messages of a channel, and which of their cells have what. */
import type { Channel, EventKind } from '../../contract/channel.js';
import { slotOf } from '../../decode/numbers/fields.js';
import type { BarTotals } from './bar-totals.js';
import { cell, none, seqKeys } from './totals-table.js';

export interface Plan {
  readonly channel: Channel;
  readonly event: EventKind;
  /** Of the cell with the seq of the newest message. */
  readonly seqCell: number;
  readonly price: number;
  readonly size: number;
  readonly sizeExact: number;
  readonly time: number;
  readonly value: number;
  readonly bars: BarTotals | undefined;
}

/** @param bars totals of the channel's bars, if it has such */
export function planOf(channel: Channel, bars: BarTotals | undefined): Plan {
  const { event } = channel;
  const seqKey = seqKeys[event];
  return {
    channel,
    event,
    seqCell: seqKey === undefined ? none : cell[seqKey],
    price: slotOf(channel, 'price'),
    size: slotOf(channel, 'size'),
    sizeExact: slotOf(channel, 'size_exact'),
    time: slotOf(channel, 'time'),
    value: event === 'INDEX_VALUE' ? slotOf(channel, 'value') : none,
    bars,
  };
}
