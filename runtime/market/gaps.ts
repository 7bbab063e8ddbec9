/** Times at which a calendar interrupts the week, and what they leave of its sessions. */
import type { Calendar, Interruption } from '../contract/market.js';
import { minuteOfDay, momentOf } from '../core/wall-time.js';

/** A session on a day. */
export interface OpenSession {
  readonly name: string;
  /** Wall clock ms. */
  readonly opensMs: number;
  readonly closesMs: number;
  /** Why it ends before its time; absent where it does not. */
  readonly earlyClose?: string | undefined;
}

/** A time without trading, for a reason. */
export interface Gap {
  readonly name: string;
  /** Wall clock ms. */
  readonly fromMs: number;
  readonly toMs: number;
}

const midnight = 24 * 60;

/** The gaps on these days, in order. */
export function gapsOf({ interruptions }: Calendar, timeZone: string, days: readonly string[]): Gap[] {
  const [first = '', last = ''] = [days[0], days.at(-1)];
  return interruptions
    .filter(({ date }) => first <= date && date <= last)
    .flatMap(day =>
      closedMinutes(day).map(([from, to]) => ({
        name: day.name,
        fromMs: momentOf(timeZone, { date: day.date, minute: from }),
        toMs: momentOf(timeZone, { date: day.date, minute: to }),
      })),
    );
}

/** From and to, minutes of the day. */
function closedMinutes({ stops, starts }: Interruption): (readonly [from: number, to: number])[] {
  const from = stops === undefined ? undefined : minuteOfDay(stops);
  const to = starts === undefined ? undefined : minuteOfDay(starts);
  if (from === undefined) return [[0, to ?? midnight]];
  if (to === undefined) return [[from, midnight]];
  return from < to
    ? [[from, to]]
    : [
        [0, to],
        [from, midnight],
      ];
}

/** What is left of sessions; a part that ends at a gap closes early, by the name of the gap. */
export function withoutGaps(sessions: readonly OpenSession[], gaps: readonly Gap[]): OpenSession[] {
  return gaps.reduce<OpenSession[]>((left, gap) => left.flatMap(session => withoutGap(session, gap)), [...sessions]);
}

function withoutGap(session: OpenSession, { name, fromMs, toMs }: Gap): OpenSession[] {
  const { opensMs, closesMs } = session;
  if (closesMs <= fromMs || toMs <= opensMs) return [session];
  return [
    ...(opensMs < fromMs ? [{ ...session, closesMs: fromMs, earlyClose: name }] : []),
    ...(toMs < closesMs ? [{ ...session, opensMs: toMs }] : []),
  ];
}
