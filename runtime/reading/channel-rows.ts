/** What came of each subscribed channel, which are silent while others come, and when the next bar is due. */
import type { ChannelRow } from '../../generated/types.js';
import type { Channel } from '../contract/channel.js';
import { isoOrNull } from '../core/time.js';
import { hoursOf } from '../market/product-hours.js';
import { reportTrading } from '../market/trading-hours.js';
import type { HubView, StreamView } from '../stream/view.js';
import { findChannel } from '../symbols/forms.js';
import { barMsOf } from './bars/source.js';

/** A channel is silent if others came for so long after its last message; one of bars, for a bar more. */
const quietMs = 10_000;
const rowsShown = 10;
/** Where not all are shown. */
const silentShown = 5;

interface ChannelRows {
  readonly channels: readonly ChannelRow[];
  readonly silent_count: number;
  readonly more_channels?: number;
}

/** Times are monotonic ms. */
interface Channeled {
  readonly name: string;
  readonly channel: Channel;
  readonly symbol: string;
  /** Undefined where the symbol shares its entry with others. */
  readonly messages: number | undefined;
  /** Absent before the first message, and if the last one has left the buffer. */
  readonly lastMs: number | undefined;
  /** Since when nothing came; absent if it is not silent while others come. */
  readonly silentMs: number | undefined;
}

/** All of a few, else the most silent and the busiest. */
export function channelRowsOf(hub: HubView, stream: StreamView): ChannelRows {
  const all = stream.subscriptions.names.flatMap(name => look(hub, stream, name) ?? []);
  const silent = all.filter(({ silentMs }) => silentMs !== undefined);
  const shown = all.length > rowsShown ? chosen(all, silent) : all;
  const more = all.length - shown.length;
  return {
    channels: shown.map(one => rowOf(hub, stream, one)),
    silent_count: silent.length,
    ...(more > 0 ? { more_channels: more } : {}),
  };
}

function chosen(all: readonly Channeled[], silent: readonly Channeled[]): Channeled[] {
  // Of what never came most would be known; it is what is probably misspelled.
  const quietest = silent.toSorted(
    (one, other) =>
      Math.sign(one.messages ?? 0) - Math.sign(other.messages ?? 0) || (one.silentMs ?? 0) - (other.silentMs ?? 0),
  );
  const first = new Set(quietest.slice(0, silentShown));
  const busiest = all
    .filter(one => !first.has(one))
    .toSorted((one, other) => (other.messages ?? 0) - (one.messages ?? 0));
  return [...first, ...busiest.slice(0, rowsShown - first.size)];
}

function look({ clock }: HubView, stream: StreamView, name: string): Channeled | undefined {
  const { market, buffer, subscriptions } = stream;
  const dot = name.indexOf('.');
  const channel = findChannel(market, name.slice(0, dot));
  if (!channel) return undefined;
  const symbol = name.slice(dot + 1);
  const messages = buffer.countOf({ channel, symbol });
  const seq = messages === undefined || messages === 0 ? -1 : buffer.newestOf({ channel, symbol });
  const lastMs = seq >= buffer.oldestSeq ? buffer.arrivedMs(seq) : undefined;
  const one = { name, channel, symbol, messages, lastMs };
  const { newestAgeMs, liveForMs } = stream;
  const isAsked = subscriptions.stateOf(name) !== 'pending';
  if (newestAgeMs === undefined || liveForMs === undefined || !isAsked || messages === undefined) {
    return { ...one, silentMs: undefined };
  }
  const nowMs = clock.elapsed();
  const sinceMs = subscriptions.sinceMs(name) ?? nowMs;
  // A message that left the buffer came before the oldest that is left.
  const cameMs = messages === 0 ? sinceMs : (lastMs ?? buffer.evictedMs ?? sinceMs);
  const othersMs = nowMs - newestAgeMs - Math.max(cameMs, sinceMs, nowMs - liveForMs);
  return { ...one, silentMs: othersMs >= quietMs + (barMsOf(channel) ?? 0) ? cameMs : undefined };
}

function rowOf(hub: HubView, stream: StreamView, one: Channeled): ChannelRow {
  const { name, messages, lastMs, silentMs } = one;
  const dueMs = nextBarMs(hub, stream, one);
  return {
    channel: name,
    messages: messages ?? null,
    last_at: isoOrNull(lastMs === undefined ? undefined : stream.wallMs(lastMs)),
    ...(silentMs === undefined ? {} : { silent_since: isoOrNull(stream.wallMs(silentMs)) }),
    ...(dueMs === undefined ? {} : { next_bar_at: isoOrNull(dueMs) }),
  };
}

/** Wall clock ms at which the next bar ends, or its delay later; undefined while no bars are made. */
function nextBarMs(hub: HubView, { market, target, state }: StreamView, one: Channeled): number | undefined {
  const barMs = barMsOf(one.channel);
  if (barMs === undefined || state !== 'live' || !target || target.replay) return undefined;
  const delayMs = (target.endpoint.delayMinutes ?? 0) * 60_000;
  const endMs = (Math.floor((hub.clock.now() - delayMs) / barMs) + 1) * barMs;
  const named = hoursOf(market, hub.hours.of(market), [one.symbol]);
  const isMade = target.endpoint.simulated || named.some(hours => reportTrading(hours, endMs - 1).open);
  return isMade ? endMs + delayMs : undefined;
}
