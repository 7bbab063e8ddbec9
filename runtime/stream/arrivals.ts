/** Passes an upstream's frames to its users, and infers from them what the source serves. */
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

/** What a source needs to know about arrivals. */
export interface Awaiting {
  /** Whether `messageCame` still has an effect. */
  readonly wantsMessages: boolean;
  messageCame(): void;
}

export interface ArrivalsServices {
  readonly log: Log;
  /** Shows text of the feed. */
  readonly text: FeedText;
  /** The table that the events refer to. */
  readonly symbols: SymbolTable;
}

export class Arrivals {
  /** Whether the source waits for messages of subscribed channels, and none came since the last check. */
  private awaits = false;
  /** Whether to examine events. */
  private looks = false;

  /** @param askAgain called when other names may be worth another try */
  constructor(
    private readonly market: Market,
    private readonly services: ArrivalsServices,
    private readonly subscriptions: Subscriptions,
    private readonly answers: Answers,
    private readonly users: Users,
    private readonly askAgain: () => void,
  ) {}

  /** Takes the content of a frame. Work that is done once for all frames of a read belongs into `account`. */
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

  /** Infers from events which subscriptions are served, and tells the source that messages came. */
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
    log.say(`${this.market.name} unknown`, `${this.market.name}: event ${text.named(kinds[0]!)} is not in the spec`);
  }
}
