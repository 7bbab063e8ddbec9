import { describe, expect, test } from 'vitest';
import { markets } from '../../generated/suite.js';
import { tradingTimeAt } from '../../runtime/market/hours.js';
import { marketOf } from '../support/markets.js';

function sessionOf(market: string, iso: string): string | undefined {
  return tradingTimeAt(marketOf(market).hours, Date.parse(iso)).session?.name;
}

function opensAfter(market: string, iso: string): string {
  return new Date(tradingTimeAt(marketOf(market).hours, Date.parse(iso)).next.opensMs).toISOString();
}

describe('stocks', () => {
  test.each([
    ['in winter before four', '2026-03-06T08:59:59Z', undefined],
    ['in winter at four', '2026-03-06T09:00:00Z', 'pre-market'],
    ['in winter before half past nine', '2026-03-06T14:29:59Z', 'pre-market'],
    ['in winter at half past nine', '2026-03-06T14:30:00Z', 'regular'],
    ['in winter before four in the afternoon', '2026-03-06T20:59:59Z', 'regular'],
    ['in winter at four in the afternoon', '2026-03-06T21:00:00Z', 'after hours'],
    ['in winter before eight in the evening', '2026-03-07T00:59:59Z', 'after hours'],
    ['in winter at eight in the evening', '2026-03-07T01:00:00Z', undefined],
    ['on Saturday at noon', '2026-03-07T17:00:00Z', undefined],
    ['on Sunday at noon', '2026-03-08T16:00:00Z', undefined],
    ['in summer before four', '2026-03-09T07:59:59Z', undefined],
    ['in summer at four', '2026-03-09T08:00:00Z', 'pre-market'],
    ['in summer at half past nine', '2026-03-09T13:30:00Z', 'regular'],
    ['in summer at four in the afternoon', '2026-03-09T20:00:00Z', 'after hours'],
    ['on the last Friday of summer time at four in the afternoon', '2026-10-30T20:00:00Z', 'after hours'],
    ['on the first Monday of winter time before half past nine', '2026-11-02T14:29:59Z', 'pre-market'],
    ['on the first Monday of winter time at half past nine', '2026-11-02T14:30:00Z', 'regular'],
  ])('%s, %s, are in session: %s', (_when, iso, session) => {
    expect(sessionOf('stocks', iso)).toBe(session);
  });

  test.each([
    ['over night', '2026-03-04T03:12:45.678Z', '2026-03-04T09:00:00.000Z'],
    ['over a weekend in winter', '2026-02-28T17:00:00Z', '2026-03-02T09:00:00.000Z'],
    ['over the change to summer time', '2026-03-07T01:00:00Z', '2026-03-09T08:00:00.000Z'],
    ['from within the night of the change to summer time', '2026-03-08T06:59:00Z', '2026-03-09T08:00:00.000Z'],
    ['over the change to winter time', '2026-10-31T00:00:00Z', '2026-11-02T09:00:00.000Z'],
    ['from within the hour that comes twice', '2026-11-01T05:30:00Z', '2026-11-02T09:00:00.000Z'],
    ['from within the hour that comes for the second time', '2026-11-01T06:30:00Z', '2026-11-02T09:00:00.000Z'],
  ])('open again %s: after %s at %s', (_when, iso, opening) => {
    expect(opensAfter('stocks', iso)).toBe(opening);
  });
});

describe('options and indices', () => {
  test.each(['options', 'indices'])('%s open at half past nine, also over the change to summer time', market => {
    expect(sessionOf(market, '2026-03-06T14:29:59Z')).toBeUndefined();
    expect(sessionOf(market, '2026-03-06T14:30:00Z')).toBeDefined();
    expect(sessionOf(market, '2026-03-06T21:00:00Z')).toBeUndefined();
    expect(opensAfter(market, '2026-03-06T21:00:00Z')).toBe('2026-03-09T13:30:00.000Z');
  });
});

describe('futures', () => {
  test.each([
    ['on Sunday before five in Chicago', '2026-01-11T22:59:59Z', false],
    ['on Sunday at five in Chicago', '2026-01-11T23:00:00Z', true],
    ['in the night to Monday', '2026-01-12T05:00:00Z', true],
    ['on Wednesday at noon', '2026-01-14T18:00:00Z', true],
    ['on Friday before a quarter to six', '2026-01-16T23:44:59Z', true],
    ['on Friday at a quarter to six', '2026-01-16T23:45:00Z', false],
    ['on Saturday', '2026-01-17T18:00:00Z', false],
    ['on the Sunday of the change to summer time before five', '2026-03-08T21:59:59Z', false],
    ['on the Sunday of the change to summer time at five', '2026-03-08T22:00:00Z', true],
    ['on the Sunday of the change to winter time before five', '2026-11-01T22:59:59Z', false],
    ['on the Sunday of the change to winter time at five', '2026-11-01T23:00:00Z', true],
  ])('%s, %s, are open: %s', (_when, iso, open) => {
    expect(sessionOf('futures', iso) !== undefined).toBe(open);
  });

  test.each([
    ['in winter', '2026-01-17T18:00:00Z', '2026-01-18T23:00:00.000Z'],
    ['over the change to summer time', '2026-03-07T12:00:00Z', '2026-03-08T22:00:00.000Z'],
    ['over the change to winter time', '2026-10-31T12:00:00Z', '2026-11-01T23:00:00.000Z'],
  ])('open on Sunday at five %s', (_when, iso, opening) => {
    expect(opensAfter('futures', iso)).toBe(opening);
  });
});

describe('forex, by the clock of New York', () => {
  test.each([
    ['before the week ends in winter', '2026-01-09T21:59:59Z', true],
    ['at the end of the week in winter', '2026-01-09T22:00:00Z', false],
    ['on Saturday', '2026-01-10T12:00:00Z', false],
    ['before the week begins in winter', '2026-01-11T21:59:59Z', false],
    ['at the beginning of the week in winter', '2026-01-11T22:00:00Z', true],
    ['in the night to Tuesday', '2026-01-13T03:00:00Z', true],
    ['before the week ends in summer', '2026-07-10T20:59:59Z', true],
    ['at the end of the week in summer', '2026-07-10T21:00:00Z', false],
    ['at the beginning of the week in summer', '2026-07-12T21:00:00Z', true],
    ['on the Sunday of the change to summer time', '2026-03-08T21:00:00Z', true],
    ['between the changes of London and New York', '2026-10-30T20:59:59Z', true],
    ['on the Sunday of the change to winter time, an hour early', '2026-11-01T21:30:00Z', false],
  ])('%s, at %s, is open: %s', (_when, iso, open) => {
    expect(sessionOf('forex', iso) !== undefined).toBe(open);
  });
});

test('crypto is open at every hour of a week', () => {
  const beginMs = Date.parse('2026-03-06T00:00:00Z');
  for (let hour = 0; hour < 7 * 24; hour++) {
    expect(tradingTimeAt(marketOf('crypto').hours, beginMs + hour * 3_600_000).session?.name).toBe('continuous');
  }
});

test('a week that runs over Sunday and one of a few hours follow their own clock', () => {
  const hours = { timeZone: 'UTC', sessions: [{ name: 'night', opens: 'Sat 22:00', closes: 'Sun 02:00' }] };
  const at = (iso: string): string | undefined => tradingTimeAt(hours, Date.parse(iso)).session?.name;
  expect([at('2026-01-10T21:59:00Z'), at('2026-01-10T22:00:00Z')]).toEqual([undefined, 'night']);
  expect([at('2026-01-11T01:59:00Z'), at('2026-01-11T02:00:00Z')]).toEqual(['night', undefined]);
  expect(tradingTimeAt(hours, Date.parse('2026-01-10T22:00:00Z')).next.opensMs).toBe(
    Date.parse('2026-01-17T22:00:00Z'),
  );
});

test.each(markets)('the sessions of $name are named in small letters, as they stand within sentences', ({ hours }) => {
  // An exchange is written in capitals.
  for (const { name } of hours.sessions) expect(name).toMatch(/^(?:[A-Z]{2,}|[a-z-]+)(?: (?:[A-Z]{2,}|[a-z-]+))*$/);
});
