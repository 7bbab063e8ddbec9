/** Parts that several answers share. */

import type { Common, LastError, Outage as ShownOutage } from '../../generated/types.js';
import { ChannelIndex } from '../buffer/channel-index.js';
import { encodeCursor } from '../buffer/cursor.js';
import { isoOrNull } from '../core/time.js';
import { universeOf } from '../simulator/world/universe.js';
import type { Outage } from '../stream/outages.js';
import type { HubView, StreamView } from '../stream/view.js';
import type { Filter } from '../symbols/channels.js';
import { spellJson } from '../symbols/example.js';
import { suspectExpired } from '../symbols/expiry.js';
import { suspect } from '../symbols/hints.js';
import { wayOutOf, wayOutOfPassing } from '../symbols/way-out.js';
import { explainSilence, type Sought } from './silence.js';
import { notesOnUnasked } from './unasked-notes.js';

/** A note of every answer with such data. */
export const madeUp = 'Simulated data: made up, not the market.';

/** Keys that every answer about a market has. */
export function commonAnswer({ market, state, target }: StreamView, notes: readonly string[] = []): Common {
  const simulated = target?.endpoint.simulated ?? false;
  const replayed = target?.replay?.notes ?? [];
  return {
    market: market.name,
    state,
    simulated,
    delayed_minutes: target?.endpoint.delayMinutes ?? null,
    notes: [...notes, ...replayed, ...(simulated ? [madeUp] : [])],
  };
}

export function cursorOf(hub: HubView, stream: StreamView, seq = stream.buffer.nextSeq): string {
  return encodeCursor({ process: hub.process, market: stream.market.name, seq });
}

/** How long ago the newest message came, whole ms; null before the first. */
export function newestAge({ newestAgeMs }: StreamView): number | null {
  return newestAgeMs === undefined ? null : Math.round(newestAgeMs);
}

/** Bytes reserved for the keys whose values depend on the messages. */
const usualRest = 150;

/** How many bytes of messages fit beside the rest of an answer. */
export function roomIn(maxBytes: number, frame: object): number {
  return maxBytes - Buffer.byteLength(JSON.stringify(frame)) - usualRest;
}

interface Outages {
  readonly outages: readonly ShownOutage[];
}

/** How many outages an answer shows, and how many channels of each. */
interface Room {
  readonly outages: number;
  readonly channels: number;
}

const littleRoom: Room = { outages: 3, channels: 5 };
const muchRoom: Room = { outages: 20, channels: 20 };

/** The outages since a position, in short; the status shows more of them. */
export function showOutagesSince(stream: StreamView, seq: number): Outages {
  return showOutages(stream, stream.outages.since(seq), littleRoom);
}

/** The newest outages of the whole ledger. */
export function showLedger(stream: StreamView): Outages {
  const { outages } = stream;
  return showOutages(stream, outages.all, muchRoom, outages.forgotten);
}

/** The newest outages, oldest first; the first one shown says how many came before it. */
function showOutages(stream: StreamView, outages: readonly Outage[], room: Room, forgotten = 0): Outages {
  const shown = outages.slice(-room.outages);
  const earlier = outages.length - shown.length + forgotten;
  const listed = shown.map((outage, index) => ({
    ...(index === 0 && earlier > 0 ? { earlier_outages: earlier } : {}),
    ...showOutage(stream, outage, room),
  }));
  return { outages: listed };
}

export function showOutage(stream: StreamView, outage: Outage, room: Room = littleRoom): ShownOutage {
  const { fromMs, toMs, cause, channels } = outage;
  const more = channels.length - room.channels;
  return {
    from: isoOrNull(fromMs),
    to: isoOrNull(toMs),
    cause,
    channels: channels.slice(0, room.channels),
    ...(more > 0 ? { more_channels: more } : {}),
    ...wayToFill(stream, outage),
  };
}

/** Of a recording nothing is asked for. */
function wayToFill({ market, target }: StreamView, { fromMs, toMs }: Outage): Pick<ShownOutage, 'backfill'> {
  if (!market.rest || !target || target.replay || toMs === undefined) return {};
  const args = { market: market.name, outage: new Date(fromMs).toISOString() };
  return { backfill: `call backfill_outage with ${spellJson(args)}` };
}

export function showFault({ lastFault, market, state }: StreamView): LastError | null {
  if (!lastFault) return null;
  const { code, message, atMs } = lastFault;
  const hint = state === 'refused' || state === 'stopped' ? wayOutOf(market, code) : wayOutOfPassing(market, code);
  return { code, message, hint, at: isoOrNull(atMs) };
}

const doubtsShown = 20;

/** Reasons to doubt that the feed serves some of the subscribed channels, from what it said. */
export function doubtsOf(stream: StreamView): string[] {
  const { subscriptions } = stream;
  return [...subscriptions.doubtsOf(subscriptions.names).slice(0, doubtsShown), ...notesOnUnasked(stream)];
}

/** @param sought what the call looked for; absent: any message */
export function silenceOf(hub: HubView, stream: StreamView, sought?: Sought): string {
  const { subscriptions, lastFault, market, target } = stream;
  const names = soughtOf(subscriptions.names, sought);
  const symbols = names.map(name => name.slice(name.indexOf('.') + 1));
  // A recording is of its own day.
  const expired = target?.replay ? [] : suspectExpired(market, symbols, hub.clock.now());
  const isPlayed = target?.endpoint.simulated === true && !target.replay;
  return explainSilence({
    market: stream.market,
    readOnly: hub.readOnly,
    hours: hub.hours.of(market),
    state: stream.state,
    simulated: stream.target?.endpoint.simulated ?? false,
    listed: isPlayed ? new Set(universeOf(market).at(hub.clock.now()).keys()) : undefined,
    delayMinutes: stream.target?.endpoint.delayMinutes ?? 0,
    replay: stream.target?.replay?.explainSilence(),
    nowMs: hub.clock.now(),
    liveSinceMs: stream.liveSinceMs,
    liveForMs: stream.liveForMs,
    newestAgeMs: stream.newestAgeMs,
    lastMessageAtMs: stream.totals.lastMessageAtMs,
    nextRetryAtMs: stream.nextRetryAtMs,
    attempts: stream.attempts,
    fault: lastFault && { message: lastFault.message, wayOut: wayOutOf(market, lastFault.code) },
    subscriptions: subscriptions.names,
    pending: subscriptions.namesIn('pending'),
    unconfirmed: subscriptions.namesIn('unconfirmed'),
    doubts: doubtsOf(stream),
    rejected: subscriptions.rejections.length,
    suspects: [...suspect(market, names), ...expired],
    sought: sought && { ageOf: filter => ageOf(hub, stream, filter), ...sought },
  });
}

/** Of the channels, those that a call looked for; all, where it named none. */
function soughtOf(
  names: readonly string[],
  { filters = [] }: Sought = { filters: [], seen: 0, passed: 0 },
): readonly string[] {
  if (filters.length === 0) return names;
  const channelIndex = new ChannelIndex(names);
  return [...new Set(filters.flatMap(filter => channelIndex.of(filter)))];
}

/** How long ago the newest message came that a filter selects, as far as it is held. */
function ageOf({ clock }: HubView, { market, buffer }: StreamView, { prefix, symbol }: Filter): number | undefined {
  if (symbol !== undefined && !buffer.knows(symbol)) return undefined;
  const channels = market.channels.filter(channel => (prefix ?? channel.prefix) === channel.prefix);
  const newest = Math.max(-1, ...channels.map(channel => buffer.newestOf({ channel, symbol: symbol ?? '*' })));
  if (newest < buffer.oldestSeq || newest >= buffer.nextSeq) return undefined;
  return Math.max(0, clock.elapsed() - buffer.arrivedMs(newest));
}
