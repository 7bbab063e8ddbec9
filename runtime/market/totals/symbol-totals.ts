/** What the trades, quotes and values of a stretch of messages come to, symbol by symbol, added up from columns. */
import type { ColumnSegment } from '../../buffer/column-segment.js';
import type { Columns, Stretch } from '../../buffer/columns.js';
import type { MessageBuffer } from '../../buffer/message-buffer.js';
import type { Channel, EventKind } from '../../contract/channel.js';
import type { Market } from '../../contract/market.js';
import type { Clock } from '../../core/clock.js';
import { absent, longText, mostDecimals } from '../../decode/numbers/cell.js';
import { allEffects, effect } from '../../decode/numbers/effects.js';
import type { RawEvent } from '../../decode/protocol.js';
import { TimeSlice } from '../../pacing/time-slice.js';
import { otherSymbol } from '../../symbols/symbol-table.js';
import { rawRole, readRoleFlag } from '../format.js';
import { BarTotals, type BarValues } from './bar-totals.js';
import { exactOf, priceIn } from './exact-number.js';
import { type KeptMessage, KeptMessages } from './kept-messages.js';
import { type Plan, planOf } from './plan.js';
import { part } from './ranges.js';
import { barKinds, type RangeValues } from './symbol-state.js';
import type { TotalsOptions } from './totals-options.js';
import { cell, cells, isOfRange, none, type SortKey, type SymbolValues, seqKeys, TotalsTable } from './totals-table.js';

/** As many as lead to a look at the clock. */
const stepsOfStretch = 32;
/** So many are added between two looks, in a fraction of a millisecond; in some where each must be parsed. */
const mostOfStretch = 1_024;
/** Found out of a message: it says nothing of a halt, that there is none, that there is one. */
const halt = { unsaid: 1, off: 2, on: 3 } as const;

/** What the messages of a symbol come to. */
export interface Totals extends SymbolValues {
  /** Of bars, by their length; absent where none came. */
  readonly bars: Readonly<Partial<Record<EventKind, BarValues>>>;
}

const windowBits = effect.last | effect.highLow | effect.volume;
const otherRule = 3;

/** Each message is added once; `update` brings the totals up to date. */
export class SymbolTotals {
  /** Messages that left the buffer before they could be added. */
  missed = 0;
  /** Messages of symbols without a number of their own. */
  others = 0;
  /** Arrival of the first message added, monotonic ms. */
  firstMs: number | undefined;
  private readonly table = new TotalsTable();
  private readonly ranges = this.table.ranges;
  private readonly bars = new Map<EventKind, BarTotals>();
  private readonly plans: readonly Plan[];
  private readonly kept: KeptMessages;
  private next: number;
  /** Seq up to which messages were kept that left. */
  private left: number;
  private running: Promise<void> | undefined;

  constructor(
    market: Market,
    private readonly buffer: MessageBuffer,
    private readonly columns: Columns,
    private readonly options: TotalsOptions,
  ) {
    this.next = options.from;
    this.left = options.from;
    this.kept = new KeptMessages(buffer);
    this.plans = market.channels.map(channel => this.planFor(channel));
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

  /** One number of a symbol as a double, to sort by; NaN where there is none. The range is that of `rangeOf`. */
  sortable(symbol: number, by: SortKey): number {
    if (!isOfRange(by)) return this.table.sortable(symbol, by);
    return this.rangedOf(symbol)?.sortable(symbol, by) ?? Number.NaN;
  }

  /** Of trades or values, or else of the bars that there are, the shortest first. */
  rangeOf(symbol: number): RangeValues | undefined {
    return this.rangedOf(symbol)?.of(symbol);
  }

  /** Null where no message said it. */
  haltedOf(symbol: number): boolean | null {
    const halted = this.table.sortable(symbol, 'halted');
    return Number.isNaN(halted) ? null : halted === 1;
  }

  /** Seq of the newest message of a kind that counts, -1 where none came. */
  seqOf(symbol: number, kind: EventKind): number {
    const bars = this.bars.get(kind);
    if (bars) return bars.seqOf(symbol);
    const place = seqKeys[kind];
    return place === undefined ? none : this.table.seqOf(symbol, place);
  }

  private rangedOf(symbol: number): TotalsTable | BarTotals | undefined {
    const isOwn = this.table.sortable(symbol, 'trades') > 0 || !Number.isNaN(this.table.sortable(symbol, 'low'));
    return isOwn ? this.table : barKinds.map(kind => this.bars.get(kind)).find(bars => bars?.has(symbol));
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
    if (this.next < buffer.readableSeq) {
      this.missed += Math.min(end, buffer.readableSeq) - this.next;
      this.next = Math.min(end, buffer.readableSeq);
    }
    if (this.next >= end) return false;
    const stretch = this.columns.from(this.next, Math.min(end, this.next + mostOfStretch));
    this.next += stretch.count;
    this.table.reserve(buffer.symbols.size);
    this.add(stretch);
    return this.next < end;
  }

  /**
   * Adds the messages before `end`, which are leaving the buffer, and keeps those that are shown. What arrived since is
   * added soon after, since most of what is shown now will have been replaced when it leaves.
   */
  leave(end: number): void {
    const { nextSeq } = this.buffer;
    const enough = Math.max(end, Math.min(nextSeq, this.next + 2 * (end - this.left) + mostOfStretch));
    const isDue = this.next < end || nextSeq - this.next >= mostOfStretch;
    while (isDue && this.next < enough) this.step(nextSeq);
    while (this.left < end) {
      const stretch = this.columns.from(this.left, end);
      this.keep(stretch);
      this.left += stretch.count;
    }
  }

  /** One of those that were kept. */
  keptOf(symbol: number, kind: EventKind, seq: number): KeptMessage | undefined {
    return this.kept.of(kind, symbol, seq);
  }

  private keep({ seq: firstSeq, row: firstRow, count, columns }: Stretch): void {
    const { state } = this.table;
    for (let row = firstRow, seq = firstSeq; row < firstRow + count; row++, seq++) {
      const plan = this.plans[columns.channels[row]!];
      const symbol = columns.symbols[row]!;
      if (plan === undefined || symbol === otherSymbol) continue;
      const first = columns.first[row]!;
      plan.bars?.leave(symbol, columns, first, seq);
      const shown = plan.bars ? plan.bars.seqOf(symbol) : state[symbol * cells + plan.seqCell];
      if (shown === seq) this.kept.keep(plan.channel, symbol, seq, columns, first);
    }
  }

  private add({ seq: firstSeq, row: firstRow, count, columns }: Stretch): void {
    const { plans } = this;
    const { state } = this.table;
    const { symbols, channels, first } = columns;
    for (let index = 0; index < count; index++) {
      const row = firstRow + index;
      const plan = plans[channels[row]!];
      if (plan === undefined) continue;
      if (this.firstMs === undefined) this.firstMs = this.buffer.arrivedMs(firstSeq + index);
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
        if (plan.value >= 0) this.addPrice(at, priceIn(columns, first[row]! + plan.value));
        else if (plan.event === 'LULD') this.addHalt(plan.channel, columns, row, at, firstSeq + index);
      }
    }
  }

  private addTrade(plan: Plan, columns: ColumnSegment, row: number, at: number, seq: number): void {
    const { state } = this.table;
    const { numbers, decimals } = columns;
    const first = columns.first[row]!;
    const effects = this.effectsOf(plan, columns, row, seq);
    state[at + cell.trades]!++;
    const priceAt = first + plan.price;
    const price = priceIn(columns, priceAt);
    if (effects & effect.last) {
      state[at + cell.last] = price;
      state[at + cell.lastSeq] = seq;
      if (Number.isNaN(state[at + part.open]!)) state[at + part.open] = price;
    } else state[at + cell.ineligible]!++;
    if (effects & effect.highLow && !Number.isNaN(price)) this.ranges.addHighLow(state, at, price);
    if ((effects & effect.volume) === 0) return;
    // A fractional trade has a whole size of 0; its exact size is not 0.
    const hasExact = plan.sizeExact >= 0 && decimals[first + plan.sizeExact] !== absent;
    const sizeAt = first + (hasExact ? plan.sizeExact : plan.size);
    const [sizeDecimals, priceDecimals] = [decimals[sizeAt]!, decimals[priceAt]!];
    if (sizeDecimals <= mostDecimals && priceDecimals <= mostDecimals)
      this.ranges.addVolume(state, at, numbers[sizeAt]!, sizeDecimals, price, priceDecimals);
    else if (sizeDecimals !== absent) {
      const parse = (): RawEvent => this.buffer.parse(seq);
      const size = exactOf(plan.channel, columns, first, sizeAt, parse);
      const exactPrice = exactOf(plan.channel, columns, first, priceAt, parse);
      if (size) this.ranges.addExact(state, at, size, exactPrice);
    }
  }

  /** What a trade may update. */
  private effectsOf(plan: Plan, columns: ColumnSegment, row: number, seq: number): number {
    const { everyPrint, settle, noteUnknown } = this.options;
    const effects = columns.effects[row]!;
    if (everyPrint || effects === allEffects) return allEffects;
    if ((effects & effect.known) === 0) noteUnknown?.(seq);
    if (((effects >> otherRule) & windowBits) === (effects & windowBits) || !settle) return effects;
    const at = columns.first[row]! + plan.time;
    // Of a time in nanoseconds a double lacks the last digits.
    const isLong = columns.decimals[at] === longText;
    const time = isLong ? rawRole(plan.channel, this.buffer.parse(seq), 'time') : columns.numbers[at];
    return settle(effects, time, columns.symbols[row]!);
  }

  /** No number tells of a halt; what its message says is found out once. */
  private addHalt(channel: Channel, columns: ColumnSegment, row: number, at: number, seq: number): void {
    let finding = columns.finding(row);
    if (finding === 0) {
      const isHalted = readRoleFlag(channel, this.buffer.parse(seq), 'indicators');
      finding = isHalted === undefined ? halt.unsaid : isHalted ? halt.on : halt.off;
      columns.note(row, finding);
    }
    if (finding !== halt.unsaid) this.table.state[at + cell.halted] = finding === halt.on ? 1 : 0;
  }

  /** Of what has neither codes nor volume. */
  private addPrice(at: number, price: number): void {
    if (Number.isNaN(price)) return;
    const { state } = this.table;
    if (Number.isNaN(state[at + part.open]!)) state[at + part.open] = price;
    this.ranges.addHighLow(state, at, price);
  }

  private planFor(channel: Channel): Plan {
    if (!barKinds.includes(channel.event)) return planOf(channel, undefined);
    const bars = new BarTotals(this.buffer, this.columns, channel, this.next);
    this.bars.set(channel.event, bars);
    return planOf(channel, bars);
  }
}
