import { type Answer, commonAnswer, cursorOf, newestAge, showOutages, silenceOf } from './answer.js';
import type { Filter } from './channels.js';
import { ConditionWatch, parseCondition } from './condition.js';
import type { Channel, Market } from './contract.js';
import { StreamError } from './errors.js';
import type { Message } from './format.js';
import type { Hub } from './hub.js';
import { defaultMaxBytes, PageBuilder, positionOf, readSince } from './read.js';
import { parseFilters, selectionOf } from './selection.js';
import { isWanted } from './state.js';
import type { Stream } from './stream.js';

export interface WaitArguments {
  readonly market: string;
  readonly channels?: readonly string[];
  readonly condition?: unknown;
  readonly count?: number;
  readonly cursor?: string;
  readonly timeout_s?: number;
}

const defaultTimeoutS = 25;

/** What a wait has found so far. */
interface Findings {
  readonly messages: readonly Message[];
  /** Seq from which the next read or wait goes on. */
  readonly next: number;
  readonly matched: boolean;
}

/**
 * Answers as soon as enough messages came or the condition holds, when the time is up, or when the stream ends.
 *
 * @throws StreamError NOT_STARTED, BAD_CONDITION, BAD_CURSOR, INVALID_CHANNEL
 */
export async function wait(hub: Hub, args: WaitArguments, abort?: AbortSignal): Promise<Answer> {
  const stream = hub.stream(args.market);
  const { market } = stream;
  const filters = parseFilters(market, args.channels);
  const since = args.cursor === undefined ? stream.buffer.nextSeq : positionOf(hub, stream, args.cursor);
  if (!isWanted(stream.state) && since >= stream.buffer.nextSeq) {
    throw new StreamError(
      'NOT_STARTED',
      `Nothing can come: the ${market.title} stream is ${stream.state === 'idle' ? 'not started' : stream.state}.`,
      `Call start_${market.name}_stream first.`,
      commonAnswer(stream),
    );
  }
  const look =
    args.condition === undefined
      ? countingLook(stream, filters, since, args.count ?? 1)
      : conditionLook(stream, filters, since, args.condition);
  const dropped = Math.max(0, stream.buffer.oldestSeq - since);
  const beganMs = hub.clock.elapsed();
  let found = look();
  const over = (): boolean => {
    if (!found.matched) found = look();
    return found.matched || !isWanted(stream.state);
  };
  await stream.changes.until(over, (args.timeout_s ?? defaultTimeoutS) * 1_000, abort);
  if (!found.matched) found = look();

  const { messages, next, matched } = found;
  return {
    ...commonAnswer(stream),
    messages,
    count: messages.length,
    cursor: cursorOf(hub, stream, next),
    has_more: next < stream.buffer.nextSeq,
    dropped,
    outages: showOutages(stream.outages.since(since)),
    newest_age_ms: newestAge(hub, stream),
    silence: messages.length === 0 && !matched ? silenceOf(hub, stream) : null,
    matched,
    waited_ms: Math.round(hub.clock.elapsed() - beganMs),
  };
}

function countingLook(
  stream: Stream,
  filters: readonly Filter[] | undefined,
  since: number,
  count: number,
): () => Findings {
  const builder = new PageBuilder({ limit: count, maxBytes: defaultMaxBytes });
  const select = selectionOf(filters);
  let next = since;
  return () => {
    const page = readSince(stream, next, select, entry => stream.show(entry, 'summary'), builder);
    next = page.next;
    return { messages: page.messages, next, matched: page.messages.length >= count || page.hasMore };
  };
}

function conditionLook(
  stream: Stream,
  filters: readonly Filter[] | undefined,
  since: number,
  given: unknown,
): () => Findings {
  const { market, buffer } = stream;
  const condition = parseCondition(market, channelsOf(market, filters), given);
  const watch = new ConditionWatch(market, condition, buffer);
  const select = selectionOf(filters);
  let next = since;
  return () => {
    if (watch.seesState(stream.state)) return { messages: [], next, matched: true };
    for (let seq = Math.max(next, buffer.oldestSeq); seq < buffer.nextSeq; seq++) {
      next = seq + 1;
      if (!select(buffer, seq)) continue;
      const entry = buffer.at(seq)!;
      const message = stream.show(entry, 'summary');
      if (watch.sees(entry, message)) return { messages: [message], next, matched: true };
    }
    return { messages: [], next, matched: false };
  };
}

/** The channels whose messages the filters can select. */
function channelsOf(market: Market, filters: readonly Filter[] | undefined): readonly Channel[] {
  if (!filters || filters.some(({ prefix }) => prefix === undefined)) return market.channels;
  return market.channels.filter(({ prefix }) => filters.some(filter => filter.prefix === prefix));
}
