/** Delivers the frames of one socket in order, those of one read together, and large ones in steps. */

import type { LoopBudget } from '../pacing/loop-budget.js';

/** Work in short steps. */
export type Steps = Iterator<unknown>;

/** Receives frames. */
export interface FrameTaker {
  /** @returns the steps that remain, for a frame that takes several */
  frame(data: Buffer): Steps | undefined;
  /** All frames of one read of the socket are delivered, or as much of a large frame as fits into the slice. */
  delivered(): void;
}

export interface IntakeListener extends FrameTaker {
  /** Bytes arrived, or a large frame is still being processed. */
  heard(): void;
}

/** Pauses and resumes the source of frames. */
export interface Valve {
  pause(): void;
  resume(): void;
}

/** The clock is read once for so many bytes of frames. */
const bytesPerLook = 2 ** 13;

/** Puts off the frames that follow. */
function nothing(): Steps {
  return [].values();
}

export class Intake {
  private frames: Buffer[] = [];
  /** What remains of a large frame; the socket is paused meanwhile. */
  private steps: Steps | undefined;
  /** Events of the socket that wait for a large frame. */
  private readonly later: (() => void)[] = [];
  private takes = true;
  private gives = true;
  private settle: () => void = () => {};
  /** Resolves once nothing more will be delivered. */
  private settled: Promise<void> = Promise.resolve();

  constructor(
    private readonly valve: Valve,
    private readonly loopBudget: LoopBudget,
    private readonly listener: IntakeListener,
  ) {}

  /**
   * The frames of one read arrive one right after the other, before any microtask. Handling them together is faster
   * than one by one, since code and data stay in the processor's cache.
   */
  push(frame: Buffer): void {
    if (this.takes && this.frames.push(frame) === 1 && !this.steps) this.beginReading();
  }

  /** Calls back once all earlier frames are delivered. */
  after(react: () => void): void {
    this.deliver();
    if (this.steps) this.later.push(react);
    else react();
  }

  /** Accepts no more frames, but delivers those that arrived. Resolves when they are delivered. */
  finish(): Promise<void> {
    this.deliver();
    this.takes = false;
    // The closing handshake needs the socket.
    if (this.steps) this.valve.resume();
    else this.drop();
    return this.settled;
  }

  /** Delivers nothing more, unless `finish` was called before. */
  close(): void {
    if (!this.takes) return;
    this.takes = false;
    this.drop();
  }

  /** Delivers nothing more, even after `finish`. */
  drop(): void {
    this.takes = false;
    this.gives = false;
    this.frames = [];
    this.steps = undefined;
    this.later.length = 0;
    this.settle();
  }

  private beginReading(): void {
    this.listener.heard();
    queueMicrotask(() => {
      this.deliver();
      if (this.takes && !this.steps && this.loopBudget.spent()) this.yieldTurn();
    });
  }

  private deliver(): void {
    if (this.steps || this.frames.length === 0) return;
    this.giveFrames();
    this.listener.delivered();
    if (this.steps) this.beginSteps();
  }

  /** Delivers frames up to the first that takes several steps, or as many as fit into the slice. */
  private giveFrames(): void {
    const { frames } = this;
    this.frames = [];
    this.loopBudget.begin();
    let bytes = 0;
    for (let index = 0; index < frames.length && this.gives; index++) {
      this.steps = this.listener.frame(frames[index]!);
      bytes += frames[index]!.length;
      if (!this.steps && bytes > bytesPerLook) {
        bytes = 0;
        if (index + 1 < frames.length && this.loopBudget.spent()) this.steps = nothing();
      }
      if (!this.steps) continue;
      this.frames = frames.slice(index + 1);
      return;
    }
  }

  private beginSteps(): void {
    this.settled = new Promise(resolve => {
      this.settle = resolve;
    });
    this.valve.pause();
    setImmediate(() => this.goOn());
  }

  /** Takes at least one step, and more while the slice has time. */
  private goOn(): void {
    if (!this.steps) return;
    this.loopBudget.begin();
    this.listener.heard();
    do {
      if (!this.steps.next().done) continue;
      this.steps = undefined;
      this.giveFrames();
    } while (this.steps && !this.loopBudget.spent());
    this.listener.delivered();
    if (this.steps) setImmediate(() => this.goOn());
    else this.endSteps();
  }

  private endSteps(): void {
    this.settle();
    this.valve.resume();
    for (const react of this.later.splice(0)) {
      if (this.gives) react();
    }
  }

  /** Yields to the event loop; incoming bytes wait in the kernel. */
  private yieldTurn(): void {
    this.valve.pause();
    setImmediate(() => this.valve.resume());
  }
}
