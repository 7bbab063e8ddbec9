import type { WaitArguments, WaitSeveralAnswer } from '../../../generated/types.js';
import { type Selection, selectionOf } from '../../buffer/selection.js';
import { isWanted } from '../../feed/state.js';
import { notesOnFields } from '../../market/field-notes.js';
import { Changes } from '../../pacing/changes.js';
import { TimeSlice } from '../../pacing/time-slice.js';
import type { HubView, StreamView } from '../../stream/view.js';
import type { Filter } from '../../symbols/channels.js';
import { MatchScan } from '../match-scan.js';
import type { OfSeveral } from '../of-markets.js';
import { Prospect } from '../prospect.js';
import { Search } from '../search.js';
import { computeFor, explainLoss, pageOf, subjectOf } from '../wait.js';
import { conditionsIn } from './conditions.js';
import { JointSearch, type SearchPart } from './joint-search.js';
import { filtersIn } from './names.js';
import { cursorsOf, endsOf, explainAside, noneRuns, seqsOf, streamAnswer, streamsOf } from './streams.js';

/** One market's part of a wait. */
interface Part extends SearchPart {
  readonly since: number;
  readonly filters: readonly Filter[] | undefined;
}

/**
 * Waits as `wait` does, for messages of whichever market brings them first. A condition is judged in each market by
 * itself.
 *
 * @throws StreamError NOT_STARTED where no stream runs, BAD_CONDITION, BAD_CURSOR, INVALID_CHANNEL
 */
export async function waitInSeveral(hub: HubView, args: OfSeveral<WaitArguments>, abort?: AbortSignal) {
  const streams = streamsOf(hub, args.markets);
  const filters = filtersIn(streams, args.channels);
  const places = streams.map((stream, place) => ({ stream, filters: filters.of[place] }));
  const conditions =
    args.condition === undefined ? undefined : conditionsIn(places, args.condition, hub.suite.limits.comparisons);
  const since = args.cursor === undefined ? endsOf(streams) : seqsOf(hub, streams, args.cursor);
  if (streams.every(stream => isSpent(stream, since))) throw noneRuns(streams);
  const slice = new TimeSlice(hub.clock);
  const page = pageOf(hub, args.count);
  const compute = await computeFor(...(conditions?.of ?? []));
  const timeoutMs = args.timeout_s * 1_000;
  const parts = places.map(({ stream, filters: own }, place): Part => {
    const condition = conditions?.of[place];
    const isAside = own?.length === 0 || (conditions !== undefined && condition === undefined);
    const from = since.get(stream.market.name)!;
    const matchScan = new MatchScan(slice, stream, isAside ? nothing : selectionOf(own), from);
    const search = new Search({
      hub,
      stream,
      matchScan,
      condition,
      asked: subjectOf(stream, own).symbols,
      compute,
      args,
      page,
      isOfSeveral: true,
    });
    const wanted = { condition, filters: own ?? search.decisive, timeoutMs };
    const prospect = isAside ? undefined : new Prospect(hub, stream, wanted);
    return { stream, matchScan, search, prospect, since: from, filters: own };
  });
  const joint = new JointSearch(parts, slice);
  const beganMs = hub.clock.elapsed();
  for (const { search, since: from } of parts) await search.begin(from, abort);
  await searchUntil(hub, joint, streams, timeoutMs - (hub.clock.elapsed() - beganMs), abort);
  const more: boolean[] = [];
  for (const { matchScan } of parts) more.push(await matchScan.hasMore());

  const { matched } = joint;
  return {
    notes: [...filters.notes, ...(conditions?.notes ?? [])],
    streams: parts.map((part, place) => {
      const { stream, search, matchScan, since: from } = part;
      const { messages, notes } = search;
      const isSilent = !matched && (messages.length === 0 || stream.isOver);
      return streamAnswer(hub, stream, {
        notes: [...notes, ...notesOnFields(stream.market, messages)],
        count: messages.length,
        hasMore: more[place]!,
        dropped: matchScan.dropped,
        since: from,
        silence: isSilent ? explain(hub, part) : null,
      });
    }),
    messages: page.messages,
    count: page.messages.length,
    cursor: cursorsOf(hub, new Map(parts.map(({ stream, matchScan }) => [stream.market.name, matchScan.nextSeq]))),
    has_more: more.includes(true),
    matched,
    waited_ms: Math.round(hub.clock.elapsed() - beganMs),
  } satisfies WaitSeveralAnswer;
}

function nothing(): ReturnType<Selection> {
  return false;
}

/** Whether a stream brings nothing more, and has nothing left to be read. */
function isSpent({ market, state, buffer }: StreamView, since: ReadonlyMap<string, number>): boolean {
  return !isWanted(state) && since.get(market.name)! >= buffer.nextSeq;
}

async function searchUntil(
  hub: HubView,
  joint: JointSearch,
  streams: readonly StreamView[],
  timeoutMs: number,
  abort: AbortSignal | undefined,
): Promise<void> {
  let resting = false;
  const over = (again: () => void): boolean => {
    if (resting) return false;
    joint.look();
    if (joint.ended) return true;
    if (joint.isAtEnd) return joint.isLost;
    resting = true;
    void joint.rest().then(() => {
      resting = false;
      again();
    });
    return false;
  };
  const changes = new Changes(hub.clock);
  const ends = streams.map(stream => stream.changes.listen(() => changes.notify()));
  try {
    await changes.until(over, timeoutMs, abort);
  } finally {
    for (const end of ends) end();
  }
  joint.look();
}

function explain(hub: HubView, { stream, search, filters, prospect }: Part): string {
  return prospect ? explainLoss(hub, { stream, search, prospect, filters }) : explainAside(stream);
}
