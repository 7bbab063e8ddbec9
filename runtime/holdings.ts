/** Which channels one of many clients asked for, and from when until when: pure book-keeping. */
import type { MessageBuffer } from './buffer.js';
import type { Rejection } from './channels.js';
import type { Selection } from './selection.js';
import type { SubscriptionState, Subscriptions } from './subscriptions.js';
import type { SubscriptionsView } from './view.js';

/** Seqs of the messages that came while a channel was asked for; `to` is the first one after them. */
interface Span {
  readonly from: number;
  to: number;
}

const stillAsked = Number.POSITIVE_INFINITY;

/** Shows of a stream's subscriptions those of one client, and of its messages those that came for that client. */
export class Holdings implements SubscriptionsView {
  private readonly spans = new Map<string, Span[]>();
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

  /** Names that are asked for, granted or not. */
  get asked(): string[] {
    return [...this.spans.keys()].filter(name => this.asks(name));
  }

  asks(name: string): boolean {
    return this.spans.get(name)?.at(-1)?.to === stillAsked;
  }

  /** Messages that come from now on are the client's. */
  ask(name: string): void {
    if (this.asks(name)) return;
    const span = { from: this.buffer.nextSeq, to: stillAsked };
    this.spans.set(name, [...(this.spans.get(name) ?? []), span]);
    this.changes++;
  }

  /** Messages that come from now on are not; those that came stay the client's. */
  release(name: string): void {
    const last = this.spans.get(name)?.at(-1);
    if (last?.to !== stillAsked) return;
    last.to = this.buffer.nextSeq;
    const kept = this.spans.get(name)!.filter(({ from, to }) => to > Math.max(from, this.buffer.oldestSeq));
    // In the map the order is that of the requests.
    this.spans.delete(name);
    if (kept.length > 0) this.spans.set(name, kept);
    this.changes++;
  }

  clear(): void {
    this.spans.clear();
    this.changes++;
  }

  /** Whether the client asked for a channel when a message came. */
  covers(name: string, seq: number): boolean {
    return this.spans.get(name)?.some(({ from, to }) => from <= seq && seq < to) ?? false;
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
