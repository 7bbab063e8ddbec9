/** Dates and times on the walls of a time zone, and the moments that they stand for. */

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

/** A date and a time of day in a time zone. */
export interface WallTime {
  /** Such as `2026-11-27`. */
  readonly date: string;
  /** Minutes since midnight; more than a day is the day after. */
  readonly minute: number;
}

/** What the clocks of a time zone show at a moment, seconds cut off. */
export function wallTimeAt(timeZone: string, atMs: number): WallTime {
  const shown = new Date(atMs + offsetAt(timeZone, atMs));
  return { date: shown.toISOString().slice(0, 10), minute: shown.getUTCHours() * 60 + shown.getUTCMinutes() };
}

/** The moment at which the clocks show this; of an hour that they skip, as if they had not. */
export function momentOf(timeZone: string, { date, minute }: WallTime): number {
  const shownMs = Date.parse(`${date}T00:00:00Z`) + minute * minuteMs;
  // The clocks may change between the guess and the moment, so that it is corrected twice.
  const guessMs = shownMs - offsetAt(timeZone, shownMs);
  return shownMs - offsetAt(timeZone, guessMs);
}

/** A date some days later or earlier. */
export function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * dayMs).toISOString().slice(0, 10);
}

const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const weekdayNames = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/** 0 is Sunday. */
export function weekdayOf(date: string): number {
  return new Date(`${date}T00:00:00Z`).getUTCDay();
}

/** `Mon 09:30` as minutes since Sunday 00:00. */
export function minuteOfWeek(text: string): number {
  const [day = '', time = ''] = text.split(' ');
  return weekdays.indexOf(day) * 1440 + minuteOfDay(time);
}

/** `09:30` as minutes since midnight. */
export function minuteOfDay(text: string): number {
  const [hour, minute] = text.split(':').map(Number);
  return hour! * 60 + minute!;
}

/**
 * A moment as people near it say it: `04:00` on the same day, `Monday 04:00` within a week, else with its date.
 *
 * @param nowMs when it is said, wall clock ms
 */
export function spellWallTime(timeZone: string, atMs: number, nowMs: number): string {
  const { date, minute } = wallTimeAt(timeZone, atMs);
  const { date: today } = wallTimeAt(timeZone, nowMs);
  const time = [Math.floor(minute / 60), minute % 60].map(part => String(part).padStart(2, '0')).join(':');
  if (date === today) return time;
  const isNear = addDays(today, -7) < date && date < addDays(today, 7);
  return `${weekdayNames[weekdayOf(date)]} ${isNear ? '' : `${date} `}${time}`;
}

/** `in New York` */
export function spellPlace(timeZone: string): string {
  return timeZone.includes('/') ? `in ${timeZone.split('/').at(-1)!.replaceAll('_', ' ')}` : timeZone;
}

/** Clocks change at a quarter of an hour at the earliest, so that one look at each does. */
const quarterMs = 15 * minuteMs;
/** By time zone and quarter. Some 500 days of sessions; asking a formatter takes microseconds, and a calendar asks often. */
const offsets = new Map<string, Map<number, number>>();
const mostOffsets = 10_000;

/** How far the clocks of a time zone are ahead of UTC, ms. */
function offsetAt(timeZone: string, atMs: number): number {
  let known = offsets.get(timeZone);
  if (!known || known.size >= mostOffsets) {
    known = new Map();
    offsets.set(timeZone, known);
  }
  const quarter = Math.floor(atMs / quarterMs);
  let offset = known.get(quarter);
  if (offset === undefined) {
    offset = readOffset(timeZone, quarter * quarterMs);
    known.set(quarter, offset);
  }
  return offset;
}

function readOffset(timeZone: string, atMs: number): number {
  const parts = formatter(timeZone).formatToParts(atMs);
  const part = (type: string): string => parts.find(other => other.type === type)?.value ?? '';
  const shown = `${part('year')}-${part('month')}-${part('day')}T${part('hour')}:${part('minute')}:00Z`;
  return Date.parse(shown) - atMs;
}

const formatters = new Map<string, Intl.DateTimeFormat>();

function formatter(timeZone: string): Intl.DateTimeFormat {
  let format = formatters.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
    formatters.set(timeZone, format);
  }
  return format;
}
