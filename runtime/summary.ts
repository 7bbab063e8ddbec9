/** The current picture of each symbol, from what has arrived. */
import { type Answer, commonAnswer, roomIn, showOutagesSince, silenceOf } from './answer.js';
import { suggestSymbol, symbolOf } from './channels.js';
import type { Clock } from './clock.js';
import type { EventKind, Market } from './contract.js';
import { count } from './count.js';
import { StreamError } from './errors.js';
import { exampleSymbol } from './example.js';
import { noteOn } from './fieldnotes.js';
import { Heap } from './heap.js';
import { kindOf } from './kind.js';
import { suggest } from './nearest.js';
import { defaultMaxBytes } from './page.js';
import type { Picture } from './picture.js';
import { Pictures } from './pictures.js';
import { Places } from './places.js';
import { noteUnheld, unheldOf } from './silence.js';
import { Slice } from './slice.js';
import { isoOrNull } from './time.js';
import type { HubView, StreamView } from './view.js';

export interface SummarizeArguments {
  readonly market: string;
  readonly symbols?: readonly string[];
  readonly window_s?: number;
  readonly max_bytes?: number;
}

/** A window has pictures of its own; those of a hundred thousand symbols take 130 MB, so few are drawn at once. */
const windowsAtOnce = 2;
/** So many messages, and symbols, cost little. */
const fewMessages = 2_000;

/** All who go by the same clock share the places. */
const places = new WeakMap<Clock, Places>();

function placesOf(clock: Clock): Places {
  const known = places.get(clock) ?? new Places(windowsAtOnce);
  places.set(clock, known);
  return known;
}

/**
 * One row per symbol, the most active first; what could not be known is absent or null.
 *
 * @param abort ends a call that draws a window, or waits for its turn to
 * @throws StreamError INVALID_CHANNEL, STOPPED
 */
export async function summarize(hub: HubView, args: SummarizeArguments, abort?: AbortSignal): Promise<Answer> {
  const stream = hub.stream(args.market);
  const wanted = args.symbols && [
    ...new Set(args.symbols.map((symbol, index) => requireSymbol(stream, symbol, index))),
  ];
  const { window_s } = args;
  if (window_s === undefined) return summarizeSince(hub, stream, args, wanted);
  const { buffer } = stream;
  const beginMs = (): number => hub.clock.elapsed() - window_s * 1_000;
  const draw = (): Promise<Answer> => summarizeSince(hub, stream, args, wanted, { fromMs: beginMs(), abort });
  const isShort = buffer.nextSeq - buffer.firstSince(beginMs()) <= fewMessages;
  if (isShort) return draw();
  const answer = await placesOf(hub.clock).with(hub.process, draw, abort);
  if (!answer) throw cancelled();
  return answer;
}

function cancelled(): StreamError {
  return new StreamError('STOPPED', 'The call was cancelled.');
}

interface Window {
  /** Its begin, monotonic ms. */
  readonly fromMs: number;
  readonly abort: AbortSignal | undefined;
}

/** @param window without one, all that has come */
async function summarizeSince(
  hub: HubView,
  stream: StreamView,
  args: SummarizeArguments,
  wanted: readonly string[] | undefined,
  window?: Window,
): Promise<Answer> {
  const nowMs = hub.clock.elapsed();
  const fromMs = window?.fromMs;
  const pictures = fromMs === undefined ? stream.pictures : picturesSince(hub, stream, fromMs);
  await pictures.update(window?.abort);
  if (window?.abort?.aborted) throw cancelled();

  const found = wanted?.map(symbol => pictures.of(symbol)) ?? [...pictures.all];
  const filters = wanted?.map(symbol => ({ symbol }));
  const isEmpty = found.every(({ messages }) => messages === 0);
  const unheld = isEmpty || !filters ? [] : unheldOf(stream.subscriptions.names, filters);
  const { missed, others } = pictures;
  const shown = (ms: number | undefined): string | null => isoOrNull(ms === undefined ? ms : stream.wallMs(ms));
  const frame = {
    ...commonAnswer(stream, [
      ...noteUnheld(unheld),
      ...(others > 0 ? [noteOnOthers(others)] : []),
      ...(isEmpty ? [] : noteOnVolume(stream.market)),
    ]),
    window: { from: shown(missed > 0 ? pictures.firstMs : (fromMs ?? pictures.firstMs)), to: shown(nowMs) },
    ...(missed > 0 ? { incomplete: describeMissed(missed, fromMs !== undefined) } : {}),
    ...showOutagesSince(stream, 0),
    silence: isEmpty ? silenceOf(hub, stream, { filters, seen: 0, passed: stream.totals.received }) : null,
  };
  const room = roomIn(args.max_bytes ?? defaultMaxBytes, frame);
  const rows = await rowsWithin(room, stream, found, { nowMs, slice: new Slice(hub.clock) });
  return { ...frame, symbols: rows, omitted: found.length - rows.length };
}

/** What arrived from a time on, as far as it is still held; monotonic ms. */
function picturesSince(hub: HubView, stream: StreamView, fromMs: number): Pictures {
  const { buffer, market } = stream;
  const pictures = new Pictures(market, buffer, hub.clock, buffer.firstSince(fromMs));
  if (buffer.evictedMs !== undefined && buffer.evictedMs >= fromMs) pictures.missed = stream.dropped;
  return pictures;
}

/** As many rows as there is room for, of all symbols; of a hundred thousand not even the order is worth a whole turn. */
async function rowsWithin(
  maxBytes: number,
  stream: StreamView,
  pictures: readonly Picture[],
  { nowMs, slice }: { readonly nowMs: number; readonly slice: Slice },
): Promise<Answer[]> {
  // Meanwhile messages may be added to a picture.
  const active = new Heap<{ readonly picture: Picture; readonly messages: number }>(
    (a, b) => a.messages > b.messages || (a.messages === b.messages && a.picture.symbol < b.picture.symbol),
  );
  await slice.begin();
  for (const picture of pictures) {
    if (slice.spent()) await slice.rest();
    active.add({ picture, messages: picture.messages });
  }
  const rows: Answer[] = [];
  let bytes = 2;
  for (let next = active.take(); next; next = active.take()) {
    if (slice.spent()) await slice.rest();
    const { picture } = next;
    const { symbol } = picture;
    const row = picture.row(nowMs, event => isHeld(stream, event, symbol), stream.text);
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

/** @param atMost whether some of them may have come before the window */
function describeMissed(missed: number, atMost: boolean): string {
  return `${atMost ? 'Up to ' : ''}${count(missed, 'message')} had left the buffer before they could be counted.`;
}

function noteOnOthers(others: number): string {
  return `${others} messages are of symbols beyond those that are told apart; they are in no row.`;
}

/** Where volume is not what a reader takes it for. */
function noteOnVolume({ channels }: Market): string[] {
  const volumes = channels.flatMap(({ fields }) => fields.filter(({ name }) => name === 'volume'));
  return [...new Set(volumes.flatMap(noteOn))];
}

function requireSymbol({ market }: StreamView, text: string, index: number): string {
  const symbol = symbolOf(market, text);
  if (symbol !== undefined) return symbol;
  throw new StreamError(
    'INVALID_CHANNEL',
    `symbols[${index}], ${kindOf(text)}, is no symbol of ${market.title}${suggest(suggestSymbol(market, text)) || '.'}`,
    `Write ${market.symbol.description}, such as {"symbols": ["${exampleSymbol(market)}"]}.`,
  );
}
