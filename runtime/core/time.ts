import type { EpochUnit } from '../contract/channel.js';

/** Units in which feeds count time, and how many of each make a millisecond. */
const perMs = { ms: 1n, us: 1_000n, ns: 1_000_000n } as const;

/** A unit in which an epoch time is counted. */
export type CountedUnit = keyof typeof perMs;

/** Times of a feed lie from 2000 on and before 2100, so no number is one in two units. */
const ranges = Object.entries(perMs).map(([unit, factor]) => ({
  unit: unit as CountedUnit,
  from: BigInt(Date.UTC(2000)) * factor,
  end: BigInt(Date.UTC(2100)) * factor,
}));

/** The unit in which a number is a time from 2000 to 2099; there is one at most. Nothing for what is no time. */
export function unitOf(value: unknown): CountedUnit | undefined {
  const count = wholeNumber(value);
  if (count === undefined) return undefined;
  return ranges.find(({ from, end }) => count >= from && count < end)?.unit;
}

const doubleRanges = ranges.map(({ unit, from, end }) => ({
  from: Number(from),
  end: Number(end),
  factor: Number(perMs[unit]),
}));

/** Whether a value is a time in this unit. */
export function isTimeIn(unit: EpochUnit, value: unknown): boolean {
  const found = unitOf(value);
  return found !== undefined && (unit === 'magnitude' || unit === found);
}

/**
 * ISO 8601 in UTC with all digits that were sent: three behind the point for ms, six for us, nine for ns. The size of
 * the number tells its unit, whatever is documented; what is no time by any of them is left as it is.
 *
 * @param value epoch time, or its digits where they exceed 2^53
 */
export function isoTime(value: unknown): unknown {
  const unit = unitOf(value);
  if (unit === undefined) return value;
  if (unit === 'ms') return new Date(Number(value)).toISOString();
  const count = BigInt(value as number | string);
  const factor = perMs[unit];
  const iso = new Date(Number(count / factor)).toISOString();
  const beyond = String(count % factor).padStart(String(factor).length - 1, '0');
  return `${iso.slice(0, -1)}${beyond}Z`;
}

/** Whether a feed's value is a time, in whatever unit. */
export function isTime(value: unknown): boolean {
  return unitOf(value) !== undefined;
}

/** Unix ms of an epoch time of any unit, rounded down; nothing for what is no time. */
export function epochMs(value: unknown): number | undefined {
  const unit = unitOf(value);
  if (unit === undefined) return undefined;
  return unit === 'ms' ? Number(value) : Number(BigInt(value as number | string) / perMs[unit]);
}

/** Unix ms of an epoch time of any unit, to the nearest double; NaN for what is no time. */
export function timeMs(value: number): number {
  if (!Number.isInteger(value)) return Number.NaN;
  for (const { from, end, factor } of doubleRanges) if (value >= from && value < end) return value / factor;
  return Number.NaN;
}

function wholeNumber(value: unknown): number | bigint | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : undefined;
  return typeof value === 'string' && /^\d{1,25}$/.test(value) ? BigInt(value) : undefined;
}

/** The wall clock, and the monotonic one. */
interface Clocks {
  now(): number;
  elapsed(): number;
}

/** The two clocks drift all the time; only a larger difference is a jump. */
const driftMs = 25;
const offsets = new WeakMap<Clocks, number>();

/**
 * Converts a monotonic moment to the wall clock as it is now. After a jump all moments shown
 * have jumped with it, and their order and distances are what they were.
 */
export function wallMsOf(clock: Clocks, elapsedMs: number): number {
  const offset = Math.round(clock.now() - clock.elapsed());
  const known = offsets.get(clock);
  // A moment that is shown twice is the same to the ms.
  if (known === undefined || Math.abs(known - offset) > driftMs) offsets.set(clock, offset);
  return Math.round(elapsedMs + offsets.get(clock)!);
}

const isoText = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3,9})Z$/;
const sortedLength = '2000-01-01T00:00:00.000000000'.length;

/**
 * A formatted time as a text that sorts as time does, and is the same for the same time, however many digits it has;
 * nothing for what is no time.
 */
export function sortableTime(value: unknown): string | undefined {
  const text = typeof value === 'string' ? isoText.exec(value)?.[1] : undefined;
  return text?.padEnd(sortedLength, '0');
}

/** ISO 8601 in UTC of a wall-clock time in ms, or null. */
export function isoOrNull(atMs: number | undefined): string | null {
  return atMs === undefined ? null : new Date(atMs).toISOString();
}
