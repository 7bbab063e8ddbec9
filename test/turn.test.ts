import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../runtime/clock.js';
import { Turn } from '../runtime/turn.js';

function turnBy(elapsed: () => number): Turn {
  return new Turn({ ...systemClock, elapsed });
}

/** How many reads of the socket a turn lets in. */
function readsIn(turn: Turn, read: () => void, most = 1_000): number {
  let reads = 1;
  for (read(); !turn.spent() && reads < most; reads++) read();
  return reads;
}

describe('a turn', () => {
  test('is over after more than five milliseconds', () => {
    let nowMs = 100;
    const turn = turnBy(() => nowMs);
    const read = (): void => {
      nowMs += 0.5;
    };
    // The first read begins the turn at 100.5; the twelfth ends at 106.
    expect(readsIn(turn, read)).toBe(12);
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
    const turn = turnBy(() => nowMs);
    const read = (): void => {
      nowMs += 1;
    };
    expect(readsIn(turn, read)).toBe(7);
    expect(turn.spent()).toBe(true);
    await nextTurn();
    nowMs += 1_000;
    expect(readsIn(turn, read)).toBe(7);
  });
});
