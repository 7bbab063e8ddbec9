/** Summarizes the current state of each symbol. */

import type { Row, SummarizeAnswer, SummarizeArguments } from '../../generated/types.js';
import type { EventKind } from '../contract/channel.js';
import type { Market } from '../contract/market.js';
import type { Clock } from '../core/clock.js';
import { count } from '../core/count.js';
import { StreamError } from '../core/errors.js';
import { Heap } from '../core/heap.js';
import { kindOf } from '../core/kind.js';
import { isoOrNull } from '../core/time.js';
import { noteOn } from '../market/field-notes.js';
import type { SymbolSnapshot } from '../market/snapshot.js';
import { Snapshots } from '../market/snapshots.js';
import { Slots } from '../pacing/slots.js';
import { TimeSlice } from '../pacing/time-slice.js';
import type { HubView, StreamView } from '../stream/view.js';
import { symbolOf } from '../symbols/channels.js';
import { exampleSymbol } from '../symbols/example.js';
import { describeReadings } from '../symbols/hints.js';
import { commonAnswer, roomIn, showOutagesSince, silenceOf } from './answer.js';
import { noteUnheld, unheldOf } from './silence.js';

/** A window needs snapshots of its own; those of 100 000 symbols take 130 MB, so few windows are built at once. */
const windowsAtOnce = 2;
/** A window of at most this many messages, and so of symbols, costs little. */
const fewMessages = 2_000;

/** One set of places for each clock: a process has one clock, and each test its own. */
const places = new WeakMap<Clock, Slots>();

function placesOf(clock: Clock): Slots {
  const known = places.get(clock) ?? new Slots(windowsAtOnce);
  places.set(clock, known);
  return known;
}

/**
 * One row per symbol, the most active first; values that are not known are absent or null.
 *
 * @param abort cancels a call that builds a window, or waits for a place to do so
 * @throws StreamError INVALID_CHANNEL, STOPPED
 */
export async function summarize(hub: HubView, args: SummarizeArguments, abort?: AbortSignal): Promise<SummarizeAnswer> {
  const stream = hub.stream(args.market);
  const wanted = args.symbols && [
    ...new Set(args.symbols.map((symbol, index) => requireSymbol(stream, symbol, index))),
  ];
  const { window_s } = args;
  if (window_s === undefined) return summarizeSince(hub, stream, args, wanted);
  const { buffer } = stream;
  const beginMs = (): number => hub.clock.elapsed() - window_s * 1_000;
  const build = (): Promise<SummarizeAnswer> => summarizeSince(hub, stream, args, wanted, { fromMs: beginMs(), abort });
  const isShort = buffer.nextSeq - buffer.firstSince(beginMs()) <= fewMessages;
  if (isShort) return build();
  const answer = await placesOf(hub.clock).with(hub.process, build, abort);
  if (!answer) throw cancelled();
  return answer;
}

function cancelled(): StreamError {
  return new StreamError('STOPPED', 'The call was cancelled.');
}

interface Window {
  /** Its beginning, monotonic ms. */
  readonly fromMs: number;
  readonly abort: AbortSignal | undefined;
}

/** @param window absent: everything since the start of the stream */
async function summarizeSince(
  hub: HubView,
  stream: StreamView,
  args: SummarizeArguments,
  wanted: readonly string[] | undefined,
  window?: Window,
): Promise<SummarizeAnswer> {
  const nowMs = hub.clock.elapsed();
  const fromMs = window?.fromMs;
  const snapshots = fromMs === undefined ? stream.snapshots : snapshotsSince(hub, stream, fromMs);
  await snapshots.update(window?.abort);
  if (window?.abort?.aborted) throw cancelled();

  const found = wanted?.map(symbol => snapshots.of(symbol)) ?? [...snapshots.all];
  const filters = wanted?.map(symbol => ({ symbol }));
  const isEmpty = found.every(({ messages }) => messages === 0);
  const unheld = isEmpty || !filters ? [] : unheldOf(stream.subscriptions.names, filters);
  const { missed, others } = snapshots;
  const shown = (ms: number | undefined): string | null => isoOrNull(ms === undefined ? ms : stream.wallMs(ms));
  const frame = {
    ...commonAnswer(stream, [
      ...noteUnheld(unheld),
      ...(others > 0 ? [noteOnOthers(others)] : []),
      ...(isEmpty ? [] : noteOnVolume(stream.market)),
    ]),
    window: { from: shown(missed > 0 ? snapshots.firstMs : (fromMs ?? snapshots.firstMs)), to: shown(nowMs) },
    ...(missed > 0 ? { incomplete: describeMissed(missed, fromMs !== undefined) } : {}),
    ...showOutagesSince(stream, 0),
    silence: isEmpty ? silenceOf(hub, stream, { filters, seen: 0, passed: stream.totals.received }) : null,
  };
  const room = roomIn(args.max_bytes, frame);
  const rows = await rowsWithin(room, stream, found, { nowMs, slice: new TimeSlice(hub.clock) });
  return { ...frame, symbols: rows, omitted: found.length - rows.length };
}

/**
 * Snapshots of what arrived from a time on, as far as the buffer still holds it.
 *
 * @param fromMs monotonic ms
 */
function snapshotsSince(hub: HubView, stream: StreamView, fromMs: number): Snapshots {
  const { buffer, market } = stream;
  const snapshots = new Snapshots(market, buffer, hub.clock, buffer.firstSince(fromMs));
  if (buffer.evictedMs !== undefined && buffer.evictedMs >= fromMs) snapshots.missed = stream.dropped;
  return snapshots;
}

/** As many rows as fit. Sorting 100 000 symbols at once would block the event loop, so a heap does it in slices. */
async function rowsWithin(
  maxBytes: number,
  stream: StreamView,
  snapshots: readonly SymbolSnapshot[],
  { nowMs, slice }: { readonly nowMs: number; readonly slice: TimeSlice },
): Promise<Row[]> {
  // Snapshots may count more messages meanwhile, so the order goes by a copy of the count.
  const active = new Heap<{ readonly snapshot: SymbolSnapshot; readonly messages: number }>(
    (a, b) => a.messages > b.messages || (a.messages === b.messages && a.snapshot.symbol < b.snapshot.symbol),
  );
  await slice.begin();
  for (const snapshot of snapshots) {
    if (slice.spent()) await slice.rest();
    active.add({ snapshot, messages: snapshot.messages });
  }
  const rows: Row[] = [];
  let bytes = 2;
  for (let next = active.take(); next; next = active.take()) {
    if (slice.spent()) await slice.rest();
    const { snapshot } = next;
    const { symbol } = snapshot;
    const row = snapshot.row(nowMs, event => isHeld(stream, event, symbol), stream.text);
    bytes += Buffer.byteLength(JSON.stringify(row)) + 1;
    if (bytes > maxBytes) break;
    rows.push(row);
  }
  return rows;
}

function isHeld({ market, subscriptions }: StreamView, event: EventKind, symbol: string): boolean {
  return market.channels.some(
    channel =>
      channel.event === event &&
      [symbol, '*'].some(name => subscriptions.stateOf(`${channel.prefix}.${name}`) !== undefined),
  );
}

/** @param atMost whether some of them may have arrived before the window */
function describeMissed(missed: number, atMost: boolean): string {
  return `${atMost ? 'Up to ' : ''}${count(missed, 'message')} had left the buffer before they could be counted.`;
}

function noteOnOthers(others: number): string {
  return `${others} messages are of symbols beyond those that are told apart; they are in no row.`;
}

/** Notes on fields of volume that mean something else than a reader expects. */
function noteOnVolume({ channels }: Market): string[] {
  const volumes = channels.flatMap(({ fields }) => fields.filter(({ role }) => role === 'volume'));
  return [...new Set(volumes.flatMap(noteOn))];
}

function requireSymbol({ market, buffer }: StreamView, text: string, index: number): string {
  const symbol = symbolOf(market, text, buffer.knows);
  if (symbol !== undefined) return symbol;
  throw new StreamError(
    'INVALID_CHANNEL',
    `symbols[${index}], ${kindOf(text)}, is no symbol of ${market.title}${describeReadings(market, text)}.`,
    `Write ${market.symbol.description}, such as {"symbols": ["${exampleSymbol(market)}"]}.`,
  );
}
