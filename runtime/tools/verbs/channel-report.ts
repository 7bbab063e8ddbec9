/** What became of the channels of a request; start and subscribe share this. */
import { StreamError } from '../../core/errors.js';
import { isWanted } from '../../feed/state.js';
import { commonAnswer, cursorOf } from '../../reading/answer.js';
import type { HubView, StreamView } from '../../stream/view.js';
import type { ParsedChannels, Rejection } from '../../symbols/channels.js';
import { suspect } from '../../symbols/hints.js';
import { wayOutOf } from '../../symbols/way-out.js';

export interface ChannelReport {
  readonly accepted: string[];
  readonly rejected: Rejection[];
  readonly unconfirmed: string[];
}

export function reportChannels({ subscriptions }: StreamView, parsed: ParsedChannels): ChannelReport {
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

/** Cuts long lists; `notesOn` says so, and the list tool shows them whole. */
export function shorten({ suite }: HubView, { accepted, rejected, unconfirmed }: ChannelReport): ChannelReport {
  const { listed } = suite.limits;
  return {
    accepted: accepted.slice(0, listed),
    rejected: rejected.slice(0, listed),
    unconfirmed: unconfirmed.slice(0, listed),
  };
}

export function notesOn(hub: HubView, stream: StreamView, parsed: ParsedChannels, report: ChannelReport): string[] {
  const { listed } = hub.suite.limits;
  const notes = [...parsed.notes, ...suspect(stream.market, [...report.accepted, ...report.unconfirmed])].slice(
    0,
    listed,
  );
  const lists: readonly [string, readonly unknown[]][] = Object.entries(report);
  for (const [key, names] of lists) {
    if (names.length > listed) notes.push(`${key} shows the first ${listed} of ${names.length}.`);
  }
  const doubts = stream.subscriptions.doubtsOf(report.unconfirmed).slice(0, listed);
  return [...notes, ...doubts, ...notesOnHost(stream)];
}

/** Warns of channels that a replayed recording does not have: nothing would ever come for them. */
export async function notesOnRecording({ target }: StreamView, { names }: ParsedChannels): Promise<string[]> {
  return (await target?.replay?.notesOnChannels(names.map(({ name }) => name))) ?? [];
}

/** Says when another host than the first one serves the stream. */
export function notesOnHost({ target, url }: StreamView): string[] {
  const [first] = target?.urls ?? [];
  return url === undefined || url === first ? [] : [`${first} did not answer; ${url} serves the same data.`];
}

/** A channel that another call unsubscribed meanwhile is neither accepted nor rejected. */
export function isAllRejected({ accepted, rejected, unconfirmed }: ChannelReport): boolean {
  return rejected.length > 0 && accepted.length + unconfirmed.length === 0;
}

/** @param endMs when the call stops waiting, monotonic ms */
export function isSettled(stream: StreamView, parsed: ParsedChannels, endMs: number): boolean {
  const { state, subscriptions } = stream;
  if (state === 'live') return parsed.names.every(({ name }) => subscriptions.stateOf(name) !== 'pending');
  // Every host of the feed was tried, or the next attempt comes too late for this call.
  if (state === 'retrying')
    return stream.attempts >= (stream.target?.urls.length ?? 1) || (stream.nextRetryElapsedMs ?? 0) > endMs;
  return !isWanted(state);
}

export function allRejected(
  hub: HubView,
  stream: StreamView,
  parsed: ParsedChannels,
  rejected: readonly Rejection[],
): StreamError {
  const invalid = rejected.length > 0 && rejected.every(({ code }) => code === 'INVALID_CHANNEL');
  const details = {
    ...commonAnswer(stream, parsed.notes),
    accepted: [],
    rejected: rejected.slice(0, hub.suite.limits.listed),
    unconfirmed: [],
  };
  return new StreamError(
    'CHANNELS_REJECTED',
    'None of the channels can be subscribed.',
    invalid ? wayOutOf(stream.market, 'INVALID_CHANNEL') : undefined,
    { ...details, subscription_count: stream.subscriptions.size, cursor: cursorOf(hub, stream) },
  );
}
