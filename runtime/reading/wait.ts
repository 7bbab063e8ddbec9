import type { WaitAnswer, WaitArguments } from '../../generated/types.js';
import { ChannelIndex } from '../buffer/channel-index.js';
import { notesOnFilters, parseFilters, selectionOf } from '../buffer/selection.js';
import { StreamError } from '../core/errors.js';
import { isWanted } from '../feed/state.js';
import { notesOnFields } from '../market/field-notes.js';
import { TimeSlice } from '../pacing/time-slice.js';
import type { HubView, StreamView } from '../stream/view.js';
import type { Filter } from '../symbols/channels.js';
import { commonAnswer, cursorOf, newestAge, showOutagesSince, silenceOf } from './answer.js';
import { type Condition, leavesOf } from './conditions/condition.js';
import { parseCondition } from './conditions/condition-parser.js';
import type { Surroundings } from './conditions/condition-tracker.js';
import type { Subject } from './conditions/terms.js';
import { MatchScan } from './match-scan.js';
import type { OfOne } from './of-markets.js';
import { PageBuilder } from './page.js';
import { Prospect } from './prospect.js';
import { seqOf } from './read.js';
import { Search } from './search.js';

/**
 * Waits for a number of messages, or of messages for which a condition holds, until the time is up. Answers early when
 * no more fit into an answer, when no subscribed channel can bring what the call waits for, or when the stream ends.
 *
 * @throws StreamError NOT_STARTED, BAD_CONDITION, BAD_CURSOR, INVALID_CHANNEL
 */
export async function wait(hub: HubView, args: OfOne<WaitArguments>, abort?: AbortSignal) {
  const stream = hub.stream(args.market);
  const { buffer, changes, market } = stream;
  const filters = parseFilters(market, args.channels, buffer.knows);
  const subject = subjectOf(stream, filters);
  const condition =
    args.condition === undefined ? undefined : parseCondition(subject, args.condition, hub.suite.limits.comparisons);
  const since = args.cursor === undefined ? buffer.nextSeq : seqOf(hub, stream, args.cursor);
  if (!isWanted(stream.state) && since >= buffer.nextSeq) throw notStarted(stream);
  const matchScan = new MatchScan(new TimeSlice(hub.clock), stream, selectionOf(filters), since);
  const compute = await computeFor(condition);
  const page = pageOf(hub, args.count);
  const search = new Search({ hub, stream, matchScan, condition, asked: subject.symbols, compute, args, page });
  const timeoutMs = args.timeout_s * 1_000;
  const prospect = new Prospect(hub, stream, { condition, filters: filters ?? search.decisive, timeoutMs });
  const beganMs = hub.clock.elapsed();
  await search.begin(since, abort);
  let resting = false;
  const over = (again: () => void): boolean => {
    if (resting) return false;
    search.look();
    if (search.ended) return true;
    if (matchScan.nextSeq >= buffer.nextSeq) return stream.isOver || prospect.isLost;
    resting = true;
    void matchScan.rest().then(() => {
      resting = false;
      again();
    });
    return false;
  };
  await changes.until(over, timeoutMs - (hub.clock.elapsed() - beganMs), abort);
  search.look();
  const hasMore = await matchScan.hasMore();

  const { messages, matched, notes } = search;
  const isSilent = !matched && (messages.length === 0 || stream.isOver);
  return {
    ...commonAnswer(stream, [...notesOnFilters(args.channels, filters), ...notes, ...notesOnFields(market, messages)]),
    messages,
    count: messages.length,
    cursor: cursorOf(hub, stream, matchScan.nextSeq),
    has_more: hasMore,
    dropped: matchScan.dropped,
    ...showOutagesSince(stream, since),
    newest_age_ms: newestAge(stream),
    silence: isSilent ? explainLoss(hub, { stream, search, prospect, filters }) : null,
    matched,
    waited_ms: Math.round(hub.clock.elapsed() - beganMs),
  } satisfies WaitAnswer;
}

/** What is loaded only where an indicator is asked for. */
export async function computeFor(...conditions: readonly (Condition | undefined)[]): Promise<Surroundings['compute']> {
  const sides = conditions
    .flatMap(condition => (condition ? leavesOf(condition) : []))
    .flatMap(one => [one.left, one.right]);
  return sides.some(side => side?.kind === 'indicator') ? import('../market/indicators.js') : undefined;
}

interface InVain {
  readonly stream: StreamView;
  readonly search: Search;
  readonly prospect: Prospect;
  readonly filters: readonly Filter[] | undefined;
}

/** Why a wait was in vain. */
export function explainLoss(hub: HubView, { stream, search, prospect, filters }: InVain): string {
  const { loss } = prospect;
  if (loss?.reason !== undefined) return loss.reason;
  const outcome = filters || search.decisive.length === 0 ? { filters, ...search.outcome } : search.ownOutcome;
  return silenceOf(hub, stream, { ...outcome, filters: loss?.filters ?? outcome.filters });
}

/** An answer of this many messages, of a tool that takes no size of it. */
export function pageOf({ suite }: HubView, count: number): PageBuilder {
  const { usualBytes, mostBytes } = suite.limits;
  return new PageBuilder({ limit: count, maxBytes: usualBytes, mostBytes });
}

/** The channels and symbols that the filters select: subscribed ones, or any of the market if none is subscribed. */
export function subjectOf(
  { market, subscriptions, buffer }: StreamView,
  filters: readonly Filter[] | undefined,
): Subject {
  const channelIndex = new ChannelIndex(subscriptions.names);
  const asked = filters ?? [{}];
  const chosen = market.channels.filter(({ prefix }) => asked.some(filter => (filter.prefix ?? prefix) === prefix));
  const held = chosen.filter(({ prefix }) =>
    asked.some(filter => (filter.prefix ?? prefix) === prefix && channelIndex.has({ ...filter, prefix })),
  );
  const symbols = filters?.flatMap(({ symbol }) => symbol ?? []);
  return {
    market,
    delivered: buffer.knows,
    channels: held.length > 0 ? held : chosen,
    beside: market.channels.filter(({ prefix }) => channelIndex.has({ prefix })),
    symbols: symbols?.length === filters?.length ? symbols && new Set(symbols) : undefined,
  };
}

function notStarted(stream: StreamView): StreamError {
  return new StreamError('NOT_STARTED', `Nothing can come: ${whyNot(stream)}.`, undefined, commonAnswer(stream));
}

/** The state of a stream that does not run, as the end of a sentence. */
export function whyNot({ market, state }: StreamView): string {
  return `the ${market.title} stream is ${state === 'idle' ? 'not started' : state}`;
}
