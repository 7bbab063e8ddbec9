/** What a feed answers, and what it says of its own accord. */
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
  /** How words of the feed are shown. */
  readonly text: FeedText;
}

export class Answers {
  /** Refusals that answered nothing and named nothing, and that nobody was told of yet. */
  private unasked: Notice[] = [];
  private doubts = false;

  /** @param askAgain called where others may be worth another try */
  constructor(
    private readonly market: Market,
    private readonly services: AnswersServices,
    private readonly subscriptions: Subscriptions,
    private readonly users: Users,
    private readonly askAgain: () => void,
  ) {}

  /**
   * Whether the feed just said anything against what is subscribed, without being asked. Of events in the frame of a
   * doubt it is not known whether they came before or after.
   */
  get areInDoubt(): boolean {
    return this.doubts;
  }

  /** @see polygon-docs/websockets/quickstart.md:149-167 `not authorized` */
  hear(answer: Answer): void {
    const { subscriptions } = this;
    switch (answer.kind) {
      case 'granted':
        // What was wrongly called refused may make others worth another try.
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

  /** What was heard is all that there is in its frame. */
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

  /** The feed said something against what is subscribed although nothing was asked. */
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
    return `${text.quote(status)} ${text.quoted(message)}`;
  }
}
