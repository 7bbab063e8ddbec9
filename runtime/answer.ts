/** The parts that answers share. */

import { encodeCursor } from './cursor.js';
import type { Outage } from './outages.js';
import { explainSilence } from './silence.js';
import { isoOrNull } from './time.js';
import type { HubView, StreamView } from './view.js';

/** What a tool answers: JSON with snake_case keys. */
export type Answer = Readonly<Record<string, unknown>>;

/** Keys that every answer about a market has. */
export function commonAnswer({ market, state, target }: StreamView, notes: readonly string[] = []): Answer {
  const simulated = target?.endpoint.simulated ?? false;
  const replayed = target?.replay?.notes ?? [];
  return {
    market: market.name,
    state,
    simulated,
    delayed_minutes: target?.endpoint.delayMinutes ?? null,
    notes: [...notes, ...replayed, ...(simulated ? ['Simulated data: made up, not the market.'] : [])],
  };
}

export function cursorOf(hub: HubView, stream: StreamView, seq = stream.buffer.nextSeq): string {
  return encodeCursor({ process: hub.process, market: stream.market.name, seq });
}

/** How long ago the newest message came, ms; null before the first. */
export function newestAge(hub: HubView, { totals }: StreamView): number | null {
  return totals.lastMessageAtMs === undefined ? null : Math.max(0, hub.clock.now() - totals.lastMessageAtMs);
}

export function showOutages(outages: readonly Outage[]): Answer[] {
  return outages.map(({ fromMs, toMs, cause, channels }) => ({
    from: isoOrNull(fromMs),
    to: isoOrNull(toMs),
    cause,
    channels,
  }));
}

export function showFault({ lastFault }: StreamView): Answer | null {
  return lastFault ? { code: lastFault.code, message: lastFault.message, at: isoOrNull(lastFault.atMs) } : null;
}

export function silenceOf(hub: HubView, stream: StreamView): string {
  return explainSilence({
    market: stream.market,
    state: stream.state,
    simulated: stream.target?.endpoint.simulated ?? false,
    delayMinutes: stream.target?.endpoint.delayMinutes ?? 0,
    replay: stream.target?.replay?.silence,
    nowMs: hub.clock.now(),
    liveSinceMs: stream.liveSinceMs,
    lastMessageAtMs: stream.totals.lastMessageAtMs,
    nextRetryAtMs: stream.nextRetryAtMs,
    fault: stream.lastFault?.message,
    subscriptions: stream.subscriptions.size,
    unconfirmed: stream.subscriptions.namesIn('unconfirmed'),
    rejected: stream.subscriptions.rejections.length,
  });
}
