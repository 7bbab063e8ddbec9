/** Opening hours in the market's own time zone. Holidays are not known here. */
import type { Hours } from '../contract/market.js';

const minuteMs = 60_000;
const weekMinutes = 7 * 24 * 60;
const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** @returns the name of the current session, or undefined when the market is closed */
export function sessionAt(hours: Hours, atMs: number): string | undefined {
  const now = minuteOfWeek(hours.timeZone, atMs);
  return hours.sessions.find(({ opens, closes }) => {
    const [from, to] = [parseTime(opens), parseTime(closes)];
    return from < to ? now >= from && now < to : now >= from || now < to;
  })?.name;
}

/** @returns when the next session opens, wall clock ms */
export function nextOpening(hours: Hours, atMs: number): number {
  const now = minuteOfWeek(hours.timeZone, atMs);
  const waits = hours.sessions.map(({ opens }) => (parseTime(opens) - now + weekMinutes) % weekMinutes || weekMinutes);
  const wait = Math.min(...waits);
  const guess = Math.floor(atMs / minuteMs) * minuteMs + wait * minuteMs;
  // Daylight saving time may change in between; local time counts.
  const drift = minuteOfWeek(hours.timeZone, guess) - ((now + wait) % weekMinutes);
  const wrapped = ((drift + weekMinutes * 1.5) % weekMinutes) - weekMinutes / 2;
  return guess - wrapped * minuteMs;
}

/** `Mon 09:30` as minutes since Sunday 00:00. */
function parseTime(text: string): number {
  const [day = '', time = ''] = text.split(' ');
  const [hour, minute] = time.split(':').map(Number);
  return days.indexOf(day) * 1440 + hour! * 60 + minute!;
}

function minuteOfWeek(timeZone: string, atMs: number): number {
  const parts = formatter(timeZone).formatToParts(atMs);
  const part = (type: string): string => parts.find(other => other.type === type)?.value ?? '';
  return days.indexOf(part('weekday')) * 1440 + Number(part('hour')) * 60 + Number(part('minute'));
}

const formatters = new Map<string, Intl.DateTimeFormat>();

function formatter(timeZone: string): Intl.DateTimeFormat {
  let format = formatters.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
    formatters.set(timeZone, format);
  }
  return format;
}
