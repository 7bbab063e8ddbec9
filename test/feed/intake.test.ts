import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { Intake } from '../../runtime/feed/intake.js';
import { LoopBudget } from '../../runtime/pacing/loop-budget.js';
import { Hands } from '../support/scene.js';

/** A socket and a listener that write down what happens; a frame such as `large 3` is worked off in so many steps. */
class Desk {
  readonly events: string[] = [];
  readonly hands = new Hands();
  /** What each step takes. */
  stepMs = 1;
  readonly intake = new Intake(
    { pause: () => this.events.push('pause'), resume: () => this.events.push('resume') },
    new LoopBudget(this.hands.clock),
    {
      frame: data => this.take(String(data)),
      delivered: () => this.events.push('delivered'),
      heard: () => this.events.push('heard'),
    },
  );

  push(...frames: readonly string[]): void {
    for (const frame of frames) this.intake.push(Buffer.from(frame));
  }

  /** What happened since it was last asked. */
  get seen(): string[] {
    return this.events.splice(0);
  }

  private take(text: string): Iterator<unknown> | undefined {
    const slow = /^slow \d+/.exec(text)?.[0];
    if (slow !== undefined) void this.hands.pass(4);
    this.events.push(slow ?? text);
    const steps = /^large (\d+)$/.exec(text)?.[1];
    return steps === undefined ? undefined : this.steps(Number(steps));
  }

  private *steps(count: number): Generator<void> {
    for (let step = 1; step <= count; step++) {
      this.events.push(`step ${step}`);
      void this.hands.pass(this.stepMs);
      yield;
    }
  }
}

async function untilSteps({ events }: Desk): Promise<void> {
  while (!events.includes('step 1')) await nextTurn();
}

describe('what a socket brings', () => {
  test('is given with all of one read together', async () => {
    const desk = new Desk();
    desk.push('a', 'b');
    expect(desk.seen).toEqual(['heard']);
    await nextTurn();
    expect(desk.seen).toEqual(['a', 'b', 'delivered']);
  });

  test('is put off in part where it takes longer than a turn may', async () => {
    const desk = new Desk();
    const kilobytes = 'x'.repeat(5_000);
    desk.push(`slow 1 ${kilobytes}`, `slow 2 ${kilobytes}`, `slow 3 ${kilobytes}`);
    await Promise.resolve();
    expect(desk.seen).toEqual(['heard', 'slow 1', 'slow 2', 'delivered', 'pause']);
    desk.intake.after(() => desk.events.push('closed'));
    await nextTurn();
    expect(desk.seen).toEqual(['heard', 'slow 3', 'delivered', 'resume', 'closed']);
  });

  test('is worked off in turns where it is large, while the socket waits and what came behind it stays in order', async () => {
    const desk = new Desk();
    desk.stepMs = 4;
    desk.push('a', 'large 5', 'b', 'large 1', 'c');
    desk.intake.after(() => desk.events.push('closed'));
    desk.push('d');
    await Promise.resolve();
    expect(desk.seen).toEqual(['heard', 'a', 'large 5', 'delivered', 'pause']);
    await nextTurn();
    // A turn of 5 ms has room for two steps of 4 ms, as the second one begins in time.
    expect(desk.seen).toEqual(['heard', 'step 1', 'step 2', 'delivered']);
    await nextTurn();
    expect(desk.seen).toEqual(['heard', 'step 3', 'step 4', 'delivered']);
    await nextTurn();
    expect(desk.seen).toEqual(['heard', 'step 5', 'b', 'large 1', 'step 1', 'delivered']);
    await nextTurn();
    expect(desk.seen).toEqual(['heard', 'c', 'd', 'delivered', 'resume', 'closed']);
    desk.push('e');
    await nextTurn();
    expect(desk.seen).toEqual(['heard', 'e', 'delivered']);
  });

  test('still comes when no more is taken, and after that nothing', async () => {
    const desk = new Desk();
    desk.stepMs = 10;
    desk.push('large 3', 'b');
    await untilSteps(desk);
    const given = desk.intake.finish();
    desk.intake.close();
    desk.push('too late');
    await given;
    desk.intake.after(() => desk.events.push('closed'));
    const seen = desk.seen.filter(what => what !== 'heard' && what !== 'delivered');
    expect(seen).toEqual(['large 3', 'pause', 'step 1', 'resume', 'step 2', 'step 3', 'b', 'resume', 'closed']);
  });

  test.each(['close', 'drop'] as const)('comes to nobody after a %s', async end => {
    const desk = new Desk();
    desk.stepMs = 10;
    desk.push('large 3', 'b');
    desk.intake.after(() => desk.events.push('closed'));
    await untilSteps(desk);
    desk.intake[end]();
    desk.push('too late');
    for (let round = 0; round < 5; round++) await nextTurn();
    expect(desk.seen).not.toEqual(expect.arrayContaining(['step 2', 'b', 'closed', 'too late']));
  });

  test('does not come any more after all, when what is finished is dropped', async () => {
    const desk = new Desk();
    desk.stepMs = 10;
    desk.push('large 3', 'b');
    await untilSteps(desk);
    const given = desk.intake.finish();
    desk.intake.drop();
    await given;
    for (let round = 0; round < 5; round++) await nextTurn();
    expect(desk.seen).not.toContain('step 2');
  });
});
