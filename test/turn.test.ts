import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../runtime/clock.js';
import { Turn } from '../runtime/turn.js';

function turnBy(elapsed: () => number): Turn {
  return new Turn({ ...systemClock, elapsed });
}

/** How many frames of `frameMs` each a turn lets in. */
function framesIn(turn: Turn, pass: () => void, most = 1_000): number {
  let frames = 1;
  for (pass(); !turn.spent() && frames < most; frames++) pass();
  return frames;
}

describe('a turn', () => {
  test('is over after five milliseconds, looked at every eight frames', () => {
    let nowMs = 100;
    const turn = turnBy(() => nowMs);
    const pass = (): void => {
      nowMs += 0.5;
    };
    // The first frame begins the turn at 100.5; the sixteenth comes at 108.
    expect(framesIn(turn, pass)).toBe(16);
  });

  test('is never over while the frames cost nothing', () => {
    expect(
      framesIn(
        turnBy(() => 100),
        () => {},
        1_000,
      ),
    ).toBe(1_000);
  });

  test('begins anew after others had theirs', async () => {
    let nowMs = 100;
    const turn = turnBy(() => nowMs);
    const pass = (): void => {
      nowMs += 1;
    };
    expect(framesIn(turn, pass)).toBe(8);
    expect(turn.spent()).toBe(false);
    await nextTurn();
    nowMs += 1_000;
    expect(framesIn(turn, pass)).toBe(8);
  });
});
