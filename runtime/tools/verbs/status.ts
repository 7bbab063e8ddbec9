import type { StatusAnswer } from '../../../generated/types.js';
import type { Market } from '../../contract/market.js';
import { count } from '../../core/count.js';
import { isoOrNull } from '../../core/time.js';
import { commonAnswer, doubtsOf, newestAge, showFault, showLedger, silenceOf } from '../../reading/answer.js';
import { channelRowsOf } from '../../reading/channel-rows.js';
import { sessionsOf } from '../../reading/sessions.js';
import type { HubView, StreamView } from '../../stream/view.js';
import { shownEndpoint } from './shown-endpoint.js';

/** The status explains a silence that is longer than this. */
const quietMs = 10_000;

export function status(hub: HubView, market: Market) {
  const stream = hub.stream(market.name);
  const { subscriptions, buffer, totals } = stream;
  const { listed } = hub.suite.limits;
  const newestAgeMs = newestAge(stream);
  const silent = stream.state !== 'live' || stream.isOver || newestAgeMs === null || newestAgeMs > quietMs;
  const oldestAtMs = buffer.size > 0 ? stream.wallMs(buffer.arrivedMs(buffer.oldestSeq)) : undefined;
  return {
    ...commonAnswer(stream, [
      ...notesOnSymbols(stream),
      ...notesOnNotice(stream),
      ...doubtsOf(stream),
      ...hub.notesOnRecording(market.name),
    ]),
    endpoint: shownEndpoint(stream),
    feed: stream.target?.endpoint.feed ?? null,
    since: isoOrNull(stream.liveSinceMs),
    subscriptions: subscriptions.names.slice(0, listed),
    subscription_count: subscriptions.size,
    ...channelRowsOf(hub, stream),
    unconfirmed: [...subscriptions.namesIn('pending'), ...subscriptions.namesIn('unconfirmed')].slice(0, listed),
    rejected: subscriptions.rejections.slice(0, listed),
    messages_received: totals.received,
    messages_dropped: stream.dropped,
    malformed: totals.malformed,
    unknown: totals.unknown,
    mistyped: totals.mistyped,
    last_message_at: isoOrNull(totals.lastMessageAtMs),
    newest_age_ms: newestAgeMs,
    rate_per_s: stream.ratePerSecond(),
    reconnects: totals.reconnects,
    ...showLedger(stream),
    last_error: showFault(stream),
    next_retry_at: isoOrNull(stream.nextRetryAtMs),
    sessions: sessionsOf(hub, stream),
    silence: silent ? silenceOf(hub, stream) : null,
    buffer: { messages: buffer.size, bytes: buffer.bytes, oldest_at: isoOrNull(oldestAtMs) },
  } satisfies StatusAnswer;
}

function notesOnNotice({ lastNotice }: StreamView): string[] {
  return lastNotice ? [`At ${isoOrNull(lastNotice.atMs)} the feed said: ${lastNotice.text}`] : [];
}

function notesOnSymbols({ buffer: { symbols, otherMessages } }: StreamView): string[] {
  if (otherMessages === 0) return [];
  const came = `${count(otherMessages, 'message')} so far`;
  if (!symbols.isFull) return [`Some symbols cannot be told apart; they share one entry, with ${came}.`];
  return [`${symbols.size} symbols have an entry of their own; all later ones share one, with ${came}.`];
}
