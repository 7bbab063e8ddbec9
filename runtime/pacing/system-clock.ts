/** The clock and the random numbers of the process. */
import type { Clock } from '../core/clock.js';

/** The longest delay that a Node timer takes; with a longer one it fires at once. */
const longestTimerMs = 2 ** 31 - 1;

type SetTimer = Clock['after'];

/**
 * Waits for any length of time, with one timer after the other.
 *
 * @param setTimer takes no longer wait than `longestTimerMs`
 */
export function afterInSteps(setTimer: SetTimer, delayMs: number, callback: () => void): () => void {
  const stepMs = Math.min(delayMs, longestTimerMs);
  let cancel = setTimer(stepMs, () => {
    if (delayMs === stepMs) callback();
    else cancel = afterInSteps(setTimer, delayMs - stepMs, callback);
  });
  return () => cancel();
}

const setTimer: SetTimer = (delayMs, callback) => {
  const timer = setTimeout(callback, delayMs);
  return () => clearTimeout(timer);
};

export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  after: (delayMs, callback) => afterInSteps(setTimer, delayMs, callback),
  random: () => Math.random(),
};
