/** Where the `endpoint` of a request leads, decided before anything is sent. */
import { simulatedFeed } from '../config/feed-names.js';
import type { Settings } from '../config/settings.js';
import type { Suite } from '../contract/suite.js';
import { StreamError } from '../core/errors.js';
import { nearest, suggest } from '../core/nearest.js';
import { isReplay } from '../feed/replay-request.js';

/** Of a recording there is nothing to ask. */
export type RestEndpoint = 'vendor' | 'simulated' | 'replay';

const vendor = 'vendor';

/**
 * All feeds of the vendor have the same API. A feed at an address of the operator's choice has no other, so that the
 * requests of its clients go to the vendor, too, or to where POLYGON_REST_URL leads.
 *
 * @param wanted absent: what the operator's feed comes to
 * @throws StreamError ENDPOINT_NOT_ALLOWED
 */
export function restEndpoint({ feeds }: Suite, { feed }: Settings, wanted = ''): RestEndpoint {
  const text = wanted.trim() || feed;
  const name = text.toLowerCase();
  if (name === simulatedFeed) return 'simulated';
  if (isReplay(text)) return 'replay';
  const known = [vendor, ...feeds.map(one => one.name)];
  if (text === feed || known.includes(name)) return vendor;
  const meant = suggest(nearest(name.slice(0, 100), [...known, simulatedFeed]));
  throw new StreamError(
    'ENDPOINT_NOT_ALLOWED',
    `The endpoint of a request is vendor, simulated or the name of a feed, and another text came${meant || '.'}`,
    'Leave endpoint out, or say "simulated" for made-up data; only the operator can name another host (POLYGON_REST_URL).',
  );
}
