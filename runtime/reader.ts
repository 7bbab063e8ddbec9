import type { HubView } from './view.js';
import { Waits } from './waits.js';

/**
 * What a client with a read-only token has of another client: the same streams, and waits of its own, so that neither
 * takes those of the other.
 */
export function readerOf(owner: HubView): HubView {
  const waits = new Waits(owner.settings.options.httpWaits);
  const duringWait = <T>(call: () => Promise<T>): Promise<T> => waits.during(call);
  return Object.create(owner, { duringWait: { value: duringWait } });
}
