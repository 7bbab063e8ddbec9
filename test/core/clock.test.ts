import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { afterInSteps, systemClock } from '../../runtime/pacing/system-clock.js';
import { TestClock } from '../support/clock.js';

/** What Node.js allows: 2^31 - 1 ms, which is 24 days, 20 hours and some. */
const longestMs = 2_147_483_647;
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

describe('a wait that no single timer can take', () => {
  test.each([longestMs + 1, 2 ** 31, 365 * dayMs, Number.POSITIVE_INFINITY])(
    'of %d ms is not over at once',
    async ms => {
      const warnings: Error[] = [];
      const listen = (warning: Error): void => void warnings.push(warning);
      process.on('warning', listen);
      let rang = false;
      const cancel = systemClock.after(ms, () => {
        rang = true;
      });
      await pause(20);
      cancel();
      process.off('warning', listen);
      expect([rang, warnings]).toEqual([false, []]);
    },
  );

  test.each([
    [1, [1]],
    [longestMs, [longestMs]],
    [longestMs + 1, [longestMs, 1]],
    [60 * dayMs, [longestMs, longestMs, 60 * dayMs - 2 * longestMs]],
  ])('of %d ms is %j', (ms, steps) => {
    const clock = new TestClock();
    const set: number[] = [];
    let rangAtMs: number | undefined;
    afterInSteps(
      (stepMs, callback) => {
        set.push(stepMs);
        return clock.after(stepMs, callback);
      },
      ms,
      () => {
        rangAtMs = clock.elapsed();
      },
    );
    clock.advance(ms - 1);
    expect(rangAtMs).toBeUndefined();
    clock.advance(1);
    expect([rangAtMs, set]).toEqual([ms, steps]);
  });

  test('is cancelled in any of its steps', () => {
    const clock = new TestClock();
    let rang = false;
    const cancel = afterInSteps(
      (stepMs, callback) => clock.after(stepMs, callback),
      60 * dayMs,
      () => {
        rang = true;
      },
    );
    clock.advance(30 * dayMs);
    cancel();
    expect(clock.waiting).toBe(0);
    clock.advance(90 * dayMs);
    expect(rang).toBe(false);
  });
});
