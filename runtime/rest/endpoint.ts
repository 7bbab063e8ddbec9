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
const elsewhere = 'The feed of this server is at an address of its own, and POLYGON_REST_URL names none for requests.';
const wayFromElsewhere =
  'Say "endpoint": "vendor" to ask the vendor with the key of the server, or "simulated" for made-up data.';

/**
 * All feeds of the vendor have the same API. Where the operator's feed is at another address, requests go where
 * POLYGON_REST_URL leads: its key may be none of the vendor's. To the vendor they go only when a caller says so.
 *
 * @param wanted absent: what the operator's feed comes to
 * @throws StreamError ENDPOINT_NOT_ALLOWED
 */
export function restEndpoint({ feeds }: Suite, { feed, restUrl }: Settings, wanted = ''): RestEndpoint {
  const text = wanted.trim() || feed;
  const name = text.toLowerCase();
  if (name === simulatedFeed) return 'simulated';
  if (isReplay(text)) return 'replay';
  const known = [vendor, ...feeds.map(one => one.name)];
  if (known.includes(name)) return vendor;
  if (text === feed) {
    const isVendors = URL.canParse(feed) && feeds.some(({ hosts }) => hosts.includes(new URL(feed).hostname));
    if (isVendors || restUrl !== undefined) return vendor;
    throw new StreamError('ENDPOINT_NOT_ALLOWED', elsewhere, wayFromElsewhere);
  }
  const meant = suggest(nearest(name.slice(0, 100), [...known, simulatedFeed]));
  throw new StreamError(
    'ENDPOINT_NOT_ALLOWED',
    `The endpoint of a request is vendor, simulated or the name of a feed, and another text came${meant || '.'}`,
    'Leave endpoint out, or say "simulated" for made-up data; only the operator can name another host (POLYGON_REST_URL).',
  );
}
