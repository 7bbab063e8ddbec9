import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { LoopBudget } from '../../runtime/pacing/loop-budget.js';
import { systemClock } from '../../runtime/pacing/system-clock.js';

function turnBy(elapsed: () => number): LoopBudget {
  return new LoopBudget({ ...systemClock, elapsed });
}

/** How many reads of the socket a turn lets in. */
function readsIn(loopBudget: LoopBudget, read: () => void, most = 1_000): number {
  let reads = 1;
  for (read(); !loopBudget.spent() && reads < most; reads++) read();
  return reads;
}

describe('a turn', () => {
  test('is over after more than five milliseconds', () => {
    let nowMs = 100;
    const loopBudget = turnBy(() => nowMs);
    const read = (): void => {
      nowMs += 0.5;
    };
    // The first read begins the turn at 100.5; the twelfth ends at 106.
    expect(readsIn(loopBudget, read)).toBe(12);
  });

  test('is never over while reads cost nothing', () => {
    expect(
      readsIn(
        turnBy(() => 100),
        () => {},
        1_000,
      ),
    ).toBe(1_000);
  });

  test('begins anew after others had theirs', async () => {
    let nowMs = 100;
    const loopBudget = turnBy(() => nowMs);
    const read = (): void => {
      nowMs += 1;
    };
    expect(readsIn(loopBudget, read)).toBe(7);
    expect(loopBudget.spent()).toBe(true);
    await nextTurn();
    nowMs += 1_000;
    expect(readsIn(loopBudget, read)).toBe(7);
  });
});
