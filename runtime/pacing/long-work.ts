/** Who works when: all long work of a process shares one stretch of each turn of the event loop, one after the other. */

/** What the work of all calls together may take in one turn, before sockets, timers and short calls get theirs. */
const turnMs = 10;

export interface LongWorkServices {
  /** Monotonic ms. */
  elapsed(): number;
  /** Calls back in the next turn of the event loop. */
  nextTurn(callback: () => void): void;
}

export class LongWork {
  /** Who rests, the first to go on first. */
  private readonly resting: (() => void)[] = [];
  private began = false;
  private beganMs = 0;
  private called = false;

  constructor(private readonly services: LongWorkServices) {}

  /** Whether the work of this turn has had its time. */
  get isOver(): boolean {
    this.begin();
    return this.services.elapsed() - this.beganMs >= turnMs;
  }

  /** Whether whoever comes now has to wait for others. */
  get isTaken(): boolean {
    return this.resting.length > 0 || this.isOver;
  }

  /** Resolves in a later turn, when all who rested before have had one of their own. */
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
    this.services.nextTurn(() => this.loopBudget());
  }

  private loopBudget(): void {
    this.called = false;
    this.began = false;
    const next = this.resting.shift();
    if (!next) return;
    this.begin();
    next();
  }
}
