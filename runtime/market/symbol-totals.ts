/** What the trades, quotes and values of a stretch of messages come to, symbol by symbol, added up from columns. */
import type { ColumnSegment } from '../buffer/column-segment.js';
import type { Columns, Stretch } from '../buffer/columns.js';
import type { MessageBuffer } from '../buffer/message-buffer.js';
import type { Channel, EventKind } from '../contract/channel.js';
import type { Market } from '../contract/market.js';
import type { Clock } from '../core/clock.js';
import { absent, mostDecimals } from '../decode/numbers/cell.js';
import { effect } from '../decode/numbers/effects.js';
import { slotOf } from '../decode/numbers/fields.js';
import { TimeSlice } from '../pacing/time-slice.js';
import { otherSymbol } from '../symbols/symbol-table.js';
import { BarTotals, type BarValues } from './bar-totals.js';
import { exactOf } from './exact-number.js';
import { part } from './ranges.js';
import { cell, cells, none, type SortKey, type SymbolValues, TotalsTable } from './totals-table.js';

/** As many as lead to a look at the clock. */
const stepsOfStretch = 32;

/** What the messages of a symbol come to. */
export interface Totals extends SymbolValues {
  /** Of bars, by their length; absent where none came. */
  readonly bars: Readonly<Partial<Record<EventKind, BarValues>>>;
}

export interface TotalsOptions {
  /** Seq of the first message to add. */
  readonly from: number;
  /**
   * Effects of a trade whose codes allow something else by the rule in the three bits above the usual ones.
   *
   * @param effects bits of both
   * @param time of the trade as it was sent, NaN if it was not
   * @returns the bits that hold (`effect`)
   */
  settle?(effects: number, time: number): number;
}

/** What is done with the messages of a channel, and which of their cells have what. */
interface Plan {
  readonly channel: Channel;
  readonly event: EventKind;
  /** Of the cell with the seq of the newest message. */
  readonly seqCell: number;
  readonly price: number;
  readonly size: number;
  readonly sizeExact: number;
  readonly time: number;
  readonly value: number;
  readonly bars: BarTotals | undefined;
}

const seqCells: Readonly<Record<EventKind, number>> = {
  TRADE: cell.lastSeq,
  QUOTE: cell.quoteSeq,
  INDEX_VALUE: cell.valueSeq,
  LULD: cell.bandSeq,
  FAIR_MARKET_VALUE: cell.fairValueSeq,
  IMBALANCE: cell.imbalanceSeq,
  AGGREGATE_MINUTE: none,
  AGGREGATE_SECOND: none,
};
const windowBits = effect.last | effect.highLow | effect.volume;
const otherRule = 3;

/** Each message is added once; `update` brings the totals up to date. */
export class SymbolTotals {
  /** Messages that left the buffer before they could be added. */
  missed = 0;
  /** Messages of symbols without a number of their own. */
  others = 0;
  /** Trades with a code that is in no table, and the seq of the newest. */
  unknownCodes = 0;
  unknownCodeSeq = none;
  /** Arrival of the first message added, monotonic ms. */
  firstMs: number | undefined;
  private readonly table = new TotalsTable();
  private readonly ranges = this.table.ranges;
  private readonly bars = new Map<EventKind, BarTotals>();
  private readonly plans: readonly Plan[];
  private next: number;
  private running: Promise<void> | undefined;

  constructor(
    market: Market,
    private readonly buffer: MessageBuffer,
    private readonly columns: Columns,
    private readonly options: TotalsOptions,
  ) {
    this.next = options.from;
    this.plans = market.channels.map(channel => this.planOf(channel));
  }

  /** Numbers of the symbols that had a message. */
  symbols(): Generator<number> {
    return this.table.symbols();
  }

  /** @returns nothing where the symbol had no message */
  of(symbol: number): Totals | undefined {
    const values = this.table.of(symbol);
    if (!values) return undefined;
    const bars = [...this.bars].flatMap(([kind, totals]) => {
      const found = totals.of(symbol);
      return found ? [[kind, found] as const] : [];
    });
    return { ...values, bars: Object.fromEntries(bars) };
  }

  /** One number of a symbol as a double, to sort by; NaN where there is none. */
  sortable(symbol: number, by: SortKey): number {
    return this.table.sortable(symbol, by);
  }

  /**
   * Adds what arrived since the last time, in slices of time. Concurrent callers do the work once.
   *
   * @param abort ends it early; only for totals that nobody else uses
   */
  async update(clock: Clock, abort?: AbortSignal): Promise<void> {
    this.running ??= this.work(clock, this.buffer.nextSeq, abort).finally(() => {
      this.running = undefined;
    });
    await this.running;
  }

  private async work(clock: Clock, end: number, abort: AbortSignal | undefined): Promise<void> {
    const slice = new TimeSlice(clock);
    await slice.begin();
    while (this.next < end && !abort?.aborted) {
      if (slice.spent(stepsOfStretch)) await slice.rest();
      this.step(end);
    }
  }

  /**
   * Adds some thousand messages at most, which takes a fraction of a millisecond; somewhat more where their numbers must
   * be read first.
   *
   * @returns whether there are more before `end`
   */
  step(end: number): boolean {
    const { buffer } = this;
    if (this.next < buffer.oldestSeq) {
      this.missed += Math.min(end, buffer.oldestSeq) - this.next;
      this.next = Math.min(end, buffer.oldestSeq);
    }
    if (this.next >= end) return false;
    const stretch = this.columns.from(this.next, end);
    this.next += stretch.count;
    this.firstMs ??= buffer.arrivedMs(stretch.seq);
    this.table.reserve(buffer.symbols.size);
    this.add(stretch);
    return this.next < end;
  }

  private add({ seq: firstSeq, row: firstRow, count, columns }: Stretch): void {
    const { plans } = this;
    const { state } = this.table;
    const { symbols, channels, first } = columns;
    for (let index = 0; index < count; index++) {
      const row = firstRow + index;
      const plan = plans[channels[row]!];
      if (plan === undefined) continue;
      const symbol = symbols[row]!;
      if (symbol === otherSymbol) {
        this.others++;
        continue;
      }
      const at = symbol * cells;
      state[at + cell.messages]!++;
      if (plan.event === 'TRADE') {
        this.addTrade(plan, columns, row, at, firstSeq + index);
      } else if (plan.event === 'QUOTE') {
        state[at + cell.quotes]!++;
        state[at + cell.quoteSeq] = firstSeq + index;
      } else if (plan.bars) {
        plan.bars.add(symbol, columns, first[row]!, firstSeq + index);
      } else {
        state[at + plan.seqCell] = firstSeq + index;
        if (plan.value >= 0) this.addPrice(at, columns.numbers[first[row]! + plan.value]!);
      }
    }
  }

  private addTrade(plan: Plan, columns: ColumnSegment, row: number, at: number, seq: number): void {
    const { state } = this.table;
    const { numbers, decimals } = columns;
    const first = columns.first[row]!;
    let effects = columns.effects[row]!;
    state[at + cell.trades]!++;
    if ((effects & effect.known) === 0) {
      this.unknownCodes++;
      this.unknownCodeSeq = seq;
    }
    if (((effects >> otherRule) & windowBits) !== (effects & windowBits) && this.options.settle) {
      effects = this.options.settle(effects, numbers[first + plan.time] ?? Number.NaN);
    }
    if ((effects & windowBits) !== windowBits) state[at + cell.limited]!++;
    const priceAt = first + plan.price;
    const price = numbers[priceAt]!;
    if (!Number.isNaN(price)) {
      if (effects & effect.last) {
        state[at + cell.last] = price;
        state[at + cell.lastSeq] = seq;
        if (Number.isNaN(state[at + part.open]!)) state[at + part.open] = price;
      }
      if (effects & effect.highLow) this.ranges.addHighLow(state, at, price);
    }
    if ((effects & effect.volume) === 0) {
      state[at + cell.uncounted]!++;
      return;
    }
    // A fractional trade has a whole size of 0; its exact size is not 0.
    const hasExact = plan.sizeExact >= 0 && decimals[first + plan.sizeExact] !== absent;
    const sizeAt = first + (hasExact ? plan.sizeExact : plan.size);
    const [sizeDecimals, priceDecimals] = [decimals[sizeAt]!, decimals[priceAt]!];
    if (sizeDecimals <= mostDecimals && priceDecimals <= mostDecimals)
      this.ranges.addVolume(state, at, numbers[sizeAt]!, sizeDecimals, price, priceDecimals);
    else {
      const size = exactOf(this.buffer, plan.channel, seq, columns, first, sizeAt);
      const exactPrice = exactOf(this.buffer, plan.channel, seq, columns, first, priceAt);
      if (size) this.ranges.addExact(state, at, size, exactPrice);
    }
  }

  /** Of what has neither codes nor volume. */
  private addPrice(at: number, price: number): void {
    if (Number.isNaN(price)) return;
    const { state } = this.table;
    if (Number.isNaN(state[at + part.open]!)) state[at + part.open] = price;
    this.ranges.addHighLow(state, at, price);
  }

  private planOf(channel: Channel): Plan {
    const { event } = channel;
    const isBar = event === 'AGGREGATE_SECOND' || event === 'AGGREGATE_MINUTE';
    if (isBar) this.bars.set(event, new BarTotals(this.buffer, this.columns, channel, this.next));
    return {
      channel,
      event,
      seqCell: seqCells[event],
      price: slotOf(channel, 'price'),
      size: slotOf(channel, 'size'),
      sizeExact: slotOf(channel, 'size_exact'),
      time: slotOf(channel, 'time'),
      value: event === 'INDEX_VALUE' ? slotOf(channel, 'value') : none,
      bars: this.bars.get(event),
    };
  }
}
