/** Which channels one of many clients asked for, and from when until when: pure book-keeping. */
import type { MessageBuffer } from './buffer.js';
import type { ChannelName, Rejection } from './channels.js';
import type { Selection } from './selection.js';
import type { SubscriptionState, Subscriptions, SubscriptionsView } from './subscriptions.js';

/** Seqs of the messages that came while a channel was asked for; `to` is the first one after them. */
interface Span {
  readonly from: number;
  readonly to: number;
}

const stillAsked = Number.POSITIVE_INFINITY;

interface Asked {
  readonly channel: ChannelName;
  /** Oldest first; only the last one may still be open. */
  readonly spans: readonly Span[];
}

/** Shows of a stream's subscriptions those of one client, and of its messages those that came for that client. */
export class Holdings implements SubscriptionsView {
  private readonly book = new Map<string, Asked>();
  private changes = 0;
  private listed: { readonly version: string; readonly names: readonly string[] } | undefined;

  /** @param all what all clients together hold */
  constructor(
    private readonly all: Subscriptions,
    private readonly buffer: MessageBuffer,
  ) {}

  /** Held names, in the order of the requests. */
  get names(): string[] {
    return [...this.list()];
  }

  get size(): number {
    return this.list().length;
  }

  stateOf(name: string): SubscriptionState | undefined {
    return this.asks(name) ? this.all.stateOf(name) : undefined;
  }

  rejectionOf(name: string): Rejection | undefined {
    return this.asks(name) ? this.all.rejectionOf(name) : undefined;
  }

  get rejections(): Rejection[] {
    return this.asked.flatMap(name => this.all.rejectionOf(name) ?? []);
  }

  namesIn(state: SubscriptionState): string[] {
    return this.names.filter(name => this.all.stateOf(name) === state);
  }

  mayHold(name: string): boolean {
    return this.asks(name) && this.all.mayHold(name);
  }

  doubtsOf(names: readonly string[]): string[] {
    return this.all.doubtsOf(names.filter(name => this.asks(name)));
  }

  /** Names that are asked for, granted or not. */
  get asked(): string[] {
    return [...this.book.keys()].filter(name => this.asks(name));
  }

  asks(name: string): boolean {
    return this.book.get(name)?.spans.at(-1)?.to === stillAsked;
  }

  /** Messages that come from now on are the client's. */
  ask(channel: ChannelName): void {
    const { name } = channel;
    if (this.asks(name)) return;
    const before = this.book.get(name)?.spans ?? [];
    // In the book the order is that of the requests.
    this.book.delete(name);
    this.book.set(name, { channel, spans: [...before, { from: this.buffer.nextSeq, to: stillAsked }] });
    this.changes++;
  }

  /** Messages that come from now on are not; those that came stay the client's. */
  release(name: string): void {
    if (!this.asks(name)) return;
    const { nextSeq, oldestSeq } = this.buffer;
    const { channel, spans } = this.book.get(name)!;
    const ended = spans.map(({ from, to }) => ({ from, to: Math.min(to, nextSeq) }));
    const kept = ended.filter(({ from, to }) => to > Math.max(from, oldestSeq));
    if (kept.length > 0) this.book.set(name, { channel, spans: kept });
    else this.book.delete(name);
    this.changes++;
  }

  clear(): void {
    this.book.clear();
    this.changes++;
  }

  /** Whether the client asked for a channel when a message came. */
  covers(name: string, seq: number): boolean {
    return this.book.get(name)?.spans.some(({ from, to }) => from <= seq && seq < to) ?? false;
  }

  /** Seq of the newest message of a channel, if it is the client's; -1 where it is not or none came. */
  newestOf({ channel, symbol, name }: ChannelName): number {
    const every = `${channel.prefix}.*`;
    const asked = [...this.book.values()].map(one => one.channel);
    const parts = symbol === '*' && !this.asks(every) ? asked.filter(one => one.channel === channel) : undefined;
    const newest = (parts ?? [{ channel, symbol, name }]).map(one => {
      const seq = this.buffer.newestOf(one);
      return this.covers(one.name, seq) || this.covers(every, seq) ? seq : -1;
    });
    return Math.max(-1, ...newest);
  }

  readonly selection: Selection = (buffer, seq) => {
    const prefix = buffer.prefixAt(seq);
    if (prefix === undefined) return false;
    return this.covers(`${prefix}.*`, seq) || this.covers(`${prefix}.${buffer.symbolAt(seq)}`, seq);
  };

  private list(): readonly string[] {
    const version = `${this.changes} ${this.all.revision}`;
    if (this.listed?.version !== version) {
      this.listed = { version, names: this.asked.filter(name => this.all.stateOf(name) !== undefined) };
    }
    return this.listed.names;
  }
}
