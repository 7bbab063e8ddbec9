import { getEventListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import { Changes } from '../../runtime/pacing/changes.js';
import { TestClock } from '../support/clock.js';

function start(): { changes: Changes; clock: TestClock } {
  const clock = new TestClock();
  return { changes: new Changes(clock), clock };
}

describe('a waiter', () => {
  test('does not wait for what is true already, even without time', async () => {
    const { changes, clock } = start();
    expect(await changes.until(() => true, 0)).toBe(true);
    expect(clock.waiting).toBe(0);
  });

  test.each([0, -5])('with %i ms does not wait at all', async timeoutMs => {
    expect(await start().changes.until(() => false, timeoutMs)).toBe(false);
  });

  test('wakes when a change makes it true, and leaves nothing behind', async () => {
    const { changes, clock } = start();
    let count = 0;
    const waiting = changes.until(() => count >= 2, 1_000);
    count = 1;
    changes.notify();
    expect(clock.waiting).toBe(1);
    count = 2;
    changes.notify();
    expect(await waiting).toBe(true);
    expect(clock.waiting).toBe(0);
  });

  test('gives up when its time is over, and not before', async () => {
    const { changes, clock } = start();
    let result: boolean | undefined;
    const waiting = changes
      .until(() => false, 1_000)
      .then(done => {
        result = done;
      });
    clock.advance(999);
    changes.notify();
    await Promise.resolve();
    expect(result).toBeUndefined();
    clock.advance(1);
    await waiting;
    expect(result).toBe(false);
  });

  test('gives up when it is told to, and leaves nothing behind', async () => {
    const { changes, clock } = start();
    const abort = new AbortController();
    const waiting = changes.until(() => false, 1_000, abort.signal);
    abort.abort();
    expect(await waiting).toBe(false);
    expect(clock.waiting).toBe(0);
  });

  test('no longer listens for an end once it is done', async () => {
    const { changes } = start();
    const { signal } = new AbortController();
    let done = false;
    const waiting = changes.until(() => done, 1_000, signal);
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    done = true;
    changes.notify();
    expect(await waiting).toBe(true);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  test('gives up at once when it was told to before', async () => {
    const { changes, clock } = start();
    expect(await changes.until(() => false, 1_000, AbortSignal.abort())).toBe(false);
    expect(clock.waiting).toBe(0);
  });

  test('is not asked again once it is done', async () => {
    const { changes } = start();
    let asked = 0;
    const waiting = changes.until(() => ++asked === 2, 1_000);
    changes.notify();
    changes.notify();
    expect(await waiting).toBe(true);
    expect(asked).toBe(2);
  });

  test('wakes beside others that wait for something else', async () => {
    const { changes, clock } = start();
    let value = 0;
    const first = changes.until(() => value === 1, 1_000);
    const second = changes.until(() => value === 2, 1_000);
    value = 1;
    changes.notify();
    expect(await first).toBe(true);
    clock.advance(1_000);
    expect(await second).toBe(false);
  });
});
