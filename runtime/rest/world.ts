/** Who answers requests: the vendor's hosts, or a world that is made up. */
import type { Operation } from '../contract/operation.js';
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
  /** What is to be known of every answer to an operation. */
  notesOn?(operation: Operation): readonly string[];
}

/** Cursors of the made-up world are of no use elsewhere. */
export const simulatedPlace: RestPlace = { origins: [], base: '', mark: 'simulated' };
