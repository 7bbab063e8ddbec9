/** What the bars of one length come to, symbol by symbol; a bar that comes again replaces itself. */
import type { ColumnSegment } from '../../buffer/column-segment.js';
import type { Columns } from '../../buffer/columns.js';
import type { MessageBuffer } from '../../buffer/message-buffer.js';
import type { Channel } from '../../contract/channel.js';
import { timeMs } from '../../core/time.js';
import { absent, longNumber, mostDecimals } from '../../decode/numbers/cell.js';
import { slotOf } from '../../decode/numbers/fields.js';
import { exactOf, priceIn } from './exact-number.js';
import { part, Ranges, rangeCells } from './ranges.js';
import type { RangeValues } from './symbol-state.js';
import type { RangeKey } from './totals-table.js';

/**
 * Of a symbol, behind its range: when the bar that gave the open begins, the newest one, and the one that is shown; and
 * where the last two are.
 */
const cell = {
  bars: rangeCells,
  opened: rangeCells + 1,
  newest: rangeCells + 2,
  seq: rangeCells + 3,
  shown: rangeCells + 4,
  shownSeq: rangeCells + 5,
} as const;
const cells = 16;
const usualSymbols = 256;
const none = -1;
/** Begins of bars that left the buffer are forgotten each time so many more came. */
const usualBegins = 1_024;

export interface BarValues extends RangeValues {
  /** How many bars there are, each counted once. */
  readonly bars: number;
  /** Seq of the last version of the bar that began last; a bar that has no time counts as newer than those before it. */
  readonly seq: number;
}

/** The cells of a channel's bars. */
interface Slots {
  readonly time: number;
  /** Open, high, low, close. */
  readonly prices: readonly number[];
  readonly volume: number;
  readonly volumeExact: number;
  readonly vwap: number;
}

/** The bars of a symbol of which one came late: seq by begin. */
interface Begins {
  readonly seqs: Map<number, number>;
  /** When so many are there, those that left are dropped. */
  most: number;
}

export class BarTotals {
  private state = new Float64Array(0);
  private readonly ranges = new Ranges();
  private readonly slots: Slots;
  private readonly late = new Map<number, Begins>();
  /** Symbols of which a bar was replaced that may have given a price of the range. */
  private readonly stale = new Set<number>();
  /** Bars that came again after the version before had left the buffer; its volume stays. */
  unreplaced = 0;

  /**
   * @param channel of the bars
   * @param from seq of the first message that is added
   */
  constructor(
    private readonly buffer: MessageBuffer,
    private readonly columns: Columns,
    private readonly channel: Channel,
    private readonly from: number,
  ) {
    const prices = (['open', 'high', 'low', 'close'] as const).map(role => slotOf(channel, role));
    this.slots = {
      time: slotOf(channel, 'time'),
      prices: prices.filter(slot => slot >= 0),
      volume: slotOf(channel, 'volume'),
      volumeExact: slotOf(channel, 'volume_exact'),
      vwap: slotOf(channel, 'vwap'),
    };
    this.widen(usualSymbols);
  }

  /** @returns nothing where the symbol had no bar */
  of(symbol: number): BarValues | undefined {
    const at = symbol * cells;
    const { state } = this;
    if (!this.has(symbol)) return undefined;
    this.mend(symbol);
    return { ...this.ranges.valuesOf(state, at), bars: state[at + cell.bars]!, seq: state[at + cell.shownSeq]! };
  }

  /** Whether the symbol had a bar with a time. */
  has(symbol: number): boolean {
    return this.state[symbol * cells + cell.bars]! > 0;
  }

  /** Seq of the bar that is shown, -1 where none came. */
  seqOf(symbol: number): number {
    return this.state[symbol * cells + cell.shownSeq] ?? none;
  }

  /** One number of a symbol as a double, to sort by; NaN where there is none. */
  sortable(symbol: number, by: RangeKey): number {
    this.mend(symbol);
    return this.ranges.nearestOf(this.state, symbol * cells, by);
  }

  /**
   * Adds a bar, in place of its version before.
   *
   * @param first cell of the message
   */
  add(symbol: number, columns: ColumnSegment, first: number, seq: number): void {
    if ((symbol + 1) * cells > this.state.length) this.widen(symbol + 1);
    const { state } = this;
    const at = symbol * cells;
    const begin = this.beginOf(columns, first);
    if (!(begin < state[at + cell.shown]!)) {
      state[at + cell.shown] = begin;
      state[at + cell.shownSeq] = seq;
    }
    // Without a begin nobody can tell which bar it is.
    if (Number.isNaN(begin)) return;
    const isNext = !(begin <= state[at + cell.newest]!);
    const before = isNext ? none : this.versionBefore(symbol, begin, seq);
    if (isNext || begin === state[at + cell.newest]!) {
      state[at + cell.newest] = begin;
      state[at + cell.seq] = seq;
    }
    this.late.get(symbol)?.seqs.set(begin, seq);
    if (before === none) {
      state[at + cell.bars]!++;
    } else if (before < this.buffer.readableSeq) {
      this.unreplaced++;
      this.addPrices(at, begin, columns, first);
      return;
    } else {
      const old = this.columns.from(before, before + 1);
      const oldFirst = old.columns.first[old.row]!;
      this.addVolume(at, old.columns, oldFirst, before, -1);
      if (this.isAtEdge(at, begin, old.columns, oldFirst)) this.stale.add(symbol);
    }
    this.addPrices(at, begin, columns, first);
    this.addVolume(at, columns, first, seq, 1);
  }

  /** When a bar begins, in ms; NaN where no time says it. Begins within the same microsecond are taken for one. */
  private beginOf(columns: ColumnSegment, first: number): number {
    const { time } = this.slots;
    if (time < 0 || columns.decimals[first + time] === longNumber) return Number.NaN;
    return timeMs(columns.numbers[first + time]!);
  }

  private addPrices(at: number, begin: number, columns: ColumnSegment, first: number): void {
    const { state } = this;
    let open = Number.NaN;
    for (const slot of this.slots.prices) {
      const price = priceIn(columns, first + slot);
      if (Number.isNaN(price)) continue;
      if (Number.isNaN(open)) open = price;
      this.ranges.addHighLow(state, at, price);
    }
    if (Number.isNaN(open) || begin > state[at + cell.opened]!) return;
    state[at + cell.opened] = begin;
    state[at + part.open] = open;
  }

  /** Whether the range may be another without a bar. */
  private isAtEdge(at: number, begin: number, columns: ColumnSegment, first: number): boolean {
    const { state } = this;
    const isEdge = (price: number): boolean => price === state[at + part.high] || price === state[at + part.low];
    return begin === state[at + cell.opened] || this.slots.prices.some(slot => isEdge(columns.numbers[first + slot]!));
  }

  /** Draws the prices anew from the last version of each bar, after a version that gave one was replaced. */
  private mend(symbol: number): void {
    if (!this.stale.delete(symbol)) return;
    const at = symbol * cells;
    const { state } = this;
    const held = [...this.lateOf(symbol, state[at + cell.seq]!).seqs].filter(
      ([, seq]) => seq >= this.buffer.readableSeq,
    );
    for (const place of [part.open, part.high, part.low, cell.opened]) state[at + place] = Number.NaN;
    for (const [begin, seq] of held) {
      const { columns, row } = this.columns.from(seq, seq + 1);
      this.addPrices(at, begin, columns, columns.first[row]!);
    }
  }

  private addVolume(at: number, columns: ColumnSegment, first: number, seq: number, sign: 1 | -1): void {
    const { slots } = this;
    const { numbers, decimals } = columns;
    const hasExact = slots.volumeExact >= 0 && decimals[first + slots.volumeExact] !== absent;
    const volume = hasExact ? slots.volumeExact : slots.volume;
    if (volume < 0) return;
    const [size, price] = [first + volume, first + slots.vwap];
    const [sizeDecimals, priceDecimals] = [decimals[size]!, slots.vwap < 0 ? absent : decimals[price]!];
    if (sizeDecimals <= mostDecimals && priceDecimals <= mostDecimals) {
      this.ranges.addVolume(this.state, at, numbers[size]!, sizeDecimals, numbers[price]!, priceDecimals, sign);
      return;
    }
    const exact = exactOf(this.buffer, this.channel, seq, columns, first, size);
    if (!exact) return;
    this.ranges.addExact(this.state, at, exact, exactOf(this.buffer, this.channel, seq, columns, first, price), sign);
  }

  /** Seq of the last version of a bar; `none` where it comes for the first time. */
  private versionBefore(symbol: number, begin: number, seq: number): number {
    const at = symbol * cells;
    if (begin === this.state[at + cell.newest]!) return this.state[at + cell.seq]!;
    const begins = this.lateOf(symbol, this.buffer.before(seq, this.buffer.readableSeq) ?? none);
    if (begins.seqs.size > begins.most) this.forget(begins);
    return begins.seqs.get(begin) ?? none;
  }

  /** @param seq of the newest bar of the symbol that was added */
  private lateOf(symbol: number, seq: number): Begins {
    let begins = this.late.get(symbol);
    if (!begins) {
      begins = { seqs: this.begins(seq), most: usualBegins };
      this.late.set(symbol, begins);
    }
    return begins;
  }

  /** The readable bars of the same symbol and channel up to a message. */
  private begins(newest: number): Map<number, number> {
    const seqs = new Map<number, number>();
    const { buffer } = this;
    const from = Math.max(this.from, buffer.readableSeq);
    for (let seq: number | undefined = newest; seq !== undefined && seq >= from; seq = buffer.before(seq, from)) {
      const { columns, row } = this.columns.from(seq, seq + 1);
      const begin = this.beginOf(columns, columns.first[row]!);
      if (!Number.isNaN(begin) && !seqs.has(begin)) seqs.set(begin, seq);
    }
    return seqs;
  }

  private forget(begins: Begins): void {
    for (const [begin, seq] of begins.seqs) if (seq < this.buffer.readableSeq) begins.seqs.delete(begin);
    begins.most = Math.max(usualBegins, 2 * begins.seqs.size);
  }

  private widen(symbols: number): void {
    const { state } = this;
    const wider = new Float64Array(2 ** Math.ceil(Math.log2(symbols + 1)) * cells);
    wider.set(state);
    for (let at = state.length; at < wider.length; at += cells) {
      this.ranges.clear(wider, at);
      for (const time of [cell.opened, cell.newest, cell.shown]) wider[at + time] = Number.NaN;
      for (const seq of [cell.seq, cell.shownSeq]) wider[at + seq] = none;
    }
    this.state = wider;
  }
}
