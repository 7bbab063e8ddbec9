import { describe, expect, test } from 'vitest';
import { backoffMs } from '../runtime/backoff.js';

const usual = { initialMs: 1_000, maxMs: 30_000 };

describe('the wait before an attempt', () => {
  test.each([
    [0, 1_000],
    [1, 2_000],
    [2, 4_000],
    [3, 8_000],
    [4, 16_000],
    [5, 30_000],
    [6, 30_000],
    [1_000_000, 30_000],
  ])('after %i failures is %i ms at most', (attempt, ms) => {
    expect(backoffMs(usual, attempt, 0)).toBe(ms);
  });

  test.each([
    [0, 0.5, 875],
    [0, 1, 750],
    [2, 0.4, 3_600],
    [5, 1, 22_500],
  ])('after %i failures is shortened by chance %d to %i ms', (attempt, random, ms) => {
    expect(backoffMs(usual, attempt, random)).toBe(ms);
  });

  test('begins within 1.5 s, whatever chance says', () => {
    for (const random of [0, 0.25, 0.5, 0.75, 0.999]) {
      expect(backoffMs(usual, 0, random)).toBeGreaterThan(0);
      expect(backoffMs(usual, 0, random)).toBeLessThanOrEqual(1_500);
    }
  });

  test('never passes the cap, also where it is below the beginning', () => {
    expect(backoffMs({ initialMs: 5_000, maxMs: 20 }, 0, 0)).toBe(20);
  });
});
