import { simulatedFeed } from '../../config/feed-names.js';
import type { StreamView } from '../../stream/view.js';

/** The URL in use, or the name of the simulated feed. */
export function shownEndpoint(stream: StreamView): string | null {
  return stream.target?.endpoint.feed === simulatedFeed ? simulatedFeed : (stream.url ?? null);
}
