/** Asks the feed for what is wanted, one frame at a time, since refusals do not say what they refuse. */
import type { Changes } from './changes.js';
import type { Options } from './options.js';
import { subscribeFrame } from './protocol.js';
import type { Subscriptions } from './subscriptions.js';

/** The connection of a stream, as far as subscribing goes. */
export interface Line {
  /** Another number for each connection that became live; absent while none is. */
  life(): number | undefined;
  /** @returns whether the text went out */
  send(text: string): boolean;
}

const echoMs = 100;

export class SubscriptionPump {
  private running = false;

  /** @param changes told whenever the feed answered or the line changed */
  constructor(
    private readonly subscriptions: Subscriptions,
    private readonly changes: Changes,
    private readonly options: Pick<Options, 'ackTimeoutMs' | 'framePairs'>,
    private readonly line: Line,
  ) {}

  /** Sends what waits to be subscribed until nothing does, or the line is down; if it does already, nothing more. */
  async run(): Promise<void> {
    if (this.running) return;
    this.running = true;
    try {
      await this.sendAll();
    } finally {
      this.running = false;
    }
  }

  private async sendAll(): Promise<void> {
    const { subscriptions, changes, line } = this;
    const { ackTimeoutMs } = this.options;
    let { framePairs } = this.options;
    for (;;) {
      const life = line.life();
      const names = subscriptions.namesIn('pending').slice(0, framePairs);
      if (names.length === 0 || life === undefined || !line.send(subscribeFrame(names))) return;
      subscriptions.sent(names);
      const same = (): boolean => line.life() === life;
      await changes.until(() => subscriptions.settled || !same(), ackTimeoutMs);
      if (same() && subscriptions.settle()) {
        framePairs = Math.ceil(names.length / 2);
        // One refusal may be said many times; what still comes must not be taken for an answer to the next frame.
        await changes.until(() => !same(), Math.min(echoMs, ackTimeoutMs));
      }
      changes.notify();
    }
  }
}
