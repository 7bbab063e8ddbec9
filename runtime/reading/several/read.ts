import type { ReadArguments, ReadSeveralAnswer, ReadStream } from '../../../generated/types.js';
import { selectionOf } from '../../buffer/selection.js';
import { everyFieldNote, notesOnFields } from '../../market/field-notes.js';
import type { Message } from '../../market/format.js';
import { TimeSlice } from '../../pacing/time-slice.js';
import type { HubView } from '../../stream/view.js';
import type { Filter } from '../../symbols/channels.js';
import { roomIn, silenceOf } from '../answer.js';
import { CsvScale, toCsv } from '../csv.js';
import type { OfSeveral } from '../of-markets.js';
import { PageBuilder } from '../page.js';
import { Lane } from './lane.js';
import { filtersIn } from './names.js';
import { cursorsOf, explainAside, seqsOf, streamAnswer, streamsOf } from './streams.js';

/**
 * Returns messages of several streams in the order of their arrival: those since the cursor, or the newest without one.
 * The streams share limit and bytes fairly, so that a busy one does not keep the others waiting.
 *
 * @throws StreamError BAD_CURSOR, INVALID_CHANNEL
 */
export async function readSeveral(hub: HubView, args: OfSeveral<ReadArguments>) {
  const streams = streamsOf(hub, args.markets);
  const filters = filtersIn(streams, args.channels);
  const since = args.cursor === undefined ? undefined : seqsOf(hub, streams, args.cursor);
  const slice = new TimeSlice(hub.clock);
  await slice.begin();
  const lanes = streams.map(
    (stream, place) => new Lane(stream, selectionOf(filters.of[place]), since?.get(stream.market.name), slice),
  );
  for (const lane of lanes) await lane.seek();
  const answerOf = (notesOf: (lane: Lane) => readonly string[]): ReadStream[] =>
    lanes.map((lane, place) => {
      const { stream, shown, hasMore, dropped } = lane;
      const isSilent = shown.length === 0 && !lane.isOpen && !hasMore;
      return streamAnswer(hub, stream, {
        notes: notesOf(lane),
        count: shown.length,
        hasMore,
        dropped,
        since: since?.get(stream.market.name) ?? stream.buffer.oldestSeq,
        silence: isSilent ? explain(hub, lane, filters.of[place]) : null,
      });
    });

  const frame = {
    notes: filters.notes,
    streams: answerOf(({ stream }) => everyFieldNote(stream.market)),
    cursor: cursorsOf(hub, placesOf(lanes)),
  };
  const isCsv = args.format === 'csv';
  const { mostBytes } = hub.suite.limits;
  const limits = { limit: args.limit, maxBytes: roomIn(args.max_bytes, frame), mostBytes };
  const page = new PageBuilder(limits, isCsv ? new CsvScale() : undefined);
  await fill(page, lanes, args);
  const messages = byArrival(lanes);
  return {
    notes: filters.notes,
    streams: answerOf(({ stream, shown, tooLarge }) => [
      ...(tooLarge === undefined ? [] : [`The next message alone has ${tooLarge} bytes: raise max_bytes.`]),
      ...notesOnFields(
        stream.market,
        shown.map(({ message }) => message),
      ),
    ]),
    ...(isCsv ? { csv: toCsv(messages) } : { messages }),
    count: messages.length,
    cursor: cursorsOf(hub, placesOf(lanes)),
    has_more: lanes.some(({ hasMore }) => hasMore),
  } satisfies ReadSeveralAnswer;
}

/** Lets the lanes take turns until the page is full or nothing is left that fits. */
async function fill(page: PageBuilder, lanes: readonly Lane[], { detail, names }: ReadArguments): Promise<void> {
  while (!page.isFull) {
    const open = lanes.filter(({ isOpen }) => isOpen);
    const [first, ...others] = open;
    if (!first) return;
    const next = others.reduce((best, lane) => (lane.isBefore(best) ? lane : best), first);
    await next.put(page, { detail, isNamed: names });
  }
}

function byArrival(lanes: readonly Lane[]): Message[] {
  const shown = lanes.flatMap((lane, place) => lane.shown.map(one => ({ ...one, place })));
  return shown
    .sort((one, other) => one.arrivedMs - other.arrivedMs || one.place - other.place || one.seq - other.seq)
    .map(({ message }) => message);
}

function placesOf(lanes: readonly Lane[]): ReadonlyMap<string, number> {
  return new Map(lanes.map(({ stream, next }) => [stream.market.name, next]));
}

/** @param filters empty where nothing that the call names is of this market */
function explain(hub: HubView, { stream, passed }: Lane, filters: readonly Filter[] | undefined): string {
  if (filters?.length === 0) return explainAside(stream);
  return silenceOf(hub, stream, { filters, seen: 0, passed });
}
