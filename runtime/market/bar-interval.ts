/** The length of bars, and where each begins. */
import type { Hours } from '../contract/market.js';
import { addDays, minuteOfWeek, momentOf, wallTimeAt } from '../core/wall-time.js';

/** `ticks`: so many trades; `day`: a day of trading; `time`: so long, from multiples of it since 1970. */
export type Interval =
  | { readonly kind: 'ticks'; readonly name: string; readonly count: number }
  | { readonly kind: 'day'; readonly name: string }
  | { readonly kind: 'time'; readonly name: string; readonly ms: number };

/** A stretch of time, Unix ms; the end is exclusive. */
export interface Span {
  readonly startMs: number;
  readonly endMs: number;
}

const unitsMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000 };
const dayMs = 86_400_000;
const mostTicks = 10_000;
const form = /^(\d{1,6}) ?(t|s|m|h|d|ticks?|sec|seconds?|min|minutes?|hours?|days?)$/;

/** @returns undefined for what is none, is longer than a day or has more than 10000 trades */
export function parseInterval(text: string): Interval | undefined {
  const [, digits = '0', word = ''] = form.exec(text.trim().toLowerCase()) ?? [];
  const count = Number(digits);
  const unit = word.charAt(0);
  // A capital M is a month elsewhere.
  if (count === 0 || /\dM$/.test(text.trim())) return undefined;
  const name = `${count}${unit}`;
  if (unit === 't') return count <= mostTicks ? { kind: 'ticks', name, count } : undefined;
  if (unit === 'd') return count === 1 ? { kind: 'day', name } : undefined;
  const ms = count * unitsMs[unit]!;
  return ms <= dayMs ? { kind: 'time', name, ms } : undefined;
}

/** Finds the bar of a moment. */
export type Alignment = (atMs: number) => Span;

/** Days that are remembered; trades come out of order around midnight. */
const remembered = 4;

/** Bars of a time begin at its multiples since 1970 in UTC, bars of a day where the trading day begins. */
export function alignmentOf(interval: Exclude<Interval, { kind: 'ticks' }>, hours: Hours): Alignment {
  if (interval.kind === 'time') {
    const { ms } = interval;
    return atMs => {
      const startMs = Math.floor(atMs / ms) * ms;
      return { startMs, endMs: startMs + ms };
    };
  }
  const { timeZone } = hours;
  const opens = dayBegin(hours);
  const days: Span[] = [];
  return atMs => {
    const known = days.find(({ startMs, endMs }) => startMs <= atMs && atMs < endMs);
    if (known) return known;
    const { date: today, minute } = wallTimeAt(timeZone, atMs);
    const date = minute < opens ? addDays(today, -1) : today;
    const begin = (of: string): number => momentOf(timeZone, { date: of, minute: opens });
    const day = { startMs: begin(date), endMs: begin(addDays(date, 1)) };
    days.unshift(day);
    days.length = Math.min(days.length, remembered);
    return day;
  };
}

const dayMinutes = 1_440;
const weekMinutes = 7 * dayMinutes;

/** Minute of the day at which a day of trading begins: when a session opens that runs over midnight, else at midnight. */
function dayBegin({ sessions }: Hours): number {
  const overnight = sessions.find(({ opens, closes }) => {
    const from = minuteOfWeek(opens);
    const lasts = (minuteOfWeek(closes) - from + weekMinutes) % weekMinutes || weekMinutes;
    return (from % dayMinutes) + lasts > dayMinutes;
  });
  return overnight ? minuteOfWeek(overnight.opens) % dayMinutes : 0;
}

/** Whether bars of `pieceMs` fill a bar of this length. */
export function isBuiltOf(interval: Interval, pieceMs: number): boolean {
  if (interval.kind === 'ticks') return false;
  // Time zones differ from UTC by multiples of a quarter of an hour.
  return interval.kind === 'day' || interval.ms % pieceMs === 0;
}
