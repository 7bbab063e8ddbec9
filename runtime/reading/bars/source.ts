/** What bars of a symbol can be built of, and finding its messages. */
import type { Gathering } from '../../buffer/gathering.js';
import type { MessageBuffer } from '../../buffer/message-buffer.js';
import type { Channel, EventKind } from '../../contract/channel.js';
import { type Interval, isBuiltOf } from '../../market/bar-interval.js';
import type { TimeSlice } from '../../pacing/time-slice.js';
import type { StreamView } from '../../stream/view.js';

/** A channel whose messages make bars. */
export interface BarSource {
  readonly from: 'trades' | 'bars' | 'values';
  readonly channel: Channel;
  /** Length of the bars of the feed; absent where it brings none. */
  readonly pieceMs?: number;
}

/** In the order in which they are preferred. */
const kinds: readonly (readonly [EventKind, BarSource['from'], pieceMs?: number])[] = [
  ['TRADE', 'trades'],
  ['AGGREGATE_SECOND', 'bars', 1_000],
  ['AGGREGATE_MINUTE', 'bars', 60_000],
  ['INDEX_VALUE', 'values'],
];

/** The sources that a market has. */
export function sourcesOf(channels: readonly Channel[]): BarSource[] {
  return kinds.flatMap(([event, from, pieceMs]) =>
    channels
      .filter(channel => channel.event === event)
      .map(channel => ({ from, channel, ...(pieceMs === undefined ? {} : { pieceMs }) })),
  );
}

/** Length of the bars of a channel; undefined where it brings none. */
export function barMsOf({ event }: Channel): number | undefined {
  return kinds.find(([kind]) => kind === event)?.[2];
}

/** Whether bars of an interval can be built of a source. */
export function canBuild({ from, pieceMs }: BarSource, interval: Interval): boolean {
  if (pieceMs !== undefined) return isBuiltOf(interval, pieceMs);
  return from === 'trades' || interval.kind !== 'ticks';
}

/** The subscribed channel that brings a source of a symbol. */
export function heldName({ subscriptions }: StreamView, { channel }: BarSource, symbol: string): string | undefined {
  return [symbol, '*'].map(name => `${channel.prefix}.${name}`).find(name => subscriptions.stateOf(name) !== undefined);
}

/** Whether a message of it is held, or was. */
export function cameOf({ buffer }: StreamView, { channel }: BarSource, symbol: string): 'held' | 'gone' | 'never' {
  const newest = buffer.newestOf({ channel, symbol });
  if (newest < 0) return 'never';
  return newest >= buffer.oldestSeq ? 'held' : 'gone';
}

/** The source to build from: one that is subscribed before one that was. */
export function chooseSource(stream: StreamView, symbol: string, interval: Interval): BarSource | undefined {
  const able = sourcesOf(stream.market.channels).filter(
    source => canBuild(source, interval) && cameOf(stream, source, symbol) === 'held',
  );
  return able.find(source => heldName(stream, source, symbol) !== undefined) ?? able[0];
}

/** How a visit ended. */
export interface Visit {
  /** Whether every message that is held was visited. */
  readonly isComplete: boolean;
  /** Whether others had left the buffer. */
  readonly hasLost: boolean;
}

/** Looking at a message, and putting it into a bar, takes as long as skipping this many. */
const takenSteps = 4;
/** So many of other symbols are skipped between two looks at the clock, where each may have to be parsed. */
const mostSkipped = 256;

/**
 * Visits the held messages of a channel and symbol, newest first.
 *
 * @param gathering reads their numbers
 * @param take told the place of a message in the gathering; returns whether to go on
 */
export async function visitMessages(
  { market, buffer }: StreamView,
  { channel, symbol, gathering }: Visited,
  slice: TimeSlice,
  take: (index: number) => boolean,
  abort?: AbortSignal,
): Promise<Visit> {
  const { isMeant, before, hasLostBefore } = wayThrough(buffer, symbol, market.channels.indexOf(channel));
  let seq: number | undefined = buffer.newestOf({ channel, symbol });
  let hasLost = false;
  while (seq !== undefined && seq >= buffer.oldestSeq && !abort?.aborted) {
    let looked = 0;
    gathering.clear();
    for (; seq !== undefined && !gathering.isFull && looked < mostSkipped; looked++) {
      const at: number = seq;
      hasLost = hasLostBefore(at);
      seq = before(at);
      if (isMeant(at)) gathering.add(at);
    }
    gathering.read();
    for (let index = 0; index < gathering.count; index++)
      if (!take(index)) return { isComplete: false, hasLost: false };
    if (slice.spent(looked + takenSteps * gathering.count)) await slice.rest();
  }
  // What left the buffer meanwhile could not be visited.
  return { isComplete: true, hasLost: hasLost || seq !== undefined };
}

/** Whose messages are visited. */
export interface Visited {
  readonly channel: Channel;
  readonly symbol: string;
  readonly gathering: Gathering;
}

/** From a message to the one before, newest first. */
function wayThrough(buffer: MessageBuffer, symbol: string, channel: number) {
  if (buffer.knows(symbol)) {
    return {
      isMeant: () => true,
      before: (seq: number) => buffer.before(seq),
      hasLostBefore: (seq: number) => buffer.hasLostBefore(seq),
    };
  }
  // A symbol that is not told apart shares its row with others: all messages are looked at.
  return {
    isMeant: (seq: number) => buffer.channelAt(seq) === channel && buffer.symbolAt(seq) === symbol,
    before: (seq: number) => (seq > buffer.oldestSeq ? seq - 1 : undefined),
    hasLostBefore: () => buffer.evictedMs !== undefined,
  };
}
