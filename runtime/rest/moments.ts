/** Moments as callers write them, and as the API takes them. */
import { isoTime, unitOf } from '../core/time.js';

const day = /^\d{4}-\d\d-\d\d$/;
const isoForm = /^(\d{4}-\d\d-\d\d)T(([01]\d|2[0-3]):[0-5]\d(?::[0-5]\d)?)(?:\.(\d{1,9}))?(Z|[+-]\d\d:?\d\d)?$/;
const perUnit = { ms: 1_000_000n, us: 1_000n, ns: 1n } as const;
/** Seconds of the times that `unitOf` knows; no number is one in two units. */
const seconds = { from: Date.UTC(2000) / 1_000, end: Date.UTC(2100) / 1_000 };

/** Whether it is a date of the calendar: 2026-02-29 is none. */
export function isDay(text: string): boolean {
  if (!day.test(text)) return false;
  const atMs = Date.parse(`${text}T00:00:00Z`);
  return Number.isFinite(atMs) && new Date(atMs).toISOString().startsWith(text);
}

/**
 * Dates as they are, times as Unix time in the unit, or as ISO times where there is none; nothing for what is no moment.
 * The size of a Unix time tells what it counts, since the API takes one of the wrong size for another time.
 */
export function momentText(text: string, unit: 'ms' | 'ns' | undefined): string | undefined {
  if (isDay(text)) return text;
  if (/^\d{1,20}$/.test(text)) return unixText(text, unit);
  const [, date = '', clock, , fraction = '', zone = 'Z'] = isoForm.exec(text.toUpperCase()) ?? [];
  if (!isDay(date)) return undefined;
  if (unit === undefined) return /[Z+]|-\d\d:?\d\d$/i.test(text.slice(date.length)) ? text : `${text}Z`;
  const atMs = Date.parse(`${date}T${clock}${zone.replace(/(\d\d)(\d\d)$/, '$1:$2')}`);
  if (Number.isNaN(atMs)) return undefined;
  // Nothing is older, and no Unix time with a sign is taken.
  if (atMs < 0) return '0';
  return String((BigInt(atMs) * perUnit.ms + BigInt(fraction.padEnd(9, '0'))) / perUnit[unit]);
}

function unixText(text: string, unit: 'ms' | 'ns' | undefined): string | undefined {
  if (/^0+$/.test(text)) return '0';
  const number = Number(text);
  const digits = number >= seconds.from && number < seconds.end ? `${text}000` : text;
  const counted = unitOf(digits);
  if (counted === undefined) return undefined;
  if (unit === undefined) return String(isoTime(digits));
  return String((BigInt(digits) * perUnit[counted]) / perUnit[unit]);
}
