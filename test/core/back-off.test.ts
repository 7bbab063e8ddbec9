import { describe, expect, test } from 'vitest';
import { backoffMs, isStable } from '../../runtime/core/back-off.js';

const usual = { initialMs: 1_000, maxMs: 30_000 };

describe('the wait before an attempt', () => {
  // Failures since the last stable connection, those of them in a row without a message, and the longest wait.
  test.each([
    [0, 0, 1_000],
    [0, 1, 1_000],
    [1, 1, 2_000],
    [2, 0, 3_500],
    [3, 3, 3_500],
    [9, 9, 3_500],
    [10, 10, 8_000],
    [11, 11, 16_000],
    [12, 12, 30_000],
    [13, 13, 30_000],
    [1_000_000, 1_000_000, 30_000],
    // A message came in between.
    [1_000_000, 0, 3_500],
    [1_000_000, 9, 3_500],
    [1_000_000, 10, 8_000],
  ])('after %i failures, the last %i without a message, is %i ms at most', (attempt, fruitless, ms) => {
    expect(backoffMs(usual, { attempt, fruitless }, 0)).toBe(ms);
  });

  test.each([
    [0, 0.5, 875],
    [0, 1, 750],
    [1, 0.4, 1_800],
    [12, 1, 22_500],
  ])('after %i failures is shortened by chance %d to %i ms', (attempt, random, ms) => {
    expect(backoffMs(usual, { attempt, fruitless: attempt }, random)).toBe(ms);
  });

  test('begins within 1.5 s, whatever chance says', () => {
    for (const random of [0, 0.25, 0.5, 0.75, 0.999]) {
      expect(backoffMs(usual, { attempt: 0, fruitless: 0 }, random)).toBeGreaterThan(0);
      expect(backoffMs(usual, { attempt: 0, fruitless: 0 }, random)).toBeLessThanOrEqual(1_500);
    }
  });

  test('never passes the cap, also where it is below the beginning', () => {
    expect(backoffMs({ initialMs: 5_000, maxMs: 20 }, { attempt: 0, fruitless: 0 }, 0)).toBe(20);
    expect(backoffMs({ initialMs: 5_000, maxMs: 20 }, { attempt: 20, fruitless: 20 }, 0)).toBe(20);
  });

  test('is as long as it is set to from the beginning, also where that is longer', () => {
    const slow = { initialMs: 20_000, maxMs: 30_000 };
    expect([0, 1, 9].map(attempt => backoffMs(slow, { attempt, fruitless: attempt }, 0))).toEqual([
      20_000, 20_000, 20_000,
    ]);
  });
});

describe('a connection is a success', () => {
  test.each([
    [9_999, 0, false],
    [10_000, 0, true],
    [2_500, 1_999, false],
    [2_500, 2_000, true],
    [0, 0, false],
  ])('after %i ms of being live, and messages for %i ms: %s', (livedMs, streamedMs, isSuccess) => {
    expect(isStable(livedMs, streamedMs, 10_000)).toBe(isSuccess);
  });
});
