/** One client's stream of a market: its channels, its messages, and what it missed. */
import type { Entry, MessageBuffer } from '../buffer/message-buffer.js';
import type { Options } from '../config/options.js';
import type { Market } from '../contract/market.js';
import type { Kernel } from '../contract/suite.js';
import type { Clock } from '../core/clock.js';
import { StreamError } from '../core/errors.js';
import type { Log } from '../core/log.js';
import { FeedText } from '../feed/feed-text.js';
import { isWanted, type StateName } from '../feed/state.js';
import type { Detail, Message } from '../market/format.js';
import type { Window } from '../market/totals/window.js';
import type { Changes } from '../pacing/changes.js';
import type { LoopBudget } from '../pacing/loop-budget.js';
import type { ChannelName, Rejection } from '../symbols/channels.js';
import type { ByteBudget } from './byte-budget.js';
import type { ClientSubscriptions } from './client-subscriptions.js';
import type { OutageLedger } from './outages.js';
import { Presentation } from './presentation.js';
import { Reservation } from './reservation.js';
import { StreamUser } from './stream-user.js';
import type { Target } from './target.js';
import type { UnaskedRefusal } from './unasked-refusal.js';
import type { Upstream } from './upstream.js';
import type { Notice, StreamFault } from './upstream-user.js';
import type { Upstreams } from './upstreams.js';
import type { StreamCounts, StreamView } from './view.js';

export interface ClientStreamServices {
  readonly options: Options;
  readonly clock: Clock;
  readonly log: Log;
  /** Reads the numbers of messages. */
  readonly numberKernel: Kernel;
  readonly loopBudget: LoopBudget;
  readonly upstreams: Upstreams;
  /** Absent if the client is alone: then it gets all events of an upstream, asked for or not. */
  readonly byteBudget?: ByteBudget;
  /** How many buffers must stay free of what the client may take for another feed than the usual one; default 0. */
  readonly spareBuffers?: number;
}

export class ClientStream implements StreamView {
  private held: Target | undefined;
  private feedText = new FeedText();
  private readonly user: StreamUser;
  private readonly presentation: Presentation;
  private readonly reservation: Reservation;
  private readonly spareBytes: number;
  /** Whether `open` fails from now on. */
  private closed = false;

  constructor(
    readonly market: Market,
    private readonly services: ClientStreamServices,
  ) {
    const { options, byteBudget } = services;
    const { bufferBytes, httpBufferBytes } = options;
    const maxBytes = byteBudget ? Math.min(bufferBytes, httpBufferBytes) : bufferBytes;
    this.spareBytes = Math.min((services.spareBuffers ?? 0) * maxBytes, Math.floor(options.httpMemoryBytes / 2));
    this.user = new StreamUser(market, services, maxBytes, byteBudget === undefined);
    this.presentation = new Presentation(market, services, this.user.messages, () => this.text);
    this.reservation = new Reservation(maxBytes, options, byteBudget);
  }

  get buffer(): MessageBuffer {
    return this.user.messages.buffer;
  }

  get changes(): Changes {
    return this.user.changes;
  }

  get subscriptions(): ClientSubscriptions {
    return this.user.subscriptions;
  }

  get outages(): OutageLedger {
    return this.user.history.outages;
  }

  get state(): StateName {
    return this.user.state;
  }

  get isOver(): boolean {
    return !isWanted(this.state) || (this.held?.replay?.ended ?? false);
  }

  get text(): FeedText {
    return this.feedText;
  }

  get target(): Target | undefined {
    return this.held;
  }

  get url(): string | undefined {
    return this.user.place;
  }

  get lastFault(): StreamFault | undefined {
    return this.user.history.lastFault;
  }

  get nextRetryElapsedMs(): number | undefined {
    return this.user.upstream?.nextAttemptMs;
  }

  get nextRetryAtMs(): number | undefined {
    const { nextRetryElapsedMs } = this;
    return nextRetryElapsedMs === undefined ? undefined : this.wallMs(nextRetryElapsedMs);
  }

  get attempts(): number {
    return this.user.upstream?.attempts ?? 0;
  }

  get liveSinceMs(): number | undefined {
    return this.user.history.liveSinceMs;
  }

  get liveForMs(): number | undefined {
    return this.user.history.liveForMs;
  }

  get newestAgeMs(): number | undefined {
    const { lastMs } = this.user.messages;
    return lastMs === undefined ? undefined : Math.max(0, this.services.clock.elapsed() - lastMs);
  }

  get durationMs(): number {
    return this.user.history.durationMs;
  }

  get lastNotice(): Notice | undefined {
    return this.user.history.lastNotice;
  }

  get unasked(): UnaskedRefusal | undefined {
    return this.user.history.unasked;
  }

  get totals(): StreamCounts {
    const { received, lastMs } = this.user.messages;
    const all = { received, mistyped: this.presentation.mistyped, ...this.user.history.counts };
    const own = this.services.byteBudget ? { ...all, malformed: null, unknown: null } : all;
    return lastMs === undefined ? own : { ...own, lastMessageAtMs: this.wallMs(lastMs) };
  }

  wallMs(elapsedMs: number): number {
    return this.user.history.wallMs(elapsedMs);
  }

  get dropped(): number {
    return this.user.messages.dropped;
  }

  get sinceStart(): Window {
    return this.presentation.sinceStart('owner');
  }

  forReader(): StreamView {
    const { presentation } = this;
    return Object.create(this, {
      sinceStart: { get: () => presentation.sinceStart('reader') },
      show: {
        value: (entry: Entry, detail: Detail, isNamed = false) => presentation.showToReader(entry, detail, isNamed),
      },
    });
  }

  ratePerSecond(): number {
    if (!isWanted(this.state)) return 0;
    return this.user.messages.ratePerSecond(this.services.clock.elapsed());
  }

  /**
   * Opens the stream, which must not be open yet, and clears the buffer.
   *
   * @throws StreamError LIMIT_EXCEEDED, or STOPPED if the client is gone; then nothing has changed
   */
  open(target: Target): void {
    // Nobody would ever stop it.
    if (this.closed) throw new StreamError('STOPPED', 'The client of this stream is gone.');
    const upstream = this.findUpstream(target);
    this.user.enter(upstream);
    this.presentation.clear();
    // The upstream's first client decided the order of the hosts.
    this.held = { ...target, urls: upstream.target.urls };
    this.feedText = new FeedText(target.key);
    upstream.join(this.user);
  }

  async stop(): Promise<void> {
    const { upstream } = this.user;
    if (!upstream) return;
    upstream.deliver();
    this.user.history.stop();
    const left = this.user.leave();
    this.changes.notify();
    await left;
    this.keepOnly(this.buffer.bytes);
  }

  /** Stops for good, and forgets everything. */
  async close(): Promise<void> {
    this.closed = true;
    await this.stop();
    this.buffer.clear();
    this.keepOnly(0);
  }

  subscribe(names: readonly ChannelName[]): { added: string[]; already: string[]; rejected: Rejection[] } {
    const fresh = names.filter(name => this.subscriptions.ask(name)).map(({ name }) => name);
    const { byteBudget, options } = this.services;
    const tooMany = new Set(byteBudget ? this.subscriptions.rejectBeyond(options.httpChannels, fresh) : []);
    this.user.upstream?.subscribe(names.filter(({ name }) => !tooMany.has(name)));
    const rejected = fresh.flatMap(name => this.subscriptions.rejectionOf(name) ?? []);
    const added = fresh.filter(name => this.subscriptions.asks(name));
    const isFresh = new Set(fresh);
    const already = names.map(({ name }) => name).filter(name => !isFresh.has(name));
    this.user.tellChanges();
    return { added, already, rejected };
  }

  unsubscribe(names: readonly string[]): { removed: string[]; notHeld: string[] } {
    const removed: string[] = [];
    const notHeld: string[] = [];
    for (const name of new Set(names)) {
      // The feed may hold a name although it refused it.
      const mayBeHeld = this.subscriptions.mayHold(name);
      (this.subscriptions.release(name) || mayBeHeld ? removed : notHeld).push(name);
    }
    this.user.upstream?.unsubscribe(removed);
    this.user.tellChanges();
    return { removed, notHeld };
  }

  show(entry: Entry, detail: Detail, isNamed = false): Message {
    return this.presentation.show(entry, detail, isNamed);
  }

  /** @throws StreamError LIMIT_EXCEEDED */
  private findUpstream(target: Target): Upstream {
    this.reservation.take(target.usual ? 0 : this.spareBytes);
    try {
      return this.services.upstreams.to(this.market, target);
    } catch (error) {
      this.keepOnly(this.buffer.bytes);
      throw error;
    }
  }

  /** Gives back the reserved bytes beyond `bytes`. */
  private keepOnly(bytes: number): void {
    if (!isWanted(this.state)) this.reservation.keepOnly(bytes);
  }
}
