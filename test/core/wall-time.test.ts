import { describe, expect, test } from 'vitest';
import { momentOf, spellPlace, spellWallTime, wallTimeAt } from '../../runtime/core/wall-time.js';

const newYork = 'America/New_York';

test.each([
  ['2026-01-15T14:30:45Z', '2026-01-15', 9 * 60 + 30],
  ['2026-07-15T03:59:59Z', '2026-07-14', 23 * 60 + 59],
  ['2026-07-15T04:00:00Z', '2026-07-15', 0],
])('at %s the clocks of New York show %s and minute %i', (moment, date, minute) => {
  expect(wallTimeAt(newYork, Date.parse(moment))).toEqual({ date, minute });
});

describe('a time on the wall', () => {
  test.each([
    ['in winter', '2026-01-15', '09:30', '2026-01-15T14:30:00.000Z'],
    ['in summer', '2026-07-15', '09:30', '2026-07-15T13:30:00.000Z'],
    ['on the day of the change to summer time', '2026-03-08', '17:00', '2026-03-08T21:00:00.000Z'],
    ['before the change on that day', '2026-03-08', '01:30', '2026-03-08T06:30:00.000Z'],
    ['on the day of the change to winter time', '2026-11-01', '17:00', '2026-11-01T22:00:00.000Z'],
    ['within the hour that comes twice, the first time', '2026-11-01', '01:30', '2026-11-01T05:30:00.000Z'],
  ])('%s is one moment', (_when, date, time, moment) => {
    const [hour, minute] = time.split(':').map(Number) as [number, number];
    expect(new Date(momentOf(newYork, { date, minute: hour * 60 + minute })).toISOString()).toBe(moment);
  });

  test('beyond midnight is on the day after', () => {
    expect(new Date(momentOf('UTC', { date: '2026-12-31', minute: 26 * 60 })).toISOString()).toBe(
      '2027-01-01T02:00:00.000Z',
    );
  });
});

test.each([
  ['on the same day', newYork, '2026-11-27T18:00:00Z', '13:00'],
  ['on a day of the next week', newYork, '2026-11-30T09:00:00Z', 'Monday 04:00'],
  ['on a day of the week before', newYork, '2026-11-26T01:00:00Z', 'Wednesday 20:00'],
  ['after a week', newYork, '2026-12-04T14:30:00Z', 'Friday 2026-12-04 09:30'],
  ['in another zone', 'UTC', '2026-11-30T09:05:00Z', 'Monday 09:05'],
])('a moment %s is spelled as people at the exchange say it', (_, zone, moment, spelled) => {
  expect(spellWallTime(zone, Date.parse(moment), Date.parse('2026-11-27T23:00:00Z'))).toBe(spelled);
});

test.each([
  [newYork, 'in New York'],
  ['UTC', 'UTC'],
])('the place of %s is spelled: %s', (zone, spelled) => {
  expect(spellPlace(zone)).toBe(spelled);
});
