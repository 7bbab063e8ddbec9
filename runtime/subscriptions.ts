/** What is really subscribed: pure book-keeping of requests and of what the feed lets us infer from its answers. */

import type { ChannelName, Rejection } from './channels.js';
import type { Cap, Market } from './contract.js';
import { type ErrorCode, hintFor } from './errors.js';

/**
 * `pending`: wanted, not yet answered. `accepted`: acknowledged. `unconfirmed`: not answered in time, perhaps served.
 * @see polygon-docs/websockets/quickstart.md:111-119 `not authorized`
 */
export type SubscriptionState = 'pending' | 'accepted' | 'unconfirmed';

/** What may be asked about subscriptions. */
export type SubscriptionsView = Pick<
  Subscriptions,
  'names' | 'size' | 'stateOf' | 'rejectionOf' | 'rejections' | 'namesIn'
>;

/** As many refusals are remembered; a call has no more names. */
const mostRefused = 5_000;

export class Subscriptions {
  private readonly wanted = new Map<string, SubscriptionState>();
  private readonly refused = new Map<string, Rejection>();
  /** Names of the frame that waits for its answers. */
  private flight = new Set<string>();
  /** Names of that frame that were dropped meanwhile; they are answered all the same. */
  private readonly dropped = new Set<string>();
  /** Names of earlier frames that were not answered in time, dropped or not; perhaps they will be. */
  private readonly owed = new Set<string>();
  /** Refusals of which it is not known yet whose they are. */
  private refusals = 0;
  /** What the feed said when it refused the whole frame. */
  private flightLimit: string | undefined;
  private unconfirmed = 0;
  private changes = 0;

  constructor(private readonly market: Market) {}

  /** Names that are wanted, in the order of the requests. */
  get names(): string[] {
    return [...this.wanted.keys()];
  }

  get size(): number {
    return this.wanted.size;
  }

  /** Differs whenever another name is wanted or one less, or one is in another state. */
  get revision(): number {
    return this.changes;
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
        rejected.push(this.turnDown(name, 'LIMIT_EXCEEDED', describeCap(cap)));
        continue;
      }
      this.refused.delete(name);
      this.mark(name, 'pending');
      added.push(name);
    }
    return { added, already, rejected };
  }

  /** Forgets what is no longer wanted. */
  drop(names: readonly string[]): { removed: string[]; notHeld: string[] } {
    const removed: string[] = [];
    const notHeld: string[] = [];
    for (const name of new Set(names)) {
      (this.mark(name, undefined) ? removed : notHeld).push(name);
      if (this.flight.delete(name)) this.dropped.add(name);
      this.refused.delete(name);
    }
    return { removed, notHeld };
  }

  clear(): void {
    this.wanted.clear();
    this.changes++;
    this.unconfirmed = 0;
    this.refused.clear();
    this.forgetAnswers();
  }

  /** The connection is new: nothing is subscribed on it yet. */
  restart(): void {
    for (const name of this.wanted.keys()) this.mark(name, 'pending');
    this.forgetAnswers();
  }

  /** A subscribe frame with these names was sent. */
  sent(names: readonly string[]): void {
    this.forgetFlight();
    this.flight = new Set(names);
    this.flightLimit = undefined;
  }

  /** The feed acknowledged a name, perhaps late; true if that settled a wanted one. */
  acknowledged(name: string): boolean {
    this.dropped.delete(name);
    // A name that is owed an answer, too, does not say which frame it answers.
    if (!this.owed.delete(name) && this.flight.has(name)) this.closeOwed(this.unanswered - 1);
    // What is still to be sent cannot be meant: it was dropped and wanted again, and this answers the first request.
    if (!this.flight.delete(name) && this.wanted.get(name) === 'pending') return false;
    const rejection = this.refused.get(name);
    if (rejection?.code === 'NOT_AUTHORIZED') this.refused.delete(name);
    else if (!this.wanted.has(name)) return false;
    this.mark(name, 'accepted');
    this.settleLate();
    return true;
  }

  /** The feed refused one of the names that are not answered yet, without saying which. */
  refusedOne(): void {
    if (this.unanswered + this.owed.size === 0) return;
    this.refusals++;
    this.settleLate();
  }

  /** The feed refused the whole frame, since it would have crossed a limit. */
  refusedWhole(message: string): void {
    if (this.unanswered > 0) this.flightLimit = message;
  }

  /** How many names were not answered in time. */
  get unconfirmedCount(): number {
    return this.unconfirmed;
  }

  /** Whether every name in flight has its answer: acknowledged, or one refusal for each of the rest. */
  get settled(): boolean {
    if (this.unanswered === 0 || this.flightLimit !== undefined) return true;
    return this.unanswered + this.owed.size <= this.refusals;
  }

  private get unanswered(): number {
    return this.flight.size + this.dropped.size;
  }

  /**
   * Decides on what is still in flight: refused by elimination if there were refusals, else unconfirmed.
   *
   * @returns whether the frame was refused whole for a limit; several names then stay pending, for smaller frames
   * @see polygon-docs/websockets/quickstart.md:200
   */
  settle(): boolean {
    const undecided = [...this.flight];
    const alone = this.unanswered === 1;
    // Beside names that are still owed an answer, a refusal counts only if there is one for each.
    const decided =
      this.refusals >= this.unanswered + this.owed.size || (this.owed.size === 0 && this.refusals > this.dropped.size);
    const dropped = [...this.dropped];
    this.forgetFlight();
    if (this.flightLimit !== undefined) {
      // Not even one more fits, so none of its kind does.
      const [only] = alone ? undecided : [];
      if (only) for (const name of this.pendingLike(only)) this.reject(name, 'LIMIT_EXCEEDED', this.flightLimit);
      return true;
    }
    if (decided) {
      for (const name of undecided) this.deny(name);
      this.denyOwed();
      this.refusals = 0;
      return false;
    }
    for (const name of undecided) this.mark(name, 'unconfirmed');
    for (const name of [...undecided, ...dropped]) this.owed.add(name);
    return false;
  }

  /**
   * Frames are answered in their order, so once one is, nothing more comes for those before it.
   *
   * @param others names of the newer frame that are still to be answered
   */
  private closeOwed(others: number): void {
    const { size } = this.owed;
    if (size === 0) return;
    if (this.refusals >= size + others) {
      this.denyOwed();
      this.refusals -= size;
    } else {
      // Whose they were nobody can tell.
      this.owed.clear();
      this.refusals = 0;
    }
  }

  /** Answers may come late, when no frame waits for them. */
  private settleLate(): void {
    if (this.unanswered === 0 && this.owed.size > 0 && this.refusals >= this.owed.size) this.closeOwed(0);
  }

  private forgetAnswers(): void {
    this.forgetFlight();
    this.owed.clear();
    this.refusals = 0;
  }

  private forgetFlight(): void {
    this.flight.clear();
    this.dropped.clear();
  }

  /** One that was dropped meanwhile took its refusal with it. */
  private denyOwed(): void {
    for (const name of this.owed) if (this.wanted.get(name) === 'unconfirmed') this.deny(name);
    this.owed.clear();
  }

  private deny(name: string): void {
    this.reject(name, 'NOT_AUTHORIZED', 'The feed answered: "not authorized".');
  }

  /** Pending names that count against the same limit, this one included. */
  private pendingLike(name: string): string[] {
    const cap = this.market.caps.find(({ prefixes }) => prefixes.includes(prefixOf(name)));
    const prefixes = cap?.prefixes ?? [prefixOf(name)];
    return this.namesIn('pending').filter(other => prefixes.includes(prefixOf(other)));
  }

  private reject(name: string, code: ErrorCode, message: string): void {
    this.mark(name, undefined);
    this.turnDown(name, code, message);
  }

  /** Moves a name to a state, or out of the book; true if it was in it. */
  private mark(name: string, state: SubscriptionState | undefined): boolean {
    const before = this.wanted.get(name);
    if (before !== state) this.changes++;
    if (before === 'unconfirmed') this.unconfirmed--;
    if (state === 'unconfirmed') this.unconfirmed++;
    if (state === undefined) this.wanted.delete(name);
    else this.wanted.set(name, state);
    return before !== undefined;
  }

  private heldUnder(cap: Cap): number {
    return this.names.filter(name => cap.prefixes.includes(prefixOf(name))).length;
  }

  private turnDown(channel: string, code: ErrorCode, message: string): Rejection {
    const rejection = { channel, code, message: `${message} ${hintFor(code)}` };
    this.refused.set(channel, rejection);
    if (this.refused.size > mostRefused) this.refused.delete(this.refused.keys().next().value!);
    return rejection;
  }
}

function prefixOf(name: string): string {
  return name.slice(0, name.indexOf('.'));
}

function describeCap({ maxHeld, unit, prefixes }: Cap): string {
  return `One connection holds at most ${maxHeld} ${unit} over ${prefixes.join(' and ')}, and ${maxHeld} are held.`;
}
