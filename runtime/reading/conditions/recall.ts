/** Shows a condition what came before the first message that is judged. */
import type { Entry, MessageBuffer } from '../../buffer/message-buffer.js';
import type { Channel } from '../../contract/channel.js';
import type { Market } from '../../contract/market.js';
import { unshown } from '../../feed/feed-text.js';
import { channelOf, formatFields, type Message } from '../../market/format.js';
import { stepsToParse, type TimeSlice } from '../../pacing/time-slice.js';
import { type Condition, type Leaf, leavesOf } from './condition.js';
import { mostLookedBack } from './earlier-values.js';
import { prefixesOf } from './never.js';
import { channelsFor, pastOf } from './operand.js';

/** At most so many messages of those that a condition is about, the newest. */
export const mostRecalled = 100_000;

/** Tells which held messages a condition takes in, by channel and symbol. */
export type Choice = (buffer: MessageBuffer, seq: number) => boolean;

/** `beside`: what is compared with; `operands`: all that is more than a field; `all`: fields, too. */
export type Part = 'beside' | 'operands' | 'all';

/**
 * @param symbols of the messages that are judged; absent: all
 * @returns nothing where the part has nothing
 */
export function choiceOf(
  market: Market,
  condition: Condition,
  symbols: ReadonlySet<string> | undefined,
  part: Part,
): Choice | undefined {
  /** By index of the channel: the symbols, or all where there is nothing. */
  const wanted = new Map<number, Set<string> | undefined>();
  for (const leaf of leavesOf(condition)) {
    const { symbol } = leaf;
    const own = symbol === undefined ? symbols : new Set([symbol]);
    for (const channel of channelsOf(market, leaf, part)) {
      const index = market.channels.indexOf(channel);
      const known = wanted.has(index) ? wanted.get(index) : new Set<string>();
      wanted.set(index, known && own ? new Set([...known, ...own]) : undefined);
    }
  }
  if (wanted.size === 0) return undefined;
  return (buffer, seq) => {
    const index = buffer.channelAt(seq);
    if (!wanted.has(index)) return false;
    const of = wanted.get(index);
    return of === undefined || of.has(buffer.symbolAt(seq) ?? '');
  };
}

function channelsOf(market: Market, leaf: Leaf, part: Part): readonly Channel[] {
  const { left, right } = leaf;
  const beside = right ? channelsFor(right, market) : [];
  if (part === 'beside') return beside;
  if (left) return [...channelsFor(left, market), ...beside];
  if (part === 'operands') return [];
  const prefixes = prefixesOf(market, leaf);
  return market.channels.filter(({ prefix }) => prefixes.includes(prefix));
}

/** Only the newest message of each channel and symbol. */
export function newestIn(market: Market, choose: Choice): Choice {
  return (buffer, seq) => {
    const channel = market.channels[buffer.channelAt(seq)];
    if (!channel || !choose(buffer, seq)) return false;
    return buffer.newestOf({ channel, symbol: buffer.symbolAt(seq) ?? '' }) === seq;
  };
}

interface Recalling {
  readonly market: Market;
  readonly buffer: MessageBuffer;
  readonly condition: Condition;
  readonly choose: Choice;
  take(entry: Entry, message: Message): void;
  /** The messages before this one were not looked at. */
  lostBefore(seq: number): void;
  /** Seq of the first message that is judged. */
  readonly since: number;
  /** Monotonic ms of it, or now. */
  readonly atMs: number;
  readonly slice: TimeSlice;
  readonly abort?: AbortSignal | undefined;
}

/** @returns whether it had to begin later than the messages that are held */
export async function recall(recalling: Recalling): Promise<boolean> {
  const { market, buffer, condition, choose, since, atMs, slice, abort } = recalling;
  const operands = leavesOf(condition).flatMap(({ left, right }) => [left, right].flatMap(side => side ?? []));
  const pastMs = Math.max(0, ...operands.map(pastOf));
  const bound = Number.isFinite(pastMs) ? buffer.firstSince(atMs - pastMs) - mostLookedBack : 0;
  let from = Math.max(buffer.oldestSeq, bound);
  let isCut = false;
  let chosen = 0;
  for (let seq = since - 1; seq >= from; seq--) {
    if (choose(buffer, seq) && ++chosen > mostRecalled) {
      from = seq + 1;
      isCut = true;
    }
    if (!slice.spent()) continue;
    await slice.rest();
    from = Math.max(from, buffer.oldestSeq);
  }
  for (let seq = from; seq < since && !abort?.aborted; seq++) {
    if (seq < buffer.oldestSeq) {
      seq = Math.min(buffer.oldestSeq, since) - 1;
      recalling.lostBefore(seq + 1);
      continue;
    }
    if (!choose(buffer, seq)) {
      if (slice.spent()) await slice.rest();
      continue;
    }
    const entry = buffer.at(seq)!;
    recalling.take(entry, formatFields(channelOf(market, entry.ev)!, entry, unshown));
    if (slice.spent(stepsToParse(buffer.bytesAt(seq)))) await slice.rest();
  }
  return isCut;
}
