/** Who answers requests. The one place in which a made-up world stands beside the vendor's hosts. */
import type { Market } from '../contract/market.js';
import type { Operation } from '../contract/operation.js';
import type { Clock } from '../core/clock.js';
import { StreamError } from '../core/errors.js';
import type { Address } from './address.js';
import type { RestPlace } from './place.js';
import type { Reply } from './reply.js';

/** Answers a request as the API does: a status and the bytes of a document, of which rows and pages are then made. */
export interface RestWorld {
  /**
   * @param address what the arguments came to, or a page that an earlier answer named as `next_url`
   * @param client who asks for it
   * @throws StreamError
   */
  send(address: Address, client: string, abort: AbortSignal, operation: Operation): Promise<Reply>;
}

/** Cursors of the made-up world are of no use elsewhere. */
export const simulatedPlace: RestPlace = { origins: [], base: '', mark: 'simulated' };

/**
 * @param _markets those that are served, with their instruments
 * @param _clock what the world goes by
 */
export function simulatedWorld(_markets: readonly Market[], _clock: Clock): RestWorld {
  return {
    send: async () => {
      throw new StreamError(
        'NOT_FOUND',
        'The simulated feed has no answers to requests yet.',
        'Leave endpoint out where the server has a key, or start a stream on the simulated feed.',
      );
    },
  };
}
