/** Asks the feed for what is wanted, one frame at a time, since refusals do not say what they refuse. */

import type { Clock } from '../core/clock.js';
import type { Changes } from '../pacing/changes.js';
import type { Subscriptions } from './subscriptions.js';

/** The source of a stream, as far as subscribing goes. */
export interface Line {
  /** Another number each time that it became live; absent while it is not. */
  life(): number | undefined;
  /** Which of the pending names are asked for together next. */
  next(most: number): string[];
  /** @returns whether that went out */
  subscribe(names: readonly string[]): boolean;
  /** The answers to a frame were taken. */
  answered(): void;
}

export interface PumpOptions {
  /** How long the feed may take to answer, ms. */
  readonly ackTimeoutMs: number;
  /** Channels that are asked for together, at most. */
  readonly framePairs: number;
}

/** Longer than a feed lets pass before it says a refusal again. */
const echoMs = 300;

export class SubscriptionPump {
  private running = false;

  /** @param changes told whenever the feed answered or the line changed */
  constructor(
    private readonly subscriptions: Subscriptions,
    private readonly changes: Changes,
    private readonly clock: Clock,
    private readonly options: PumpOptions,
    private readonly line: Line,
  ) {}

  /** Sends what waits to be subscribed until nothing does, or the line is down; if it does already, nothing more. */
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
        if (await this.exchange(names, () => line.life() !== life)) framePairs = Math.ceil(names.length / 2);
      }
    } finally {
      this.running = false;
    }
  }

  /**
   * Takes the answers to a frame that was sent.
   *
   * @param isOver whether the connection has ended
   * @returns whether the frame was too large for a limit of the feed
   */
  private async exchange(names: readonly string[], isOver: () => boolean): Promise<boolean> {
    const { subscriptions, changes } = this;
    subscriptions.sent(names);
    await changes.until(() => subscriptions.settled || isOver(), this.options.ackTimeoutMs);
    // What looks like a refusal of this frame may be an earlier one, said again: then the grants are still to come.
    const isSilent = subscriptions.echoes.mayRepeat && (await this.silence(() => subscriptions.granted || isOver()));
    const isTooLarge = !isOver() && subscriptions.settle();
    this.line.answered();
    if (subscriptions.echoes.isEchoing && !isSilent) await this.silence(isOver);
    subscriptions.echoes.areOver();
    return isTooLarge;
  }

  /**
   * Waits until the feed has nothing more to say about subscriptions.
   *
   * @param isOver when there is no point in waiting
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
