import type { OverviewAnswer, OverviewLine } from '../../../generated/types.js';
import { replayFeed } from '../../feed/replay-request.js';
import { isWanted } from '../../feed/state.js';
import { TimeSlice } from '../../pacing/time-slice.js';
import { newestAge, showFault } from '../../reading/answer.js';
import { expiriesOf } from '../../reading/expiries.js';
import { sessionsOf } from '../../reading/sessions.js';
import type { HubView, StreamView } from '../../stream/view.js';

/** A line for each market that is served, whether its stream was started or not. */
export async function overview(hub: HubView) {
  const recorded = await recordingsOf(hub);
  const streams = await linesOf(hub);
  const simulated = streams.filter(line => line.simulated).map(({ market }) => market);
  return {
    notes: simulated.length > 0 ? [`Simulated data, made up, not the market: ${simulated.join(', ')}.`] : [],
    running: streams.filter(({ state }) => isWanted(state)).length,
    streams,
    ...recorded,
  } satisfies OverviewAnswer;
}

/** A line takes as long as so many small steps, most of them for the hours of a market. */
const stepsPerLine = 32;

async function linesOf(hub: HubView): Promise<OverviewLine[]> {
  const slice = new TimeSlice(hub.clock);
  await slice.begin();
  const lines: OverviewLine[] = [];
  for (const { name } of hub.markets) {
    lines.push(lineOf(hub, hub.stream(name)));
    if (slice.spent(stepsPerLine)) await slice.rest();
  }
  return lines;
}

const recordingsShown = 20;

async function recordingsOf(hub: HubView) {
  const { newest, count } = await hub.recordings(recordingsShown);
  const recordings = newest.map(({ market, title, isWritten }) => ({
    market,
    endpoint: `${replayFeed}:${title}`,
    ...(isWritten ? { being_written: true } : {}),
  }));
  const more = count - recordings.length;
  return { recordings, ...(more > 0 ? { more_recordings: more } : {}) };
}

function lineOf(hub: HubView, stream: StreamView): OverviewLine {
  const { market, state, target, subscriptions, totals } = stream;
  const fault = state === 'live' ? null : showFault(stream);
  return {
    market: market.name,
    state,
    feed: target?.endpoint.feed ?? null,
    simulated: target?.endpoint.simulated ?? false,
    delayed_minutes: target?.endpoint.delayMinutes ?? null,
    subscription_count: subscriptions.size,
    messages_received: totals.received,
    rate_per_s: stream.ratePerSecond(),
    newest_age_ms: newestAge(stream),
    ...(fault ? { trouble: `${fault.code}: ${fault.message}` } : {}),
    sessions: sessionsOf(hub, stream),
    ...expiriesOf(hub, stream),
  };
}
