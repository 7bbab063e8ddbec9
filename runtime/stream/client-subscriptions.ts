/** Which channels one client asked for, and what became of them: pure book-keeping. */

import { optionTable } from '../config/options.js';
import type { SubscriptionState, SubscriptionsView } from '../feed/subscription-state.js';
import type { ChannelName, Rejection } from '../symbols/channels.js';

/** As many refusals are remembered; a call has no more names. */
const mostRefused = 5_000;

/** What all clients of an upstream hold together. */
export interface SubscriptionsOfAll {
  stateOf(name: string): SubscriptionState | undefined;
  /** Whether the feed may hold a name, whatever it said. */
  mayHold(name: string): boolean;
  /** Why the unconfirmed ones among these names are in doubt, in sentences that name no others. */
  doubtsOf(names: readonly string[]): string[];
}

export class ClientSubscriptions implements SubscriptionsView {
  /** In the order of the requests. */
  private readonly asked = new Set<string>();
  private readonly refused = new Map<string, Rejection>();
  /** Refused names that the feed may hold on this connection all the same. */
  private readonly perhaps = new Set<string>();
  private listed: readonly string[] | undefined;

  /**
   * @param all what all clients of the upstream hold; nothing while there is none
   * @param changed told whenever the client asks for other channels than before
   */
  constructor(
    private readonly all: () => SubscriptionsOfAll | undefined,
    private readonly changed: () => void,
  ) {}

  get names(): readonly string[] {
    this.listed ??= [...this.asked];
    return this.listed;
  }

  get size(): number {
    return this.asked.size;
  }

  stateOf(name: string): SubscriptionState | undefined {
    return this.asked.has(name) ? (this.all()?.stateOf(name) ?? 'pending') : undefined;
  }

  /** Why a name was turned down the last time the client asked for it. */
  rejectionOf(name: string): Rejection | undefined {
    return this.refused.get(name);
  }

  get rejections(): Rejection[] {
    return [...this.refused.values()];
  }

  namesIn(state: SubscriptionState): string[] {
    return this.names.filter(name => this.stateOf(name) === state);
  }

  doubtsOf(names: readonly string[]): string[] {
    return this.all()?.doubtsOf(names.filter(name => this.asked.has(name))) ?? [];
  }

  /** Whether the feed may hold a name for the client, also one of which it was told that it was refused. */
  mayHold(name: string): boolean {
    return this.perhaps.has(name) || (this.asked.has(name) && (this.all()?.mayHold(name) ?? false));
  }

  asks(name: string): boolean {
    return this.asked.has(name);
  }

  /** Messages that come from now on are the client's. @returns whether the name is new */
  ask({ name }: ChannelName): boolean {
    if (this.asked.has(name)) return false;
    this.forget(name);
    this.asked.add(name);
    this.touch();
    return true;
  }

  /** Messages that come from now on are not the client's. @returns whether the name was asked for */
  release(name: string): boolean {
    this.forget(name);
    if (!this.asked.delete(name)) return false;
    this.touch();
    return true;
  }

  /** What the client asked for was turned down. */
  reject(rejection: Rejection): void {
    if (!this.asked.delete(rejection.channel)) return;
    this.refused.set(rejection.channel, rejection);
    if (this.all()?.mayHold(rejection.channel)) this.perhaps.add(rejection.channel);
    if (this.refused.size > mostRefused) this.forget(this.refused.keys().next().value!);
    this.touch();
  }

  /**
   * Rejects the newest names where the client holds too many.
   *
   * @param most that it may hold
   * @param fresh names that it asked for just now
   * @returns those that were rejected
   */
  rejectBeyond(most: number, fresh: readonly string[]): readonly string[] {
    const excess = this.size - most;
    if (excess <= 0) return [];
    const message = `A client holds at most ${most} channels of a market (${optionTable.httpChannels.variable}). Unsubscribe what you do not need.`;
    const tooMany = fresh.slice(-excess);
    for (const channel of tooMany) this.reject({ channel, code: 'LIMIT_EXCEEDED', message });
    return tooMany;
  }

  /** What was turned down is served after all. */
  readmit(rejection: Rejection): void {
    // The client may have been told of another refusal.
    if (this.refused.get(rejection.channel) !== rejection) return;
    this.forget(rejection.channel);
    this.asked.add(rejection.channel);
    this.touch();
  }

  /** The connection is new. */
  restart(): void {
    this.perhaps.clear();
  }

  /** @returns names that the feed may hold for the client */
  clear(): string[] {
    const names = [...this.asked, ...this.perhaps];
    for (const book of [this.asked, this.refused, this.perhaps]) book.clear();
    this.touch();
    return names;
  }

  private forget(refused: string): void {
    this.refused.delete(refused);
    this.perhaps.delete(refused);
  }

  private touch(): void {
    this.listed = undefined;
    this.changed();
  }
}
