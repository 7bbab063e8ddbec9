/** Summarizes the current state of each symbol. */

import type { Row, SummarizeAnswer, SummarizeArguments } from '../../generated/types.js';
import type { MessageBuffer } from '../buffer/message-buffer.js';
import type { EventKind } from '../contract/channel.js';
import type { Market } from '../contract/market.js';
import type { Clock } from '../core/clock.js';
import { count } from '../core/count.js';
import { StreamError } from '../core/errors.js';
import type { Heap } from '../core/heap.js';
import { isoOrNull } from '../core/time.js';
import { noteOn } from '../market/field-notes.js';
import { ProductHours } from '../market/product-hours.js';
import { type RowContext, rowOf } from '../market/row.js';
import type { SymbolStates } from '../market/totals/symbol-state.js';
import { Window } from '../market/totals/window.js';
import { Slots } from '../pacing/slots.js';
import { stepsToShow, TimeSlice } from '../pacing/time-slice.js';
import type { HubView, StreamView } from '../stream/view.js';
import { commonAnswer, roomIn, showOutagesSince, silenceOf } from './answer.js';
import type { OfOne } from './of-markets.js';
import { decodeRank, encodeRank, type Rank, type Ranked, type Ranking, rank, rankingOf } from './ranking.js';
import { requireSymbols } from './required-symbol.js';
import { judgeKeys, pick } from './row-keys.js';
import { noteUnheld, unheldOf } from './silence.js';

/** So one client with many calls keeps another waiting for no more than so many windows. */
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
 * One row per symbol, ranked over all of them; values that are not known are absent or null.
 *
 * @param abort cancels a call that waits, builds a window, or waits for a place to do so
 * @throws StreamError INVALID_ARGUMENT, INVALID_CHANNEL, BAD_CURSOR, STOPPED
 */
export async function summarize(hub: HubView, args: OfOne<SummarizeArguments>, abort?: AbortSignal) {
  const stream = hub.stream(args.market);
  judgeKeys(hub.suite.rowKeys, args.fields);
  const ranking = rankingOf(args);
  const after = args.cursor === undefined ? undefined : decodeRank(args.cursor, ranking);
  const symbols = args.symbols && requireSymbols(stream, args.symbols);
  const wanted: Wanted = { args, symbols, ranking, after };
  if (args.wait_s > 0) await hub.duringWait(() => untilAllCame(stream, symbols, args.wait_s * 1_000, abort));
  const fromMs = beginOf(hub, args);
  if (!isOfWindow(args)) return answerWith(hub, stream, wanted, stream.snapshots);
  const size = sizeOf(stream, fromMs);
  return inPlace(hub, size, () => answerFromWindow(hub, stream, wanted, { fromMs, abort }), abort);
}

/** Whether the state of each symbol has to be built from what is held. */
export function isOfWindow({ window_s, prints }: SummarizeArguments): boolean {
  return window_s !== undefined || prints !== 'eligible';
}

/** The beginning of the window, monotonic ms; nothing where it is all that is held. */
export function beginOf(hub: HubView, { window_s }: SummarizeArguments): number | undefined {
  return window_s === undefined ? undefined : hub.clock.elapsed() - window_s * 1_000;
}

/** How many messages a window has. */
export function sizeOf({ buffer }: StreamView, fromMs: number | undefined): number {
  return buffer.nextSeq - firstIn(buffer, fromMs);
}

/**
 * Builds from windows of so many messages, in one of a few places where they are many.
 *
 * @throws StreamError STOPPED
 */
export async function inPlace<T extends object>(
  hub: HubView,
  messages: number,
  build: () => Promise<T>,
  abort: AbortSignal | undefined,
): Promise<T> {
  if (messages <= fewMessages) return build();
  const answer = await placesOf(hub.clock).with(hub.process, build, abort);
  if (!answer) throw cancelled();
  return answer;
}

/** Which rows a call is after. */
interface Wanted {
  readonly args: SummarizeArguments;
  /** Canonical; absent: all. */
  readonly symbols: readonly string[] | undefined;
  readonly ranking: Ranking;
  readonly after: Rank | undefined;
}

/** Returns once each symbol had a message since the start, or any came where none is named, or nothing more will. */
export async function untilAllCame(
  stream: StreamView,
  symbols: readonly string[] | undefined,
  timeoutMs: number,
  abort: AbortSignal | undefined,
): Promise<void> {
  const { buffer, changes, market } = stream;
  const missing = new Set(symbols);
  const hasCome = (symbol: string): boolean =>
    market.channels.some(channel => buffer.newestOf({ channel, symbol }) >= 0);
  const over = (): boolean => {
    for (const symbol of missing) if (hasCome(symbol)) missing.delete(symbol);
    return stream.isOver || (missing.size === 0 && stream.totals.received > 0);
  };
  await changes.until(over, timeoutMs, abort);
}

export function cancelled(): StreamError {
  return new StreamError('STOPPED', 'The call was cancelled.');
}

/** What a window is made of. */
export interface Stretch {
  /** Its beginning, monotonic ms; absent: the oldest message held. */
  readonly fromMs: number | undefined;
  readonly abort: AbortSignal | undefined;
}

/** A stream that is started anew takes the messages of a window away; then there is another one to answer from. */
async function answerFromWindow(hub: HubView, stream: StreamView, wanted: Wanted, stretch: Stretch) {
  for (;;) {
    const window = windowOf(hub, stream, stretch, wanted.args.prints === 'all');
    try {
      return await answerWith(hub, stream, wanted, window, stretch);
    } catch (error) {
      if (!window.isLost || stretch.abort?.aborted) throw error;
    } finally {
      window.release();
    }
  }
}

/**
 * @param stretch absent: everything since the start of the stream
 * @throws where the messages of a window are gone
 */
async function answerWith(
  hub: HubView,
  stream: StreamView,
  { args, symbols, ranking, after }: Wanted,
  states: SymbolStates,
  stretch?: Stretch,
) {
  const nowMs = hub.clock.elapsed();
  await states.update(stretch?.abort);
  if (stretch?.abort?.aborted) throw cancelled();

  const { found, frame } = summaryOf(hub, stream, { states, symbols, stretch, nowMs });
  const room = roomIn(args.max_bytes, frame);
  const ranked = await rank(hub.clock, [{ states: found }], ranking, after);
  const show = rowMaker(hub, stream, nowMs);
  const { rows, last } = await rowsWithin(room, ranked, args, { slice: new TimeSlice(hub.clock), row: show });
  const omitted = ranked.size;
  return {
    ...frame,
    symbols: rows,
    omitted,
    cursor: omitted > 0 && last ? encodeRank(ranking, last) : null,
  } satisfies SummarizeAnswer;
}

/** Of which symbols a summary is, and of what time. */
interface SummaryOf {
  /** Up to date. */
  readonly states: SymbolStates;
  /** Absent: all. */
  readonly symbols: readonly string[] | undefined;
  /** Absent: everything since the start of the stream. */
  readonly stretch: Stretch | undefined;
  readonly nowMs: number;
}

/** The symbols of a summary, and what an answer says of them all. */
export function summaryOf(hub: HubView, stream: StreamView, { states, symbols, stretch, nowMs }: SummaryOf) {
  const fromMs = stretch?.fromMs;
  const found = symbols?.map(symbol => states.of(symbol)) ?? [...states.all];
  const filters = symbols?.map(symbol => ({ symbol }));
  const isEmpty = found.every(({ messages }) => messages === 0);
  const unheld = isEmpty || !filters ? [] : unheldOf(stream.subscriptions.names, filters);
  const { missed, others, firstMs } = states;
  const shown = (ms: number | undefined): string | null => isoOrNull(ms === undefined ? ms : stream.wallMs(ms));
  const frame = {
    ...commonAnswer(stream, [
      ...noteUnheld(unheld),
      ...(others > 0 ? [noteOnOthers(others)] : []),
      ...noteOnConditions(states),
      ...(isEmpty ? [] : noteOnVolume(stream.market)),
    ]),
    window: { from: shown(missed > 0 ? firstMs : (fromMs ?? firstMs)), to: shown(nowMs) },
    ...(missed > 0 ? { incomplete: describeMissed(missed, fromMs !== undefined) } : {}),
    ...showOutagesSince(stream, 0),
    silence: isEmpty ? silenceOf(hub, stream, { filters, seen: 0, passed: stream.totals.received }) : null,
  };
  return { found, frame };
}

/** Makes the rows of a stream. */
export function rowMaker(hub: HubView, stream: StreamView, nowMs: number): RowMaking['row'] {
  const { market, text } = stream;
  const context: RowContext = {
    market,
    hours: new ProductHours(market, hub.hours.of(market)),
    nowMs,
    isHeld: () => false,
    text,
  };
  return ({ state }) => rowOf(state, { ...context, isHeld: event => isHeld(stream, event, state.symbol) });
}

function firstIn(buffer: MessageBuffer, fromMs: number | undefined): number {
  return fromMs === undefined ? buffer.oldestSeq : buffer.firstSince(fromMs);
}

/** What arrived in a window, as far as the buffer still holds it. */
export function windowOf(hub: HubView, stream: StreamView, { fromMs }: Stretch, everyPrint: boolean): Window {
  const { buffer, market } = stream;
  const window = new Window(market, buffer, hub.suite.numberKernel, hub.clock, firstIn(buffer, fromMs), everyPrint);
  const isShort = buffer.evictedMs !== undefined && (fromMs === undefined || buffer.evictedMs >= fromMs);
  if (isShort) window.missed = stream.dropped;
  return window;
}

/** How rows are made. */
interface RowMaking {
  readonly slice: TimeSlice;
  row(ranked: Ranked): Row;
}

/** As many rows as fit and are asked for; what is left stays in the ranking. */
export async function rowsWithin(
  maxBytes: number,
  ranked: Heap<Ranked>,
  { top, fields }: SummarizeArguments,
  { slice, row }: RowMaking,
): Promise<{ readonly rows: Row[]; readonly last: Ranked | undefined }> {
  const rows: Row[] = [];
  let last: Ranked | undefined;
  let bytes = 2;
  await slice.begin();
  while (rows.length < (top ?? Number.POSITIVE_INFINITY)) {
    if (slice.spent(stepsToShow(0))) await slice.rest();
    const next = ranked.take();
    if (!next) break;
    const shown = pick(row(next), fields);
    bytes += Buffer.byteLength(JSON.stringify(shown)) + 1;
    if (bytes > maxBytes) {
      ranked.add(next);
      break;
    }
    rows.push(shown);
    last = next;
  }
  return { rows, last };
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

/** A code that is in no table moves no price, in case it says that the trade must not. */
function noteOnConditions({ unknownConditions }: SymbolStates): string[] {
  const codes = [...unknownConditions].filter(code => typeof code === 'number');
  if (unknownConditions.size === 0) return [];
  const named = codes.length > 0 ? ` (${codes.join(', ')})` : '';
  return [`Trades came with conditions that no table has${named}: they count as volume, and move no price.`];
}

/** Notes on fields of volume that mean something else than a reader expects. */
function noteOnVolume({ channels }: Market): string[] {
  const volumes = channels.flatMap(({ fields }) => fields.filter(({ role }) => role === 'volume'));
  return [...new Set(volumes.flatMap(noteOn))];
}
