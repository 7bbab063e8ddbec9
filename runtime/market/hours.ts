/** When a market is open: its weekly sessions, without the holidays and with the early closes of its calendar. */
import type { Calendar, Hours } from '../contract/market.js';
import { addDays, minuteOfDay, minuteOfWeek, momentOf, wallTimeAt, weekdayOf } from './wall-time.js';

/** A session on a day. */
export interface OpenSession {
  readonly name: string;
  /** Wall clock ms. */
  readonly opensMs: number;
  readonly closesMs: number;
  /** Why it ends before its time; absent where it does not. */
  readonly earlyClose?: string | undefined;
}

/** What is known of a market at a moment. */
export interface TradingTime {
  /** The session that is on; absent while the market is closed. */
  readonly session?: OpenSession | undefined;
  /** The one before, if it ended within a fortnight. */
  readonly last?: OpenSession | undefined;
  readonly next: OpenSession;
  /** Today's holiday, by the date on the market's walls. */
  readonly holiday?: string | undefined;
  /** Holidays are known up to this date, such as `2028-12-31`, and include all days spoken of; absent: they are not. */
  readonly knownTo?: string | undefined;
}

/** No market is closed for longer. */
const fortnight = 14;
const weekMinutes = 7 * 24 * 60;

export function tradingTimeAt(hours: Hours, atMs: number): TradingTime {
  const { timeZone, calendar } = hours;
  const { date: today } = wallTimeAt(timeZone, atMs);
  const sessions = Array.from({ length: 2 * fortnight + 1 }, (_, day) => addDays(today, day - fortnight))
    .flatMap(date => sessionsOn(hours, date))
    .sort((one, other) => one.opensMs - other.opensMs);
  const next = sessions.find(({ opensMs }) => opensMs > atMs) ?? sessions.at(-1)!;
  const nextDate = wallTimeAt(timeZone, next.opensMs).date;
  return {
    session: sessions.find(({ opensMs, closesMs }) => opensMs <= atMs && atMs < closesMs),
    last: sessions.findLast(({ closesMs }) => closesMs <= atMs),
    next,
    holiday: calendar?.holidays.find(({ date }) => date === today)?.name,
    knownTo: calendar && calendar.knownFrom <= today && nextDate <= calendar.knownTo ? calendar.knownTo : undefined,
  };
}

/** The sessions that open on a date. */
function sessionsOn({ timeZone, sessions, calendar }: Hours, date: string): OpenSession[] {
  if (calendar?.holidays.some(holiday => holiday.date === date)) return [];
  const early = calendar?.earlyCloses.find(close => close.date === date);
  const weekday = weekdayOf(date);
  return sessions.flatMap(({ name, opens, closes }) => {
    const opensAt = minuteOfWeek(opens);
    if (Math.floor(opensAt / 1440) !== weekday) return [];
    const lasts = (minuteOfWeek(closes) - opensAt + weekMinutes) % weekMinutes || weekMinutes;
    const usual = { from: opensAt % 1440, to: (opensAt % 1440) + lasts };
    const from = early ? earlierOf(calendar!, usual.from) : usual.from;
    const to = early ? earlierOf(calendar!, usual.to) : usual.to;
    const moment = (minute: number): number => momentOf(timeZone, { date, minute });
    return [
      {
        name,
        opensMs: moment(from),
        closesMs: moment(to),
        earlyClose: to < usual.to ? early?.name : undefined,
      },
    ];
  });
}

/** What a time of day becomes on a day of early close. */
function earlierOf({ earlyTimes }: Calendar, minute: number): number {
  const moved = earlyTimes.find(({ usual }) => minuteOfDay(usual) === minute);
  return moved ? minuteOfDay(moved.early) : minute;
}
