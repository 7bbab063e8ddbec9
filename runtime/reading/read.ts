import type { ReadAnswer, ReadArguments } from '../../generated/types.js';
import { decodeCursor } from '../buffer/cursor.js';
import { notesOnFilters, parseFilters, type Selection, selectionOf } from '../buffer/selection.js';
import { everyFieldNote, notesOnFields } from '../market/field-notes.js';
import type { Detail, Message } from '../market/format.js';
import { stepsToShow, TimeSlice } from '../pacing/time-slice.js';
import type { HubView, StreamView } from '../stream/view.js';
import { commonAnswer, cursorOf, newestAge, roomIn, showOutagesSince, silenceOf } from './answer.js';
import { CsvScale, toCsv } from './csv.js';
import type { OfOne } from './of-markets.js';
import { PageBuilder } from './page.js';

/** The messages that fit, and where the next read goes on. */
interface Page {
  readonly messages: readonly Message[];
  /** Seq from which the next read goes on. */
  readonly next: number;
  readonly hasMore: boolean;
  /** Messages that had left the buffer before they could be looked at. */
  readonly dropped: number;
  /** How many messages were looked at. */
  readonly looked: number;
  /** Bytes of the message that was too large for an empty page. */
  readonly tooLarge?: number;
}

/** What to read: the stream, which messages of it, and in how much detail. */
interface Source {
  readonly stream: StreamView;
  readonly select: Selection;
  readonly detail: Detail;
  /** Whether codes come in words, too. */
  readonly isNamed: boolean;
  readonly slice: TimeSlice;
}

/**
 * Returns messages of a stream, oldest first: those since the cursor, or the newest without a cursor. Messages that
 * arrive during the read are left to the next one.
 *
 * @throws StreamError BAD_CURSOR, INVALID_CHANNEL
 */
export async function read(hub: HubView, args: OfOne<ReadArguments>) {
  const stream = hub.stream(args.market);
  const filters = parseFilters(stream.market, args.channels, stream.buffer.knows);
  const source = {
    stream,
    select: selectionOf(filters),
    detail: args.detail,
    isNamed: args.names,
    slice: new TimeSlice(hub.clock),
  };
  await source.slice.begin();
  const since = args.cursor === undefined ? undefined : seqOf(hub, stream, args.cursor);
  const isCsv = args.format === 'csv';
  const notes = notesOnFilters(args.channels, filters);
  const frame = {
    ...commonAnswer(stream, [...notes, ...everyFieldNote(stream.market)]),
    cursor: cursorOf(hub, stream),
    ...showOutagesSince(stream, since ?? stream.buffer.oldestSeq),
  };
  const { mostBytes } = hub.suite.limits;
  const limits = { limit: args.limit, maxBytes: roomIn(args.max_bytes, frame), mostBytes };
  const builder = new PageBuilder(limits, isCsv ? new CsvScale() : undefined);
  const page = await (since === undefined ? readNewest(source, builder) : readSince(source, since, builder));
  const { messages } = page;
  const isSilent = messages.length === 0 && !page.hasMore;
  const tooLarge = page.tooLarge ? [`The next message alone has ${page.tooLarge} bytes: raise max_bytes.`] : [];
  return {
    ...frame,
    ...commonAnswer(stream, [...notes, ...tooLarge, ...notesOnFields(stream.market, messages)]),
    ...(isCsv ? { csv: toCsv(messages) } : { messages }),
    count: messages.length,
    cursor: cursorOf(hub, stream, page.next),
    has_more: page.hasMore,
    dropped: page.dropped,
    newest_age_ms: newestAge(stream),
    silence: isSilent ? silenceOf(hub, stream, { filters, seen: 0, passed: page.looked }) : null,
  } satisfies ReadAnswer;
}

/** @throws StreamError BAD_CURSOR */
export function seqOf(hub: HubView, stream: StreamView, cursor: string): number {
  const here = { process: hub.process, market: stream.market.name, seq: stream.buffer.nextSeq };
  return decodeCursor(
    cursor,
    here,
    hub.markets.map(({ name }) => name),
  );
}

async function readSince(
  { stream, select, detail, isNamed, slice }: Source,
  since: number,
  page: PageBuilder,
): Promise<Page> {
  const { buffer } = stream;
  const end = buffer.nextSeq;
  let seq = since;
  let dropped = 0;
  const pageTo = (hasMore: boolean): Page => {
    const { messages, overflow } = page;
    return { messages, next: seq, hasMore, dropped, looked: seq - since - dropped, ...overflow };
  };
  while (seq < end) {
    dropped += Math.max(0, buffer.oldestSeq - seq);
    seq = Math.max(seq, buffer.oldestSeq);
    const isChosen = seq < end && select(buffer, seq);
    if (isChosen && !page.add(stream.show(buffer.at(seq)!, detail, isNamed))) return pageTo(true);
    const steps = isChosen ? stepsToShow(buffer.bytesAt(seq)) : 1;
    if (seq < end) seq++;
    if (seq < end && slice.spent(steps)) await slice.rest();
  }
  return pageTo(false);
}

async function readNewest({ stream, select, detail, isNamed, slice }: Source, page: PageBuilder): Promise<Page> {
  const { buffer } = stream;
  const end = buffer.nextSeq;
  let seq = end - 1;
  for (; seq >= buffer.oldestSeq; seq--) {
    const isChosen = select(buffer, seq);
    if (isChosen && !page.add(stream.show(buffer.at(seq)!, detail, isNamed))) break;
    if (slice.spent(isChosen ? stepsToShow(buffer.bytesAt(seq)) : 1)) await slice.rest();
  }
  const { messages, overflow } = page;
  const rest = { dropped: 0, looked: end - 1 - seq, ...overflow };
  // The newest message is too large: the cursor stays before it.
  if (overflow.tooLarge) return { messages, next: seq, hasMore: true, ...rest };
  return { messages: messages.toReversed(), next: end, hasMore: false, ...rest };
}
