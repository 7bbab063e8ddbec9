/** All upstreams of a process, found by target, and the limit on them. */

import { optionTable } from '../config/options.js';
import type { Market } from '../contract/market.js';
import { StreamError } from '../core/errors.js';
import { isWanted } from '../feed/state.js';
import { placeOf } from '../recording/owner.js';
import { isSameTarget, type Target } from './target.js';
import { Upstream, type UpstreamServices } from './upstream.js';

export class Upstreams {
  private readonly open = new Set<Upstream>();
  /** Upstreams that callers of different names use with one key: neither may see the other's channels. */
  private readonly mixed = new WeakSet<Upstream>();

  constructor(private readonly services: UpstreamServices) {}

  /** Number of open upstreams. */
  get count(): number {
    return this.open.size;
  }

  /**
   * The upstream of a market to a target, a new one if there is none. The limit does not apply to the operator's own
   * target, so that no client can keep another from it.
   *
   * @throws StreamError LIMIT_EXCEEDED
   */
  to(market: Market, target: Target): Upstream {
    const shared = [...this.open].find(
      one => one.market === market && isSameTarget(one.target, target) && isWanted(one.state),
    );
    if (shared) {
      if (placeOf(shared.target.ownership) !== placeOf(target.ownership)) this.mixed.add(shared);
      return shared;
    }
    if (!target.usual) this.requirePlace();
    const upstream: Upstream = new Upstream(market, this.services, target, {
      isRecorded: () => !this.mixed.has(upstream) && upstream === this.firstOn(market, target),
      vacated: () => this.open.delete(upstream),
    });
    this.open.add(upstream);
    return upstream;
  }

  /** The one upstream that records the feed for an owner, whatever the keys. */
  private firstOn(market: Market, { endpoint, ownership }: Target): Upstream | undefined {
    const place = placeOf(ownership);
    if (place === undefined) return undefined;
    return [...this.open].find(
      one =>
        one.market === market && one.target.endpoint.feed === endpoint.feed && placeOf(one.target.ownership) === place,
    );
  }

  private requirePlace(): void {
    const { httpStreams } = this.services.options;
    const taken = [...this.open].filter(({ target }) => !target.usual).length;
    if (taken < httpStreams) return;
    throw new StreamError(
      'LIMIT_EXCEEDED',
      `The clients of this server have ${httpStreams} connections to feeds of their choice, and no more are made (${optionTable.httpStreams.variable}).`,
      'Start without endpoint and api_key, which has a place of its own, or again when a stream was stopped; the operator can raise the limit.',
    );
  }
}
