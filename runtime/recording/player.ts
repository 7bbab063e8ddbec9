import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../core/clock.js';
import type { Valve } from '../feed/intake.js';
import type { Pace } from '../feed/replay-request.js';
import type { ChannelFilter } from './channel-filter.js';
import type { RecordedFrame } from './frames.js';
import type { Progress } from './progress.js';

/** Frames in the order of their arrival. */
export interface FrameList {
  frames(): AsyncIterable<RecordedFrame>;
}

/** What is played, and how. */
export interface Programme {
  readonly playlist: FrameList;
  readonly filter: ChannelFilter;
  readonly progress: Progress;
  readonly pace: Pace;
  /** Sees what is played, in short steps. */
  compare?(frame: Buffer): Iterable<void>;
}

/** Pause between two rounds of a loop. */
const loopPauseMs = 1_000;

/** Plays the held channels of recorded frames at their pace, and can be paused. */
export class Player implements Valve {
  private isPaused = false;
  private isOver = false;
  /** Ends the current wait. */
  private wake: (() => void) | undefined;

  /**
   * @param held channels with canonical symbols
   * @param give receives each frame, reduced to its held channels
   */
  constructor(
    private readonly clock: Clock,
    private readonly programme: Programme,
    private readonly held: ReadonlySet<string>,
    private readonly give: (frame: Buffer) => void,
  ) {}

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
    this.wake?.();
  }

  /** Plays nothing more. */
  stop(): void {
    this.isOver = true;
    this.wake?.();
  }

  /** Resolves when everything is played, or after `stop`. */
  async play(): Promise<void> {
    const { progress, pace } = this.programme;
    let again = true;
    while (again) {
      again = (await this.playOnce()) && pace.loop && !this.isOver;
      if (again) await this.until(this.clock.elapsed() + loopPauseMs);
    }
    if (!this.isOver) progress.end();
  }

  /** @returns whether there was a frame */
  private async playOnce(): Promise<boolean> {
    const { playlist, progress, pace } = this.programme;
    const beganMs = this.clock.elapsed();
    let first: number | undefined;
    for await (const frame of playlist.frames()) {
      first ??= frame.atMs;
      progress.waitsFor(frame.atMs);
      await this.until(beganMs + (frame.atMs - first) / pace.speed);
      while (this.isPaused && !this.isOver) await this.waking(() => undefined);
      if (this.isOver) break;
      await this.deliver(frame);
    }
    return first !== undefined;
  }

  private async deliver({ data, atMs, cleaned }: RecordedFrame): Promise<void> {
    const { filter, progress, compare } = this.programme;
    progress.passed(atMs, cleaned);
    const steps = filter.pass(data, this.held);
    let step = steps.next();
    for (; !step.done && !this.isOver; step = steps.next()) await nextTurn();
    if (!step.value || this.isOver) return;
    for (const _ of compare?.(step.value) ?? []) await nextTurn();
    if (!this.isOver) this.give(step.value);
  }

  /** @param dueMs monotonic */
  private async until(dueMs: number): Promise<void> {
    for (let delayMs = dueMs - this.clock.elapsed(); delayMs > 0; delayMs = dueMs - this.clock.elapsed()) {
      if (this.isOver) return;
      const wait = delayMs;
      await this.waking(wake => this.clock.after(wait, wake));
    }
  }

  /** Waits until it is woken, then calls what `begin` returned. */
  private waking(begin: (wake: () => void) => (() => void) | undefined): Promise<void> {
    return new Promise(resolve => {
      const wake = (): void => {
        this.wake = undefined;
        end?.();
        resolve();
      };
      this.wake = wake;
      const end = begin(wake);
    });
  }
}
