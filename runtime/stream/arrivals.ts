/** What comes over an upstream, on its way to those who use it; and what it says of the source and of what is subscribed. */
import type { Market } from '../contract/market.js';
import type { Log } from '../core/log.js';
import type { Events } from '../decode/event-list.js';
import type { FeedText } from '../feed/feed-text.js';
import { isAwaited, proveByData } from '../feed/proof.js';
import type { Findings } from '../feed/source.js';
import type { Subscriptions } from '../feed/subscriptions.js';
import type { SymbolTable } from '../symbols/symbol-table.js';
import type { Answers } from './answers.js';
import type { Users } from './users.js';

/** A source, as far as it wants to know that something came. */
export interface Awaiting {
  /** Whether it still matters to it that messages of what is subscribed come. */
  readonly wantsMessages: boolean;
  messageCame(): void;
}

export interface ArrivalsServices {
  readonly log: Log;
  /** How words of the feed are shown. */
  readonly text: FeedText;
  /** As the events number them. */
  readonly symbols: SymbolTable;
}

export class Arrivals {
  /** Whether the source waits for messages of what is subscribed, and none came since it was asked last. */
  private awaits = false;
  /** Whether events are to be looked at for what they say. */
  private looks = false;

  /** @param askAgain called where others may be worth another try */
  constructor(
    private readonly market: Market,
    private readonly services: ArrivalsServices,
    private readonly subscriptions: Subscriptions,
    private readonly answers: Answers,
    private readonly users: Users,
    private readonly askAgain: () => void,
  ) {}

  /** Takes in what is in a frame; what is done once for all frames that came together is for `account`. */
  take(frame: Buffer, { events, malformed, unknown }: Findings, arrivedMs: number, source: Awaiting): void {
    if (malformed > 0) this.countMalformed(malformed);
    if (unknown.length > 0) this.countUnknown(unknown);
    if (events.count > 0) {
      if (this.looks) this.examine(events, source);
      for (const taker of this.users.takers) taker.take(frame, events, arrivedMs);
    }
    this.answers.conclude();
  }

  account(source: Awaiting): void {
    this.awaits = source.wantsMessages;
    this.looks = this.awaits || !this.subscriptions.isProven;
    for (const taker of this.users.takers) taker.account();
  }

  /** Looks at what events say of the subscriptions and of the source. */
  private examine(events: Events, source: Awaiting): void {
    const { market, subscriptions } = this;
    const arrival = { market, symbols: this.services.symbols, events };
    if (!this.answers.areInDoubt && proveByData(subscriptions, arrival)) this.askAgain();
    if (!this.awaits || !isAwaited(subscriptions, arrival)) return;
    this.awaits = false;
    source.messageCame();
  }

  private countMalformed(malformed: number): void {
    this.users.tell(user => user.strayed({ malformed }));
    this.services.log.say(`${this.market.name} malformed`, `${this.market.name}: the feed sent what is no event`);
  }

  private countUnknown(kinds: readonly string[]): void {
    const { log, text } = this.services;
    this.users.tell(user => user.strayed({ unknown: kinds.length }));
    log.say(`${this.market.name} unknown`, `${this.market.name}: event ${text.quote(kinds[0]!)} is not in the spec`);
  }
}
