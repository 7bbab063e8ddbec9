/** The current picture of each symbol, from what has arrived. */
import { type Answer, commonAnswer, newestAge, showOutages, silenceOf } from './answer.js';
import { canonicalSymbol } from './channels.js';
import type { EventKind } from './contract.js';
import { StreamError } from './errors.js';
import { quoteForeign } from './foreign.js';
import { defaultMaxBytes } from './page.js';
import type { Picture } from './picture.js';
import { Pictures } from './pictures.js';
import { isoOrNull } from './time.js';
import type { HubView, StreamView } from './view.js';

export interface SummarizeArguments {
  readonly market: string;
  readonly symbols?: readonly string[];
  readonly window_s?: number;
  readonly max_bytes?: number;
}

/**
 * One row per symbol, the most active first; what could not be known is absent or null.
 *
 * @throws StreamError INVALID_CHANNEL
 */
export async function summarize(hub: HubView, args: SummarizeArguments): Promise<Answer> {
  const stream = hub.stream(args.market);
  const wanted = args.symbols?.map(symbol => requireSymbol(stream, symbol));
  const pictures = picturesOf(hub, stream, args.window_s);
  await pictures.update();

  const nowMs = hub.clock.now();
  const found = wanted ? [...new Set(wanted)].flatMap(symbol => pictures.of(symbol) ?? []) : [...pictures.all];
  const rows = rowsWithin(args.max_bytes ?? defaultMaxBytes, stream, found, nowMs);
  return {
    ...commonAnswer(stream, pictures.others > 0 ? [noteOnOthers(pictures.others)] : []),
    symbols: rows,
    omitted: found.length - rows.length,
    window: { from: isoOrNull(windowStart(pictures, nowMs, args.window_s)), to: isoOrNull(nowMs) },
    ...(pictures.missed > 0 ? { incomplete: describeMissed(pictures.missed) } : {}),
    outages: showOutages(stream.outages.all),
    silence: rows.length === 0 || newestAge(hub, stream) === null ? silenceOf(hub, stream) : null,
  };
}

/** Those of the stream, which go on from the last time, or new ones for a window. */
function picturesOf(hub: HubView, stream: StreamView, windowS: number | undefined): Pictures {
  if (windowS === undefined) return stream.pictures;
  const { buffer, market } = stream;
  const fromMs = hub.clock.now() - windowS * 1_000;
  const first = buffer.firstSince(fromMs);
  const pictures = new Pictures(market, buffer, hub.clock, first, stream.visible);
  // Nothing older than the first message held is left to tell whether it belonged to the window.
  if (first === buffer.oldestSeq) pictures.missed = stream.dropped;
  return pictures;
}

function rowsWithin(maxBytes: number, stream: StreamView, pictures: readonly Picture[], nowMs: number): Answer[] {
  const rows: Answer[] = [];
  let bytes = 2;
  const active = pictures.toSorted((a, b) => b.messages - a.messages || (a.symbol < b.symbol ? -1 : 1));
  for (const picture of active) {
    const row = picture.row(nowMs, event => isHeld(stream, event, picture.symbol));
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

function windowStart({ firstMs }: Pictures, nowMs: number, windowS: number | undefined): number | undefined {
  return firstMs ?? (windowS === undefined ? undefined : nowMs - windowS * 1_000);
}

function describeMissed(missed: number): string {
  return `${missed} messages had left the buffer before they could be counted.`;
}

function noteOnOthers(others: number): string {
  return `${others} messages are of symbols beyond those that are told apart; they are in no row.`;
}

function requireSymbol({ market }: StreamView, text: string): string {
  const symbol = canonicalSymbol(market, text);
  if (symbol !== undefined && symbol !== '*') return symbol;
  throw new StreamError(
    'INVALID_CHANNEL',
    `${quoteForeign(text)} is no symbol of ${market.title}.`,
    `Write ${market.symbol.description}, such as ${market.symbol.examples[0]}.`,
  );
}
