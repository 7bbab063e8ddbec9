/** Handles what a feed answers, and what it says unasked. */
import type { Market } from '../contract/market.js';
import type { Clock } from '../core/clock.js';
import type { Log } from '../core/log.js';
import type { FeedText } from '../feed/feed-text.js';
import type { Answer, Words } from '../feed/source.js';
import type { RefusalKind } from '../feed/subscription-state.js';
import type { Subscriptions } from '../feed/subscriptions.js';
import { parseChannel } from '../symbols/channels.js';
import { type Audience, SaidRefusals } from './said-refusals.js';
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
  private unasked: { readonly notice: Notice; readonly audience: Audience }[] = [];
  private readonly said = new SaidRefusals();
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
        this.refused(answer.said, () => subscriptions.refusedOne());
        return;
      case 'refused whole': {
        const reason = `The feed answered: ${this.services.text.quoted(answer.said.message)}.`;
        this.refused(answer.said, () => subscriptions.refusedWhole(reason));
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
    for (const { notice, audience } of this.unasked.splice(0)) {
      const refusal = { ...notice, mayRepeat: audience.mayRepeat };
      this.users.tell(user => audience.has(user) && user.doubted(refusal));
    }
  }

  /** The connection is new; what was said on the earlier one is not said again. */
  restart(): void {
    this.said.clear();
  }

  /** @param judge takes the refusal, and tells what it is */
  private refused(said: Words, judge: () => RefusalKind): void {
    const asking = this.users.askingAny(this.subscriptions.awaited);
    const kind = judge();
    if (kind === 'unasked') this.doubt(said, false);
    else this.said.answered(this.quoted(said), kind === 'answer' ? asking : [], this.services.clock.elapsed());
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
    const atMs = services.clock.elapsed();
    if (!saysWhich) {
      const audience = this.said.again(text, atMs);
      this.unasked.push({ notice: { text, atMs }, audience });
      // A refusal that may be said again blames nobody.
      const [only] = this.subscriptions.size === 1 ? this.subscriptions.names : [];
      if (only !== undefined && !audience.mayRepeat) this.subscriptions.suspect(only);
    }
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
