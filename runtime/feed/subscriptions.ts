/** What is really subscribed, as inferred from our requests and the feed's answers. No I/O. */

import type { Market } from '../contract/market.js';
import type { ErrorCode } from '../core/errors.js';
import { capOf, describeCap, likeIn } from '../symbols/caps.js';
import type { ChannelName, Rejection } from '../symbols/channels.js';
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
  /** Names that were rejected because another one of the same prefix was. */
  private readonly untried = new Set<string>();
  /** What the feed said against each unconfirmed name. */
  private readonly suspicions = new Map<string, string>();
  /** What the feed said when it refused the whole frame in flight. */
  private flightLimit: string | undefined;
  private flightSize = 0;
  readonly echoes = new Echoes();

  constructor(
    private readonly market: Market,
    private readonly listener: SubscriptionsListener = nobody,
  ) {
    this.refused = new Rejections(listener);
  }

  /** Wanted names, in the order of the requests. */
  get names(): string[] {
    return [...this.wanted.keys()];
  }

  get size(): number {
    return this.wanted.size;
  }

  stateOf(name: string): SubscriptionState | undefined {
    return this.wanted.get(name);
  }

  /** Why a name was rejected when it was last asked for. */
  rejectionOf(name: string): Rejection | undefined {
    return this.refused.of(name);
  }

  get rejections(): Rejection[] {
    return this.refused.all;
  }

  namesIn(state: SubscriptionState): string[] {
    return this.names.filter(name => this.wanted.get(name) === state);
  }

  /** Adds the names that are new and within the caps. */
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
      if (cap && likeIn(this.market, name, this.names).length >= cap.maxHeld) {
        rejected.push(this.refused.add(name, 'LIMIT_EXCEEDED', describeCap(cap)));
        continue;
      }
      this.refused.take(name);
      this.mark(name, 'pending');
      added.push(name);
    }
    return { added, already, rejected };
  }

  /** Forgets names. A refused name that the feed may hold counts as removed, too. */
  drop(names: readonly string[]): { removed: string[]; notHeld: string[] } {
    const removed: string[] = [];
    const notHeld: string[] = [];
    for (const name of new Set(names)) {
      // The feed will hardly confirm the drop of a name that it refused.
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

  /** Starts over for a new connection, on which nothing is subscribed. */
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

  /** The feed acknowledged a name, perhaps late or after a refusal. @returns whether the name is now held */
  acknowledged(name: string): boolean {
    this.echoes.granted();
    for (const denied of this.answers.granted(name)) this.deny(denied);
    return this.hold(name);
  }

  /** Data arrived that only this name can have brought. */
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

  /** The feed refused a whole frame, which would have exceeded a limit. */
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

  /** The feed dropped a name. @returns whether nobody asked for that, so that the name is in doubt */
  unsubscribed(name: string): boolean {
    if (this.feed.left(name) || this.wanted.get(name) !== 'accepted') return false;
    this.mark(name, 'unconfirmed');
    this.suspicions.set(name, `The feed dropped ${name} without being asked; it may no longer be served.`);
    return true;
  }

  /** The feed refused something unasked that can only be this name. */
  suspect(name: string): void {
    if (this.stateOf(name) !== 'accepted') return;
    this.mark(name, 'unconfirmed');
    this.suspicions.set(name, `The feed refused something without being asked, and only ${name} is subscribed.`);
  }

  /** Whether the status of every name is known. */
  get isProven(): boolean {
    return this.feed.isProven;
  }

  /** Prefixes of the names whose status is not known. */
  get unprovenPrefixes(): Iterable<string> {
    return this.feed.unprovenPrefixes;
  }

  /** The one of these names that must have brought a message, if its status was not known. */
  provenOf(names: readonly string[]): string | undefined {
    return this.feed.provenOf(names, name => !this.wanted.has(name));
  }

  /** Whether the feed may hold a name, whatever it answered. */
  mayHold(name: string): boolean {
    return this.feed.has(name);
  }

  /** Sentences on why the unconfirmed ones of these names are in doubt; they name no other channels. */
  doubtsOf(names: readonly string[]): string[] {
    const own = new Set(names);
    const unconfirmed = names.filter(name => this.wanted.get(name) === 'unconfirmed');
    const sentences = unconfirmed.flatMap(name => {
      const doubt = this.answers.doubtOf(name);
      return this.suspicions.get(name) ?? (doubt ? describeDoubt(doubt, own) : []);
    });
    return [...new Set(sentences)];
  }

  /** Names that an answer which comes now can mean. */
  get awaited(): string[] {
    return [...this.answers.inFlight, ...this.answers.late];
  }

  /** Whether every name in flight is acknowledged, or refused, alone or with the whole frame. */
  get settled(): boolean {
    return this.answers.settled || this.flightLimit !== undefined;
  }

  /** Whether every name in flight is acknowledged, so that refusals mean none of them. */
  get granted(): boolean {
    return this.answers.waiting === 0;
  }

  /**
   * Decides on the names still in flight: refused if there was a refusal for each, else unconfirmed.
   *
   * @returns whether the frame exceeded a limit; if it had several names, they stay pending for smaller frames
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
    // Not even this one fits, so no other of its prefix does.
    if (only !== undefined) this.denyKind(only, this.flightLimit);
    return true;
  }

  private get unasked(): RefusalKind {
    return this.echoes.isEchoing ? 'repeat' : 'unasked';
  }

  /** A name is served, whatever was said before. */
  private hold(name: string): boolean {
    if (!this.feed.has(name)) return false;
    const rejection = this.refused.take(name);
    this.mark(name, 'accepted');
    if (rejection) this.listener.readmitted(rejection);
    // If this one fits, those that were not tried may fit, too.
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
    for (const record of [this.feed, this.answers, this.untried, this.suspicions]) record.clear();
    this.flightLimit = undefined;
    this.echoes.clear();
  }

  /** A name that was dropped meanwhile needs no rejection. */
  private deny(name: string): void {
    const state = this.wanted.get(name);
    if (state === undefined || state === 'accepted' || !this.feed.has(name)) return;
    this.reject(name, 'NOT_AUTHORIZED', 'The feed answered: "not authorized".');
  }

  private denyKind(only: string, message: string): void {
    for (const name of likeIn(this.market, only, this.namesIn('pending'))) {
      this.reject(name, 'LIMIT_EXCEEDED', message);
      if (name !== only) this.untried.add(name);
    }
  }

  private reject(name: string, code: ErrorCode, message: string): void {
    this.mark(name, undefined);
    this.feed.setProven(name, false);
    this.refused.add(name, code, message);
  }

  /** Sets a name's state, or removes it if there is none. @returns whether it was held */
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
}
