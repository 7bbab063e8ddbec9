/** What is really subscribed: pure book-keeping of requests and of what the feed lets us infer from its answers. */

import type { Cap, Market } from '../contract/contract.js';
import { type ErrorCode, hintFor } from '../core/errors.js';
import type { ChannelName, Rejection } from '../symbols/channels.js';
import { prefixOf } from '../symbols/prefixes.js';
import { describeDoubt, Elimination } from './elimination.js';
import { ServedNames } from './served-names.js';

/**
 * `pending`: wanted, not yet answered. `accepted`: acknowledged. `unconfirmed`: not answered in time, perhaps served.
 * @see polygon-docs/websockets/quickstart.md:111-119 `not authorized`
 */
export type SubscriptionState = 'pending' | 'accepted' | 'unconfirmed';

/** What may be asked about subscriptions. */
export interface SubscriptionsView {
  /** Names that are held, in the order of the requests. */
  readonly names: readonly string[];
  readonly size: number;
  stateOf(name: string): SubscriptionState | undefined;
  /** Whether the feed may hold a name, also one of which it was said that it was refused. */
  mayHold(name: string): boolean;
  /** Why a name was turned down the last time it was asked for. */
  rejectionOf(name: string): Rejection | undefined;
  readonly rejections: Rejection[];
  namesIn(state: SubscriptionState): string[];
  /** Why the unconfirmed ones among these names are in doubt, in sentences that name no others. */
  doubtsOf(names: readonly string[]): string[];
}

/** Is told what becomes of each name. */
export interface SubscriptionsListener {
  /** A name is held or no longer, or is in another state. */
  changed(name: string): void;
  turnedDown(rejection: Rejection): void;
  /** What was turned down is served after all, or asked for again. */
  readmitted(rejection: Rejection): void;
}

const nobody: SubscriptionsListener = { changed() {}, turnedDown() {}, readmitted() {} };

/** What a refusal was: an answer to what was asked, one that is said again, or one that nothing asked for. */
export type RefusalKind = 'answer' | 'repeat' | 'unasked';

/** As many refusals are remembered; a call has no more names. */
const mostRefused = 5_000;

export class Subscriptions {
  private readonly wanted = new Map<string, SubscriptionState>();
  private readonly refused = new Map<string, Rejection>();
  private readonly feed = new ServedNames();
  private readonly answers = new Elimination();
  /** Names that were turned down because another one of their kind was. */
  private readonly untried = new Set<string>();
  /** What the feed said against an unconfirmed name. */
  private readonly suspicions = new Map<string, string>();
  /** What the feed said when it refused the frame in flight whole. */
  private flightLimit: string | undefined;
  private flightSize = 0;
  private acks = 0;
  private refusals = 0;
  /** How many refusals had been heard when the frame in flight was sent. */
  private refusalsBefore = 0;
  private echoing = false;
  private refusedBefore = false;

  constructor(
    private readonly market: Market,
    private readonly listener: SubscriptionsListener = nobody,
  ) {}

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
    return this.refused.get(name);
  }

  get rejections(): Rejection[] {
    return [...this.refused.values()];
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
      const cap = this.market.caps.find(({ prefixes }) => prefixes.includes(channel.prefix));
      if (cap && this.heldUnder(cap) >= cap.maxHeld) {
        rejected.push(this.markRejected(name, 'LIMIT_EXCEEDED', describeCap(cap)));
        continue;
      }
      this.refused.delete(name);
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
      this.refused.delete(name);
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
    this.refusalsBefore = this.refusals;
    this.echoing = false;
  }

  /** The feed acknowledged a name, perhaps late, and whatever it had said before; true if the name is held by that. */
  acknowledged(name: string): boolean {
    this.acks++;
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
    this.refusals++;
    const denied = this.answers.refused();
    if (!denied) return this.unasked;
    for (const name of denied) this.deny(name);
    return 'answer';
  }

  /** The feed refused a whole frame, since it would have crossed a limit. */
  refusedWhole(message: string): RefusalKind {
    this.refusals++;
    if (this.answers.waiting > 0) {
      this.flightLimit = message;
      return 'answer';
    }
    const late = [...this.answers.late].filter(name => this.wanted.get(name) === 'unconfirmed');
    if (this.echoing || late.length === 0) return this.unasked;
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

  /** How many acknowledgements and refusals were heard. */
  get answersHeard(): number {
    return this.acks + this.refusals;
  }

  /** Whether a refusal may be an earlier one that is said again. */
  get mayRepeat(): boolean {
    return this.refusedBefore;
  }

  /** Whether one that comes now would be that of the last frame, said again. */
  get isEchoing(): boolean {
    return this.echoing;
  }

  /** The feed has said all that it had to say about the last frame. */
  echoesAreOver(): void {
    this.echoing = false;
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
    if (this.refusals > this.refusalsBefore) this.echoing = this.refusedBefore = true;
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
    return this.echoing ? 'repeat' : 'unasked';
  }

  /** A name is served; nothing that was said before stands against that. */
  private hold(name: string): boolean {
    if (!this.feed.has(name)) return false;
    const rejection = this.refused.get(name);
    this.refused.delete(name);
    this.mark(name, 'accepted');
    if (rejection) this.listener.readmitted(rejection);
    // Where it fits, those may fit that were not even asked for.
    if (rejection?.code === 'LIMIT_EXCEEDED') this.askAgain();
    return true;
  }

  private askAgain(): void {
    for (const name of [...this.untried]) {
      const rejection = this.refused.get(name);
      this.refused.delete(name);
      this.mark(name, 'pending');
      if (rejection) this.listener.readmitted(rejection);
    }
  }

  private forgetConnection(): void {
    for (const book of [this.feed, this.answers, this.untried, this.suspicions]) book.clear();
    this.flightLimit = undefined;
    this.echoing = this.refusedBefore = false;
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
    const cap = this.market.caps.find(({ prefixes }) => prefixes.includes(prefixOf(name)));
    const prefixes = cap?.prefixes ?? [prefixOf(name)];
    return this.namesIn('pending').filter(other => prefixes.includes(prefixOf(other)));
  }

  private reject(name: string, code: ErrorCode, message: string): void {
    this.mark(name, undefined);
    this.feed.setProven(name, false);
    this.markRejected(name, code, message);
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

  private markRejected(channel: string, code: ErrorCode, message: string): Rejection {
    const rejection = { channel, code, message: `${message} ${hintFor(code)}` };
    this.refused.set(channel, rejection);
    if (this.refused.size > mostRefused) this.refused.delete(this.refused.keys().next().value!);
    this.listener.turnedDown(rejection);
    return rejection;
  }
}

function describeCap({ maxHeld, unit, prefixes }: Cap): string {
  return `One connection holds at most ${maxHeld} ${unit} over ${prefixes.join(' and ')}, and ${maxHeld} are held.`;
}
