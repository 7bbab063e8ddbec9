/** From when to when a stream knows of a symbol, in the time of its market. */

import { isWanted } from '../../feed/state.js';
import type { Known } from '../../market/bar-marks.js';
import type { StreamView } from '../../stream/view.js';
import { type BarSource, heldName } from './source.js';

/** What the messages of the symbol say. */
interface Seen {
  /** How long after its time the newest one came. */
  readonly lagMs: number;
  /** Time of the oldest one held, if others had left the buffer. */
  readonly lostToMs: number | undefined;
}

/** @param nowMs wall clock */
export function knownOf(
  { stream, nowMs }: { readonly stream: StreamView; readonly nowMs: number },
  source: BarSource,
  symbol: string,
  { lagMs, lostToMs }: Seen,
): Known {
  const { state, target, totals } = stream;
  // Its times are those of the recording, and nobody knows where in it a bar began.
  if (target?.replay) {
    return { toMs: Number.POSITIVE_INFINITY, fromMs: undefined, isFollowed: false, lostToMs, outages: [] };
  }
  const { simulated, delayMinutes } = target?.endpoint ?? { simulated: false, delayMinutes: 0 };
  // The simulated feed plays in steps.
  const delayMs = simulated ? Math.max(0, lagMs) : (delayMinutes ?? 0) * 60_000;
  const knownToMs = state === 'live' ? nowMs : (totals.lastMessageAtMs ?? nowMs);
  const name = heldName(stream, source, symbol);
  return {
    toMs: knownToMs - delayMs,
    fromMs: name === undefined ? undefined : beganMs(stream, name, delayMs, source.pieceMs),
    isFollowed: name !== undefined || !isWanted(state),
    lostToMs,
    outages: stream.outages.all.map(({ fromMs, toMs }) => ({
      fromMs: fromMs - delayMs,
      ...(toMs === undefined ? {} : { toMs: toMs - delayMs }),
    })),
  };
}

/** Since when the channel is subscribed. A bar of the feed comes when it ends, whole. */
function beganMs(stream: StreamView, name: string, delayMs: number, pieceMs = 1): number | undefined {
  const askedMs = stream.subscriptions.sinceMs(name);
  if (askedMs === undefined) return undefined;
  const liveMs = stream.totals.reconnects === 0 ? (stream.liveSinceMs ?? 0) : 0;
  const fromMs = Math.max(stream.wallMs(askedMs), liveMs) - delayMs;
  return Math.floor(fromMs / pieceMs) * pieceMs;
}
