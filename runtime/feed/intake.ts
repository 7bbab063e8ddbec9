/** What one socket brought, on its way to whoever listens: in order, all of one read together, and no frame for long. */

import type { LoopBudget } from '../pacing/loop-budget.js';

/** Work that is done step by step, none of which takes long. */
export type Steps = Iterator<unknown>;

/** Whom frames are for. */
export interface FrameTaker {
  /** @returns what is left to do about a frame that is worked off in steps */
  frame(data: Buffer): Steps | undefined;
  /** All frames were given that one read of the socket brought, or as much of a large one as there is time for. */
  delivered(): void;
}

export interface IntakeListener extends FrameTaker {
  /** The socket has brought something, or what it brought is still worked off. */
  heard(): void;
}

/** Where frames come from: it can be told to wait. */
export interface Valve {
  pause(): void;
  resume(): void;
}

export class Intake {
  private frames: Buffer[] = [];
  /** Of a large frame that is worked off, while the socket waits. */
  private steps: Steps | undefined;
  /** What happened to the socket behind a large frame. */
  private readonly later: (() => void)[] = [];
  private takes = true;
  private gives = true;
  private settle: () => void = () => {};
  /** Resolves once nothing more is given. */
  private settled: Promise<void> = Promise.resolve();

  constructor(
    private readonly valve: Valve,
    private readonly loopBudget: LoopBudget,
    private readonly listener: IntakeListener,
  ) {}

  /**
   * The frames of one read come one right after the other, before any microtask. Taken in together they cost less than
   * one by one, since the code and the data of one thing at a time stay close to the processor.
   */
  push(frame: Buffer): void {
    if (this.takes && this.frames.push(frame) === 1 && !this.steps) this.beginReading();
  }

  /** Does something once all frames that came before were given. */
  after(react: () => void): void {
    this.deliver();
    if (this.steps) this.later.push(react);
    else react();
  }

  /** Takes nothing more; what came is still given. @returns when it was */
  finish(): Promise<void> {
    this.deliver();
    this.takes = false;
    // It says goodbye meanwhile.
    if (this.steps) this.valve.resume();
    else this.drop();
    return this.settled;
  }

  /** Gives nothing more, except what is being finished. */
  close(): void {
    if (!this.takes) return;
    this.takes = false;
    this.drop();
  }

  /** Gives nothing more at all. */
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

  /** Gives frames as far as they are done at once. */
  private giveFrames(): void {
    const { frames } = this;
    this.frames = [];
    for (let index = 0; index < frames.length && this.gives; index++) {
      this.steps = this.listener.frame(frames[index]!);
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

  /** Works on for as long as this turn has time, at least one step. */
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

  /** Lets others have their turn; what comes meanwhile waits in the kernel. */
  private yieldTurn(): void {
    this.valve.pause();
    setImmediate(() => this.valve.resume());
  }
}
