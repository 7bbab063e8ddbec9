/** All upstreams of a process, found by where they lead, and how many there may be. */

import { optionTable } from '../config/options.js';
import type { Market } from '../contract/market.js';
import { StreamError } from '../core/errors.js';
import { isWanted } from '../feed/state.js';
import { placeOf } from '../recording/owner.js';
import { isSameTarget, type Target } from './target.js';
import { Upstream, type UpstreamServices } from './upstream.js';

export class Upstreams {
  private readonly open = new Set<Upstream>();
  /** Those that callers of different names use with one key: what each of them asked for is not for the other. */
  private readonly mixed = new WeakSet<Upstream>();

  constructor(private readonly services: UpstreamServices) {}

  /** How many lead anywhere. */
  get count(): number {
    return this.open.size;
  }

  /**
   * The upstream of a market that leads to a target, a new one if there is none. Those to what the operator set up
   * always have a place, so that no client keeps another from them.
   *
   * @throws StreamError LIMIT_EXCEEDED
   */
  to(market: Market, target: Target): Upstream {
    const shared = [...this.open].find(
      one => one.market === market && isSameTarget(one.target, target) && isWanted(one.state),
    );
    if (shared) {
      if (placeOf(shared.target.keeper) !== placeOf(target.keeper)) this.mixed.add(shared);
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

  /** The same feed is recorded once for everybody to whom recordings are kept, whatever keys open it. */
  private firstOn(market: Market, { endpoint, keeper }: Target): Upstream | undefined {
    const place = placeOf(keeper);
    if (place === undefined) return undefined;
    return [...this.open].find(
      one =>
        one.market === market && one.target.endpoint.feed === endpoint.feed && placeOf(one.target.keeper) === place,
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
