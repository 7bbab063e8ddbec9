/** The snapshots of all symbols of a stream, message by message: what totals are compared with. */
import type { MessageBuffer } from '../../runtime/buffer/message-buffer.js';
import type { Market } from '../../runtime/contract/market.js';
import type { Clock } from '../../runtime/core/clock.js';
import { rawRole } from '../../runtime/market/format.js';
import type { SymbolStates } from '../../runtime/market/totals/symbol-state.js';
import { type TradeRules, tradeRulesOf } from '../../runtime/market/trade-rules.js';
import { stepsToParse, TimeSlice } from '../../runtime/pacing/time-slice.js';
import { SymbolSnapshot } from './snapshot.js';

/** No feed has so many; what is odd must not fill the memory. */
const mostUnknown = 20;

/** Adds the messages of a stream to the snapshots, each once. */
export class Snapshots implements SymbolStates {
  /** By the symbol's number. */
  private readonly drawn = new Map<number, SymbolSnapshot>();
  private running: Promise<void> | undefined;
  /** Messages that left the buffer before they could be added. */
  missed = 0;
  /** Messages of symbols without a number of their own. */
  others = 0;
  /** Arrival of the first message added, monotonic ms. */
  firstMs: number | undefined;
  /** Conditions of trades that are in no table. */
  readonly unknownConditions = new Set<unknown>();
  private readonly rules: TradeRules | undefined;

  /**
   * @param next seq of the first message to add
   * @param everyPrint whether every trade counts, whatever its conditions
   */
  constructor(
    private readonly market: Market,
    private readonly buffer: MessageBuffer,
    private readonly clock: Clock,
    private next: number,
    everyPrint = false,
  ) {
    this.rules = everyPrint ? undefined : tradeRulesOf(market);
  }

  get all(): IterableIterator<SymbolSnapshot> {
    return this.drawn.values();
  }

  /** The snapshot of a symbol, empty if it had no message. */
  of(symbol: string): SymbolSnapshot {
    const number = this.buffer.symbols.numberOf(symbol);
    const snapshot = number === undefined ? undefined : this.drawn.get(number);
    return snapshot ?? new SymbolSnapshot(symbol);
  }

  /**
   * Adds what arrived since the last time. Concurrent callers do the work once.
   *
   * @param abort ends it early; only for snapshots that nobody else uses
   */
  async update(abort?: AbortSignal): Promise<void> {
    this.running ??= this.draw(this.buffer.nextSeq, abort).finally(() => {
      this.running = undefined;
    });
    await this.running;
  }

  private async draw(end: number, abort: AbortSignal | undefined): Promise<void> {
    const slice = new TimeSlice(this.clock);
    await slice.begin();
    while (this.next < end && !abort?.aborted) {
      if (slice.spent(this.drawNext())) await slice.rest();
    }
  }

  /** @returns how many small steps it took */
  private drawNext(): number {
    const { buffer } = this;
    if (this.next < buffer.oldestSeq) {
      this.missed += buffer.oldestSeq - this.next;
      this.next = buffer.oldestSeq;
      return 1;
    }
    const seq = this.next++;
    const channel = this.market.channels[buffer.channelAt(seq)];
    if (!channel) return 1;
    const arrivedMs = buffer.arrivedMs(seq);
    this.firstMs ??= arrivedMs;
    const number = buffer.symbolNumberAt(seq);
    const name = buffer.symbols.nameOf(number);
    if (name === undefined) {
      this.others++;
      return 1;
    }
    let snapshot = this.drawn.get(number);
    if (!snapshot) {
      snapshot = new SymbolSnapshot(name, this.rules);
      this.drawn.set(number, snapshot);
    }
    const raw = buffer.parse(seq);
    if (channel.event === 'TRADE') this.noteUnknown(rawRole(channel, raw, 'conditions'));
    snapshot.add(channel, raw, arrivedMs);
    return stepsToParse(buffer.bytesAt(seq));
  }

  private noteUnknown(conditions: unknown): void {
    if (!this.rules || conditions === undefined || this.unknownConditions.size >= mostUnknown) return;
    for (const code of this.rules.unknownIn(conditions)) this.unknownConditions.add(code);
  }
}
