import type { RawMarket, Session } from '../model.js';
import { nearest } from '../nearest.js';

export const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

type RawSession = RawMarket['hours']['sessions'][number];

/** Turns `Mon-Fri 04:00 to 09:30` into a session for each day; one that names its days in from and to stays one. */
export function spreadSession({ name, days: range, from, next_day: over, to }: RawSession): Session[] {
  if (!range) return [{ name, opens: from, closes: to }];
  return daysOf(range).map(day => {
    const closes = to === '24:00' ? `${dayAfter(day)} 00:00` : `${over ? dayAfter(day) : day} ${to}`;
    return { name, opens: `${day} ${from}`, closes };
  });
}

/** Why a session makes no sense; undefined if it does. */
export function sessionFault({ days: range, from, next_day: over, to }: RawSession): string | undefined {
  const named = [from, to].filter(time => time.includes(' ')).length;
  if (range && named > 0) return 'names days twice: take the day out of from and to, or drop days';
  if (!range && named < 2) return 'needs days, or a day in both from and to, such as days: Mon-Fri';
  if (over && !range) return 'names its days already: take next_day out';
  if (over && from <= to) return `would last longer than a day: from ${from} to ${to} of the day after`;
  if (range && !over && from >= to)
    return `closes at ${to}, which is not after ${from}; the end of a day is 24:00, and a session over midnight names its days in from and to`;
  return undefined;
}

/** Why the name is no time zone; undefined if it is one. */
export function timeZoneFault(name: string): string | undefined {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return undefined;
  } catch {
    const meant = nearest(name, Intl.supportedValuesOf('timeZone'));
    return `${name} is no IANA time zone${meant ? `; did you mean ${meant}?` : ', such as America/New_York or UTC'}`;
  }
}

function daysOf(range: string): string[] {
  const [first, last] = range.split('-').map(day => days.indexOf(day)) as [number, number];
  const count = ((last - first + 7) % 7) + 1;
  return Array.from({ length: count }, (_, index) => days[(first + index) % 7]!);
}

function dayAfter(day: string): string {
  return days[(days.indexOf(day) + 1) % 7]!;
}
