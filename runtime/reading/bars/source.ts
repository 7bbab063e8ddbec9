/** What bars of a symbol can be built of, and finding its messages. */
import type { Channel, EventKind } from '../../contract/channel.js';
import type { RawEvent } from '../../decode/protocol.js';
import { type Interval, isBuiltOf } from '../../market/bar-interval.js';
import { stepsToShow, type TimeSlice } from '../../pacing/time-slice.js';
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

/**
 * Visits the held messages of a channel and symbol, newest first.
 *
 * @param take returns whether to go on
 */
export async function visitMessages(
  { market, buffer }: StreamView,
  { channel, symbol }: { readonly channel: Channel; readonly symbol: string },
  slice: TimeSlice,
  take: (seq: number, raw: RawEvent) => boolean,
  abort?: AbortSignal,
): Promise<Visit> {
  // A symbol that is not told apart shares its row with others: all messages are looked at.
  const isNumbered = buffer.knows(symbol);
  const index = market.channels.indexOf(channel);
  const isMeant = (at: number): boolean =>
    isNumbered || (buffer.channelAt(at) === index && buffer.symbolAt(at) === symbol);
  let seq: number | undefined = buffer.newestOf({ channel, symbol });
  let hasLost = false;
  while (seq !== undefined && seq >= buffer.oldestSeq && !abort?.aborted) {
    const at: number = seq;
    hasLost = isNumbered ? buffer.hasLostBefore(at) : buffer.evictedMs !== undefined;
    seq = isNumbered ? buffer.before(at) : at > buffer.oldestSeq ? at - 1 : undefined;
    const isTaken = isMeant(at);
    const steps = isTaken ? stepsToShow(buffer.bytesAt(at)) : 1;
    if (isTaken && !take(at, buffer.parse(at))) return { isComplete: false, hasLost: false };
    if (slice.spent(steps)) await slice.rest();
  }
  // What left the buffer meanwhile could not be visited.
  return { isComplete: true, hasLost: hasLost || seq !== undefined };
}
