/** What is really subscribed: pure book-keeping of requests and of what the feed lets us infer from its answers. */

import type { Cap, Market } from '../contract/market.js';
import type { ErrorCode } from '../core/errors.js';
import { capOf, describeCap } from '../symbols/caps.js';
import type { ChannelName, Rejection } from '../symbols/channels.js';
import { prefixOf } from '../symbols/prefixes.js';
import { Echoes } from './echoes.js';
import { describeDoubt, Elimination } from './elimination.js';
import { Rejections } from './rejections.js';
import { ServedNames } from './served-names.js';
import type { RefusalKind, SubscriptionState, SubscriptionsListener } from './subscription-state.js';

const nobody: SubscriptionsListener = { changed() {}, turnedDown() {}, readmitted() {} };

export class Subscriptions {
  private readonly wanted = new Map<string, SubscriptionState>();
  private readonly refused: Rejections;
  private readonly feed = new ServedNames();
  private readonly answers = new Elimination();
  /** Names that were turned down because another one of their kind was. */
  private readonly untried = new Set<string>();
  /** What the feed said against an unconfirmed name. */
  private readonly suspicions = new Map<string, string>();
  /** What the feed said when it refused the frame in flight whole. */
  private flightLimit: string | undefined;
  private flightSize = 0;
  readonly echoes = new Echoes();

  constructor(
    private readonly market: Market,
    private readonly listener: SubscriptionsListener = nobody,
  ) {
    this.refused = new Rejections(listener);
  }

  /** Names that are wanted, in the order of the requests. */
  get names(): string[] {
    return [...this.wanted.keys()];
  }

  get size(): number {
    return this.wanted.size;
  }

  stateOf(name: string): SubscriptionState | undefined {
    return this.wanted.get(name);
  }

  /** Why a name was turned down the last time it was asked for. */
  rejectionOf(name: string): Rejection | undefined {
    return this.refused.of(name);
  }

  get rejections(): Rejection[] {
    return this.refused.all;
  }

  namesIn(state: SubscriptionState): string[] {
    return this.names.filter(name => this.wanted.get(name) === state);
  }

  /** Adds what is new and within the caps. */
  want(names: readonly ChannelName[]): { added: string[]; already: string[]; rejected: Rejection[] } {
    const added: string[] = [];
    const already: string[] = [];
    const rejected: Rejection[] = [];
    for (const { channel, name } of names) {
      if (this.wanted.has(name)) {
        already.push(name);
        continue;
      }
      const cap = capOf(this.market, channel.prefix);
      if (cap && this.heldUnder(cap) >= cap.maxHeld) {
        rejected.push(this.refused.add(name, 'LIMIT_EXCEEDED', describeCap(cap)));
        continue;
      }
      this.refused.take(name);
      this.mark(name, 'pending');
      added.push(name);
    }
    return { added, already, rejected };
  }

  /** Forgets what is no longer wanted. What was called refused, but may be held, counts as removed, too. */
  drop(names: readonly string[]): { removed: string[]; notHeld: string[] } {
    const removed: string[] = [];
    const notHeld: string[] = [];
    for (const name of new Set(names)) {
      // Of what it refused the feed will hardly say that it dropped it.
      const mayBeHeld = this.feed.giveUp(name, this.wanted.has(name));
      (this.mark(name, undefined) || mayBeHeld ? removed : notHeld).push(name);
      this.answers.drop(name);
      this.refused.take(name);
    }
    return { removed, notHeld };
  }

  clear(): void {
    for (const name of this.names) this.mark(name, undefined);
    this.refused.clear();
    this.forgetConnection();
  }

  /** The connection is new: nothing is subscribed on it yet. */
  restart(): void {
    for (const name of this.names) this.mark(name, 'pending');
    this.forgetConnection();
  }

  /** A subscribe frame with these names was sent. */
  sent(names: readonly string[]): void {
    this.answers.sent(names);
    for (const name of names) this.feed.add(name);
    this.flightLimit = undefined;
    this.flightSize = names.length;
    this.echoes.sent();
  }

  /** The feed acknowledged a name, perhaps late, and whatever it had said before; true if the name is held by that. */
  acknowledged(name: string): boolean {
    this.echoes.granted();
    for (const denied of this.answers.granted(name)) this.deny(denied);
    return this.hold(name);
  }

  /** Data came that this name alone can have brought. */
  proved(name: string): void {
    for (const denied of this.answers.served(name)) this.deny(denied);
    this.hold(name);
  }

  /** The feed refused a name, without saying which. */
  refusedOne(): RefusalKind {
    this.echoes.refused();
    const denied = this.answers.refused();
    if (!denied) return this.unasked;
    for (const name of denied) this.deny(name);
    return 'answer';
  }

  /** The feed refused a whole frame, since it would have crossed a limit. */
  refusedWhole(message: string): RefusalKind {
    this.echoes.refused();
    if (this.answers.waiting > 0) {
      this.flightLimit = message;
      return 'answer';
    }
    const late = [...this.answers.late].filter(name => this.wanted.get(name) === 'unconfirmed');
    if (this.echoes.isEchoing || late.length === 0) return this.unasked;
    for (const name of late) this.suspicions.set(name, `${message} It did not say which channels it means.`);
    return 'answer';
  }

  /** The feed dropped a name; true if nobody had asked for that, so that the name is in doubt. */
  unsubscribed(name: string): boolean {
    if (this.feed.left(name) || this.wanted.get(name) !== 'accepted') return false;
    this.mark(name, 'unconfirmed');
    this.suspicions.set(name, `The feed dropped ${name} without being asked; it may no longer be served.`);
    return true;
  }

  /** Whether it is known of every name whether it is served. */
  get isProven(): boolean {
    return this.feed.isProven;
  }

  /** Prefixes of the names of which it is not known whether they are served. */
  get unprovenPrefixes(): Iterable<string> {
    return this.feed.unprovenPrefixes;
  }

  /** Which of the names brought a message, if it was not known to be served and no other one can have brought it. */
  provenOf(names: readonly string[]): string | undefined {
    return this.feed.provenOf(names, name => !this.wanted.has(name));
  }

  /** Whether the feed may hold a name, whatever it said. */
  mayHold(name: string): boolean {
    return this.feed.has(name);
  }

  /** Why the unconfirmed ones among these names are in doubt, in sentences that name no others. */
  doubtsOf(names: readonly string[]): string[] {
    const own = new Set(names);
    const unconfirmed = names.filter(name => this.wanted.get(name) === 'unconfirmed');
    const sentences = unconfirmed.flatMap(name => {
      const doubt = this.answers.doubtOf(name);
      return this.suspicions.get(name) ?? (doubt ? describeDoubt(doubt, own) : []);
    });
    return [...new Set(sentences)];
  }

  /** Whether every name in flight has its answer: acknowledged, or refused, alone or with the whole frame. */
  get settled(): boolean {
    return this.answers.settled || this.flightLimit !== undefined;
  }

  /** Whether every name in flight is acknowledged, so that no refusal has any say. */
  get granted(): boolean {
    return this.answers.waiting === 0;
  }

  /**
   * Decides on what is still in flight: refused if there was a refusal for each, else unconfirmed.
   *
   * @returns whether the frame was refused for a limit; several names then stay pending, for smaller frames
   * @see polygon-docs/websockets/quickstart.md:200
   */
  settle(): boolean {
    this.echoes.settle();
    if (this.flightLimit === undefined || this.granted) {
      const { denied, open } = this.answers.settle();
      for (const name of denied) this.deny(name);
      for (const name of open) this.mark(name, 'unconfirmed');
      return false;
    }
    const [only] = this.flightSize === 1 ? this.answers.inFlight : [];
    this.answers.forgetFlight();
    // Not even one more fits, so none of its kind does.
    if (only !== undefined) this.denyKind(only, this.flightLimit);
    return true;
  }

  private get unasked(): RefusalKind {
    return this.echoes.isEchoing ? 'repeat' : 'unasked';
  }

  /** A name is served; nothing that was said before stands against that. */
  private hold(name: string): boolean {
    if (!this.feed.has(name)) return false;
    const rejection = this.refused.take(name);
    this.mark(name, 'accepted');
    if (rejection) this.listener.readmitted(rejection);
    // Where it fits, those may fit that were not even asked for.
    if (rejection?.code === 'LIMIT_EXCEEDED') this.askAgain();
    return true;
  }

  private askAgain(): void {
    for (const name of [...this.untried]) {
      const rejection = this.refused.take(name);
      this.mark(name, 'pending');
      if (rejection) this.listener.readmitted(rejection);
    }
  }

  private forgetConnection(): void {
    for (const book of [this.feed, this.answers, this.untried, this.suspicions]) book.clear();
    this.flightLimit = undefined;
    this.echoes.clear();
  }

  /** One that was dropped meanwhile took its refusal with it. */
  private deny(name: string): void {
    const state = this.wanted.get(name);
    if (state === undefined || state === 'accepted' || !this.feed.has(name)) return;
    this.reject(name, 'NOT_AUTHORIZED', 'The feed answered: "not authorized".');
  }

  private denyKind(only: string, message: string): void {
    for (const name of this.pendingLike(only)) {
      this.reject(name, 'LIMIT_EXCEEDED', message);
      if (name !== only) this.untried.add(name);
    }
  }

  /** Pending names that count against the same limit, this one included. */
  private pendingLike(name: string): string[] {
    const prefixes = capOf(this.market, prefixOf(name))?.prefixes ?? [prefixOf(name)];
    return this.namesIn('pending').filter(other => prefixes.includes(prefixOf(other)));
  }

  private reject(name: string, code: ErrorCode, message: string): void {
    this.mark(name, undefined);
    this.feed.setProven(name, false);
    this.refused.add(name, code, message);
  }

  /** Moves a name to a state, or out of the book; true if it was in it. */
  private mark(name: string, state: SubscriptionState | undefined): boolean {
    const before = this.wanted.get(name);
    if (state === undefined) this.wanted.delete(name);
    else this.wanted.set(name, state);
    this.suspicions.delete(name);
    this.untried.delete(name);
    this.feed.setProven(name, state !== 'unconfirmed');
    if (before !== state) this.listener.changed(name);
    return before !== undefined;
  }

  private heldUnder(cap: Cap): number {
    return this.names.filter(name => cap.prefixes.includes(prefixOf(name))).length;
  }
}
