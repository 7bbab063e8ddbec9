/** Answers of the API that are kept a while, as the bytes that they are. */
import type { Clock } from '../core/clock.js';

interface Kept {
  readonly body: Buffer;
  readonly sinceMs: number;
  /** When each client first had it, so that none learns of what others asked for. */
  readonly clients: Map<string, number>;
}

/** What is kept of an answer. */
export interface CacheHit {
  readonly body: Buffer;
  /** How long ago the same client had it first; absent for a client that has it for the first time. */
  readonly ageMs?: number;
}

/** What an entry takes beside its bytes. */
const entryBytes = 1_000;
const mostClients = 1_000;

export class AnswerCache {
  /** The least recently used first. */
  private readonly entries = new Map<string, Kept>();
  private held = 0;

  constructor(
    private readonly mostBytes: number,
    private readonly clock: Clock,
  ) {}

  /** @param longestMs for how long an answer is good */
  find(key: string, client: string, longestMs: number): CacheHit | undefined {
    const kept = this.entries.get(key);
    if (!kept || this.clock.elapsed() - kept.sinceMs >= longestMs) return undefined;
    this.entries.delete(key);
    this.entries.set(key, kept);
    const firstMs = kept.clients.get(client);
    this.note(kept, client);
    return { body: kept.body, ...(firstMs === undefined ? {} : { ageMs: this.clock.elapsed() - firstMs }) };
  }

  /** Clients that wait for the same answer each bring it here. */
  put(key: string, client: string, body: Buffer): void {
    const earlier = this.entries.get(key);
    if (earlier?.body === body) {
      this.note(earlier, client);
      return;
    }
    this.remove(key);
    const size = sizeOf(key, body);
    if (size > this.mostBytes) return;
    for (const oldest of this.entries.keys()) {
      if (this.held + size <= this.mostBytes) break;
      this.remove(oldest);
    }
    const kept = { body, sinceMs: this.clock.elapsed(), clients: new Map<string, number>() };
    this.entries.set(key, kept);
    this.held += size;
    this.note(kept, client);
  }

  private note({ clients }: Kept, client: string): void {
    if (clients.size < mostClients && !clients.has(client)) clients.set(client, this.clock.elapsed());
  }

  private remove(key: string): void {
    const kept = this.entries.get(key);
    if (!kept) return;
    this.entries.delete(key);
    this.held -= sizeOf(key, kept.body);
  }
}

function sizeOf(key: string, body: Buffer): number {
  return body.length + 2 * key.length + entryBytes;
}
