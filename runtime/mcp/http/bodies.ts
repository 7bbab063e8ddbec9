/** Reads the bodies of requests, with a bound on the bytes held at the same time. */
import type { IncomingMessage } from 'node:http';
import { Quota } from '../../pacing/quota.js';

/** Why a body was not read to its end: it is too large, others needed the room, or the caller is gone. */
export type Unread = 'too large' | 'gave way' | 'gone';

/** A body that was read; it counts towards the bound until it is released. */
export type Body = { readonly bytes: Buffer; readonly done: () => void } | { readonly unread: Unread };

/** A body that is being read. */
interface Reading {
  readonly client: string;
  /** Holds the bytes so far, with room for more. */
  bytes: Buffer;
  readonly giveUp: (unread: Unread) => void;
}

const firstBytes = 1_024;

export class Bodies {
  /** In the order in which they started. */
  private readonly unfinished = new Set<Reading>();
  private readonly held: Quota;

  /**
   * @param largest bytes of one body
   * @param perClient bytes of the bodies of a client; over that its oldest unfinished one gives way
   * @param inAll bytes of all bodies; over that the oldest unfinished one of the client with the most gives way
   */
  constructor(
    private readonly largest: number,
    perClient: number,
    inAll: number,
  ) {
    // One body must always fit.
    this.held = new Quota(Math.max(perClient, largest), Math.max(inAll, largest));
  }

  /** Bytes held for bodies that were not released. */
  get heldBytes(): number {
    return this.held.total;
  }

  read(request: IncomingMessage, client: string): Promise<Body> {
    if (Number(request.headers['content-length'] ?? 0) > this.largest) return Promise.resolve({ unread: 'too large' });
    return new Promise(resolve => {
      let length = 0;
      const release = (): void => this.held.add(client, -reading.bytes.length);
      const end = (body: Body): void => {
        this.unfinished.delete(reading);
        request.off('data', take).off('end', finish).off('close', lose);
        resolve(body);
      };
      const giveUp = (unread: Unread): void => {
        release();
        // The sender of too much still gets an answer.
        request.pause();
        end({ unread });
      };
      const take = (chunk: Buffer): void => {
        if (length + chunk.length > this.largest) {
          giveUp('too large');
          return;
        }
        this.grow(reading, length + chunk.length);
        length += chunk.copy(reading.bytes, length);
        this.makeRoom(reading);
      };
      const finish = (): void => end({ bytes: reading.bytes.subarray(0, length), done: release });
      const lose = (): void => giveUp('gone');
      const reading: Reading = { client, bytes: Buffer.alloc(0), giveUp };
      this.unfinished.add(reading);
      request
        .on('data', take)
        .on('end', finish)
        .on('close', lose)
        .on('error', () => {});
      if (request.destroyed) lose();
    });
  }

  /** Copies the piece, since many small buffers would take many times their size. */
  private grow(reading: Reading, bytes: number): void {
    if (bytes <= reading.bytes.length) return;
    const twice = Math.max(firstBytes, 2 * reading.bytes.length);
    const larger = Buffer.alloc(Math.max(bytes, Math.min(twice, this.largest)));
    reading.bytes.copy(larger);
    this.held.add(reading.client, larger.length - reading.bytes.length);
    reading.bytes = larger;
  }

  private makeRoom(reading: Reading): void {
    const { client } = reading;
    while (this.held.of(client) > this.held.perClient) this.endOldest(client, reading);
    while (this.held.total > this.held.inAll) this.endOldest(this.held.greatest!, reading);
  }

  /** @param newest gives way if the client has no other unfinished body */
  private endOldest(client: string, newest: Reading): void {
    for (const reading of this.unfinished) {
      if (reading.client !== client || reading.bytes.length === 0) continue;
      reading.giveUp('gave way');
      return;
    }
    newest.giveUp('gave way');
  }
}
