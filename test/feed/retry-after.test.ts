import { describe, expect, test } from 'vitest';
import { describeLongWait, longestRetryAfterMs, readRetryAfter } from '../../runtime/feed/retry-after.js';

const second = 1_000;
const hour = 3_600 * second;
const noonMs = Date.parse('2026-09-09T12:00:00Z');

describe('Retry-After', () => {
  test.each<[string, number]>([
    ['1', second],
    ['7', 7 * second],
    ['3600', hour],
    ['86400', 24 * hour],
    ['90000', 25 * hour],
    ['99999999', 99_999_999 * second],
    ['9'.repeat(400), Number.POSITIVE_INFINITY],
    ['Wed, 09 Sep 2026 13:00:00 GMT', hour],
    ['Wednesday, 09-Sep-26 13:00:00 GMT', hour],
    ['Wed Sep  9 13:00:00 2026', hour],
    ['Fri, 11 Sep 2026 12:00:00 GMT', 48 * hour],
  ])('as %s is kept as it is said', (text, ms) => {
    expect(readRetryAfter(text, noonMs)).toBe(ms);
  });

  test.each([undefined, '', 'soon', '0', '-5', '3.5', '2040-01-01', '1e9', 'Thu, 01 Jan 1970 00:00:00 GMT', 'Monday'])(
    'as %s says nothing',
    text => {
      expect(readRetryAfter(text, noonMs)).toBeUndefined();
    },
  );

  test('of a day is waited for, and no longer', () => {
    expect(longestRetryAfterMs).toBe(24 * hour);
  });

  test.each([
    [24 * hour + 1, '25 hours'],
    [48 * hour, '48 hours'],
    [24 * 366 * hour, '8784 hours'],
    [24 * 366 * hour + 1, 'more than a year'],
    [Number.POSITIVE_INFINITY, 'more than a year'],
  ])('of %d ms is told as %s, with the way out', (ms, words) => {
    expect(describeLongWait(ms)).toContain(`for ${words}, `);
    expect(describeLongWait(ms)).toContain('start the stream again');
  });
});
