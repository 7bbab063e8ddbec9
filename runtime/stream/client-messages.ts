/** One client's messages: their buffer and their counts. */
import { MessageBuffer } from '../buffer/message-buffer.js';
import { RateMeter } from '../buffer/rate.js';
import type { Market } from '../contract/market.js';
import type { Events } from '../decode/event-list.js';
import type { LoopBudget } from '../pacing/loop-budget.js';
import type { SymbolTable } from '../symbols/symbol-table.js';

export interface MessagesOptions {
  readonly maxMessages: number;
  readonly maxBytes: number;
}

export class ClientMessages {
  readonly buffer: MessageBuffer;
  /** Since the start. */
  received = 0;
  /** Arrival of the newest, monotonic ms; absent before the first. */
  lastMs: number | undefined;
  private rate = new RateMeter();
  /** Messages that are not accounted for yet. */
  private fresh = 0;
  private freshBytes = 0;

  /** @param full called when waiting calls must read before messages leave the buffer */
  constructor(
    market: Market,
    private readonly options: MessagesOptions,
    private readonly loopBudget: LoopBudget,
    private readonly full: () => void,
  ) {
    this.buffer = new MessageBuffer(market, options.maxMessages, options.maxBytes);
  }

  /** Messages that left the buffer. */
  get dropped(): number {
    return this.received - this.buffer.size;
  }

  /** @param elapsedMs monotonic */
  ratePerSecond(elapsedMs: number): number {
    return this.rate.rate(elapsedMs);
  }

  /**
   * Forgets everything, for another start.
   *
   * @param symbols the table that later events refer to; absent: the same as before
   */
  clear(symbols?: SymbolTable): void {
    this.buffer.clear(symbols);
    this.rate = new RateMeter();
    this.received = 0;
    this.lastMs = undefined;
  }

  keep(bytes: Buffer, events: Events, arrivedMs: number): void {
    const { count } = events;
    const { maxMessages, maxBytes } = this.options;
    if (this.fresh + count > maxMessages || this.freshBytes + bytes.length > maxBytes) this.full();
    this.buffer.append(bytes, events, arrivedMs);
    this.fresh += count;
    this.freshBytes += bytes.length;
    this.received += count;
  }

  /** Accounts for the messages since the last call. @returns whether there were any */
  account(): boolean {
    const { fresh } = this;
    this.fresh = 0;
    this.freshBytes = 0;
    if (fresh === 0) return false;
    const { elapsedMs } = this.loopBudget;
    this.buffer.trim();
    this.lastMs = elapsedMs;
    this.rate.add(fresh, elapsedMs);
    return true;
  }
}
