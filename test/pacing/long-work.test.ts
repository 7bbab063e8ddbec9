import { describe, expect, test } from 'vitest';
import { LongWork } from '../../runtime/pacing/long-work.js';

/** A shift whose time and turns a test moves. */
class Day {
  readonly log: string[] = [];
  elapsedMs = 0;
  private callbacks: (() => void)[] = [];
  readonly shift = new LongWork({
    elapsed: () => this.elapsedMs,
    nextTurn: callback => this.callbacks.push(callback),
  });

  /** Runs the next turn of the event loop, and what follows from it. */
  async pass(): Promise<void> {
    const callbacks = this.callbacks;
    this.callbacks = [];
    for (const callback of callbacks) callback();
    for (let tick = 0; tick < 10; tick++) await Promise.resolve();
  }

  /** Works for so long, in steps of a millisecond. */
  async work(name: string, forMs: number): Promise<void> {
    if (this.shift.isTaken) await this.shift.rest();
    for (let doneMs = 0; doneMs < forMs; doneMs++) {
      if (this.shift.isOver) await this.shift.rest();
      this.elapsedMs++;
      this.log.push(name);
    }
    this.log.push(`${name} is done`);
  }
}

describe('work that is shared out', () => {
  test('begins at once where nobody else is at it', async () => {
    const day = new Day();
    await day.work('a', 3);
    expect(day.log).toEqual(['a', 'a', 'a', 'a is done']);
  });

  test('takes no more than ten milliseconds of a turn, whoever does it, and goes round', async () => {
    const day = new Day();
    for (const name of ['a', 'b', 'c']) void day.work(name, 25);
    await Promise.resolve();
    const turns: string[] = [];
    for (let count = 0; count < 12; count++) {
      const beganMs = day.elapsedMs;
      turns.push([...new Set(day.log.splice(0))].join(', '));
      await day.pass();
      expect(day.elapsedMs - beganMs).toBeLessThanOrEqual(10);
    }
    // The first one begins at once, and b and c queue up behind the rest of it.
    expect(turns.slice(0, 9)).toEqual(['a', 'a', 'b', 'c', 'a, a is done', 'b', 'c', 'b, b is done', 'c, c is done']);
  });

  test('that comes amid a turn takes what is left of it, and waits if others do', async () => {
    const day = new Day();
    void day.work('a', 6);
    void day.work('b', 6);
    expect(day.log).toEqual(['a', 'a', 'a', 'a', 'a', 'a', 'a is done', 'b', 'b', 'b', 'b']);
    void day.work('c', 1);
    await day.pass();
    expect(day.log.slice(11)).toEqual(['b', 'b', 'b is done']);
    await day.pass();
    expect(day.log.slice(14)).toEqual(['c', 'c is done']);
  });

  test('has its time anew in every turn', async () => {
    const day = new Day();
    await day.work('a', 10);
    expect(day.shift.isTaken).toBe(true);
    await day.pass();
    expect(day.shift.isTaken).toBe(false);
  });
});
