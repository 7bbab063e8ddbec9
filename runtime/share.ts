/** One client's part of a stream that many clients use: what it subscribed to, and what came of that. */
import type { Entry, MessageBuffer } from './buffer.js';
import type { Changes } from './changes.js';
import type { ChannelName, Rejection } from './channels.js';
import type { Clock } from './clock.js';
import type { Market } from './contract.js';
import { isSamePlace } from './endpoint.js';
import { StreamError } from './errors.js';
import type { Detail, Message } from './format.js';
import { Holdings } from './holdings.js';
import type { Outage, OutagesView } from './outages.js';
import { Pictures } from './pictures.js';
import { isWanted, type StateName } from './state.js';
import type { Counts, Notice, Stream, StreamFault, Target } from './stream.js';
import type { UnaskedRefusal } from './unasked.js';
import type { StreamView } from './view.js';

export class Share implements StreamView {
  readonly market: Market;
  readonly buffer: MessageBuffer;
  readonly changes: Changes;
  readonly subscriptions: Holdings;
  readonly outages: OutagesView;
  private joined = false;
  private held: Target | undefined;
  private drawn: Pictures | undefined;
  /** Monotonic ms. */
  private joinedElapsedMs: number | undefined;
  private leftElapsedMs: number | undefined;
  /** Seq of the first message after the client joined this run of the stream. */
  private firstSeq: number | undefined;
  /** The newest message of the client among those before `seenTo`. */
  private newest = { seq: -1, arrivedMs: undefined as number | undefined };
  private seenTo = 0;

  /** @param all shares of the stream, this one included once it is made */
  constructor(
    private readonly stream: Stream,
    private readonly clock: Clock,
    private readonly all: Set<Share>,
  ) {
    const { market, buffer, changes, outages } = stream;
    this.market = market;
    this.buffer = buffer;
    this.changes = changes;
    this.subscriptions = new Holdings(stream.subscriptions, buffer);
    const own = (list: readonly Outage[]): Outage[] => list.flatMap(outage => this.ownPart(outage));
    this.outages = {
      get all() {
        return own(outages.all);
      },
      get forgotten() {
        return outages.forgotten;
      },
      since: seq => own(outages.since(seq)),
    };
    all.add(this);
  }

  get state(): StateName {
    if (this.joined) return this.stream.state;
    return this.joinedElapsedMs === undefined ? 'idle' : 'stopped';
  }

  get isOver(): boolean {
    return !isWanted(this.state) || this.stream.isOver;
  }

  get shared(): boolean {
    return this.others.some(({ joined }) => joined);
  }

  get target(): Target | undefined {
    return this.held;
  }

  get url(): string | undefined {
    return this.held && this.stream.url;
  }

  get lastFault(): StreamFault | undefined {
    return this.held && this.stream.lastFault;
  }

  get nextRetryAtMs(): number | undefined {
    return this.joined ? this.stream.nextRetryAtMs : undefined;
  }

  get nextRetryElapsedMs(): number | undefined {
    return this.joined ? this.stream.nextRetryElapsedMs : undefined;
  }

  wallMs(elapsedMs: number): number {
    return this.stream.wallMs(elapsedMs);
  }

  get attempts(): number {
    return this.stream.attempts;
  }

  get liveSinceMs(): number | undefined {
    const { liveSinceMs } = this.stream;
    if (!this.joined || liveSinceMs === undefined) return undefined;
    return Math.max(liveSinceMs, this.wallMs(this.joinedElapsedMs!));
  }

  get liveForMs(): number | undefined {
    const { liveForMs } = this.stream;
    return this.joined && liveForMs !== undefined ? Math.min(liveForMs, this.durationMs) : undefined;
  }

  /** From when the client joined until it left, or until now, ms. */
  get durationMs(): number {
    const { joinedElapsedMs } = this;
    return joinedElapsedMs === undefined ? 0 : (this.leftElapsedMs ?? this.clock.elapsed()) - joinedElapsedMs;
  }

  get newestAgeMs(): number | undefined {
    this.look();
    const { arrivedMs } = this.newest;
    return arrivedMs === undefined ? undefined : Math.max(0, this.clock.elapsed() - arrivedMs);
  }

  get lastNotice(): Notice | undefined {
    return this.joined ? this.stream.lastNotice : undefined;
  }

  get unasked(): UnaskedRefusal | undefined {
    return this.joined ? this.stream.unasked : undefined;
  }

  /** Counts are those of the whole stream, times those of the client. */
  get totals(): Readonly<Counts> {
    this.look();
    const { lastMessageAtMs: _last, ...counts } = this.stream.totals;
    const { arrivedMs } = this.newest;
    return arrivedMs === undefined ? counts : { ...counts, lastMessageAtMs: this.wallMs(arrivedMs) };
  }

  /** Of all messages since the client joined. */
  get dropped(): number {
    return this.firstSeq === undefined ? 0 : Math.max(0, this.buffer.oldestSeq - this.firstSeq);
  }

  newestOf(channel: ChannelName): number {
    return this.subscriptions.newestOf(channel);
  }

  get newestSeq(): number {
    this.look();
    return this.newest.seq;
  }

  get visible() {
    return this.subscriptions.selection;
  }

  get pictures(): Pictures {
    const { market, buffer, clock, firstSeq = buffer.nextSeq, visible } = this;
    this.drawn ??= new Pictures(market, buffer, clock, firstSeq, visible);
    return this.drawn;
  }

  ratePerSecond(): number {
    return this.stream.ratePerSecond();
  }

  show(entry: Entry, detail: Detail): Message {
    return this.stream.show(entry, detail);
  }

  /**
   * Opens the stream, or joins those who have.
   *
   * @throws StreamError ALREADY_STARTED if they use another endpoint or key
   */
  open(target: Target): void {
    if (isWanted(this.stream.state)) {
      this.requireSame(target);
    } else {
      for (const share of this.all) share.forget();
      this.stream.open(target);
    }
    this.joined = true;
    // A replay is that of whoever came first.
    this.held = this.stream.target ?? target;
    this.firstSeq ??= this.buffer.nextSeq;
    this.joinedElapsedMs = this.clock.elapsed();
    this.leftElapsedMs = undefined;
  }

  /** Leaves the stream; it ends when nobody is left. */
  async stop(): Promise<void> {
    if (!this.joined) return;
    const { asked } = this.subscriptions;
    this.joined = false;
    this.leftElapsedMs = this.clock.elapsed();
    this.unsubscribe(asked);
    if (!this.shared) await this.stream.stop();
  }

  subscribe(names: readonly ChannelName[]): { added: string[]; already: string[]; rejected: Rejection[] } {
    const before = new Set(this.subscriptions.names);
    for (const name of names) this.subscriptions.ask(name);
    const { rejected } = this.stream.subscribe(names);
    const held = names.map(({ name }) => name).filter(name => this.subscriptions.stateOf(name) !== undefined);
    const [already, added] = [true, false].map(known => held.filter(name => before.has(name) === known));
    return { added: added!, already: already!, rejected };
  }

  /** What others hold goes on for them. */
  unsubscribe(names: readonly string[]): { removed: string[]; notHeld: string[] } {
    const { subscriptions } = this;
    const isHeld = (name: string): boolean => subscriptions.stateOf(name) !== undefined || subscriptions.mayHold(name);
    const result = { removed: names.filter(isHeld), notHeld: names.filter(name => !isHeld(name)) };
    for (const name of names) this.subscriptions.release(name);
    const { others } = this;
    this.stream.unsubscribe(names.filter(name => !others.some(({ subscriptions }) => subscriptions.asks(name))));
    return result;
  }

  /** To be called when the client is gone for good. */
  async close(): Promise<void> {
    await this.stop();
    this.all.delete(this);
  }

  private get others(): Share[] {
    return [...this.all].filter(share => share !== this);
  }

  /** What came before is gone, and whoever was in must join anew. */
  private forget(): void {
    if (this.joined) this.leftElapsedMs = this.clock.elapsed();
    this.joined = false;
    this.subscriptions.clear();
    this.drawn = undefined;
    this.firstSeq = undefined;
    this.newest = { seq: -1, arrivedMs: undefined };
  }

  /** Looks for the client's newest message among those that came since the last look. */
  private look(): void {
    const { buffer } = this;
    for (let seq = buffer.nextSeq - 1; seq >= Math.max(this.seenTo, buffer.oldestSeq); seq--) {
      if (!this.visible(buffer, seq)) continue;
      this.newest = { seq, arrivedMs: buffer.arrivedMs(seq) };
      break;
    }
    this.seenTo = buffer.nextSeq;
  }

  private ownPart(outage: Outage): Outage[] {
    const channels = outage.channels.filter(name => this.subscriptions.covers(name, outage.seq));
    return channels.length > 0 ? [{ ...outage, channels }] : [];
  }

  private requireSame(target: Target): void {
    const used = this.stream.target!;
    const samePlace = isSamePlace(target, used);
    if (samePlace && target.key === used.key) return;
    throw new StreamError(
      'ALREADY_STARTED',
      `Another client of this server uses the ${this.market.title} stream, with another ${samePlace ? 'key' : 'endpoint'}.`,
      `Start with its endpoint "${used.endpoint.spelled}" and its key, or wait until it has stopped the stream.`,
    );
  }
}
