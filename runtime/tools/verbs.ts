/** The six stream verbs. Each takes the arguments of its tool, already judged by the tool's validator. */

import { simulatedFeed } from '../config/feed-names.js';
import type { Answer } from '../contract/answer.js';
import type { Market } from '../contract/contract.js';
import { count } from '../core/count.js';
import { type ErrorCode, StreamError } from '../core/errors.js';
import { isoOrNull } from '../core/time.js';
import { isSamePlace } from '../feed/endpoint.js';
import { isWanted } from '../feed/state.js';
import { commonAnswer, cursorOf, doubtsOf, newestAge, showFault, showLedger, silenceOf } from '../reading/answer.js';
import { isSameKey } from '../stream/target.js';
import type { HubView, StreamView } from '../stream/view.js';
import { type ParsedChannels, parseChannels, type Rejection, suspect } from '../symbols/channels.js';
import { wayOutOf } from '../symbols/way-out.js';

export interface StartArguments {
  readonly channels: readonly string[];
  readonly api_key?: string;
  readonly endpoint?: string;
}

export interface ChannelArguments {
  readonly channels: readonly string[];
}

const listed = 100;
const quietMs = 10_000;

/**
 * Opens the stream, or adds channels to it, and reports once everything is settled or the deadline
 * (connect + auth + ack time) is over.
 *
 * @throws StreamError when nothing is left running; retryable trouble is no error, the stream stays wanted
 */
export async function start(hub: HubView, market: Market, args: StartArguments): Promise<Answer> {
  const stream = hub.stream(market.name);
  const parsed = parseChannels(market, args.channels);
  const running = isWanted(stream.state);
  if (running) await requireSameTarget(hub, stream, args);
  if (parsed.names.length === 0) throw allRejected(hub, stream, parsed, parsed.rejected);
  if (!running) {
    const target = await hub.target(market, args.endpoint, args.api_key);
    // A start that was called at the same time may have opened it meanwhile.
    if (isWanted(stream.state)) await requireSameTarget(hub, stream, args);
    else stream.open(target);
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
    // A start that was called at the same time may hold channels by now.
    if (!running && stream.subscriptions.size === 0) await stream.stop();
    throw error;
  }
  const unrecorded = await notesOnRecording(stream, parsed);
  return {
    ...commonAnswer(stream, [...notesOn(stream, parsed, report), ...unrecorded]),
    endpoint: shownEndpoint(stream),
    feed: stream.target?.endpoint.feed,
    ...shorten(report),
    subscription_count: stream.subscriptions.size,
    cursor,
    ...(state === 'live' ? {} : { last_error: showFault(stream), next_retry_at: isoOrNull(stream.nextRetryAtMs) }),
    next:
      state === 'live'
        ? `read_stream_messages or wait_for_stream_message with market "${market.name}" and this cursor.`
        : lastFault
          ? 'It goes on trying by itself; see the status, or stop it.'
          : 'It is still being settled; see the status.',
  };
}

export async function stop(hub: HubView, market: Market): Promise<Answer> {
  const stream = hub.stream(market.name);
  const wanted = isWanted(stream.state);
  if (stream.state !== 'idle') await stream.stop();
  return {
    ...commonAnswer(stream, wanted ? [] : ['It was not running.']),
    messages_received: stream.totals.received,
    duration_s: Math.round(stream.durationMs / 100) / 10,
  };
}

export function status(hub: HubView, market: Market): Answer {
  const stream = hub.stream(market.name);
  const { subscriptions, buffer, totals } = stream;
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
    silence: silent ? silenceOf(hub, stream) : null,
    buffer: { messages: buffer.size, bytes: buffer.bytes, oldest_at: isoOrNull(oldestAtMs) },
  };
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

/** @throws StreamError NOT_STARTED, CHANNELS_REJECTED */
export async function subscribe(hub: HubView, market: Market, { channels }: ChannelArguments): Promise<Answer> {
  const stream = requireStarted(hub, market);
  const parsed = parseChannels(market, channels);
  if (parsed.names.length === 0) throw allRejected(hub, stream, parsed, parsed.rejected);
  const cursor = cursorOf(hub, stream);
  const { already } = stream.subscribe(parsed.names);
  const { ackTimeoutMs, framePairs } = hub.settings.options;
  const frames = Math.ceil(parsed.names.length / framePairs);
  const patienceMs = ackTimeoutMs * frames;
  const endMs = hub.clock.elapsed() + patienceMs;
  await stream.changes.until(() => isSettled(stream, parsed, endMs), patienceMs);

  requireRunning(stream);
  const report = reportChannels(stream, parsed);
  if (isAllRejected(report)) throw allRejected(hub, stream, parsed, report.rejected);
  const held = new Set(already);
  const fresh = report.accepted.filter(name => !held.has(name));
  const unrecorded = await notesOnRecording(stream, parsed);
  return {
    ...commonAnswer(stream, [...notesOn(stream, parsed, report), ...unrecorded]),
    ...shorten({ ...report, accepted: fresh }),
    already: already.slice(0, listed),
    subscription_count: stream.subscriptions.size,
    cursor,
  };
}

/** @throws StreamError NOT_STARTED, CHANNELS_REJECTED when no name is a channel of the market */
export function unsubscribe(hub: HubView, market: Market, { channels }: ChannelArguments): Answer {
  const stream = requireStarted(hub, market);
  const parsed = parseChannels(market, channels);
  if (parsed.names.length === 0) throw allRejected(hub, stream, parsed, parsed.rejected);
  const { removed, notHeld } = stream.unsubscribe(parsed.names.map(({ name }) => name));
  const unheld = [...notHeld, ...parsed.rejected.map(({ channel }) => channel)];
  return {
    ...commonAnswer(stream, parsed.notes),
    removed: removed.slice(0, listed),
    not_held: unheld.slice(0, listed),
    subscription_count: stream.subscriptions.size,
  };
}

export function list(hub: HubView, market: Market): Answer {
  const stream = hub.stream(market.name);
  const groups: Record<string, string[]> = {};
  for (const { prefix, title } of market.channels) {
    const names = stream.subscriptions.names.filter(name => name.startsWith(`${prefix}.`)).toSorted();
    if (names.length > 0) groups[title] = names;
  }
  return { ...commonAnswer(stream), subscriptions: groups, subscription_count: stream.subscriptions.size };
}

/** What became of the channels of a request. */
interface ChannelReport {
  readonly accepted: string[];
  readonly rejected: Rejection[];
  readonly unconfirmed: string[];
}

function reportChannels({ subscriptions }: StreamView, parsed: ParsedChannels): ChannelReport {
  const report: ChannelReport = { accepted: [], rejected: [...parsed.rejected], unconfirmed: [] };
  for (const { name } of parsed.names) {
    const state = subscriptions.stateOf(name);
    const rejection = subscriptions.rejectionOf(name);
    if (state === 'accepted') report.accepted.push(name);
    else if (state) report.unconfirmed.push(name);
    else if (rejection) report.rejected.push(rejection);
  }
  return report;
}

/** Long lists are cut, and a note says so: the list tool has them all. */
function shorten({ accepted, rejected, unconfirmed }: ChannelReport): Answer {
  return {
    accepted: accepted.slice(0, listed),
    rejected: rejected.slice(0, listed),
    unconfirmed: unconfirmed.slice(0, listed),
  };
}

function notesOn(stream: StreamView, parsed: ParsedChannels, report: ChannelReport): string[] {
  const notes = [...parsed.notes, ...suspect(stream.market, [...report.accepted, ...report.unconfirmed])].slice(
    0,
    listed,
  );
  for (const [key, names] of Object.entries(report) as [string, readonly unknown[]][]) {
    if (names.length > listed) notes.push(`${key} shows the first ${listed} of ${names.length}.`);
  }
  const doubts = stream.subscriptions.doubtsOf(report.unconfirmed).slice(0, listed);
  return [...notes, ...doubts, ...notesOnHost(stream)];
}

/** Of a replay: channels that were not recorded would be silent for ever. */
async function notesOnRecording({ target }: StreamView, { names }: ParsedChannels): Promise<string[]> {
  return (await target?.replay?.notesOnChannels(names.map(({ name }) => name))) ?? [];
}

/** That the twin of the first host serves the stream. */
export function notesOnHost({ target, url }: StreamView): string[] {
  const [first] = target?.urls ?? [];
  return url === undefined || url === first ? [] : [`${first} did not answer; ${url} serves the same data.`];
}

/** Names that somebody unsubscribed meanwhile are neither accepted nor rejected. */
function isAllRejected({ accepted, rejected, unconfirmed }: ChannelReport): boolean {
  return rejected.length > 0 && accepted.length + unconfirmed.length === 0;
}

/** @throws StreamError STOPPED, or the code of the refusal, if the stream ended meanwhile */
export function requireRunning(stream: StreamView): void {
  if (stream.state === 'refused') throw refusal(stream);
  if (isWanted(stream.state)) return;
  throw new StreamError('STOPPED', 'The stream was stopped meanwhile.', undefined, commonAnswer(stream));
}

/** @param endMs monotonic ms until which anybody waits */
function isSettled(stream: StreamView, parsed: ParsedChannels, endMs: number): boolean {
  const { state, subscriptions } = stream;
  if (state === 'live') return parsed.names.every(({ name }) => subscriptions.stateOf(name) !== 'pending');
  // Every host of the feed had its chance, or has none in time.
  if (state === 'retrying')
    return stream.attempts >= (stream.target?.urls.length ?? 1) || (stream.nextRetryElapsedMs ?? 0) > endMs;
  return !isWanted(state);
}

function requireStarted(hub: HubView, market: Market): StreamView {
  const stream = hub.stream(market.name);
  if (isWanted(stream.state)) return stream;
  throw new StreamError(
    'NOT_STARTED',
    `The ${market.title} stream is ${stream.state === 'idle' ? 'not started' : stream.state}.`,
    undefined,
    commonAnswer(stream),
  );
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

function allRejected(
  hub: HubView,
  stream: StreamView,
  parsed: ParsedChannels,
  rejected: readonly Rejection[],
): StreamError {
  const invalid = rejected.length > 0 && rejected.every(({ code }) => code === 'INVALID_CHANNEL');
  const details = {
    ...commonAnswer(stream, parsed.notes),
    accepted: [],
    rejected: rejected.slice(0, listed),
    unconfirmed: [],
  };
  return new StreamError(
    'CHANNELS_REJECTED',
    'None of the channels can be subscribed.',
    invalid ? wayOutOf(stream.market, 'INVALID_CHANNEL') : undefined,
    { ...details, subscription_count: stream.subscriptions.size, cursor: cursorOf(hub, stream) },
  );
}

function refusal(stream: StreamView): StreamError {
  const { lastFault, market } = stream;
  const code = (lastFault?.code ?? 'CONNECT_FAILED') as ErrorCode;
  return new StreamError(code, lastFault?.message ?? 'The feed refused the stream.', wayOutOf(market, code), {
    ...commonAnswer(stream),
    last_error: showFault(stream),
  });
}

/** The URL in use; the simulated feed is called by its name. */
function shownEndpoint(stream: StreamView): string | null {
  return stream.target?.endpoint.feed === simulatedFeed ? simulatedFeed : (stream.url ?? null);
}
