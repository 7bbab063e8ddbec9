import { type Answer, commonAnswer, cursorOf, newestAge, showOutages, silenceOf } from './answer.js';
import type { Filter } from './channels.js';
import type { Clock } from './clock.js';
import { ConditionWatch, parseCondition, symbolsOf } from './condition.js';
import type { Channel, Market } from './contract.js';
import { StreamError } from './errors.js';
import type { Message } from './format.js';
import { defaultMaxBytes, PageBuilder } from './page.js';
import { positionOf } from './read.js';
import { parseFilters, type Selection, selectionOf } from './selection.js';
import { Slice } from './slice.js';
import { isWanted } from './state.js';
import type { HubView, StreamView } from './view.js';

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

/** Looks at what has come since the last look, as far as the time of one look goes. */
type Look = () => Findings;

/**
 * Answers as soon as enough messages came or the condition holds, when the time is up, or when the stream ends.
 *
 * @throws StreamError NOT_STARTED, BAD_CONDITION, BAD_CURSOR, INVALID_CHANNEL
 */
export async function wait(hub: HubView, args: WaitArguments, abort?: AbortSignal): Promise<Answer> {
  const stream = hub.stream(args.market);
  const { buffer, changes, market } = stream;
  const filters = parseFilters(market, args.channels);
  const since = args.cursor === undefined ? buffer.nextSeq : positionOf(hub, stream, args.cursor);
  if (!isWanted(stream.state) && since >= buffer.nextSeq) throw notStarted(stream);
  const sight = new Sight(hub.clock, stream, filters, since);
  const look =
    args.condition === undefined ? countingLook(sight, args.count ?? 1) : conditionLook(sight, filters, args.condition);
  const dropped = Math.max(0, buffer.oldestSeq - since);
  const beganMs = hub.clock.elapsed();
  let found = look();
  const over = (): boolean => {
    if (!found.matched) found = look();
    if (found.matched) return true;
    if (found.next >= buffer.nextSeq) return stream.isOver;
    // The rest is for the next turn.
    setImmediate(() => changes.notify());
    return false;
  };
  await changes.until(over, (args.timeout_s ?? defaultTimeoutS) * 1_000, abort);
  if (!found.matched) found = look();

  const { messages, next, matched } = found;
  return {
    ...commonAnswer(stream),
    messages,
    count: messages.length,
    cursor: cursorOf(hub, stream, next),
    has_more: next < buffer.nextSeq,
    dropped,
    outages: showOutages(stream.outages.since(since)),
    newest_age_ms: newestAge(hub, stream),
    silence: messages.length === 0 && !matched ? silenceOf(hub, stream) : null,
    matched,
    waited_ms: Math.round(hub.clock.elapsed() - beganMs),
  };
}

/** The selected messages of a stream, each seen once. */
class Sight {
  private readonly select: Selection;

  constructor(
    private readonly clock: Clock,
    readonly stream: StreamView,
    filters: readonly Filter[] | undefined,
    private next: number,
  ) {
    this.select = selectionOf(filters, stream.visible);
  }

  /** Seq of the next message to see. */
  get position(): number {
    return this.next;
  }

  /** Shows one message after the other until one is `taken`, none is left, or the time of a look is over. */
  look(taken: (seq: number) => boolean): { readonly next: number; readonly matched: boolean } {
    const { buffer } = this.stream;
    const slice = new Slice(this.clock);
    this.next = Math.max(this.next, buffer.oldestSeq);
    while (this.next < buffer.nextSeq && !slice.spent()) {
      const seq = this.next++;
      if (this.select(buffer, seq) && taken(seq)) return { next: this.next, matched: true };
    }
    return { next: this.next, matched: false };
  }

  /** A message is left to be seen again. */
  putBack(seq: number): void {
    this.next = seq;
  }
}

function countingLook(sight: Sight, count: number): Look {
  const { stream } = sight;
  const builder = new PageBuilder({ limit: count, maxBytes: defaultMaxBytes });
  return () => {
    const { next, matched } = sight.look(seq => {
      const fits = builder.add(stream.show(stream.buffer.at(seq)!, 'summary'));
      if (!fits) sight.putBack(seq);
      return !fits || builder.messages.length >= count;
    });
    return { messages: builder.messages, next, matched };
  };
}

function conditionLook(sight: Sight, filters: readonly Filter[] | undefined, given: unknown): Look {
  const { stream } = sight;
  const { market, buffer } = stream;
  const condition = parseCondition(market, channelsOf(market, filters), given);
  const watch = new ConditionWatch(market, condition, buffer);
  const symbols = symbolsOf(condition);
  return () => {
    if (watch.seesState(stream.state)) return { messages: [], next: sight.position, matched: true };
    let match: Message | undefined;
    const seen = sight.look(seq => {
      // What cannot decide is not even parsed.
      if (symbols && !symbols.has(buffer.symbolAt(seq) ?? '')) return false;
      const entry = buffer.at(seq)!;
      const message = stream.show(entry, 'summary');
      if (!watch.sees(entry, message)) return false;
      match = message;
      return true;
    });
    return { messages: match ? [match] : [], ...seen };
  };
}

function notStarted(stream: StreamView): StreamError {
  const { market, state } = stream;
  return new StreamError(
    'NOT_STARTED',
    `Nothing can come: the ${market.title} stream is ${state === 'idle' ? 'not started' : state}.`,
    `Call start_${market.name}_stream first.`,
    commonAnswer(stream),
  );
}

/** The channels whose messages the filters can select. */
function channelsOf(market: Market, filters: readonly Filter[] | undefined): readonly Channel[] {
  if (!filters || filters.some(({ prefix }) => prefix === undefined)) return market.channels;
  return market.channels.filter(({ prefix }) => filters.some(filter => filter.prefix === prefix));
}
