import { describe, expect, test } from 'vitest';
import { addDays, weekdayOf } from '../../runtime/core/wall-time.js';
import { type TradingTime, tradingTimeAt } from '../../runtime/market/hours.js';
import { marketOf } from '../support/markets.js';

/** Typed from the announcements of the NYSE Group, not from the spec. */
const closed = [
  ...['2025-01-01', '2025-01-09', '2025-01-20', '2025-02-17', '2025-04-18', '2025-05-26', '2025-06-19', '2025-07-04'],
  ...['2025-09-01', '2025-11-27', '2025-12-25'],
  ...['2026-01-01', '2026-01-19', '2026-02-16', '2026-04-03', '2026-05-25', '2026-06-19', '2026-07-03', '2026-09-07'],
  ...['2026-11-26', '2026-12-25'],
  ...['2027-01-01', '2027-01-18', '2027-02-15', '2027-03-26', '2027-05-31', '2027-06-18', '2027-07-05', '2027-09-06'],
  ...['2027-11-25', '2027-12-24'],
  ...['2028-01-17', '2028-02-21', '2028-04-14', '2028-05-29', '2028-06-19', '2028-07-04', '2028-09-04', '2028-11-23'],
  '2028-12-25',
];
const early = [
  ...['2025-07-03', '2025-11-28', '2025-12-24', '2026-11-27', '2026-12-24', '2027-11-26', '2028-07-03', '2028-11-24'],
];

function at(market: string, iso: string): TradingTime {
  return tradingTimeAt(marketOf(market).hours, Date.parse(iso));
}

function iso(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : new Date(ms).toISOString();
}

describe.each(['stocks', 'options', 'indices'])('%s', market => {
  const wrong: string[] = [];
  for (let date = '2025-01-01'; date <= '2028-12-31'; date = addDays(date, 1)) {
    // Eleven in the morning and half past two, in New York whatever the clocks do.
    const [morning, afternoon] = ['15:45', '19:30'].map(time => at(market, `${date}T${time}:00Z`).session);
    const isWeekday = weekdayOf(date) % 6 !== 0;
    const isOpen = isWeekday && !closed.includes(date);
    if ((morning?.name === 'regular') !== isOpen) wrong.push(`${date} in the morning`);
    if ((afternoon?.name === 'regular') !== (isOpen && !early.includes(date))) wrong.push(`${date} in the afternoon`);
  }

  test('trade on the days from 2025 to 2028 on which the exchanges are open, and to 13:00 on early closes', () => {
    expect(wrong).toEqual([]);
  });
});

describe('stocks around Thanksgiving 2026', () => {
  test('are closed for the holiday, which is named', () => {
    const time = at('stocks', '2026-11-26T16:00:00Z');

    expect(time).toMatchObject({ session: undefined, holiday: 'Thanksgiving', knownTo: '2028-12-31' });
    expect(iso(time.last?.closesMs)).toBe('2026-11-26T01:00:00.000Z');
    expect(iso(time.next.opensMs)).toBe('2026-11-27T09:00:00.000Z');
  });

  test.each([
    ['2026-11-27T14:29:59Z', 'pre-market'],
    ['2026-11-27T17:59:59Z', 'regular'],
    ['2026-11-27T18:00:00Z', 'after hours'],
    ['2026-11-27T21:59:59Z', 'after hours'],
    ['2026-11-27T22:00:00Z', undefined],
  ])('close early on the day after: at %s the session is %s', (moment, session) => {
    expect(at('stocks', moment).session?.name).toBe(session);
  });

  test('say why they closed, and open on Monday at four', () => {
    const time = at('stocks', '2026-11-28T12:00:00Z');

    expect(time.last?.earlyClose).toBe('day after Thanksgiving');
    expect(iso(time.last?.closesMs)).toBe('2026-11-27T22:00:00.000Z');
    expect(iso(time.next.opensMs)).toBe('2026-11-30T09:00:00.000Z');
  });
});

describe('what is known of holidays', () => {
  test('ends with the calendar: of a week that reaches beyond it nothing is said', () => {
    expect(at('stocks', '2028-12-28T12:00:00Z').knownTo).toBe('2028-12-31');
    expect(at('stocks', '2028-12-30T12:00:00Z').knownTo).toBeUndefined();
    expect(at('stocks', '2029-01-01T16:00:00Z')).toMatchObject({ session: { name: 'regular' }, knownTo: undefined });
  });

  test('does not begin before it', () => {
    expect(at('stocks', '2024-12-25T16:00:00Z')).toMatchObject({ session: { name: 'regular' }, knownTo: undefined });
  });

  test('is nothing where a market has no calendar', () => {
    expect(at('futures', '2026-11-26T16:00:00Z')).toMatchObject({ holiday: undefined, knownTo: undefined });
    expect(at('crypto', '2026-12-25T16:00:00Z')).toMatchObject({ session: { name: 'continuous' }, knownTo: undefined });
  });
});
