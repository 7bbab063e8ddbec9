import type { SubscribeAnswer, SubscribeArguments } from '../../../generated/types.js';
import type { Market } from '../../contract/market.js';
import { commonAnswer, cursorOf } from '../../reading/answer.js';
import type { HubView } from '../../stream/view.js';
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
import { requireRunning, requireStarted } from './running.js';

/** @throws StreamError NOT_STARTED, CHANNELS_REJECTED */
export async function subscribe(hub: HubView, market: Market, { channels }: SubscribeArguments) {
  const stream = requireStarted(hub, market);
  const read = parseChannels(market, channels, stream.buffer.knows);
  const parsed = stream.target?.replay ? read : withoutExpired(market, channels, read, hub.clock.now());
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
    ...commonAnswer(stream, [...notesOn(hub, stream, parsed, report), ...unrecorded]),
    ...shorten(hub, { ...report, accepted: fresh }),
    already: already.slice(0, hub.suite.limits.listed),
    subscription_count: stream.subscriptions.size,
    cursor,
  } satisfies SubscribeAnswer;
}
