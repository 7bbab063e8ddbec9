import { describe, expect, test } from 'vitest';
import type { EpochUnit } from '../runtime/contract.js';
import { formatMessage } from '../runtime/format.js';
import { isoOrNull, isoTime, wallMsOf } from '../runtime/time.js';
import { entryOf, marketOf } from './support/markets.js';

test.each<[unknown, EpochUnit, string]>([
  [0, 'ms', '1970-01-01T00:00:00.000Z'],
  [1791985632418, 'ms', '2026-10-14T13:47:12.418Z'],
  ['1791985632418', 'ms', '2026-10-14T13:47:12.418Z'],
  [1791985632418007, 'us', '2026-10-14T13:47:12.418007Z'],
  ['1789654286204817593', 'ns', '2026-09-17T14:11:26.204817Z'],
  ['1789654286204000999', 'ns', '2026-09-17T14:11:26.204000Z'],
  ['1789654286000000001', 'ns', '2026-09-17T14:11:26.000000Z'],
  ['1789654286999999999', 'ns', '2026-09-17T14:11:26.999999Z'],
  ['1794507607318264907', 'magnitude', '2026-11-12T18:20:07.318264Z'],
  [1794507607318, 'magnitude', '2026-11-12T18:20:07.318Z'],
  [8640000000000000, 'ms', '+275760-09-13T00:00:00.000Z'],
])('%s counted in %s is %s', (value, unit, iso) => {
  expect(isoTime(value, unit)).toBe(iso);
});

test.each<[unknown, EpochUnit]>([
  [-1, 'ms'],
  ['-1789654286204817593', 'ns'],
  [1.5, 'ms'],
  [8640000000000001, 'ms'],
  ['9999999999999999999999999', 'ns'],
  ['99999999999999999999999999999', 'ns'],
  ['9999999999999999999999', 'ms'],
  ['1e400', 'ms'],
  ['', 'ms'],
  ['noon', 'ms'],
  ['2026-10-14T13:47:12Z', 'ms'],
  [true, 'ms'],
  [null, 'ms'],
  [Number.NaN, 'ms'],
  [Number.POSITIVE_INFINITY, 'magnitude'],
])('%s counted in %s is no time and stays as it is', (value, unit) => {
  expect(isoTime(value, unit)).toBe(value);
});

test('a time that is an object stays as it is', () => {
  const value = { a: 1 };
  expect(isoTime(value, 'ms')).toBe(value);
});

test('a time that is not known is null', () => {
  expect(isoOrNull(undefined)).toBeNull();
  expect(isoOrNull(1791985632418)).toBe('2026-10-14T13:47:12.418Z');
});

describe('the timestamp of a message', () => {
  test.each([
    ['stocks', 'T', { sym: 'AAPL', t: 1791985632418 }, '2026-10-14T13:47:12.418Z'],
    ['stocks', 'LULD', { T: 'SOFI', t: '1789654286204817593' }, '2026-09-17T14:11:26.204817Z'],
    ['stocks', 'NOI', { T: 'SOFI', t: '1789654286204817593' }, '2026-09-17T14:11:26.204817Z'],
    ['stocks', 'FMV', { sym: 'NVDA', t: '1794507607318264907' }, '2026-11-12T18:20:07.318264Z'],
    ['crypto', 'FMV', { sym: 'X:ETH-USD', t: 1794507607318 }, '2026-11-12T18:20:07.318Z'],
    ['stocks', 'AM', { sym: 'AAPL', s: 1791985620000, e: 1791985680000 }, '2026-10-14T13:47:00.000Z'],
  ])('of %s %s has the unit of its channel', (market, ev, raw, iso) => {
    expect(formatMessage(marketOf(market), entryOf(ev, 'X', raw), 'summary').timestamp).toBe(iso);
  });

  test('is absent where the feed sent none', () => {
    const message = formatMessage(marketOf('stocks'), entryOf('T', 'AAPL', { sym: 'AAPL', p: 1 }), 'summary');
    expect(Object.keys(message)).toEqual(['event', 'symbol', 'price']);
  });
});

describe('a moment that is kept by the monotonic clock', () => {
  const hour = 3_600_000;

  /** Clocks whose difference a test changes. */
  function clocks(): { wallMs: number; passedMs: number; now(): number; elapsed(): number } {
    return {
      wallMs: Date.UTC(2026, 8, 9, 15),
      passedMs: 1_000,
      now() {
        return this.wallMs;
      },
      elapsed() {
        return this.passedMs;
      },
    };
  }

  test.each([5 * hour, -5 * hour, 1_000, -1_000])('jumps with the clock of the wall by %d ms', jump => {
    const clock = clocks();
    const [before, after] = [0, 61_000].map(elapsedMs => wallMsOf(clock, elapsedMs));
    expect([before, after]).toEqual([Date.UTC(2026, 8, 9, 14, 59, 59), Date.UTC(2026, 8, 9, 15, 1)]);
    clock.wallMs += jump;
    expect([0, 61_000].map(elapsedMs => wallMsOf(clock, elapsedMs))).toEqual([before! + jump, after! + jump]);
  });

  test('is shown the same each time, although the two clocks drift, until they are 25 ms apart', () => {
    const clock = clocks();
    const first = wallMsOf(clock, 500);
    for (const drift of [0.4, 1, -3, 25, -25]) {
      clock.wallMs += drift;
      expect(wallMsOf(clock, 500)).toBe(first);
      clock.wallMs -= drift;
    }
    clock.wallMs += 26;
    expect(wallMsOf(clock, 500)).toBe(first + 26);
    clock.wallMs -= 26;
    expect(wallMsOf(clock, 500)).toBe(first);
  });
});
