/** What is really subscribed: pure book-keeping of requests and of what the feed lets us infer from its answers. */

import type { ChannelName, Rejection } from './channels.js';
import type { Cap, Market } from './contract.js';
import { type ErrorCode, hintFor } from './errors.js';

/**
 * `pending`: wanted, not yet answered. `accepted`: acknowledged. `unconfirmed`: not answered in time, perhaps served.
 * @see polygon-docs/websockets/quickstart.md:111-119 `not authorized`
 */
export type SubscriptionState = 'pending' | 'accepted' | 'unconfirmed';

export class Subscriptions {
  private readonly wanted = new Map<string, SubscriptionState>();
  private readonly refused = new Map<string, Rejection>();
  /** Names of the frame that waits for its answers. */
  private flight = new Set<string>();
  private flightRefusals = 0;
  private unconfirmed = 0;

  constructor(private readonly market: Market) {}

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
    const removed = names.filter(name => this.mark(name, undefined));
    for (const name of names) {
      this.flight.delete(name);
      this.refused.delete(name);
    }
    return { removed, notHeld: names.filter(name => !removed.includes(name)) };
  }

  clear(): void {
    this.wanted.clear();
    this.unconfirmed = 0;
    this.refused.clear();
    this.flight.clear();
  }

  /** The connection is new: nothing is subscribed on it yet. */
  restart(): void {
    for (const name of this.wanted.keys()) this.mark(name, 'pending');
    this.flight.clear();
  }

  /** A subscribe frame with these names was sent. */
  sent(names: readonly string[]): void {
    this.flight = new Set(names);
    this.flightRefusals = 0;
  }

  /** The feed acknowledged a name, perhaps late; true if that settled a wanted one. */
  acknowledged(name: string): boolean {
    this.flight.delete(name);
    const rejection = this.refused.get(name);
    if (rejection?.code === 'NOT_AUTHORIZED') this.refused.delete(name);
    else if (!this.wanted.has(name)) return false;
    this.mark(name, 'accepted');
    return true;
  }

  /** The feed refused one of the names in flight, without saying which. */
  refusedOne(): void {
    this.flightRefusals++;
  }

  /** The feed refused all names in flight. */
  refusedAll(code: ErrorCode, message: string): void {
    for (const name of this.flight) {
      this.mark(name, undefined);
      this.turnDown(name, code, message);
    }
    this.flight.clear();
  }

  /** How many names were not answered in time. */
  get unconfirmedCount(): number {
    return this.unconfirmed;
  }

  /** Whether every name in flight has its answer: acknowledged, or one refusal for each of the rest. */
  get settled(): boolean {
    return this.flight.size <= this.flightRefusals;
  }

  /** Decides on what is still in flight: refused by elimination if there were refusals, else unconfirmed. */
  settle(): void {
    if (this.flightRefusals > 0) {
      this.refusedAll('NOT_AUTHORIZED', 'The feed answered: "not authorized".');
    }
    for (const name of this.flight) this.mark(name, 'unconfirmed');
    this.flight.clear();
  }

  /** Moves a name to a state, or out of the book; true if it was in it. */
  private mark(name: string, state: SubscriptionState | undefined): boolean {
    const before = this.wanted.get(name);
    if (before === 'unconfirmed') this.unconfirmed--;
    if (state === 'unconfirmed') this.unconfirmed++;
    if (state === undefined) this.wanted.delete(name);
    else this.wanted.set(name, state);
    return before !== undefined;
  }

  private heldUnder(cap: Cap): number {
    return this.names.filter(name => cap.prefixes.includes(name.slice(0, name.indexOf('.')))).length;
  }

  private turnDown(channel: string, code: ErrorCode, message: string): Rejection {
    const rejection = { channel, code, message: `${message} ${hintFor(code)}` };
    this.refused.set(channel, rejection);
    return rejection;
  }
}

function describeCap({ maxHeld, unit, prefixes }: Cap): string {
  return `One connection holds at most ${maxHeld} ${unit} over ${prefixes.join(' and ')}, and ${maxHeld} are held.`;
}
