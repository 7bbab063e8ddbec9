/** A client's stream as an upstream sees it: takes events, and notifies waiting calls. */
import type { Options } from '../config/options.js';
import type { Market } from '../contract/market.js';
import type { Clock } from '../core/clock.js';
import type { Events } from '../decode/event-list.js';
import { isWanted, type StateName } from '../feed/state.js';
import { Changes } from '../pacing/changes.js';
import type { LoopBudget } from '../pacing/loop-budget.js';
import type { Rejection } from '../symbols/channels.js';
import { ClientMessages } from './client-messages.js';
import { ClientSubscriptions } from './client-subscriptions.js';
import { History } from './history.js';
import { OwnEvents } from './own-events.js';
import type { Upstream } from './upstream.js';
import type { Stray, StrayRefusal, UpstreamUser } from './upstream-user.js';

export interface StreamUserServices {
  readonly options: Options;
  readonly clock: Clock;
  readonly loopBudget: LoopBudget;
}

export class StreamUser implements UpstreamUser {
  readonly changes: Changes;
  readonly subscriptions: ClientSubscriptions;
  readonly messages: ClientMessages;
  readonly history: History;
  private current: Upstream | undefined;
  /** The upstream that was left last; earlier frames of it may still be delivered. */
  private left: Upstream | undefined;
  private lastPlace: string | undefined;
  /** Absent if all events are the client's. */
  private own: OwnEvents | undefined;
  /** Whether a change was not notified yet. */
  private hasChanged = false;

  /**
   * @param maxBytes the most that the buffer keeps
   * @param isAlone whether all events of an upstream are the client's, asked for or not
   */
  constructor(
    private readonly market: Market,
    private readonly services: StreamUserServices,
    maxBytes: number,
    private readonly isAlone: boolean,
  ) {
    const { options, clock, loopBudget } = services;
    const bounds = { maxMessages: options.bufferMessages, maxBytes };
    this.messages = new ClientMessages(market, bounds, loopBudget, () => this.account());
    this.changes = new Changes(clock);
    this.history = new History(clock);
    this.subscriptions = new ClientSubscriptions(
      () => this.upstream?.subscriptions,
      () => {
        this.hasChanged = true;
        this.own?.askedAnew();
      },
      () => clock.elapsed(),
    );
  }

  get upstream(): Upstream | undefined {
    return this.current;
  }

  get state(): StateName {
    return this.upstream?.state ?? (this.history.wasStarted ? 'stopped' : 'idle');
  }

  /** Where it reads from, or last read from. */
  get place(): string | undefined {
    return this.upstream?.place ?? this.lastPlace;
  }

  /** Takes events of this upstream from now on, and nothing more of the previous one. */
  enter(upstream: Upstream): void {
    const { market, messages, subscriptions, isAlone } = this;
    void this.leave();
    this.left?.forget(this);
    messages.clear(isAlone ? upstream.symbols : undefined);
    subscriptions.clear();
    const isComing = isWanted(upstream.state) && upstream.state !== 'live';
    this.history.start(isComing ? upstream.lastFault : undefined);
    this.current = upstream;
    this.own = isAlone
      ? undefined
      : new OwnEvents(market, upstream.symbols, messages.buffer.symbols, name => subscriptions.asks(name));
    if (upstream.state === 'live') this.history.becameLive();
  }

  /** Earlier frames are still taken; resolves when they are delivered. */
  async leave(): Promise<void> {
    const { upstream } = this;
    if (!upstream) return;
    this.lastPlace = upstream.place;
    this.current = undefined;
    this.left = upstream;
    this.own?.askedFor(this.subscriptions.names);
    await upstream.leave(this, this.subscriptions.clear());
  }

  /** Notifies waiting calls if anything changed. */
  tellChanges(): void {
    if (!this.hasChanged) return;
    this.hasChanged = false;
    this.changes.notify();
  }

  take(frame: Buffer, events: Events, arrivedMs: number): void {
    const { own, messages } = this;
    if (!own) messages.keep(frame, events, arrivedMs);
    else if (own.choose(frame, events) > 0) messages.keep(own.bytes, own, arrivedMs);
  }

  account(): void {
    if (this.messages.account()) {
      if (this.history.outages.current && this.state === 'live') this.history.outages.end(this.messages.lastMs!);
      this.hasChanged = true;
    }
    this.tellChanges();
  }

  /** Counted only for a client that is alone; otherwise others may have asked for it. */
  strayed(stray: Stray): void {
    if (!this.isAlone) return;
    this.history.strayed(stray);
    this.hasChanged = true;
  }

  doubted(refusal: StrayRefusal): void {
    this.history.doubted({ ...refusal, seq: this.messages.buffer.nextSeq, names: this.subscriptions.names });
    this.hasChanged = true;
  }

  stateChanged(from: StateName): void {
    const { state, lastFault } = this.upstream!;
    if (from === 'live') {
      this.history.ceasedToBeLive();
      this.subscriptions.restart();
    }
    if (state === 'retrying' || state === 'refused') {
      this.history.failed(lastFault);
      if (from === 'live') this.beginOutage(lastFault!.message);
    }
    if (state === 'live') this.history.becameLive();
    this.changes.notify();
  }

  replayEnded(): void {
    this.changes.notify();
  }

  asks(name: string): boolean {
    return this.subscriptions.asks(name);
  }

  subscriptionChanged(name: string): void {
    if (this.asks(name)) this.hasChanged = true;
  }

  turnedDown(rejection: Rejection): void {
    this.subscriptions.reject(rejection);
  }

  readmitted(rejection: Rejection): void {
    this.subscriptions.readmit(rejection);
  }

  private beginOutage(cause: string): void {
    this.history.outages.begin({
      fromMs: this.messages.lastMs ?? this.services.clock.elapsed(),
      seq: this.messages.buffer.nextSeq,
      cause,
      channels: this.subscriptions.names,
    });
  }
}
