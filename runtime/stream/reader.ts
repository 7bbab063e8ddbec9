import type { HubView, StreamView } from './view.js';
import { Waits } from './waits.js';

/**
 * What a client with a read-only token has of another client: the same streams, and waits and pictures of its own, so
 * that neither takes those of the other, and what is read changes nothing of what the other is answered.
 */
export function readerOf(owner: HubView): HubView {
  const waits = new Waits(owner.settings.options.httpWaits);
  const duringWait = <T>(call: () => Promise<T>): Promise<T> => waits.during(call);
  const streams = new Map(owner.markets.map(({ name }) => [name, owner.stream(name).forReader()]));
  const stream = (market: string): StreamView => streams.get(market) ?? owner.stream(market);
  return Object.create(owner, { duringWait: { value: duringWait }, stream: { value: stream } });
}
