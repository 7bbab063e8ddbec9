/** The streams that a call about several markets names. */
import type { Fault, ReadStream } from '../../../generated/types.js';
import { decodeCursors, encodeCursors } from '../../buffer/cursor.js';
import { StreamError } from '../../core/errors.js';
import { isWanted } from '../../feed/state.js';
import type { HubView, StreamView } from '../../stream/view.js';
import { exampleChannel, spellJson } from '../../symbols/example.js';
import { hintOf } from '../../symbols/way-out.js';
import { commonAnswer, newestAge, showOutagesSince } from '../answer.js';
import { whyNot } from '../wait.js';

/** Each once, in the order in which they were named. */
export function streamsOf(hub: HubView, markets: readonly string[]): StreamView[] {
  return [...new Set(markets)].map(market => hub.stream(market));
}

/** @param seqs by market */
export function cursorsOf({ process }: HubView, seqs: ReadonlyMap<string, number>): string {
  return encodeCursors({ process, seqs });
}

/** Seq of the next message of each market. */
export function endsOf(streams: readonly StreamView[]): ReadonlyMap<string, number> {
  return new Map(streams.map(({ market, buffer }) => [market.name, buffer.nextSeq]));
}

/**
 * @returns seq by market
 * @throws StreamError BAD_CURSOR
 */
export function seqsOf(hub: HubView, streams: readonly StreamView[], cursor: string): ReadonlyMap<string, number> {
  const { process, markets } = hub;
  return decodeCursors(
    cursor,
    { process, seqs: endsOf(streams) },
    markets.map(({ name }) => name),
  );
}

/** What an answer found of one market. */
interface Found {
  readonly notes: readonly string[];
  readonly count: number;
  readonly hasMore: boolean;
  readonly dropped: number;
  /** Seq since which outages are shown. */
  readonly since: number;
  readonly silence: string | null;
}

/** What an answer says of one market; that its stream does not run only where nothing of it is left to be read. */
export function streamAnswer(hub: HubView, stream: StreamView, found: Found): ReadStream {
  const { notes, count, hasMore, dropped, since, silence } = found;
  return {
    ...commonAnswer(stream, notes),
    count,
    has_more: hasMore,
    dropped,
    ...showOutagesSince(stream, since),
    newest_age_ms: newestAge(stream),
    silence,
    ...(count === 0 && !hasMore ? faultOf(hub, stream) : {}),
  };
}

/** That a stream does not run, where it is so. */
export function faultOf(hub: HubView, stream: StreamView): { readonly error?: Fault } {
  if (isWanted(stream.state)) return {};
  const error = new StreamError('NOT_STARTED', `Nothing can come: ${whyNot(stream)}.`);
  const { code, message, docs } = error;
  const hint = hintOf(error, stream.market, hub.readOnly);
  return { error: { code, message, hint, ...(docs === undefined ? {} : { docs }) } };
}

/** That none of the streams runs, and how to start each. */
export function noneRuns(streams: readonly StreamView[]): StreamError {
  const calls = streams.map(({ market }) => {
    return `start_${market.name}_stream with ${spellJson({ channels: [exampleChannel(market)] })}`;
  });
  return new StreamError(
    'NOT_STARTED',
    `Nothing can come: ${streams.map(whyNot).join(', ')}.`,
    `Call ${calls.join(', or ')} first.`,
  );
}

/** Why nothing comes of a market that a call leaves out by all that it names. */
export function explainAside({ market }: StreamView): string {
  return `Nothing that this call names is of ${market.title}: see notes.`;
}
