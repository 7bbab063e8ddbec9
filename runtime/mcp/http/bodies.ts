/** Reads the bodies of requests, of which there are only so many bytes at the same time. */
import type { IncomingMessage } from 'node:http';
import { Quota } from '../../pacing/quota.js';

/** Why a body was not read to its end: it is too large, others needed the room, or the caller is gone. */
export type Unread = 'too large' | 'gave way' | 'gone';

/** What came of a body, which takes its room until it is said to be done with. */
export type Body = { readonly bytes: Buffer; readonly done: () => void } | { readonly unread: Unread };

/** A body of which some has come. */
interface Reading {
  readonly client: string;
  /** Holds what has come, and has room for more. */
  bytes: Buffer;
  readonly giveUp: (unread: Unread) => void;
}

const firstBytes = 1_024;

export class Bodies {
  /** In the order in which they began. */
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
    // One body must find room.
    this.held = new Quota(Math.max(perClient, largest), Math.max(inAll, largest));
  }

  /** Bytes that are held for bodies, until they are done with. */
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
        // Whoever sent too much is still to be answered.
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

  /** A copy, since many small pieces would take many times their bytes. */
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

  /** @param newest gives way where the client has no other one that is unfinished */
  private endOldest(client: string, newest: Reading): void {
    for (const reading of this.unfinished) {
      if (reading.client !== client || reading.bytes.length === 0) continue;
      reading.giveUp('gave way');
      return;
    }
    newest.giveUp('gave way');
  }
}
