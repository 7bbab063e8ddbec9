/** What came by the stream shortly before an outage, and after it. */
import { selectionOf } from '../../buffer/selection.js';
import { channelOf } from '../../market/format.js';
import { stepsToParse, type TimeSlice } from '../../pacing/time-slice.js';
import type { StreamView } from '../../stream/view.js';
import { Known } from './known.js';
import type { EndedOutage, WantedChannel } from './plan.js';

export interface Around {
  readonly known: Known;
  /** Whether nothing of it has left memory. */
  readonly isWhole: boolean;
}

/** Messages that arrived so long before the outage, or so long after it, may be of its time. */
const beforeMs = 30_000;
const afterMs = 120_000;

export async function around(
  stream: StreamView,
  { fromMs, toMs, seq: first }: EndedOutage,
  channels: readonly WantedChannel[],
  slice: TimeSlice,
): Promise<Around> {
  const { buffer, market } = stream;
  const select = selectionOf(channels.map(({ channel: { prefix }, symbol }) => ({ prefix, symbol })));
  const known = new Known();
  const arrivedAt = (seq: number): number => stream.wallMs(buffer.arrivedMs(seq));
  const { evictedMs } = buffer;
  const isWhole = evictedMs === undefined || stream.wallMs(evictedMs) < fromMs - beforeMs;
  let seq = first;
  while (seq > buffer.oldestSeq && arrivedAt(seq - 1) >= fromMs - beforeMs) {
    seq--;
    if (slice.spent()) await slice.rest();
  }
  for (; seq < buffer.nextSeq; seq++) {
    seq = Math.max(seq, buffer.oldestSeq);
    if (seq >= buffer.nextSeq || arrivedAt(seq) > toMs + afterMs) break;
    const isChosen = select(buffer, seq);
    const entry = isChosen ? buffer.at(seq) : undefined;
    const channel = entry && channelOf(market, entry.ev);
    if (channel && entry.symbol !== null) known.add(channel, entry.symbol, entry.raw);
    if (slice.spent(isChosen ? stepsToParse(buffer.bytesAt(seq)) : 1)) await slice.rest();
  }
  return { known, isWhole };
}
