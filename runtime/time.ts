import type { EpochUnit } from './contract.js';

const perMs: Readonly<Record<Exclude<EpochUnit, 'magnitude'>, bigint>> = { ms: 1n, us: 1_000n, ns: 1_000_000n };

/** From this size on, an epoch time counts nanoseconds: as ms it would be the year 33658. */
const nanosecondsFrom = 10n ** 15n;

/** Last instant that an ISO date can show, ms. */
const latestMs = 8_640_000_000_000_000n;

/**
 * ISO 8601 in UTC, exact to the millisecond or, for finer units, to the microsecond; what is no time is left as it is.
 *
 * @param value epoch time, or its digits where they exceed 2^53
 */
export function isoTime(value: unknown, unit: EpochUnit): unknown {
  const count = wholeNumber(value);
  if (count === undefined) return value;
  const known = unit === 'magnitude' ? (count >= nanosecondsFrom ? 'ns' : 'ms') : unit;
  const factor = perMs[known];
  const ms = count / factor;
  if (count < 0n || ms > latestMs) return value;
  const iso = new Date(Number(ms)).toISOString();
  if (known === 'ms') return iso;
  const micros = ((count % factor) * 1_000n) / factor;
  return `${iso.slice(0, -1)}${String(micros).padStart(3, '0')}Z`;
}

function wholeNumber(value: unknown): bigint | undefined {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value);
  return typeof value === 'string' && /^\d{1,25}$/.test(value) ? BigInt(value) : undefined;
}

/** The clock of the wall, and the one that never jumps. */
interface Clocks {
  now(): number;
  elapsed(): number;
}

/** The two clocks drift against each other all the time; only what is more than that is a jump. */
const driftMs = 25;
const offsets = new WeakMap<Clocks, number>();

/**
 * What the clock of the wall, as it goes now, shows for a moment of the monotonic one. After a jump all moments shown
 * have jumped with it, and their order and distances are what they were.
 */
export function wallMsOf(clock: Clocks, elapsedMs: number): number {
  const offset = Math.round(clock.now() - clock.elapsed());
  const known = offsets.get(clock);
  // A moment that is shown twice is the same to the ms.
  if (known === undefined || Math.abs(known - offset) > driftMs) offsets.set(clock, offset);
  return Math.round(elapsedMs + offsets.get(clock)!);
}

/** ISO 8601 in UTC of a wall-clock time in ms, or null. */
export function isoOrNull(atMs: number | undefined): string | null {
  return atMs === undefined ? null : new Date(atMs).toISOString();
}
