/** Handles what a feed answers, and what it says unasked. */
import type { Market } from '../contract/market.js';
import type { Clock } from '../core/clock.js';
import type { Log } from '../core/log.js';
import type { FeedText } from '../feed/feed-text.js';
import type { Answer, Words } from '../feed/source.js';
import type { Subscriptions } from '../feed/subscriptions.js';
import { parseChannel } from '../symbols/channels.js';
import type { Notice } from './upstream-user.js';
import type { Users } from './users.js';

export interface AnswersServices {
  readonly clock: Clock;
  readonly log: Log;
  /** Shows text of the feed. */
  readonly text: FeedText;
}

export class Answers {
  /** Unasked refusals that name no channel, not yet reported. */
  private unasked: Notice[] = [];
  private doubts = false;

  /** @param askAgain called when other names may be worth another try */
  constructor(
    private readonly market: Market,
    private readonly services: AnswersServices,
    private readonly subscriptions: Subscriptions,
    private readonly users: Users,
    private readonly askAgain: () => void,
  ) {}

  /**
   * Whether the current frame has an unasked refusal or drop. It is not known which of the frame's events came before
   * it, and which after.
   */
  get areInDoubt(): boolean {
    return this.doubts;
  }

  /** @see polygon-docs/websockets/quickstart.md:149-167 `not authorized` */
  hear(answer: Answer): void {
    const { subscriptions } = this;
    switch (answer.kind) {
      case 'granted':
        // If a refused name is served after all, others may be worth another try.
        if (subscriptions.acknowledged(this.canonical(answer.channel))) this.askAgain();
        return;
      case 'dropped':
        if (subscriptions.unsubscribed(this.canonical(answer.channel))) this.doubt(answer.said, true);
        return;
      case 'refused':
        if (subscriptions.refusedOne() === 'unasked') this.doubt(answer.said, false);
        return;
      case 'refused whole': {
        const reason = `The feed answered: ${this.services.text.quoted(answer.said.message)}.`;
        if (subscriptions.refusedWhole(reason) === 'unasked') this.doubt(answer.said, false);
        return;
      }
      case 'notice':
        this.notice(answer.said);
    }
  }

  /** The frame of these answers is complete. */
  conclude(): void {
    this.doubts = false;
    if (this.unasked.length === 0) return;
    for (const notice of this.unasked.splice(0)) this.users.tell(user => user.doubted(notice));
  }

  private notice(said: Words): void {
    const { clock, log } = this.services;
    const notice = { text: this.quoted(said), atMs: clock.elapsed() };
    this.users.tell(user => user.strayed({ notice }));
    log.say(`${this.market.name} notice`, `${this.market.name}: the feed says ${notice.text}`);
  }

  /** The feed refused or dropped something unasked. */
  private doubt(said: Words, saysWhich: boolean): void {
    const { market, services } = this;
    const text = this.quoted(said);
    this.doubts = true;
    if (!saysWhich) this.unasked.push({ text, atMs: services.clock.elapsed() });
    services.log.say(`${market.name} unasked`, `${market.name}: the feed says, without being asked: ${text}`);
  }

  private canonical(channel: string): string {
    const parsed = parseChannel(this.market, channel);
    return 'code' in parsed ? channel : parsed.name;
  }

  private quoted({ status, message }: Words): string {
    const { text } = this.services;
    return `${text.named(status)} ${text.quoted(message)}`;
  }
}
