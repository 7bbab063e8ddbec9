/** One client's stream of a market: what it asked for, what came of that, and what was lost. */
import type { Entry, MessageBuffer } from '../buffer/message-buffer.js';
import { type Options, optionTable } from '../config/options.js';
import type { Market } from '../contract/contract.js';
import type { Clock } from '../core/clock.js';
import { StreamError } from '../core/errors.js';
import type { Log } from '../core/log.js';
import { wallMsOf } from '../core/time.js';
import type { Events } from '../decode/event-list.js';
import { FeedText } from '../feed/feed-text.js';
import { isWanted, type StateName } from '../feed/state.js';
import type { Detail, Message } from '../market/format.js';
import type { Snapshots } from '../market/snapshots.js';
import { Changes } from '../pacing/changes.js';
import type { LoopBudget } from '../pacing/loop-budget.js';
import type { ChannelName, Rejection } from '../symbols/channels.js';
import type { ByteBudget } from './byte-budget.js';
import { ClientMessages } from './client-messages.js';
import { ClientSubscriptions } from './client-subscriptions.js';
import { OutageLedger } from './outages.js';
import { OwnEvents } from './own-events.js';
import { Presentation } from './presentation.js';
import { Reservation } from './reservation.js';
import type { Target } from './target.js';
import type { UnaskedRefusal } from './unasked-refusal.js';
import type { Upstream } from './upstream.js';
import type { Notice, Stray, StreamFault, UpstreamUser } from './upstream-user.js';
import type { Upstreams } from './upstreams.js';
import type { StreamCounts, StreamView } from './view.js';

export interface ClientStreamServices {
  readonly options: Options;
  readonly clock: Clock;
  readonly log: Log;
  readonly loopBudget: LoopBudget;
  readonly upstreams: Upstreams;
  /** Absent where nobody else needs any of it: the client has all that an upstream brings, asked for or not. */
  readonly byteBudget?: ByteBudget;
}

export class ClientStream implements StreamView, UpstreamUser {
  readonly changes: Changes;
  readonly subscriptions: ClientSubscriptions;
  readonly outages: OutageLedger;
  private upstream: Upstream | undefined;
  /** The one that was left last; some of what came before may still be on its way. */
  private left: Upstream | undefined;
  private held: Target | undefined;
  private feedText = new FeedText();
  private lastUrl: string | undefined;
  /** Absent where all is the client's. */
  private own: OwnEvents | undefined;
  private readonly messages: ClientMessages;
  private readonly presentation: Presentation;
  private readonly reservation: Reservation;
  private counts = freshCounts();
  /** Whether something changed that nobody was told of yet. */
  private stirred = false;
  private fault: StreamFault | undefined;
  private notice: Notice | undefined;
  private unaskedRefusal: UnaskedRefusal | undefined;
  /** Moments, monotonic ms, as are those of the three above. */
  private liveSince: number | undefined;
  private started: number | undefined;
  private stopped: number | undefined;
  private wasLive = false;
  private closed = false;

  constructor(
    readonly market: Market,
    private readonly services: ClientStreamServices,
  ) {
    const { options, clock, byteBudget } = services;
    const { bufferMessages, bufferBytes, httpBufferBytes } = options;
    const maxBytes = byteBudget ? Math.min(bufferBytes, httpBufferBytes) : bufferBytes;
    const bounds = { maxMessages: bufferMessages, maxBytes };
    this.messages = new ClientMessages(market, bounds, services.loopBudget, () => this.account());
    this.presentation = new Presentation(market, services, this.messages, () => this.text);
    this.reservation = new Reservation(maxBytes, options, byteBudget);
    this.changes = new Changes(clock);
    this.outages = new OutageLedger(elapsedMs => this.wallMs(elapsedMs));
    this.subscriptions = new ClientSubscriptions(
      () => this.upstream?.subscriptions,
      () => {
        this.stirred = true;
        this.own?.askedAnew();
      },
    );
  }

  get buffer(): MessageBuffer {
    return this.messages.buffer;
  }

  get state(): StateName {
    return this.upstream?.state ?? (this.started === undefined ? 'idle' : 'stopped');
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
    return this.upstream?.place ?? this.lastUrl;
  }

  get lastFault(): StreamFault | undefined {
    return this.shown(this.fault);
  }

  get nextRetryElapsedMs(): number | undefined {
    return this.upstream?.nextAttemptMs;
  }

  get nextRetryAtMs(): number | undefined {
    const { nextRetryElapsedMs } = this;
    return nextRetryElapsedMs === undefined ? undefined : this.wallMs(nextRetryElapsedMs);
  }

  get attempts(): number {
    return this.upstream?.attempts ?? 0;
  }

  get liveSinceMs(): number | undefined {
    return this.liveSince === undefined ? undefined : this.wallMs(this.liveSince);
  }

  get liveForMs(): number | undefined {
    return this.liveSince === undefined ? undefined : this.elapsedMs - this.liveSince;
  }

  get newestAgeMs(): number | undefined {
    const { lastMs } = this.messages;
    return lastMs === undefined ? undefined : Math.max(0, this.elapsedMs - lastMs);
  }

  get durationMs(): number {
    return this.started === undefined ? 0 : (this.stopped ?? this.elapsedMs) - this.started;
  }

  get lastNotice(): Notice | undefined {
    return this.shown(this.notice);
  }

  get unasked(): UnaskedRefusal | undefined {
    return this.shown(this.unaskedRefusal);
  }

  get totals(): StreamCounts {
    const { received, lastMs } = this.messages;
    const all = { received, mistyped: this.presentation.mistyped, ...this.counts };
    const own = this.services.byteBudget ? { ...all, malformed: null, unknown: null } : all;
    return lastMs === undefined ? own : { ...own, lastMessageAtMs: this.wallMs(lastMs) };
  }

  wallMs(elapsedMs: number): number {
    return wallMsOf(this.services.clock, elapsedMs);
  }

  get dropped(): number {
    return this.messages.dropped;
  }

  get snapshots(): Snapshots {
    return this.presentation.snapshotsOf(this);
  }

  forReader(): StreamView {
    const { presentation } = this;
    const reader = {};
    return Object.create(this, {
      snapshots: { get: () => presentation.snapshotsOf(reader) },
      show: { value: (entry: Entry, detail: Detail) => presentation.showToReader(entry, detail) },
    });
  }

  ratePerSecond(): number {
    return this.messages.ratePerSecond(this.elapsedMs);
  }

  /**
   * Opens a stream that is not wanted yet; what the last one left in the buffer is cleared.
   *
   * @throws StreamError LIMIT_EXCEEDED, or STOPPED where the client is gone; then everything is as before
   */
  open(target: Target): void {
    // Nobody would ever end it.
    if (this.closed) throw new StreamError('STOPPED', 'The client of this stream is gone.');
    const upstream = this.findUpstream(target);
    void this.leave();
    this.left?.forget(this);
    this.messages.clear(this.services.byteBudget ? undefined : upstream.symbols);
    this.presentation.clear();
    this.subscriptions.clear();
    this.outages.clear();
    this.counts = freshCounts();
    this.wasLive = false;
    this.started = this.elapsedMs;
    this.stopped = undefined;
    this.notice = undefined;
    this.unaskedRefusal = undefined;
    this.fault = isWanted(upstream.state) && upstream.state !== 'live' ? upstream.lastFault : undefined;
    this.enter(upstream);
    if (upstream.state === 'live') this.becameLive();
    // The order in which hosts are tried is that of whoever came first.
    this.held = { ...target, urls: upstream.target.urls };
    this.feedText = new FeedText(target.key);
    upstream.join(this);
  }

  async stop(): Promise<void> {
    if (!this.upstream) return;
    this.upstream.deliver();
    this.stopped ??= this.elapsedMs;
    this.liveSince = undefined;
    this.unaskedRefusal = undefined;
    const left = this.leave();
    this.changes.notify();
    await left;
    this.keepOnly(this.buffer.bytes);
  }

  /** Stops, forgets everything, and opens nothing more. */
  async close(): Promise<void> {
    this.closed = true;
    await this.stop();
    this.messages.buffer.clear();
    this.keepOnly(0);
  }

  subscribe(names: readonly ChannelName[]): { added: string[]; already: string[]; rejected: Rejection[] } {
    const fresh = names.filter(name => this.subscriptions.ask(name)).map(({ name }) => name);
    const tooMany = new Set(this.rejectBeyond(fresh));
    this.upstream?.subscribe(names.filter(({ name }) => !tooMany.has(name)));
    const rejected = fresh.flatMap(name => this.subscriptions.rejectionOf(name) ?? []);
    const added = fresh.filter(name => this.subscriptions.asks(name));
    const already = names.map(({ name }) => name).filter(name => !fresh.includes(name));
    this.tellChanges();
    return { added, already, rejected };
  }

  unsubscribe(names: readonly string[]): { removed: string[]; notHeld: string[] } {
    const removed: string[] = [];
    const notHeld: string[] = [];
    for (const name of new Set(names)) {
      // What was called refused may be held all the same.
      const mayBeHeld = this.subscriptions.mayHold(name);
      (this.subscriptions.release(name) || mayBeHeld ? removed : notHeld).push(name);
    }
    this.upstream?.unsubscribe(removed);
    this.tellChanges();
    return { removed, notHeld };
  }

  /** Turns down the newest names of one of many that holds too many. @returns these */
  private rejectBeyond(fresh: readonly string[]): readonly string[] {
    const { byteBudget, options } = this.services;
    const excess = byteBudget ? this.subscriptions.size - options.httpChannels : 0;
    if (excess <= 0) return [];
    const message = `A client holds at most ${options.httpChannels} channels of a market (${optionTable.httpChannels.variable}). Unsubscribe what you do not need.`;
    const tooMany = fresh.slice(-excess);
    for (const channel of tooMany) this.subscriptions.reject({ channel, code: 'LIMIT_EXCEEDED', message });
    return tooMany;
  }

  show(entry: Entry, detail: Detail): Message {
    return this.presentation.show(entry, detail);
  }

  take(frame: Buffer, events: Events, arrivedMs: number): void {
    const { own, messages } = this;
    if (!own) messages.keep(frame, events, arrivedMs);
    else if (own.choose(frame, events) > 0) messages.keep(own.bytes, own, arrivedMs);
  }

  account(): void {
    if (this.messages.account()) {
      if (this.outages.current && this.state === 'live') this.outages.end(this.messages.lastMs!);
      this.stirred = true;
    }
    this.tellChanges();
  }

  /** What others may have asked for is not told to one of many. */
  strayed({ malformed = 0, unknown = 0, notice }: Stray): void {
    if (this.services.byteBudget) return;
    this.counts.malformed += malformed;
    this.counts.unknown += unknown;
    if (notice) this.notice = notice;
    this.stirred = true;
  }

  doubted({ text, atMs }: Notice): void {
    this.unaskedRefusal = { text, atMs, seq: this.buffer.nextSeq, names: this.subscriptions.names };
    this.stirred = true;
  }

  stateChanged(from: StateName): void {
    const { state, lastFault } = this.upstream!;
    if (from === 'live') {
      this.liveSince = undefined;
      this.subscriptions.restart();
      if (this.unaskedRefusal) this.unaskedRefusal = { ...this.unaskedRefusal, names: [] };
    }
    if (state === 'retrying' || state === 'refused') {
      this.fault = lastFault;
      if (from === 'live') this.beginOutage(lastFault!.message);
    }
    if (state === 'live') this.becameLive();
    this.changes.notify();
  }

  replayEnded(): void {
    this.changes.notify();
  }

  asks(name: string): boolean {
    return this.subscriptions.asks(name);
  }

  subscriptionChanged(name: string): void {
    if (this.asks(name)) this.stirred = true;
  }

  turnedDown(rejection: Rejection): void {
    this.subscriptions.reject(rejection);
  }

  readmitted(rejection: Rejection): void {
    this.subscriptions.readmit(rejection);
  }

  private tellChanges(): void {
    if (!this.stirred) return;
    this.stirred = false;
    this.changes.notify();
  }

  private becameLive(): void {
    this.liveSince = this.elapsedMs;
    if (this.wasLive) this.counts.reconnects++;
    this.wasLive = true;
  }

  private enter(upstream: Upstream): void {
    const { market, services, buffer, subscriptions } = this;
    this.upstream = upstream;
    this.own =
      services.byteBudget && new OwnEvents(market, upstream.symbols, buffer.symbols, name => subscriptions.asks(name));
  }

  private async leave(): Promise<void> {
    const { upstream } = this;
    if (!upstream) return;
    this.lastUrl = upstream.place;
    this.upstream = undefined;
    this.left = upstream;
    this.own?.askedFor(this.subscriptions.names);
    await upstream.leave(this, this.subscriptions.clear());
  }

  /** @throws StreamError LIMIT_EXCEEDED */
  private findUpstream(target: Target): Upstream {
    this.reservation.take();
    try {
      return this.services.upstreams.to(this.market, target);
    } catch (error) {
      this.keepOnly(this.buffer.bytes);
      throw error;
    }
  }

  /** Gives back what was reserved beyond so many bytes. */
  private keepOnly(bytes: number): void {
    if (!isWanted(this.state)) this.reservation.keepOnly(bytes);
  }

  private get elapsedMs(): number {
    return this.services.clock.elapsed();
  }

  /** The same as it is shown. */
  private shown<T extends { readonly atMs: number }>(kept: T | undefined): T | undefined {
    return kept && { ...kept, atMs: this.wallMs(kept.atMs) };
  }

  private beginOutage(cause: string): void {
    this.outages.begin({
      fromMs: this.messages.lastMs ?? this.elapsedMs,
      seq: this.buffer.nextSeq,
      cause,
      channels: this.subscriptions.names,
    });
  }
}

/** What is counted from a start on, beside messages. */
function freshCounts() {
  return { malformed: 0, unknown: 0, reconnects: 0 };
}
