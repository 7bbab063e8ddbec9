/** When a market is open: its weekly sessions, without the holidays and with the early closes of its calendar. */
import type { Calendar, Hours, Session, UnconfirmedSessions } from '../contract/market.js';
import { addDays, minuteOfDay, minuteOfWeek, momentOf, wallTimeAt, weekdayOf } from '../core/wall-time.js';
import { type Gap, gapsOf, type OpenSession, withoutGaps } from './gaps.js';

/** What is known of a market at a moment. */
export interface TradingTime {
  /** The session that is on; absent while the market is closed. */
  readonly session?: OpenSession | undefined;
  /** The one before, if it ended within a fortnight. */
  readonly last?: OpenSession | undefined;
  readonly next: OpenSession;
  /** Today's holiday, by the date on the market's walls, or why trading pauses. */
  readonly holiday?: string | undefined;
  /** The day is one of little trading, and this is its name. */
  readonly thinDay?: string | undefined;
  /** Sessions that would be on, were they sure. */
  readonly unconfirmed?: UnconfirmedSessions | undefined;
  /** Holidays are known up to this date, such as `2028-12-31`, and include all days spoken of; absent: they are not. */
  readonly knownTo?: string | undefined;
}

/** No market is closed for longer. */
const fortnight = 14;
const weekMinutes = 7 * 24 * 60;

export function tradingTimeAt(hours: Hours, atMs: number): TradingTime {
  const { timeZone, calendar, thinDays, unconfirmed } = hours;
  const { today, days, gaps, sessions } = fortnightsAround(hours, atMs);
  const next = sessions.find(({ opensMs }) => opensMs > atMs) ?? sessions.at(-1)!;
  const last = sessions.findLast(({ closesMs }) => closesMs <= atMs);
  const nextDate = wallTimeAt(timeZone, next.opensMs).date;
  return {
    session: sessions.find(session => isOn(session, atMs)),
    last,
    next,
    holiday: calendar?.holidays.find(({ date }) => date === today)?.name ?? nameOfGapAt(gaps, atMs, last),
    thinDay: thinDays?.find(({ day }) => today.endsWith(day))?.name,
    unconfirmed: unconfirmed?.find(other => {
      const some = days.filter(date => date >= (other.since ?? ''));
      return sessionsOn({ ...hours, sessions: other.sessions }, some, []).some(session => isOn(session, atMs));
    }),
    knownTo: calendar && calendar.knownFrom <= today && nextDate <= calendar.knownTo ? calendar.knownTo : undefined,
  };
}

const minuteMs = 60_000;
/** By hours and minute: sessions begin and end with a minute, and an answer asks for one or a few, again and again. */
const named = new WeakMap<Hours, Map<number, string | undefined>>();
const mostMinutes = 1_000;

/** The name of the session that is on; undefined if none is, or several at once. */
export function onlySessionAt(hours: Hours, atMs: number): string | undefined {
  const known = named.get(hours) ?? new Map<number, string | undefined>();
  const minute = Math.floor(atMs / minuteMs);
  if (known.has(minute)) return known.get(minute);
  if (known.size >= mostMinutes) known.clear();
  const name = findOnlySession(hours, atMs);
  named.set(hours, known.set(minute, name));
  return name;
}

function findOnlySession(hours: Hours, atMs: number): string | undefined {
  const [session, other] = fortnightsAround(hours, atMs).sessions.filter(one => isOn(one, atMs));
  return other === undefined ? session?.name : undefined;
}

/** The sessions of the fortnight before a moment and of the one after it. */
function fortnightsAround(hours: Hours, atMs: number) {
  const { timeZone, calendar } = hours;
  const { date: today } = wallTimeAt(timeZone, atMs);
  const days = Array.from({ length: 2 * fortnight + 1 }, (_, day) => addDays(today, day - fortnight));
  const gaps = calendar ? gapsOf(calendar, timeZone, days) : [];
  return { today, days, gaps, sessions: sessionsOn(hours, days, gaps) };
}

/** Whether a session is on at every moment of the week: at least where another ends. */
export function isAlwaysOpen({ sessions }: Hours): boolean {
  const isOnAt = (minute: number): boolean =>
    sessions.some(one => (minute - minuteOfWeek(one.opens) + weekMinutes) % weekMinutes < lengthOf(one));
  return sessions.every(({ closes }) => isOnAt(minuteOfWeek(closes)));
}

function isOn({ opensMs, closesMs }: OpenSession, atMs: number): boolean {
  return opensMs <= atMs && atMs < closesMs;
}

/** The name of the gap that a moment is in, unless a session ended early for it: then that says more. */
function nameOfGapAt(gaps: readonly Gap[], atMs: number, last: OpenSession | undefined): string | undefined {
  const gap = gaps.find(({ fromMs, toMs }) => fromMs <= atMs && atMs < toMs);
  return gap?.name === last?.earlyClose ? undefined : gap?.name;
}

/** The sessions that open on these days, in order. */
function sessionsOn(hours: Hours, days: readonly string[], gaps: readonly Gap[]): OpenSession[] {
  return withoutGaps(
    days.flatMap(date => openingsOn(hours, date)),
    gaps,
  ).sort((one, other) => one.opensMs - other.opensMs);
}

/** By hours and date: the fortnights around one moment are mostly those around the next. */
const openings = new WeakMap<Hours, Map<string, readonly OpenSession[]>>();
const mostDates = 1_000;

function openingsOn(hours: Hours, date: string): readonly OpenSession[] {
  const known = openings.get(hours) ?? new Map<string, readonly OpenSession[]>();
  let found = known.get(date);
  if (found === undefined) {
    if (known.size >= mostDates) known.clear();
    found = hours.sessions.flatMap(session => openingOn(hours, session, date));
    openings.set(hours, known.set(date, found));
  }
  return found;
}

function openingOn({ timeZone, calendar }: Hours, { name, opens, closes }: Session, date: string): OpenSession[] {
  const opensAt = minuteOfWeek(opens);
  if (Math.floor(opensAt / 1440) !== weekdayOf(date)) return [];
  const usual = { from: opensAt % 1440, to: (opensAt % 1440) + lengthOf({ opens, closes }) };
  // A session belongs to the day on which it ends, so that none opens on the eve of a holiday.
  const tradingDate = addDays(date, Math.floor((usual.to - 1) / 1440));
  if (calendar?.holidays.some(holiday => holiday.date === tradingDate)) return [];
  const early = calendar?.earlyCloses.find(close => close.date === tradingDate);
  const from = early ? earlierOf(calendar!, usual.from) : usual.from;
  const to = early ? earlierOf(calendar!, usual.to) : usual.to;
  const moment = (minute: number): number => momentOf(timeZone, { date, minute });
  const earlyClose = to < usual.to ? early?.name : undefined;
  return [{ name, opensMs: moment(from), closesMs: moment(to), earlyClose }];
}

function lengthOf({ opens, closes }: Pick<Session, 'opens' | 'closes'>): number {
  return (minuteOfWeek(closes) - minuteOfWeek(opens) + weekMinutes) % weekMinutes || weekMinutes;
}

/** What a time of day becomes on a day of early close. */
function earlierOf({ earlyTimes }: Calendar, minute: number): number {
  const moved = earlyTimes.find(({ usual }) => minuteOfDay(usual) === minute);
  return moved ? minuteOfDay(moved.early) : minute;
}
