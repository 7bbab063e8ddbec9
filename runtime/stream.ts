/** One market's stream: a connection, what is subscribed on it, what came, and what was lost. */
import { type Entry, MessageBuffer } from './buffer.js';
import { Changes } from './changes.js';
import { type ChannelName, parseChannel, type Rejection } from './channels.js';
import type { Clock } from './clock.js';
import { Connection, type ConnectionListener } from './connection.js';
import type { Decoding, Market } from './contract.js';
import type { Endpoint } from './endpoint.js';
import type { ErrorCode } from './errors.js';
import type { Events } from './eventlist.js';
import { quotedForeign, quoteForeign } from './foreign.js';
import { channelOf, cleanRaw, type Detail, formatMessage, type Message } from './format.js';
import { FrameReader } from './frame.js';
import type { Steps } from './intake.js';
import type { Log } from './log.js';
import type { Options } from './options.js';
import { OutageLedger } from './outages.js';
import { Pictures } from './pictures.js';
import { proveByData } from './proof.js';
import { ackedChannel, type Status, unsubscribeFrame } from './protocol.js';
import { RateMeter } from './rate.js';
import type { Recorder } from './recording/recorder.js';
import type { Replay } from './recording/replay.js';
import type { Selection } from './selection.js';
import type { Dial } from './socket.js';
import { isWanted, type StateName } from './state.js';
import { SubscriptionPump } from './subscriptionpump.js';
import { Subscriptions } from './subscriptions.js';
import { wallMsOf } from './time.js';
import type { Turn } from './turn.js';
import type { UnaskedRefusal } from './unasked.js';
import { fatalStatuses, verdicts } from './verdict.js';
import type { StreamView } from './view.js';

export interface StreamServices {
  readonly options: Options;
  readonly clock: Clock;
  readonly log: Log;
  readonly turn: Turn;
  readonly decoding: Decoding;
  /** Opens sockets to hosts; absent: straight. */
  readonly dial?: Dial | undefined;
  /** Absent where nothing is recorded. */
  readonly recorder?: Recorder | undefined;
}

/** Where a stream is connected to, and with which key. */
export interface Target {
  readonly endpoint: Endpoint;
  readonly urls: readonly string[];
  readonly key: string;
  /** Present where a recording stands in for the feed. */
  readonly replay?: Replay;
}

/** Why a stream is not live. */
export interface StreamFault {
  readonly code: ErrorCode;
  readonly message: string;
  readonly atMs: number;
}

/** Something that the feed said and that no word of the spec explains. */
export interface Notice {
  readonly text: string;
  readonly atMs: number;
}

const mostLookedAt = 100;

export class Stream implements StreamView {
  readonly buffer: MessageBuffer;
  readonly subscriptions: Subscriptions;
  readonly outages: OutageLedger;
  /** Told of every change of state and of subscriptions, and whenever frames came. */
  readonly changes: Changes;
  /** Whether other clients use it too. */
  readonly shared: boolean = false;
  /** Which messages are the client's; absent: all. */
  readonly visible: Selection | undefined;
  private connection: Connection | undefined;
  private held: Target | undefined;
  private readonly reader: FrameReader;
  private drawn: Pictures | undefined;
  private rate = new RateMeter();
  private readonly pump: SubscriptionPump;
  /** Counts the connections that became live, over all starts. */
  private lives = 0;
  private counts = freshCounts();
  /** Messages that are not accounted for yet, and the bytes of their frames. */
  private fresh = 0;
  private freshBytes = 0;
  private fault: StreamFault | undefined;
  private notice: Notice | undefined;
  private unaskedRefusal: UnaskedRefusal | undefined;
  /** Seq of the first message that proves anything. */
  private doubtedTo = 0;
  /** Moments, monotonic ms, as are those of the three above. */
  private lastMessage: number | undefined;
  private liveSince: number | undefined;
  private started: number | undefined;
  private stopped: number | undefined;

  constructor(
    readonly market: Market,
    private readonly services: StreamServices,
  ) {
    const { bufferMessages, bufferBytes } = services.options;
    this.buffer = new MessageBuffer(market, bufferMessages, bufferBytes);
    this.reader = new FrameReader(market, services.decoding, this.buffer.symbols);
    this.subscriptions = new Subscriptions(market);
    this.changes = new Changes(services.clock);
    this.outages = new OutageLedger(elapsedMs => this.wallMs(elapsedMs));
    this.pump = new SubscriptionPump(this.subscriptions, this.changes, services.clock, services.options, {
      life: () => (this.state === 'live' ? this.lives : undefined),
      send: text => this.connection?.send(text) ?? false,
    });
  }

  get state(): StateName {
    return this.connection?.state.name ?? 'idle';
  }

  /** Whether nothing more will come. */
  get isOver(): boolean {
    return !isWanted(this.state) || (this.held?.replay?.ended ?? false);
  }

  get target(): Target | undefined {
    return this.held;
  }

  /** URL in use, or of the last attempt. */
  get url(): string | undefined {
    return this.connection?.url;
  }

  get lastFault(): StreamFault | undefined {
    return this.shown(this.fault);
  }

  /** Monotonic ms of the next attempt, while one is scheduled. */
  get nextRetryElapsedMs(): number | undefined {
    return this.connection?.nextRetryMs;
  }

  get nextRetryAtMs(): number | undefined {
    const { nextRetryElapsedMs } = this;
    return nextRetryElapsedMs === undefined ? undefined : this.wallMs(nextRetryElapsedMs);
  }

  /** Failed attempts since the last stable connection. */
  get attempts(): number {
    return this.connection?.state.attempt ?? 0;
  }

  /** When the stream became live, wall clock ms; absent while it is not. */
  get liveSinceMs(): number | undefined {
    return this.liveSince === undefined ? undefined : this.wallMs(this.liveSince);
  }

  /** How long it has been live, ms; absent while it is not. */
  get liveForMs(): number | undefined {
    return this.liveSince === undefined ? undefined : this.elapsedMs - this.liveSince;
  }

  /** How long ago the newest message came, ms; absent before the first. */
  get newestAgeMs(): number | undefined {
    return this.lastMessage === undefined ? undefined : Math.max(0, this.elapsedMs - this.lastMessage);
  }

  /** From the start to the stop, or until now, ms. */
  get durationMs(): number {
    return this.started === undefined ? 0 : (this.stopped ?? this.elapsedMs) - this.started;
  }

  /** The newest one since the start. */
  get lastNotice(): Notice | undefined {
    return this.shown(this.notice);
  }

  /** The newest refusal since the start that answers nothing and names nothing. */
  get unasked(): UnaskedRefusal | undefined {
    return this.shown(this.unaskedRefusal);
  }

  get totals(): Readonly<Counts> {
    const { counts, lastMessage } = this;
    return lastMessage === undefined ? counts : { ...counts, lastMessageAtMs: this.wallMs(lastMessage) };
  }

  /** What the clock of the wall shows for a moment of the monotonic clock. */
  wallMs(elapsedMs: number): number {
    return wallMsOf(this.services.clock, elapsedMs);
  }

  /** Seq of the newest message of a channel that is the client's; -1 where none came. */
  newestOf(channel: ChannelName): number {
    return this.buffer.newestOf(channel);
  }

  /** Seq of the newest message that is the client's. */
  get newestSeq(): number {
    return this.buffer.nextSeq - 1;
  }

  /** Messages of this start that left the buffer. */
  get dropped(): number {
    return this.counts.received - this.buffer.size;
  }

  /** Drawn from what the buffer holds when they are first asked for. */
  get pictures(): Pictures {
    if (!this.drawn) {
      this.drawn = new Pictures(this.market, this.buffer, this.services.clock, this.buffer.oldestSeq);
      this.drawn.missed = this.dropped;
    }
    return this.drawn;
  }

  ratePerSecond(): number {
    return this.rate.rate(this.services.clock.elapsed());
  }

  /** Opens a stream that is not wanted yet; what the last one left in the buffer is cleared. */
  open(target: Target): void {
    this.connection?.forget();
    this.buffer.clear();
    this.subscriptions.clear();
    this.outages.clear();
    this.drawn = undefined;
    this.rate = new RateMeter();
    this.counts = freshCounts();
    this.lastMessage = undefined;
    this.started = this.elapsedMs;
    this.stopped = undefined;
    this.notice = undefined;
    this.unaskedRefusal = undefined;
    this.fault = undefined;
    this.held = target;
    const { options, clock, turn } = this.services;
    const listener: ConnectionListener = {
      live: () => this.becameLive(),
      frame: data => this.take(data),
      delivered: () => this.account(),
      changed: from => this.stateChanged(connection, from),
    };
    const dial = target.replay?.dialer(() => this.changes.notify()) ?? this.services.dial;
    const connection = new Connection(target.urls, target.key, options, clock, turn, listener, dial);
    this.connection = connection;
    connection.start();
  }

  /** Ends the stream; the buffer stays readable. */
  async stop(): Promise<void> {
    this.subscriptions.clear();
    this.stopped ??= this.elapsedMs;
    await this.connection?.stop();
    this.changes.notify();
  }

  /** Adds channels; they are sent as soon as the stream is live. */
  subscribe(names: readonly ChannelName[]): { added: string[]; already: string[]; rejected: Rejection[] } {
    const result = this.subscriptions.want(names);
    void this.pump.run();
    return result;
  }

  unsubscribe(names: readonly string[]): { removed: string[]; notHeld: string[] } {
    const result = this.subscriptions.drop(names);
    for (const frame of chunks(result.removed, this.services.options.framePairs)) {
      this.connection?.send(unsubscribeFrame(frame));
    }
    this.changes.notify();
    return result;
  }

  /** Takes in a frame of the feed that came alone. */
  ingest(data: Buffer): void {
    const rest = this.take(data);
    while (rest && !rest.next().done);
    this.account();
  }

  /**
   * A message as it is answered. One whose fields have wrong types is answered all the same and counted when it is
   * first shown; one that cannot be formatted is answered as it came.
   */
  show(entry: Entry, detail: Detail): Message {
    const first = this.buffer.judge(entry.seq);
    try {
      const message = formatMessage(this.market, entry, detail);
      const validator = channelOf(this.market, entry.ev)?.validator;
      if (first && validator && !validator.safeParse(entry.raw).success) this.counts.mistyped++;
      return message;
    } catch (error) {
      if (first) this.counts.mistyped++;
      this.services.log.say(`${this.market.name} format`, `${this.market.name}: ${entry.ev} not formatted: ${error}`);
      const symbol = entry.symbol === null ? null : quoteForeign(entry.symbol);
      return { event: 'UNKNOWN', symbol, full_data: cleanRaw(entry.raw) };
    }
  }

  /** What came after the key was accepted; a replay is recorded already. */
  private record(recorder: Recorder, data: Buffer): void {
    const { endpoint, replay } = this.held!;
    if (!replay && this.state === 'live')
      recorder.take(this.market.name, endpoint.feed, this.services.turn.nowMs, data);
  }

  /** Takes in a frame; what is done once for all frames that came together is for `account`. */
  private take(data: Buffer): Steps | undefined {
    const { reader, services } = this;
    const arrivedMs = services.turn.elapsedMs;
    const reading = reader.read(data);
    if (reading === 'no text') {
      this.account();
      this.connection?.refuseText();
      return undefined;
    }
    if (services.recorder) this.record(services.recorder, data);
    if (reading === 'in pieces') return this.takePieces(data, arrivedMs);
    this.takeIn(data, arrivedMs);
    return undefined;
  }

  private *takePieces(data: Buffer, arrivedMs: number): Generator<void> {
    for (const piece of this.reader.pieces(data)) {
      this.takeIn(piece, arrivedMs);
      // What it costs falls to the turn in which the piece was read.
      this.account();
      yield;
    }
  }

  /** Takes in what the reader tells of a frame, or of a piece of one. */
  private takeIn(data: Buffer, arrivedMs: number): void {
    const { statuses, malformed, unknown, events } = this.reader;
    if (malformed > 0) this.countMalformed(malformed);
    if (statuses.length > 0) {
      this.account();
      for (const status of statuses) this.hear(status);
    }
    if (unknown.length > 0) this.countUnknown(unknown);
    if (events.count > 0) this.keep(data, events, arrivedMs);
  }

  private keep(data: Buffer, events: Events, arrivedMs: number): void {
    const { bufferMessages, bufferBytes } = this.services.options;
    // Whoever waits must have seen what leaves the buffer.
    if (this.fresh + events.count > bufferMessages || this.freshBytes + data.length > bufferBytes) this.account();
    this.buffer.append(data, events, arrivedMs);
    this.fresh += events.count;
    this.freshBytes += data.length;
    this.counts.received += events.count;
  }

  private account(): void {
    if (this.fresh > 0) this.messagesCame(this.fresh);
    this.fresh = 0;
    this.freshBytes = 0;
    this.changes.notify();
  }

  private messagesCame(count: number): void {
    const { elapsedMs } = this.services.turn;
    const from = Math.max(this.buffer.nextSeq - count, this.doubtedTo);
    if (proveByData(this.market, this.subscriptions, this.buffer, from)) void this.pump.run();
    this.buffer.trim();
    this.lastMessage = elapsedMs;
    this.rate.add(count, elapsedMs);
    if (this.connection?.wantsMessages && this.isAwaited(count)) this.connection.messageCame();
    if (this.outages.current && this.state === 'live') this.outages.end(elapsedMs);
  }

  /** Whether any of the newest messages is of what is subscribed; a few of them suffice to tell. */
  private isAwaited(count: number): boolean {
    const { buffer, subscriptions } = this;
    const from = buffer.nextSeq - Math.min(count, mostLookedAt);
    for (let seq = Math.max(from, buffer.oldestSeq); seq < buffer.nextSeq; seq++) {
      const prefix = buffer.prefixAt(seq);
      const names = [`${prefix}.${buffer.symbolAt(seq)}`, `${prefix}.*`];
      if (prefix !== undefined && names.some(name => subscriptions.stateOf(name) !== undefined)) return true;
    }
    return false;
  }

  private countUnknown(kinds: readonly string[]): void {
    this.counts.unknown += kinds.length;
    this.services.log.say(
      `${this.market.name} unknown`,
      `${this.market.name}: event ${quoteForeign(kinds[0]!)} is not in the spec`,
    );
  }

  /** @see polygon-docs/websockets/quickstart.md:149-167 `not authorized` */
  private hear(status: Status): void {
    const fatal = status.means && fatalStatuses[status.means];
    // A feed that was not sent the key yet has nothing to time out on.
    if (fatal === 'auth_timeout' && !this.connection?.keySent) {
      this.connection?.fail({ kind: 'close', message: `The feed said before it was sent a key: ${quoted(status)}.` });
      return;
    }
    if (fatal) {
      this.connection?.fail({ kind: fatal, message: `The feed answered: ${quotedForeign(status.message)}.` });
      return;
    }
    switch (status.means) {
      case 'greeting':
        this.connection?.greeted();
        return;
      case 'authenticated':
        this.connection?.authenticated();
        return;
      case 'subscribed':
        // What was wrongly called refused may make others worth another try.
        if (this.subscriptions.acknowledged(this.nameIn(status))) void this.pump.run();
        return;
      case 'unsubscribed':
        if (this.subscriptions.unsubscribed(this.nameIn(status))) this.doubt(status);
        return;
      case 'not_authorized':
        if (this.subscriptions.refusedOne() === 'unasked') this.doubt(status, this.subscriptions.names);
        return;
      case 'limit_exceeded':
        if (this.subscriptions.refusedWhole(`The feed answered: ${quotedForeign(status.message)}.`) === 'unasked')
          this.doubt(status, this.subscriptions.names);
        return;
      default:
        this.notice = { text: quoted(status), atMs: this.elapsedMs };
        this.services.log.say(`${this.market.name} notice`, `${this.market.name}: the feed says ${this.notice.text}`);
    }
  }

  /**
   * The feed said something against what is subscribed although nothing was asked.
   *
   * @param meant names any of which may be meant; absent: it said which
   */
  private doubt(status: Status, meant?: readonly string[]): void {
    const { services, buffer, market } = this;
    // Of the events in the same frame it is not known whether they came before or after.
    this.doubtedTo = buffer.nextSeq + this.reader.events.count;
    const text = quoted(status);
    if (meant) this.unaskedRefusal = { text, atMs: this.elapsedMs, seq: this.doubtedTo, names: meant };
    services.log.say(`${market.name} unasked`, `${market.name}: the feed says, without being asked: ${text}`);
  }

  /** The canonical name of the channel that a status is about. */
  private nameIn({ message }: Status): string {
    const name = ackedChannel(message);
    const parsed = parseChannel(this.market, name);
    return 'code' in parsed ? name : parsed.name;
  }

  private countMalformed(count: number): void {
    this.counts.malformed += count;
    this.services.log.say(`${this.market.name} malformed`, `${this.market.name}: the feed sent what is no event`);
  }

  private becameLive(): void {
    this.lives++;
    void this.pump.run();
  }

  private stateChanged(connection: Connection, from: StateName): void {
    if (connection !== this.connection) return;
    const { name, lastFault } = connection.state;
    if (name === 'live') this.liveSince = this.elapsedMs;
    if (from === 'live') {
      this.liveSince = undefined;
      this.subscriptions.restart();
      if (this.unaskedRefusal) this.unaskedRefusal = { ...this.unaskedRefusal, names: [] };
    }
    if (lastFault && (name === 'retrying' || name === 'refused')) {
      this.fault = { code: verdicts[lastFault.kind].code, message: lastFault.message, atMs: this.elapsedMs };
      this.services.log.say(`${this.market.name} ${lastFault.kind}`, `${this.market.name}: ${lastFault.message}`);
      if (from === 'live') this.beginOutage(lastFault.message);
    }
    if (name === 'live' && this.counts.wasLive) this.counts.reconnects++;
    if (name === 'live') this.counts.wasLive = true;
    if (isWanted(name) || name === 'stopped' || name === 'refused') this.changes.notify();
  }

  /** Monotonic ms. */
  private get elapsedMs(): number {
    return this.services.clock.elapsed();
  }

  /** With the time of the wall clock instead of the monotonic one. */
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
export interface Counts {
  received: number;
  malformed: number;
  unknown: number;
  /** Shown messages whose fields have wrong types. */
  mistyped: number;
  reconnects: number;
  wasLive: boolean;
  /** Wall clock ms. */
  readonly lastMessageAtMs?: number;
}

function freshCounts(): Counts {
  return { received: 0, malformed: 0, unknown: 0, mistyped: 0, reconnects: 0, wasLive: false };
}

function quoted({ status, message }: Status): string {
  return `${quoteForeign(status)} ${quotedForeign(message)}`;
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
