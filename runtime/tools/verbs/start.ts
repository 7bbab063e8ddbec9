import type { StartAnswer, StartArguments } from '../../../generated/types.js';
import type { Market } from '../../contract/market.js';
import { StreamError } from '../../core/errors.js';
import { isoOrNull } from '../../core/time.js';
import { isSamePlace } from '../../feed/endpoint.js';
import { isWanted } from '../../feed/state.js';
import { commonAnswer, cursorOf, showFault } from '../../reading/answer.js';
import { isSameKey } from '../../stream/target.js';
import type { HubView, StreamView } from '../../stream/view.js';
import { parseChannels } from '../../symbols/channels.js';
import { withoutExpired } from '../../symbols/contracts.js';
import {
  allRejected,
  isAllRejected,
  isSettled,
  notesOn,
  notesOnRecording,
  reportChannels,
  shorten,
} from './channel-report.js';
import { requireRunning } from './running.js';
import { shownEndpoint } from './shown-endpoint.js';

/**
 * Opens the stream, or adds channels to it. Answers once every channel is accepted or rejected, or when the time
 * (connect + auth + ack) is up.
 *
 * @throws StreamError if the target, the stream or every channel is refused; while the stream retries, that is no error
 */
export async function start(hub: HubView, market: Market, args: StartArguments) {
  const stream = hub.stream(market.name);
  const read = parseChannels(market, args.channels, stream.buffer.knows);
  const running = isWanted(stream.state);
  if (running) await requireSameTarget(hub, stream, args);
  const judged = withoutExpired(market, args.channels, read, hub.clock.now());
  if (read.names.length === 0) throw allRejected(hub, stream, judged, judged.rejected);
  const wanted = running ? stream.target : await hub.target(market, args.endpoint, args.api_key);
  // A recording is of its own day.
  const parsed = wanted?.replay ? read : judged;
  if (parsed.names.length === 0) throw allRejected(hub, stream, parsed, parsed.rejected);
  if (!running) {
    // A concurrent start may have opened it meanwhile.
    if (isWanted(stream.state)) await requireSameTarget(hub, stream, args);
    else stream.open(wanted!);
  }
  const cursor = cursorOf(hub, stream);
  stream.subscribe(parsed.names);
  const { connectTimeoutMs, authTimeoutMs, ackTimeoutMs } = hub.settings.options;
  const patienceMs = connectTimeoutMs + authTimeoutMs + ackTimeoutMs;
  const endMs = hub.clock.elapsed() + patienceMs;
  await stream.changes.until(() => isSettled(stream, parsed, endMs), patienceMs);

  requireRunning(stream);
  const { state, lastFault } = stream;
  const report = reportChannels(stream, parsed);
  if (isAllRejected(report)) {
    const error = allRejected(hub, stream, parsed, report.rejected);
    // A concurrent start may hold channels by now.
    if (!running && stream.subscriptions.size === 0) await stream.stop();
    throw error;
  }
  const unrecorded = await notesOnRecording(stream, parsed);
  return {
    ...commonAnswer(stream, [...notesOn(hub, stream, parsed, report), ...unrecorded]),
    endpoint: shownEndpoint(stream),
    feed: stream.target?.endpoint.feed ?? null,
    ...shorten(hub, report),
    subscription_count: stream.subscriptions.size,
    cursor,
    ...(state === 'live' ? {} : { last_error: showFault(stream), next_retry_at: isoOrNull(stream.nextRetryAtMs) }),
    next:
      state === 'live'
        ? `read_stream_messages or wait_for_stream_message with market "${market.name}" and this cursor.`
        : lastFault
          ? 'The stream keeps trying; see its status, or stop it.'
          : 'The stream is still connecting; see its status.',
  } satisfies StartAnswer;
}

async function requireSameTarget(hub: HubView, stream: StreamView, args: StartArguments): Promise<void> {
  if (args.endpoint === undefined && args.api_key === undefined) return;
  const { target, market } = stream;
  const wanted = await hub.target(market, args.endpoint ?? target?.endpoint.spelled, args.api_key);
  const sameKey = args.api_key === undefined || (target !== undefined && isSameKey(wanted, target));
  const samePlace = target !== undefined && isSamePlace(wanted, target);
  if (sameKey && samePlace) return;
  const other = [...(samePlace ? [] : ['endpoint']), ...(sameKey ? [] : ['key'])].join(' and ');
  throw new StreamError(
    'ALREADY_STARTED',
    `The ${market.title} stream runs on ${shownEndpoint(stream)} already, with another ${other}.`,
    undefined,
    commonAnswer(stream),
  );
}
