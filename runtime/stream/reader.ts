import type { HubView, StreamView } from './view.js';
import { Waits } from './waits.js';

/**
 * A client with a read-only token sees another client's streams, but has its own waits, and totals that only readers share,
 * so that its reads change nothing for the other client.
 */
export function readerOf(owner: HubView): HubView {
  const waits = new Waits(owner.settings.options.httpWaits);
  const duringWait = <T>(call: () => Promise<T>): Promise<T> => waits.during(call);
  const streams = new Map(owner.markets.map(({ name }) => [name, owner.stream(name).forReader()]));
  const stream = (market: string): StreamView => streams.get(market) ?? owner.stream(market);
  return Object.create(owner, {
    duringWait: { value: duringWait },
    stream: { value: stream },
    readOnly: { value: true },
  });
}
