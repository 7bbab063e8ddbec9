/** Tells a client which of the resources that it follows have changed. */

import { isWanted } from '../feed/state.js';
import type { HubView, StreamView } from '../stream/view.js';
import { type Address, parseAddress } from '../tools/address.js';
import { listStreams } from './resources.js';

/** Stands for the list of resources, among URIs. */
export const wholeList = '';

const everyMs = 1_000;

/** Receives updates. Must not fail; while it runs, no further update is sent. */
export interface Notifier {
  updated(uri: string): Promise<void>;
  listChanged(): Promise<void>;
}

/** Counts the URIs that are followed. */
export interface UriBound {
  /**
   * @param change how many more, or fewer if negative
   * @throws StreamError LIMIT_EXCEEDED if there would be too many
   */
  change(change: number): void;
}

/** A followed resource, as it was at the last look. */
interface Subject {
  /** Absent for the list. */
  readonly address: Address | undefined;
  mark: string;
  /** Seq of the first message that would be new. */
  seq: number;
}

/**
 * Checks followed resources when one of their streams changes, at most once a second. In between a frame costs one comparison;
 * without followers there is no listener and no timer.
 */
export class ResourceUpdates {
  private readonly followers = new Map<string | number, readonly string[]>();
  private readonly subjects = new Map<string, Subject>();
  private listeners: readonly (() => void)[] = [];
  private cancelLook: (() => void) | undefined;
  private telling = false;
  private lookedAtMs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly hub: HubView,
    private readonly notifier: Notifier,
    private readonly bound?: UriBound,
  ) {}

  /**
   * Replaces what a follower follows.
   *
   * @param uris of streams and channels, or `wholeList`; no other resource ever changes
   * @throws StreamError LIMIT_EXCEEDED
   */
  follow(follower: string | number, uris: readonly string[]): void {
    this.bound?.change(countUris(uris) - this.countOf(follower));
    this.followers.set(follower, uris);
    this.refresh();
  }

  unfollow(follower: string | number): void {
    const count = this.countOf(follower);
    if (!this.followers.delete(follower)) return;
    this.bound?.change(-count);
    this.refresh();
  }

  close(): void {
    for (const follower of [...this.followers.keys()]) this.bound?.change(-this.countOf(follower));
    this.followers.clear();
    this.refresh();
  }

  private countOf(follower: string | number): number {
    return countUris(this.followers.get(follower) ?? []);
  }

  private refresh(): void {
    const wanted = new Set([...this.followers.values()].flat());
    for (const uri of this.subjects.keys()) if (!wanted.has(uri)) this.subjects.delete(uri);
    for (const uri of wanted) {
      const address = parseAddress(this.hub.markets, uri, market => this.hub.stream(market).buffer.knows);
      if (this.subjects.has(uri) || (!address && uri !== wholeList)) continue;
      this.subjects.set(uri, { address, mark: this.markOf(address), seq: this.nextSeqOf(address) });
    }
    this.listen();
    if (this.subjects.size === 0) this.cancelLook?.();
    // The new listeners missed what the old ones have not reported yet.
    else this.stir();
  }

  private listen(): void {
    for (const end of this.listeners) end();
    const followed = new Set([...this.subjects.values()].map(({ address }) => address?.market));
    this.listeners = this.hub.markets.flatMap(market => {
      const stream = this.hub.stream(market.name);
      if (followed.has(market)) return [stream.changes.listen(() => this.stir())];
      return this.subjects.has(wholeList) ? [stream.changes.listen(this.whenListed(stream))] : [];
    });
  }

  /** Called when a stream began or ended, or when its channels changed. */
  private whenListed(stream: StreamView): () => void {
    const countListed = (): number => (isWanted(stream.state) ? stream.subscriptions.size + 1 : 0);
    let listed = countListed();
    return () => {
      const now = countListed();
      if (now !== listed) this.stir();
      listed = now;
    };
  }

  private stir(): void {
    if (this.cancelLook || this.telling || this.subjects.size === 0) return;
    const { clock } = this.hub;
    const delayMs = Math.max(0, this.lookedAtMs + everyMs - clock.elapsed());
    const cancel = clock.after(delayMs, () => {
      this.cancelLook = undefined;
      void this.tell(this.news());
    });
    this.cancelLook = () => {
      this.cancelLook = undefined;
      cancel();
    };
  }

  private async tell(uris: readonly string[]): Promise<void> {
    this.telling = true;
    for (const uri of uris) {
      if (!this.subjects.has(uri)) continue;
      await (uri === wholeList ? this.notifier.listChanged() : this.notifier.updated(uri));
    }
    this.telling = false;
    this.lookedAtMs = this.hub.clock.elapsed();
    // Nobody listened to what happened meanwhile.
    if (uris.length > 0) this.stir();
  }

  /** The resources that changed since the last look. */
  private news(): string[] {
    return [...this.subjects].flatMap(([uri, subject]) => {
      const { address, mark, seq } = subject;
      subject.mark = this.markOf(address);
      subject.seq = this.nextSeqOf(address);
      const came = address?.channel && this.streamOf(address).buffer.newestOf(address.channel) >= seq;
      return came || subject.mark !== mark ? [uri] : [];
    });
  }

  /** Changes with everything but the messages of a channel. */
  private markOf(address: Address | undefined): string {
    if (!address)
      return listStreams(this.hub)
        .map(({ uri }) => uri)
        .join();
    const { state, buffer, subscriptions } = this.streamOf(address);
    if (address.channel) return `${state} ${subscriptions.stateOf(address.channel.name)}`;
    return [state, buffer.nextSeq, ...subscriptions.names.map(name => `${name}=${subscriptions.stateOf(name)}`)].join();
  }

  private nextSeqOf(address: Address | undefined): number {
    return address ? this.streamOf(address).buffer.nextSeq : 0;
  }

  private streamOf({ market }: Address): StreamView {
    return this.hub.stream(market.name);
  }
}

/** The list does not count towards the bound. */
function countUris(uris: readonly string[]): number {
  return uris.filter(uri => uri !== wholeList).length;
}
