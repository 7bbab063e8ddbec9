/** One connection to a feed for one market: what is subscribed on it, and the clients for whom its frames are. */
import { symbolTableOf } from '../buffer/message-buffer.js';
import type { Options } from '../config/options.js';
import type { Decoding, Market } from '../contract/contract.js';
import type { Clock } from '../core/clock.js';
import type { ErrorCode } from '../core/errors.js';
import type { Log } from '../core/log.js';
import type { Events } from '../decode/event-list.js';
import { FrameReader } from '../decode/frame-reader.js';
import { ackedChannel, type Status, unsubscribeFrame } from '../decode/protocol.js';
import { Connection, type ConnectionListener } from '../feed/connection.js';
import { FeedText } from '../feed/feed-text.js';
import type { Steps } from '../feed/intake.js';
import { isAwaited, proveByData } from '../feed/proof.js';
import type { Dial } from '../feed/socket.js';
import type { StateName } from '../feed/state.js';
import { SubscriptionPump } from '../feed/subscription-pump.js';
import { Subscriptions } from '../feed/subscriptions.js';
import { fatalStatuses, verdicts } from '../feed/verdict.js';
import { Changes } from '../pacing/changes.js';
import type { LoopBudget } from '../pacing/loop-budget.js';
import type { Origin, Recorder } from '../recording/recorder.js';
import { type ChannelName, parseChannel, type Rejection } from '../symbols/channels.js';
import type { SymbolTable } from '../symbols/symbol-table.js';
import type { Target } from './target.js';

export interface UpstreamServices {
  readonly options: Options;
  readonly clock: Clock;
  readonly log: Log;
  readonly loopBudget: LoopBudget;
  readonly decoding: Decoding;
  /** Opens sockets to hosts; absent: straight. */
  readonly dial?: Dial | undefined;
  /** Absent where nothing is recorded. */
  readonly recorder?: Recorder | undefined;
}

/** Why a stream is not live. */
export interface StreamFault {
  readonly code: ErrorCode;
  readonly message: string;
  /** As it is kept monotonic ms, as it is shown wall clock ms. */
  readonly atMs: number;
}

/** Something that the feed said and that no word of the spec explains. */
export interface Notice {
  readonly text: string;
  /** As it is kept monotonic ms, as it is shown wall clock ms. */
  readonly atMs: number;
}

/** What a feed sent that nobody can be said to have asked for. */
export interface Stray {
  /** Items, or whole frames, that are no events. */
  readonly malformed?: number;
  /** Events that the spec does not know. */
  readonly unknown?: number;
  readonly notice?: Notice;
}

/** One of those who use an upstream. */
export interface UpstreamUser {
  /** The events of a frame; both are good for this call alone. */
  take(frame: Buffer, events: Events, arrivedMs: number): void;
  /** All frames were given that came together. */
  account(): void;
  strayed(stray: Stray): void;
  /** The feed refused something without being asked and without a name; any name that is held may be meant. */
  doubted(notice: Notice): void;
  /** The state, or what is known of it, changed. */
  stateChanged(from: StateName): void;
  /** A replay has ended. */
  replayEnded(): void;
  asks(name: string): boolean;
  subscriptionChanged(name: string): void;
  turnedDown(rejection: Rejection): void;
  readmitted(rejection: Rejection): void;
}

/** Whoever keeps an upstream. */
export interface UpstreamKeeper {
  /** Whether what comes over it is to be recorded. */
  isRecorded(): boolean;
  /** Nobody uses it any more. */
  vacated(): void;
}

const nobody: UpstreamKeeper = { isRecorded: () => false, vacated() {} };

export class Upstream {
  readonly subscriptions: Subscriptions;
  private readonly changes: Changes;
  private readonly reader: FrameReader;
  private users: readonly UpstreamUser[] = [];
  /** Those who left, but for whom something that came before is still to be given; each is told when it was. */
  private readonly parting = new Map<UpstreamUser, () => void>();
  /** Both. */
  private takers: readonly UpstreamUser[] = [];
  private connection: Connection | undefined;
  private fault: StreamFault | undefined;
  private readonly pump: SubscriptionPump;
  private readonly text: FeedText;
  /** Of what is recorded; absent for a replay, which is recorded already. */
  private readonly origin: Origin | undefined;
  /** Refusals in the frame that is taken in, which answered nothing and named nothing. */
  private unasked: Notice[] = [];
  /** Whether the frame that is taken in said anything against what is subscribed, without being asked. */
  private doubts = false;
  /** Whose names went into frames, counted on and on. */
  private turns = 0;
  /** Counts the times that the connection became live. */
  private lives = 0;
  /** Whether it still matters that messages of what is subscribed come, and none came since it was looked at last. */
  private awaits = false;
  /** Whether events are to be looked at for what they say of the connection and the subscriptions. */
  private looks = false;

  /**
   * @param target where it leads; without one it never connects
   * @param symbols as its events number them
   */
  constructor(
    readonly market: Market,
    private readonly services: UpstreamServices,
    readonly target?: Target,
    readonly symbols: SymbolTable = symbolTableOf(market),
    private readonly keeper: UpstreamKeeper = nobody,
  ) {
    this.changes = new Changes(services.clock);
    this.text = new FeedText(target?.key);
    if (target && !target.replay) {
      const { endpoint, key, keeper: owner } = target;
      this.origin = { market: market.name, feed: endpoint.feed, keeper: owner, key };
    }
    this.reader = new FrameReader(market, services.decoding, symbols);
    const tell = (event: (user: UpstreamUser) => void): void => this.tell(event);
    this.subscriptions = new Subscriptions(market, {
      changed: name => tell(user => user.subscriptionChanged(name)),
      turnedDown: rejection => tell(user => user.turnedDown(rejection)),
      readmitted: rejection => tell(user => user.readmitted(rejection)),
    });
    this.pump = new SubscriptionPump(this.subscriptions, this.changes, services.clock, services.options, {
      life: () => (this.state === 'live' ? this.lives : undefined),
      next: most => this.nextNames(most),
      send: text => this.connection?.send(text) ?? false,
      answered: () => this.account(),
    });
  }

  get state(): StateName {
    return this.connection?.state.name ?? 'idle';
  }

  /** URL in use, or of the last attempt. */
  get url(): string | undefined {
    return this.connection?.url;
  }

  /** Why it went down the last time. */
  get lastFault(): StreamFault | undefined {
    return this.fault;
  }

  /** Monotonic ms of the next attempt, while one is scheduled. */
  get nextRetryMs(): number | undefined {
    return this.connection?.nextRetryMs;
  }

  /** Failed attempts since the last stable connection. */
  get attempts(): number {
    return this.connection?.state.attempt ?? 0;
  }

  /** Whether anybody uses it. */
  get isUsed(): boolean {
    return this.users.length > 0;
  }

  /** The first who comes has it connect. */
  join(user: UpstreamUser): void {
    this.users = [...this.users, user];
    this.countTakers();
    if (!this.target || this.connection) return;
    const { options, clock, loopBudget } = this.services;
    const { urls, key, replay } = this.target;
    const listener: ConnectionListener = {
      live: () => this.becameLive(),
      frame: data => this.take(data),
      delivered: () => this.account(),
      changed: from => this.stateChanged(from),
    };
    const dial = replay?.dialer(() => this.tell(one => one.replayEnded())) ?? this.services.dial;
    this.connection = new Connection(urls, key, options, clock, loopBudget, listener, dial);
    this.connection.start();
  }

  /** Takes in what came, as far as that is done at once. */
  deliver(): void {
    this.connection?.given(() => {});
  }

  /**
   * What others asked for goes on for them; with the last one it ends. What came before is still the user's; resolves
   * when that was given.
   *
   * @param names that the user asked for
   */
  async leave(user: UpstreamUser, names: readonly string[]): Promise<void> {
    if (!this.users.includes(user)) return;
    this.users = this.users.filter(other => other !== user);
    const given = new Promise<void>(resolve => this.parting.set(user, resolve));
    this.countTakers();
    if (this.isUsed) {
      this.unsubscribe(names);
      if (this.connection) this.connection.given(() => this.forget(user));
      else this.forget(user);
      await given;
      return;
    }
    this.subscriptions.clear();
    this.keeper.vacated();
    await this.connection?.stop();
    this.forget(user);
  }

  /** Gives nothing more to somebody who left, not even what came before. */
  forget(user: UpstreamUser): void {
    const tell = this.parting.get(user);
    this.parting.delete(user);
    this.countTakers();
    tell?.();
  }

  /** Adds channels; they are sent as soon as it is live. */
  subscribe(names: readonly ChannelName[]): void {
    this.subscriptions.want(names);
    void this.pump.run();
  }

  /** Lets go of the channels that nobody asks for any more. */
  unsubscribe(names: readonly string[]): void {
    const { removed } = this.subscriptions.drop(names.filter(name => !this.users.some(user => user.asks(name))));
    for (const frame of chunks(removed, this.services.options.framePairs)) {
      this.connection?.send(unsubscribeFrame(frame));
    }
    this.changes.notify();
  }

  /** Takes in a frame of the feed that came alone. */
  ingest(data: Buffer): void {
    const rest = this.take(data);
    while (rest && !rest.next().done);
    this.account();
  }

  private countTakers(): void {
    this.takers = [...this.users, ...this.parting.keys()];
  }

  private tell(event: (user: UpstreamUser) => void): void {
    for (const user of this.users) event(user);
  }

  /** What came after the key was accepted. */
  private record(recorder: Recorder, data: Buffer): void {
    if (this.origin && this.state === 'live' && this.keeper.isRecorded()) {
      recorder.take(this.origin, this.services.loopBudget.nowMs, data);
    }
  }

  /** Takes in a frame; what is done once for all frames that came together is for `account`. */
  private take(data: Buffer): Steps | undefined {
    const { reader, services } = this;
    const arrivedMs = services.loopBudget.elapsedMs;
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
      this.doubts = false;
      for (const status of statuses) this.hear(status);
    }
    if (unknown.length > 0) this.countUnknown(unknown);
    if (events.count > 0) {
      if (this.looks) this.examine(events);
      for (const taker of this.takers) taker.take(data, events, arrivedMs);
    }
    if (statuses.length === 0) return;
    for (const notice of this.unasked.splice(0)) this.tell(user => user.doubted(notice));
    this.doubts = false;
  }

  /** Looks at what events say of the subscriptions and of the connection. */
  private examine(events: Events): void {
    const { market, symbols, subscriptions } = this;
    const arrival = { market, symbols, events };
    // Of events in the frame of a doubt it is not known whether they came before or after.
    if (!this.doubts && proveByData(subscriptions, arrival)) void this.pump.run();
    if (!this.awaits || !isAwaited(subscriptions, arrival)) return;
    this.awaits = false;
    this.connection?.messageCame();
  }

  private account(): void {
    this.awaits = this.connection?.wantsMessages ?? false;
    this.looks = this.awaits || !this.subscriptions.isProven;
    for (const taker of this.takers) taker.account();
    this.changes.notify();
  }

  private countUnknown(kinds: readonly string[]): void {
    this.tell(user => user.strayed({ unknown: kinds.length }));
    this.services.log.say(
      `${this.market.name} unknown`,
      `${this.market.name}: event ${this.text.quote(kinds[0]!)} is not in the spec`,
    );
  }

  /** @see polygon-docs/websockets/quickstart.md:149-167 `not authorized` */
  private hear(status: Status): void {
    const fatal = status.means && fatalStatuses[status.means];
    // A feed that was not sent the key yet has nothing to time out on.
    if (fatal === 'auth_timeout' && !this.connection?.keySent) {
      this.connection?.fail({
        kind: 'close',
        message: `The feed said before it was sent a key: ${this.quoted(status)}.`,
      });
      return;
    }
    if (fatal) {
      this.connection?.fail({ kind: fatal, message: `The feed answered: ${this.text.quoted(status.message)}.` });
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
        if (this.subscriptions.unsubscribed(this.nameIn(status))) this.doubt(status, true);
        return;
      case 'not_authorized':
        if (this.subscriptions.refusedOne() === 'unasked') this.doubt(status, false);
        return;
      case 'limit_exceeded':
        if (this.subscriptions.refusedWhole(`The feed answered: ${this.text.quoted(status.message)}.`) === 'unasked')
          this.doubt(status, false);
        return;
      default:
        this.notice({ text: this.quoted(status), atMs: this.services.clock.elapsed() });
    }
  }

  private notice(notice: Notice): void {
    this.tell(user => user.strayed({ notice }));
    this.services.log.say(`${this.market.name} notice`, `${this.market.name}: the feed says ${notice.text}`);
  }

  /** The feed said something against what is subscribed although nothing was asked. */
  private doubt(status: Status, saysWhich: boolean): void {
    const { services, market } = this;
    const text = this.quoted(status);
    this.doubts = true;
    if (!saysWhich) this.unasked.push({ text, atMs: services.clock.elapsed() });
    services.log.say(`${market.name} unasked`, `${market.name}: the feed says, without being asked: ${text}`);
  }

  /** The canonical name of the channel that a status is about. */
  private nameIn({ message }: Status): string {
    const name = ackedChannel(message);
    const parsed = parseChannel(this.market, name);
    return 'code' in parsed ? name : parsed.name;
  }

  private quoted({ status, message }: Status): string {
    return `${this.text.quote(status)} ${this.text.quoted(message)}`;
  }

  private countMalformed(count: number): void {
    this.tell(user => user.strayed({ malformed: count }));
    this.services.log.say(`${this.market.name} malformed`, `${this.market.name}: the feed sent what is no event`);
  }

  private becameLive(): void {
    this.lives++;
    void this.pump.run();
  }

  /** What goes into the next frame: names of one user, so that no refusal is taken for that of another's; in turns. */
  private nextNames(most: number): string[] {
    const { users } = this;
    const pending = this.subscriptions.namesIn('pending');
    for (const _ of users) {
      const user = users[this.turns++ % users.length]!;
      const names = pending.filter(name => user.asks(name));
      if (names.length > 0) return names.slice(0, most);
    }
    return [];
  }

  private stateChanged(from: StateName): void {
    const { name, lastFault } = this.connection!.state;
    if (from === 'live') this.subscriptions.restart();
    // What a connection that broke still had to give is for nobody.
    if (name === 'retrying' || name === 'refused') for (const user of this.parting.keys()) this.forget(user);
    if (lastFault && (name === 'retrying' || name === 'refused')) {
      this.fault = {
        code: verdicts[lastFault.kind].code,
        message: lastFault.message,
        atMs: this.services.clock.elapsed(),
      };
      this.services.log.say(`${this.market.name} ${lastFault.kind}`, `${this.market.name}: ${lastFault.message}`);
    }
    this.tell(user => user.stateChanged(from));
    this.changes.notify();
  }
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
