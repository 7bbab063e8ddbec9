/** Summarizes the current state of each symbol. */

import type { SummarizeAnswer, SummarizeArguments } from '../../generated/types.js';
import type { EventKind } from '../contract/channel.js';
import type { Market } from '../contract/market.js';
import { count } from '../core/count.js';
import { isoOrNull } from '../core/time.js';
import { noteOn } from '../market/field-notes.js';
import { ProductHours } from '../market/product-hours.js';
import { type RowContext, rowOf } from '../market/row.js';
import type { SymbolStates } from '../market/totals/symbol-state.js';
import { TimeSlice } from '../pacing/time-slice.js';
import type { HubView, StreamView } from '../stream/view.js';
import { commonAnswer, roomIn, showOutagesSince, silenceOf } from './answer.js';
import { daysOf } from './daily/join.js';
import type { OfOne } from './of-markets.js';
import { requireSymbols } from './required-symbol.js';
import { noteUnheld, unheldOf } from './silence.js';
import { decodeRank, encodeRank, type Rank, type Ranking, rank, rankingOf } from './summary/ranking.js';
import { judgeKeys } from './summary/row-keys.js';
import { type Making, showRows, takeRows } from './summary/rows.js';
import { cancelled, fromWindows, type Stretch } from './summary/windows.js';

/**
 * One row per symbol, ranked over all of them; values that are not known are absent or null.
 *
 * @param abort cancels a call that waits, builds a window, or waits for a place to do so
 * @param joins whether the REST API is asked for what the stream does not say
 * @throws StreamError INVALID_ARGUMENT, INVALID_CHANNEL, BAD_CURSOR, STOPPED
 */
export async function summarize(hub: HubView, args: OfOne<SummarizeArguments>, abort?: AbortSignal, joins = true) {
  const stream = hub.stream(args.market);
  judgeKeys(hub.suite.rowKeys, args.fields);
  const ranking = rankingOf(args);
  const after = args.cursor === undefined ? undefined : decodeRank(args.cursor, ranking);
  const symbols = args.symbols && requireSymbols(stream, args.symbols);
  const wanted: Wanted = { args, symbols, ranking, after };
  if (args.wait_s > 0) await hub.duringWait(() => untilAllCame(stream, symbols, args.wait_s * 1_000, abort));
  const found = await fromWindows(
    hub,
    [stream],
    args,
    ([window], stretch) => findRows(hub, stream, wanted, window!, stretch),
    abort,
  );
  // The window is no longer held here: others build theirs meanwhile.
  const days = joins
    ? await daysOf(
        hub,
        stream,
        found.taken.map(({ place }) => place.symbol),
        args.fields,
        abort,
      )
    : undefined;
  if (abort?.aborted) throw cancelled();
  const frame = { ...found.frame, notes: [...(days?.notes ?? []), ...found.frame.notes] };
  const { rows, last } = showRows(found, roomIn(args.max_bytes, frame), args.fields, () => days);
  const omitted = found.ranked.size;
  return {
    ...frame,
    symbols: rows,
    omitted,
    cursor: omitted > 0 && last ? encodeRank(ranking, last) : null,
  } satisfies SummarizeAnswer;
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

/** @throws where the messages of a window are gone */
async function findRows(
  hub: HubView,
  stream: StreamView,
  { args, symbols, ranking, after }: Wanted,
  states: SymbolStates,
  stretch: Stretch,
) {
  const nowMs = hub.clock.elapsed();
  await states.update(stretch.abort);
  if (stretch.abort?.aborted) throw cancelled();

  const { found, frame } = summaryOf(hub, stream, { states, symbols, stretch, nowMs });
  const room = roomIn(args.max_bytes, frame);
  const ranked = await rank(hub.clock, [{ states: found }], ranking, after);
  const show = rowMaker(hub, stream, nowMs);
  return { frame, ...(await takeRows(room, ranked, args, { slice: new TimeSlice(hub.clock), row: show })) };
}

/** Of which symbols a summary is, and of what time. */
interface SummaryOf {
  /** Up to date. */
  readonly states: SymbolStates;
  /** Absent: all. */
  readonly symbols: readonly string[] | undefined;
  readonly stretch: Stretch;
  readonly nowMs: number;
}

/** The symbols of a summary, and what an answer says of them all. */
export function summaryOf(hub: HubView, stream: StreamView, { states, symbols, stretch, nowMs }: SummaryOf) {
  const { fromMs } = stretch;
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
export function rowMaker(hub: HubView, stream: StreamView, nowMs: number): Making['row'] {
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
