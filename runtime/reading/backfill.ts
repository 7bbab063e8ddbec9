/** What an outage lacks, by the REST API, as messages of the stream; never part of its buffer or its cursors. */
import type { BackfillAnswer, BackfillArguments } from '../../generated/types.js';
import { count } from '../core/count.js';
import { StreamError } from '../core/errors.js';
import { notesOnFields } from '../market/field-notes.js';
import { formatMessage, type Message } from '../market/format.js';
import { TimeSlice } from '../pacing/time-slice.js';
import type { RestTarget } from '../stream/rest-keys.js';
import type { HubView, StreamView } from '../stream/view.js';
import { exampleSymbol, spellJson } from '../symbols/example.js';
import { commonAnswer, roomIn, showOutage } from './answer.js';
import { around } from './backfill/around.js';
import { type Fetched, type FetchedEvent, fetchAll } from './backfill/fetch.js';
import { type BackfillPlace, judgePlace, readPlace, writePlace } from './backfill/place.js';
import {
  chooseChannels,
  type EndedOutage,
  findOutage,
  isOver,
  readOutage,
  type Wanted,
  type WantedChannel,
} from './backfill/plan.js';
import { CsvScale, toCsv } from './csv.js';
import { PageBuilder } from './page.js';

/** Channels of one call. */
const mostChannels = 10;
/** All requests of a call together. */
const patienceMs = 20_000;
/** The clocks of the feed and of this machine may differ by so much, and a message takes a while to come. */
const edgeMs = 2_000;
const mostNamed = 100;
/** Sorting and formatting a message takes as long as so many small steps. */
const messageSteps = 16;

/**
 * @param abort ends it early
 * @throws StreamError INVALID_ARGUMENT, INVALID_CHANNEL, BAD_CURSOR, STOPPED
 */
export async function backfill(hub: HubView, args: BackfillArguments, abort?: AbortSignal) {
  const stream = hub.stream(args.market);
  const begun = args.page === undefined ? undefined : readPlace(args.page);
  const outage = findOutage(stream, begun?.place.outageMs ?? readOutage(args.outage));
  if (!outage || !isOver(outage)) return nothing(stream, args, notesWithout(stream, outage !== undefined));
  const wanted = chooseChannels(stream, outage, args.channels);
  const names = wanted.channels.map(({ name }) => name);
  if (begun) judgePlace(begun.digest, args.market, names);
  const beside = stream.target ? await hub.restBeside(stream.target) : undefined;
  const shown = { ...nothing(stream, args, []), ...showWanted(stream, outage, wanted) };
  const notes = [...shown.notes, ...goesOn(stream)];
  if (!beside?.api) return { ...shown, notes: [...notes, whyNobody(beside)] } satisfies BackfillAnswer;
  const place = begun?.place ?? { outageMs: outage.fromMs, done: 0, atMs: 0, skip: 0 };
  const channels = wanted.channels.slice(place.done, place.done + mostChannels);

  const slice = new TimeSlice(hub.clock);
  await slice.begin();
  const { known, isWhole } = await around(stream, outage, channels, slice);
  const ended = new AbortController();
  const stopClock = hub.clock.after(patienceMs, () => ended.abort());
  const signal = abort ? AbortSignal.any([abort, ended.signal]) : ended.signal;
  const services = { hub, market: stream.market, api: beside.api, slice, signal, known };
  const span = { ...spanOf(hub, stream, outage, isWhole), atMs: place.atMs, wanted: args.limit + place.skip };
  const { fetched, failed } = await fetchAll(services, channels, span).finally(stopClock);
  if (abort?.aborted) throw new StreamError('STOPPED', 'The call was cancelled.');

  const source = beside.endpoint === 'simulated' ? ('simulated' as const) : ('rest' as const);
  const frame = { ...shown, source, failed, notes: [...notes, ...(isWhole ? [] : [leftMemory])] };
  const { mostBytes } = hub.suite.limits;
  const reserved = Buffer.byteLength(JSON.stringify(args)) + moreBytes;
  const limits = { limit: args.limit, maxBytes: roomIn(args.max_bytes, frame) - reserved, mostBytes };
  const page = new PageBuilder(limits, args.format === 'csv' ? new CsvScale() : undefined);
  const { next, duplicates } = await fill(page, merge(fetched), { stream, place, source, slice });
  const left = wanted.channels.length - place.done - channels.length;
  const after = next ?? (left > 0 ? { ...place, done: place.done + channels.length, atMs: 0, skip: 0 } : undefined);
  const nextPage = after ? writePlace(after, args.market, names) : null;
  const { messages, overflow } = page;
  const tooLarge = overflow.tooLarge ? [`The next message alone has ${overflow.tooLarge} bytes: raise max_bytes.`] : [];
  return {
    ...frame,
    ...(args.format === 'csv' ? { csv: toCsv(messages) } : { messages }),
    count: messages.length,
    duplicates,
    next_page: nextPage,
    notes: [
      ...frame.notes,
      ...tooLarge,
      ...notesOnFields(stream.market, messages),
      ...(nextPage === null ? [] : [noteOnMore(args, nextPage, left)]),
    ],
  } satisfies BackfillAnswer;
}

/** Of the sentence on what is left, without the arguments in it. */
const moreBytes = 250;
const leftMemory =
  'Of what came around this outage some has left memory: messages of its first and last moments may be among these although they came.';

/** An answer without messages. */
function nothing(stream: StreamView, { format }: BackfillArguments, notes: readonly string[]) {
  return {
    ...commonAnswer(stream, notes),
    outage: null,
    source: null,
    ...(format === 'csv' ? { csv: '' } : { messages: [] }),
    count: 0,
    duplicates: 0,
    next_page: null,
    failed: [],
    unavailable: [],
    wildcards: [],
  } satisfies BackfillAnswer;
}

function notesWithout(stream: StreamView, isNamed: boolean): string[] {
  const current = goesOn(stream);
  if (isNamed) return current;
  if (current.length > 0) return current;
  return stream.target
    ? ['There is nothing to fill: the stream has had no outage since its start.']
    : ['There is nothing to fill: the stream was not started.'];
}

/** What lasts can be filled later. */
function goesOn({ outages, market }: StreamView): string[] {
  const current = outages.all.find(outage => !isOver(outage));
  if (!current) return [];
  const outage = new Date(current.fromMs).toISOString();
  return [
    `The outage since ${outage} still goes on and cannot be filled yet: once messages come again, call backfill_outage with ${spellJson({ market: market.name, outage })}.`,
  ];
}

function showWanted(stream: StreamView, outage: EndedOutage, { unavailable, wildcards, unsubscribed }: Wanted) {
  const { market } = stream;
  const lacking = market.channels.filter(({ prefix }) => unavailable.some(name => name.startsWith(`${prefix}.`)));
  const star = wildcards[0];
  const named = star && spellJson({ channels: [star.replace('*', exampleSymbol(market))] });
  const { notes, ...common } = commonAnswer(stream);
  return {
    ...common,
    outage: showOutage(stream, outage),
    unavailable: unavailable.slice(0, mostNamed),
    wildcards,
    notes: [
      ...notes,
      ...(lacking.length > 0
        ? [`The REST API keeps no history of ${lacking.map(({ title }) => title).join(', ')} of ${market.title}.`]
        : []),
      ...(named ? [`Of ${wildcards.join(', ')} only named symbols can be asked for: add ${named}.`] : []),
      ...(unsubscribed.length > 0
        ? [
            `Not subscribed when it began: ${unsubscribed.slice(0, 5).join(', ')}${unsubscribed.length > 5 ? ' and others' : ''}.`,
          ]
        : []),
    ],
  };
}

function whyNobody(beside: RestTarget | undefined): string {
  return beside?.endpoint === 'replay'
    ? 'Nothing is asked for a recording, whose outages are of its own day.'
    : 'Nobody to ask: the feed is at an address of its own, and POLYGON_REST_URL does not say where its REST API is.';
}

/** The times of what may be missing: of the feed, which may be late. */
function spanOf({ clock }: HubView, { target }: StreamView, { fromMs, toMs }: EndedOutage, isWhole: boolean) {
  const lateMs = (target?.endpoint.delayMinutes ?? 0) * 60_000;
  // Where it is not known what came, nothing beyond the outage is asked for.
  const edge = isWhole ? edgeMs : 0;
  const endMs = Math.max(toMs, Math.min(toMs + edge, clock.now() - edge));
  return { fromMs: fromMs - lateMs - edge, toMs: endMs - lateMs + 1, barsToMs: toMs - lateMs };
}

interface Merged extends FetchedEvent {
  readonly of: WantedChannel;
}

/** All by time, up to where each channel has everything. */
function merge(fetched: readonly Fetched[]): { readonly events: readonly Merged[]; readonly untilMs: number } {
  const untilMs = Math.min(...fetched.map(one => one.untilMs));
  const all = fetched.flatMap(({ of, events }) => events.map(event => ({ ...event, of })));
  const sorted = all.sort((one, other) => one.atMs - other.atMs);
  // At its last moment a channel may have more, unless there is no other.
  const whole = sorted.filter(({ atMs }) => atMs < untilMs);
  return { events: whole.length > 0 ? whole : sorted.filter(({ atMs }) => atMs <= untilMs), untilMs };
}

interface Filling {
  readonly stream: StreamView;
  readonly place: BackfillPlace;
  readonly source: 'rest' | 'simulated';
  readonly slice: TimeSlice;
}

/** Adds the messages that fit, and says where the next call goes on, if there is more of these channels. */
async function fill(
  page: PageBuilder,
  { events, untilMs }: ReturnType<typeof merge>,
  { stream, place, source, slice }: Filling,
): Promise<{ readonly next: BackfillPlace | undefined; readonly duplicates: number }> {
  let duplicates = 0;
  let atMs = place.atMs;
  // Messages of this moment that were passed, those that came included.
  let passed = 0;
  const going = (): BackfillPlace => ({ ...place, atMs, skip: passed });
  for (const event of events) {
    if (event.atMs !== atMs) {
      atMs = event.atMs;
      passed = 0;
    }
    const isDone = atMs === place.atMs && passed < place.skip;
    if (!isDone && event.isKnown) duplicates++;
    else if (!isDone && !page.add(show(stream, event, source))) return { next: going(), duplicates };
    passed++;
    if (slice.spent(messageSteps)) await slice.rest();
  }
  if (!Number.isFinite(untilMs)) return { next: undefined, duplicates };
  if (atMs !== untilMs) [atMs, passed] = [untilMs, 0];
  return { next: going(), duplicates };
}

function show({ market, text }: StreamView, { of, raw }: Merged, source: 'rest' | 'simulated'): Message {
  const entry = { seq: -1, arrivedMs: 0, ev: of.channel.prefix, symbol: of.symbol, raw };
  return { ...formatMessage(market, entry, 'summary', text), source };
}

function noteOnMore({ page: _, ...args }: BackfillArguments, page: string, left: number): string {
  const call = spellJson({ ...args, page });
  const others = left > 0 ? ` (${count(left, 'channel')} not asked for yet)` : '';
  return `There is more${others}: call backfill_outage with ${call}.`;
}
