import type { RawEvent } from './protocol.js';

/** A message that was received. */
export interface Entry {
  /** Position in the market's stream; never used twice in a process. */
  readonly seq: number;
  /** Arrival, wall clock ms. */
  readonly atMs: number;
  readonly ev: string;
  /** Canonical symbol; null where the event has none we know of. */
  readonly symbol: string | null;
  readonly raw: RawEvent;
  readonly bytes: number;
}

/** The newest messages of one market, bounded by count and by bytes. */
export class MessageBuffer {
  private entries: (Entry | undefined)[] = [];
  private head = 0;
  private heldBytes = 0;
  private next = 0;

  constructor(
    private readonly maxMessages: number,
    private readonly maxBytes: number,
  ) {}

  /** Seq of the next message. */
  get nextSeq(): number {
    return this.next;
  }

  /** Seq of the oldest message held; `nextSeq` when empty. */
  get oldestSeq(): number {
    return this.next - this.size;
  }

  get size(): number {
    return this.entries.length - this.head;
  }

  get bytes(): number {
    return this.heldBytes;
  }

  append(message: Omit<Entry, 'seq'>): void {
    this.entries.push({ ...message, seq: this.next++ });
    this.heldBytes += message.bytes;
    while (this.size > this.maxMessages || (this.heldBytes > this.maxBytes && this.size > 1)) this.evict();
  }

  /** The message with this seq, if it is held. */
  at(seq: number): Entry | undefined {
    return this.entries[this.head + seq - this.oldestSeq];
  }

  /** Drops everything; seqs go on. */
  clear(): void {
    this.entries = [];
    this.head = 0;
    this.heldBytes = 0;
  }

  private evict(): void {
    this.heldBytes -= this.entries[this.head]!.bytes;
    this.entries[this.head++] = undefined;
    if (this.head > 1024 && this.head * 2 > this.entries.length) {
      this.entries = this.entries.slice(this.head);
      this.head = 0;
    }
  }
}
