/** The states of all symbols in a window or since the start, added up from the columns of the buffer. */
import { Columns } from '../../buffer/columns.js';
import type { Hold } from '../../buffer/holds.js';
import type { MessageBuffer } from '../../buffer/message-buffer.js';
import type { Market } from '../../contract/market.js';
import type { Kernel } from '../../contract/suite.js';
import type { Clock } from '../../core/clock.js';
import { rawRole } from '../format.js';
import { numberReaderOf } from '../number-readers.js';
import { type TradeRules, tradeRulesOf } from '../trade-rules.js';
import type { SymbolState, SymbolStates } from './symbol-state.js';
import { SymbolTotals } from './symbol-totals.js';
import { emptyState, type WindowParts, WindowSymbol } from './window-symbol.js';

/** No feed has so many; what is odd must not fill the memory. */
const mostUnknown = 20;

export interface WindowOptions {
  /** Absent: `JSON.parse` reads all numbers. */
  readonly kernel: Kernel | undefined;
  readonly clock: Clock;
  /** Seq of the first message. */
  readonly from: number;
  /** Whether every trade counts, whatever its conditions. */
  readonly everyPrint?: boolean;
  /** Whether what leaves the buffer is added up before it does, for a window that is kept. */
  readonly isKept?: boolean;
}

/**
 * What comes while it is read may push out what it shows. So it holds the messages until it is released, or, where it is
 * kept, copies what it shows of those that leave. Where the stream is started anew, reading throws.
 */
export class Window implements SymbolStates {
  /** Those that left the buffer before it began. */
  missed = 0;
  readonly unknownConditions = new Set<unknown>();
  private readonly hold: Hold;
  private readonly totals: SymbolTotals;
  private readonly parts: WindowParts;
  private readonly rules: TradeRules | undefined;

  private readonly clock: Clock;

  constructor(
    private readonly market: Market,
    private readonly buffer: MessageBuffer,
    { kernel, clock, from, everyPrint = false, isKept = false }: WindowOptions,
  ) {
    this.clock = clock;
    const rules = tradeRulesOf(market);
    this.rules = everyPrint ? undefined : rules;
    const columns = new Columns(buffer, numberReaderOf(market, kernel));
    this.totals = new SymbolTotals(market, buffer, columns, {
      from,
      everyPrint,
      settle: (allowed, time, symbol) => rules.settle(allowed, time, buffer.symbols.nameOf(symbol)),
      noteUnknown: seq => this.noteUnknown(seq),
    });
    this.hold = isKept ? buffer.follow(end => this.totals.leave(end)) : buffer.hold(from);
    this.parts = { market, buffer, columns, totals: this.totals, judge: () => this.judge() };
  }

  get others(): number {
    return this.totals.others;
  }

  get firstMs(): number | undefined {
    return this.totals.firstMs;
  }

  /** The stream was started anew: what was added up is gone, and its symbols have other numbers. */
  get isLost(): boolean {
    return this.hold.isLost;
  }

  get all(): SymbolState[] {
    this.judge();
    return Array.from(this.totals.symbols(), number => this.stateOf(this.buffer.symbols.nameOf(number)!, number));
  }

  of(symbol: string): SymbolState {
    this.judge();
    const number = this.buffer.symbols.numberOf(symbol);
    const isHere = number !== undefined && this.totals.sortable(number, 'messages') > 0;
    return isHere ? this.stateOf(symbol, number) : emptyState(symbol);
  }

  update(abort?: AbortSignal): Promise<void> {
    return this.totals.update(this.clock, abort);
  }

  /** The messages may go. */
  release(): void {
    this.hold.release();
  }

  private stateOf(symbol: string, number: number): SymbolState {
    return new WindowSymbol(symbol, number, this.parts);
  }

  private judge(): void {
    if (this.isLost) throw new Error('The messages of the window are gone.');
  }

  private noteUnknown(seq: number): void {
    const { market, buffer, rules, unknownConditions } = this;
    const channel = market.channels[buffer.channelAt(seq)];
    if (!rules || !channel || unknownConditions.size >= mostUnknown) return;
    for (const code of rules.unknownIn(rawRole(channel, buffer.parse(seq), 'conditions'))) unknownConditions.add(code);
  }
}
