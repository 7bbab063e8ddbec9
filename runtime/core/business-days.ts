/** Business days and days of a month; dates are texts such as `2026-12-18`. */
import { addDays, weekdayOf } from './wall-time.js';

const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** A month, in which 0 is January; 12 and more are those of later years. */
export interface Month {
  readonly year: number;
  readonly month: number;
}

/** A date of a month, which may be counted from its end or beyond. */
export function dateOf({ year, month }: Month, day: number): string {
  return new Date(Date.UTC(year, month, day)).toISOString().slice(0, 10);
}

/** The nth of a weekday (`Fri`) in a month; -1 is the last. */
export function nthWeekday({ year, month }: Month, weekday: string, nth: number): string {
  const wanted = weekdays.indexOf(weekday);
  if (nth < 0) {
    const last = dateOf({ year, month: month + 1 }, 0);
    return addDays(last, -((weekdayOf(last) - wanted + 7) % 7));
  }
  const first = dateOf({ year, month }, 1);
  return addDays(first, ((wanted - weekdayOf(first) + 7) % 7) + 7 * (nth - 1));
}

/** The business day at or before a date. */
export function businessDayBy(date: string, holidays: ReadonlySet<string>): string {
  let day = date;
  while (weekdayOf(day) % 6 === 0 || holidays.has(day)) day = addDays(day, -1);
  return day;
}

/** The business day that is so many before a date. */
export function businessDaysBefore(date: string, count: number, holidays: ReadonlySet<string>): string {
  let day = date;
  for (let left = count; left > 0; left--) day = businessDayBy(addDays(day, -1), holidays);
  return day;
}
