/** Subscribes one frame at a time, since refusals do not say what they refuse. */

import type { Clock } from '../core/clock.js';
import type { Changes } from '../pacing/changes.js';
import type { Subscriptions } from './subscriptions.js';

/** What the pump needs of a source. */
export interface Line {
  /** A new number each time it becomes live; undefined while it is not. */
  life(): number | undefined;
  /** The pending names to ask for in the next frame. */
  next(most: number): string[];
  /** @returns whether the frame was sent */
  subscribe(names: readonly string[]): boolean;
  /** A frame is answered, or timed out. */
  answered(): void;
}

export interface PumpOptions {
  /** How long the feed may take to answer. */
  readonly ackTimeoutMs: number;
  /** Most channels in one frame. */
  readonly framePairs: number;
}

/** A feed repeats a refusal sooner than this. */
const echoMs = 300;

export class SubscriptionPump {
  private running = false;

  /** @param changes notified when the feed answers or the line changes */
  constructor(
    private readonly subscriptions: Subscriptions,
    private readonly changes: Changes,
    private readonly clock: Clock,
    private readonly options: PumpOptions,
    private readonly line: Line,
  ) {}

  /** Sends pending names until there are none or the line is down. Does nothing if it runs already. */
  async run(): Promise<void> {
    if (this.running) return;
    this.running = true;
    const { line } = this;
    let { framePairs } = this.options;
    try {
      for (;;) {
        const life = line.life();
        const names = line.next(framePairs);
        if (names.length === 0 || life === undefined || !line.subscribe(names)) return;
        if (await this.awaitAnswers(names, () => line.life() !== life)) framePairs = Math.ceil(names.length / 2);
      }
    } finally {
      this.running = false;
    }
  }

  /**
   * Waits for the answers to a frame.
   *
   * @param isOver whether the connection has ended
   * @returns whether the frame was too large for a limit of the feed
   */
  private async awaitAnswers(names: readonly string[], isOver: () => boolean): Promise<boolean> {
    const { subscriptions, changes } = this;
    subscriptions.sent(names);
    await changes.until(() => subscriptions.settled || isOver(), this.options.ackTimeoutMs);
    // An apparent refusal of this frame may repeat an earlier one; then the grants are still to come.
    const isSilent = subscriptions.echoes.mayRepeat && (await this.silence(() => subscriptions.granted || isOver()));
    const isTooLarge = !isOver() && subscriptions.settle();
    this.line.answered();
    if (subscriptions.echoes.isEchoing && !isSilent) await this.silence(isOver);
    subscriptions.echoes.areOver();
    return isTooLarge;
  }

  /**
   * Waits until the feed sends no more answers about subscriptions.
   *
   * @param isOver ends the wait early
   * @returns whether it fell silent
   */
  private async silence(isOver: () => boolean): Promise<boolean> {
    const { subscriptions, changes, clock } = this;
    const { ackTimeoutMs } = this.options;
    const endMs = clock.elapsed() + ackTimeoutMs;
    while (!isOver() && clock.elapsed() < endMs) {
      const { answersHeard } = subscriptions.echoes;
      const hears = (): boolean => subscriptions.echoes.answersHeard !== answersHeard;
      if (!(await changes.until(() => hears() || isOver(), Math.min(echoMs, ackTimeoutMs)))) return true;
    }
    return false;
  }
}
