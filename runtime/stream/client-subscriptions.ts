/** Which channels one client asked for, and their outcome. No I/O. */

import { optionTable } from '../config/options.js';
import type { SubscriptionState, SubscriptionsView } from '../feed/subscription-state.js';
import type { ChannelName, Rejection } from '../symbols/channels.js';

/** A call has no more names than this. */
const mostRefused = 5_000;

/** The subscriptions of all clients of an upstream. */
export interface SubscriptionsOfAll {
  stateOf(name: string): SubscriptionState | undefined;
  /** Whether the feed may hold a name, whatever it answered. */
  mayHold(name: string): boolean;
  /** Sentences on why the unconfirmed ones of these names are in doubt; they name no other channels. */
  doubtsOf(names: readonly string[]): string[];
}

export class ClientSubscriptions implements SubscriptionsView {
  /** In the order of the requests; since when, monotonic ms. */
  private readonly asked = new Map<string, number>();
  private readonly refused = new Map<string, Rejection>();
  /** Refused names that the feed may still hold on this connection. */
  private readonly maybeHeld = new Set<string>();
  private listed: readonly string[] | undefined;

  /**
   * @param all the subscriptions of all clients of the upstream; undefined while there is no upstream
   * @param changed called when the client's channels change
   * @param elapsed monotonic ms
   */
  constructor(
    private readonly all: () => SubscriptionsOfAll | undefined,
    private readonly changed: () => void,
    private readonly elapsed: () => number,
  ) {}

  get names(): readonly string[] {
    this.listed ??= [...this.asked.keys()];
    return this.listed;
  }

  get size(): number {
    return this.asked.size;
  }

  stateOf(name: string): SubscriptionState | undefined {
    return this.asked.has(name) ? (this.all()?.stateOf(name) ?? 'pending') : undefined;
  }

  sinceMs(name: string): number | undefined {
    return this.asked.get(name);
  }

  /** Why a name was rejected when the client last asked for it. */
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

  /** Whether the feed may hold a name for the client, even one that was refused. */
  mayHold(name: string): boolean {
    return this.maybeHeld.has(name) || (this.asked.has(name) && (this.all()?.mayHold(name) ?? false));
  }

  asks(name: string): boolean {
    return this.asked.has(name);
  }

  /** Later messages of the name are the client's. @returns whether the name is new */
  ask({ name }: ChannelName): boolean {
    if (this.asked.has(name)) return false;
    this.forget(name);
    this.asked.set(name, this.elapsed());
    this.touch();
    return true;
  }

  /** Later messages of the name are not the client's. @returns whether it was asked for */
  release(name: string): boolean {
    this.forget(name);
    if (!this.asked.delete(name)) return false;
    this.touch();
    return true;
  }

  /** A name of the client was rejected. */
  reject(rejection: Rejection): void {
    if (!this.asked.delete(rejection.channel)) return;
    this.refused.set(rejection.channel, rejection);
    if (this.all()?.mayHold(rejection.channel)) this.maybeHeld.add(rejection.channel);
    if (this.refused.size > mostRefused) this.forget(this.refused.keys().next().value!);
    this.touch();
  }

  /**
   * Rejects the newest names if the client holds too many.
   *
   * @param most names that it may hold
   * @param fresh the names of this call
   * @returns the rejected names
   */
  rejectBeyond(most: number, fresh: readonly string[]): readonly string[] {
    const excess = this.size - most;
    if (excess <= 0) return [];
    const message = `A client holds at most ${most} channels of a market (${optionTable.httpChannels.variable}). Unsubscribe what you do not need.`;
    const tooMany = fresh.slice(-excess);
    for (const channel of tooMany) this.reject({ channel, code: 'LIMIT_EXCEEDED', message });
    return tooMany;
  }

  /** A rejected name is served after all. */
  readmit(rejection: Rejection): void {
    // A newer rejection may have replaced this one.
    if (this.refused.get(rejection.channel) !== rejection) return;
    this.forget(rejection.channel);
    this.asked.set(rejection.channel, this.elapsed());
    this.touch();
  }

  /** Starts over for a new connection. */
  restart(): void {
    this.maybeHeld.clear();
  }

  /** @returns names that the feed may hold for the client */
  clear(): string[] {
    const names = [...this.asked.keys(), ...this.maybeHeld];
    for (const kept of [this.asked, this.refused, this.maybeHeld]) kept.clear();
    this.touch();
    return names;
  }

  private forget(refused: string): void {
    this.refused.delete(refused);
    this.maybeHeld.delete(refused);
  }

  private touch(): void {
    this.listed = undefined;
    this.changed();
  }
}
