/** One client's stream of a market: what it asked for, what came of that, and what was lost. */
import { type Entry, MessageBuffer } from '../buffer/message-buffer.js';
import { RateMeter } from '../buffer/rate.js';
import { type Options, optionTable } from '../config/options.js';
import type { Market } from '../contract/contract.js';
import type { Clock } from '../core/clock.js';
import { StreamError } from '../core/errors.js';
import type { Log } from '../core/log.js';
import { describeThrown } from '../core/thrown.js';
import { wallMsOf } from '../core/time.js';
import type { Events } from '../decode/event-list.js';
import { FeedText } from '../feed/feed-text.js';
import { isWanted, type StateName } from '../feed/state.js';
import { channelOf, cleanRaw, type Detail, formatMessage, type Message } from '../market/format.js';
import { Snapshots } from '../market/snapshots.js';
import { Changes } from '../pacing/changes.js';
import type { LoopBudget } from '../pacing/loop-budget.js';
import type { ChannelName, Rejection } from '../symbols/channels.js';
import type { ByteBudget } from './byte-budget.js';
import { ClientSubscriptions } from './client-subscriptions.js';
import { OutageLedger } from './outages.js';
import { OwnEvents } from './own-events.js';
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
  readonly buffer: MessageBuffer;
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
  private readonly maxBytes: number;
  /** Bytes of the room that are the buffer's. */
  private reserved = 0;
  /** By whoever looks at them. */
  private drawn = new WeakMap<object, Snapshots>();
  private rate = new RateMeter();
  private counts = freshCounts();
  /** Messages that are not accounted for yet, and their bytes. */
  private fresh = 0;
  private freshBytes = 0;
  /** Whether something changed that nobody was told of yet. */
  private stirred = false;
  private fault: StreamFault | undefined;
  private notice: Notice | undefined;
  private unaskedRefusal: UnaskedRefusal | undefined;
  /** Moments, monotonic ms, as are those of the three above. */
  private lastMessage: number | undefined;
  private liveSince: number | undefined;
  private started: number | undefined;
  private stopped: number | undefined;
  private closed = false;

  constructor(
    readonly market: Market,
    private readonly services: ClientStreamServices,
  ) {
    const { options, clock, byteBudget } = services;
    const { bufferMessages, bufferBytes, httpBufferBytes } = options;
    this.maxBytes = byteBudget ? Math.min(bufferBytes, httpBufferBytes) : bufferBytes;
    this.buffer = new MessageBuffer(market, bufferMessages, this.maxBytes);
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
    return this.lastMessage === undefined ? undefined : Math.max(0, this.elapsedMs - this.lastMessage);
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
    const { counts, lastMessage } = this;
    const own = this.services.byteBudget ? { ...counts, malformed: null, unknown: null } : counts;
    return lastMessage === undefined ? own : { ...own, lastMessageAtMs: this.wallMs(lastMessage) };
  }

  wallMs(elapsedMs: number): number {
    return wallMsOf(this.services.clock, elapsedMs);
  }

  get dropped(): number {
    return this.counts.received - this.buffer.size;
  }

  get snapshots(): Snapshots {
    return this.snapshotsOf(this);
  }

  forReader(): StreamView {
    const reader = {};
    return Object.create(this, {
      snapshots: { get: () => this.snapshotsOf(reader) },
      show: { value: (entry: Entry, detail: Detail) => this.format(entry, detail) ?? this.asItCame(entry) },
    });
  }

  ratePerSecond(): number {
    return this.rate.rate(this.services.clock.elapsed());
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
    this.buffer.clear(this.services.byteBudget ? undefined : upstream.symbols);
    this.subscriptions.clear();
    this.outages.clear();
    this.drawn = new WeakMap();
    this.rate = new RateMeter();
    this.counts = freshCounts();
    this.lastMessage = undefined;
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
    this.buffer.clear();
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
    const message = this.format(entry, detail);
    if (this.buffer.judge(entry.seq)) {
      const validator = channelOf(this.market, entry.ev)?.validator;
      if (!message || (validator && !validator.safeParse(entry.raw).success)) this.counts.mistyped++;
    }
    return message ?? this.asItCame(entry);
  }

  take(frame: Buffer, events: Events, arrivedMs: number): void {
    const { own } = this;
    if (!own) this.keep(frame, events, arrivedMs);
    else if (own.choose(frame, events) > 0) this.keep(own.bytes, own, arrivedMs);
  }

  account(): void {
    if (this.fresh > 0) this.messagesCame(this.fresh);
    this.fresh = 0;
    this.freshBytes = 0;
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

  private snapshotsOf(viewer: object): Snapshots {
    let snapshots = this.drawn.get(viewer);
    if (!snapshots) {
      snapshots = new Snapshots(this.market, this.buffer, this.services.clock, this.buffer.oldestSeq);
      snapshots.missed = this.dropped;
      this.drawn.set(viewer, snapshots);
    }
    return snapshots;
  }

  /** @returns nothing where it cannot be formatted */
  private format(entry: Entry, detail: Detail): Message | undefined {
    try {
      return formatMessage(this.market, entry, detail, this.text);
    } catch (error) {
      const what = `${this.market.name}: an event was not formatted: ${describeThrown(error)}`;
      this.services.log.say(`${this.market.name} format`, what);
      return undefined;
    }
  }

  private asItCame({ symbol, raw }: Entry): Message {
    const shownSymbol = symbol === null ? null : this.text.quote(symbol);
    return { event: 'UNKNOWN', symbol: shownSymbol, full_data: cleanRaw(raw, this.text) };
  }

  private keep(bytes: Buffer, events: Events, arrivedMs: number): void {
    const { count } = events;
    // Whoever waits must have seen what leaves the buffer.
    if (this.fresh + count > this.services.options.bufferMessages || this.freshBytes + bytes.length > this.maxBytes)
      this.account();
    this.buffer.append(bytes, events, arrivedMs);
    this.fresh += count;
    this.freshBytes += bytes.length;
    this.counts.received += count;
  }

  private messagesCame(count: number): void {
    const { elapsedMs } = this.services.loopBudget;
    this.buffer.trim();
    this.lastMessage = elapsedMs;
    this.rate.add(count, elapsedMs);
    if (this.outages.current && this.state === 'live') this.outages.end(elapsedMs);
    this.stirred = true;
  }

  private tellChanges(): void {
    if (!this.stirred) return;
    this.stirred = false;
    this.changes.notify();
  }

  private becameLive(): void {
    this.liveSince = this.elapsedMs;
    if (this.counts.wasLive) this.counts.reconnects++;
    this.counts.wasLive = true;
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
    this.reserve();
    try {
      return this.services.upstreams.to(this.market, target);
    } catch (error) {
      this.keepOnly(this.buffer.bytes);
      throw error;
    }
  }

  /** @throws StreamError LIMIT_EXCEEDED */
  private reserve(): void {
    const { byteBudget, options } = this.services;
    if (!byteBudget || byteBudget.take(this.maxBytes - this.reserved)) {
      this.reserved = this.maxBytes;
      return;
    }
    throw new StreamError(
      'LIMIT_EXCEEDED',
      `A stream of a client keeps up to ${this.maxBytes} bytes, and the buffers of all clients together may take ${options.httpMemoryBytes} (${optionTable.httpMemoryBytes.variable}).`,
      'Stop streams that you do not need, or start again when others have stopped theirs; the operator can raise the limit.',
    );
  }

  /** Gives back what was reserved beyond so many bytes. */
  private keepOnly(bytes: number): void {
    const { byteBudget } = this.services;
    if (!byteBudget || isWanted(this.state) || bytes >= this.reserved) return;
    byteBudget.give(this.reserved - bytes);
    this.reserved = bytes;
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
      fromMs: this.lastMessage ?? this.elapsedMs,
      seq: this.buffer.nextSeq,
      cause,
      channels: this.subscriptions.names,
    });
  }
}

/** What a stream counts from its start on. */
interface Counts {
  received: number;
  malformed: number;
  unknown: number;
  /** Messages whose fields have wrong types, of those that its owner was shown. */
  mistyped: number;
  reconnects: number;
  wasLive: boolean;
}

function freshCounts(): Counts {
  return { received: 0, malformed: 0, unknown: 0, mistyped: 0, reconnects: 0, wasLive: false };
}
