/** The REST API of the simulated world: the same instruments as on its streams, computed from the clock alone. */
import type { Market } from '../../contract/market.js';
import type { Operation } from '../../contract/operation.js';
import type { Clock } from '../../core/clock.js';
import type { Address } from '../address.js';
import type { Reply } from '../reply.js';
import type { RestWorld } from '../world.js';
import { Catalogue } from './catalogue.js';
import { type Document, Refused, writeDocument } from './documents.js';
import { findHandler, notesOn } from './handlers.js';
import { Request } from './request.js';

export class SimulatedRest implements RestWorld {
  private readonly catalogue: Catalogue;

  constructor(
    markets: readonly Market[],
    private readonly clock: Clock,
  ) {
    this.catalogue = new Catalogue(markets);
  }

  /** Answers as the API does; nobody waits, and nobody is refused for asking often. */
  async send(address: Address, _client: string, abort: AbortSignal, operation: Operation): Promise<Reply> {
    const { status, document } = await this.answer(address, operation, abort);
    return { status, body: Buffer.from(writeDocument(document)) };
  }

  notesOn(operation: Operation): readonly string[] {
    return notesOn(operation);
  }

  private async answer(
    address: Address,
    operation: Operation,
    abort: AbortSignal,
  ): Promise<{ status: number; document: Document }> {
    try {
      const request = new Request(operation, address, this.clock, abort);
      return { status: 200, document: await findHandler(operation)(request, this.catalogue) };
    } catch (error) {
      if (error instanceof Refused) return error;
      throw error;
    }
  }
}
