/** Schedules long work: all of a process gets one time slice of each turn of the event loop, one piece after the other. */

/** How long the work of all calls may take in one turn, before sockets, timers and short calls run. */
const sliceMs = 10;

export interface LongWorkServices {
  /** Monotonic ms. */
  elapsed(): number;
  /** Calls back in the next turn of the event loop. */
  nextTurn(callback: () => void): void;
}

export class LongWork {
  /** Work that is paused, in the order in which it resumes. */
  private readonly resting: (() => void)[] = [];
  private began = false;
  private beganMs = 0;
  private called = false;

  constructor(private readonly services: LongWorkServices) {}

  /** Whether the time of this turn is used up. */
  get isOver(): boolean {
    this.begin();
    return this.services.elapsed() - this.beganMs >= sliceMs;
  }

  /** Whether new work has to wait for others. */
  get isTaken(): boolean {
    return this.resting.length > 0 || this.isOver;
  }

  /** Resolves in a later turn, after all work that was paused before has run. */
  rest(): Promise<void> {
    return new Promise(resolve => {
      this.resting.push(resolve);
      this.call();
    });
  }

  private begin(): void {
    if (this.began) return;
    this.began = true;
    this.beganMs = this.services.elapsed();
    this.call();
  }

  private call(): void {
    if (this.called) return;
    this.called = true;
    this.services.nextTurn(() => this.resume());
  }

  private resume(): void {
    this.called = false;
    this.began = false;
    const next = this.resting.shift();
    if (!next) return;
    this.begin();
    next();
  }
}
