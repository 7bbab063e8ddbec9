/** What the bars of one length come to, symbol by symbol; a bar that comes again replaces itself. */
import type { Columns } from '../../buffer/columns.js';
import type { MessageBuffer } from '../../buffer/message-buffer.js';
import type { Channel } from '../../contract/channel.js';
import { absent, type Cells, longText, mostDecimals } from '../../decode/numbers/cell.js';
import { numberFieldsOf, slotOf } from '../../decode/numbers/fields.js';
import type { RawEvent } from '../../decode/protocol.js';
import { BarBegins } from './bar-begin.js';
import { exactOf, priceIn } from './exact-number.js';
import { type BarVersion, LeftBars } from './left-bars.js';
import { part, Ranges, rangeCells, repeat } from './ranges.js';
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
  private readonly left: LeftBars;
  private readonly begins: BarBegins;

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
      prices: prices.filter(slot => slot >= 0),
      volume: slotOf(channel, 'volume'),
      volumeExact: slotOf(channel, 'volume_exact'),
      vwap: slotOf(channel, 'vwap'),
    };
    this.left = new LeftBars(
      numberFieldsOf(channel).length,
      () => this.clear(new Float64Array(cells), 0),
      (settled, begin, { cells: numbers, first }) => this.addPrices(settled, 0, begin, numbers, first),
    );
    this.begins = new BarBegins(channel, (symbol, seq) => this.parse(symbol, seq));
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

  /** Adds a bar, in place of its version before. Of one that was settled only the prices count; its volume may be in. */
  add(symbol: number, numbers: Cells, first: number, seq: number): void {
    if ((symbol + 1) * cells > this.state.length) this.widen(symbol + 1);
    const { state } = this;
    const at = symbol * cells;
    const begin = this.begins.of(numbers, first);
    if (!this.isOlder(symbol, { cells: numbers, first, seq }, begin)) {
      state[at + cell.shown] = begin;
      state[at + cell.shownSeq] = seq;
    }
    // Without a begin nobody can tell which bar it is.
    if (Number.isNaN(begin)) return;
    const isNext = !(begin <= state[at + cell.newest]!);
    const before = isNext ? none : this.versionBefore(symbol, begin, seq);
    const old = before === none ? undefined : this.versionAt(symbol, before);
    const isNew = before === none && !(begin <= this.left.settledTo(symbol));
    this.addPrices(state, at, begin, numbers, first);
    if (!isNew && !old) {
      const settled = this.left.settledOf(symbol);
      if (settled) this.addPrices(settled, 0, begin, numbers, first);
      return;
    }
    if (isNext || begin === state[at + cell.newest]!) {
      state[at + cell.newest] = begin;
      state[at + cell.seq] = seq;
    }
    this.late.get(symbol)?.seqs.set(begin, seq);
    if (old) {
      this.addVolume(symbol, old.cells, old.first, old.seq, -1);
      if (this.isAtEdge(at, begin, old)) this.stale.add(symbol);
    } else state[at + cell.bars]!++;
    this.addVolume(symbol, numbers, first, seq, 1);
  }

  /** Keeps a bar that leaves the buffer, as long as it is among the newest. */
  leave(symbol: number, numbers: Cells, first: number, seq: number): void {
    const begin = this.begins.of(numbers, first);
    const late = this.late.get(symbol)?.seqs;
    const isReplaced = (of: number, version: number): boolean => (late?.get(of) ?? version) !== version;
    if (Number.isNaN(begin) || (late && late.get(begin) !== seq)) return;
    const end = first + numberFieldsOf(this.channel).length;
    const isLong = numbers.decimals.subarray(first, end).includes(longText);
    const text = isLong ? this.buffer.read(seq).toString() : undefined;
    this.left.keep(symbol, begin, { cells: numbers, first, seq }, text, isReplaced);
  }

  /** Whether a bar began before the one that is shown. */
  private isOlder(symbol: number, bar: BarVersion, begin: number): boolean {
    const at = symbol * cells;
    if (begin !== this.state[at + cell.shown]!) return begin < this.state[at + cell.shown]!;
    const shown = this.versionAt(symbol, this.state[at + cell.shownSeq]!);
    return shown !== undefined && this.begins.isBefore(symbol, bar, shown);
  }

  private parse(symbol: number, seq: number): RawEvent {
    return this.left.parse(symbol, seq) ?? this.buffer.parse(seq);
  }

  /** @returns nothing of one that left and was settled */
  private versionAt(symbol: number, seq: number): BarVersion | undefined {
    if (seq < this.buffer.readableSeq) return [...this.left.of(symbol)].find(bar => bar.seq === seq);
    const { columns, row } = this.columns.from(seq, seq + 1);
    return { cells: columns, first: columns.first[row]!, seq };
  }

  /** @param state of all symbols, or of what is settled of one */
  private addPrices(state: Float64Array, at: number, begin: number, numbers: Cells, first: number): void {
    let open = Number.NaN;
    for (const slot of this.slots.prices) {
      const price = priceIn(numbers, first + slot);
      if (Number.isNaN(price)) continue;
      if (Number.isNaN(open)) open = price;
      this.ranges.addHighLow(state, at, price);
    }
    if (!Number.isNaN(open)) this.openWith(state, at, begin, open);
  }

  private openWith(state: Float64Array, at: number, begin: number, open: number): void {
    if (begin > state[at + cell.opened]!) return;
    state[at + cell.opened] = begin;
    state[at + part.open] = open;
  }

  /** Whether the range may be another without a bar. */
  private isAtEdge(at: number, begin: number, { cells: { numbers }, first }: BarVersion): boolean {
    const { state } = this;
    const isEdge = (price: number): boolean => price === state[at + part.high] || price === state[at + part.low];
    return begin === state[at + cell.opened] || this.slots.prices.some(slot => isEdge(numbers[first + slot]!));
  }

  /** Draws the prices anew from the last version of each bar, after a version that gave one was replaced. */
  private mend(symbol: number): void {
    if (!this.stale.delete(symbol)) return;
    const at = symbol * cells;
    const { state } = this;
    const { seqs } = this.lateOf(symbol, state[at + cell.seq]!);
    const isReadable = (seq: number | undefined): boolean => seq !== undefined && seq >= this.buffer.readableSeq;
    for (const place of [part.open, part.high, part.low, cell.opened]) state[at + place] = Number.NaN;
    for (const [begin, seq] of seqs) {
      if (!isReadable(seq)) continue;
      const { columns, row } = this.columns.from(seq, seq + 1);
      this.addPrices(state, at, begin, columns, columns.first[row]!);
    }
    for (const { begin, cells: numbers, first } of this.left.of(symbol))
      if (!isReadable(seqs.get(begin))) this.addPrices(state, at, begin, numbers, first);
    const settled = this.left.settledOf(symbol);
    if (!settled || Number.isNaN(settled[cell.opened]!)) return;
    this.openWith(state, at, settled[cell.opened]!, settled[part.open]!);
    for (const place of [part.high, part.low]) this.ranges.addHighLow(state, at, settled[place]!);
  }

  private addVolume(symbol: number, given: Cells, first: number, seq: number, sign: 1 | -1): void {
    const { slots, state, channel } = this;
    const { numbers, decimals } = given;
    const at = symbol * cells;
    const hasExact = slots.volumeExact >= 0 && decimals[first + slots.volumeExact] !== absent;
    const volume = hasExact ? slots.volumeExact : slots.volume;
    if (volume < 0) return;
    const [size, price] = [first + volume, first + slots.vwap];
    const [sizeDecimals, priceDecimals] = [decimals[size]!, slots.vwap < 0 ? absent : decimals[price]!];
    if (sizeDecimals <= mostDecimals && priceDecimals <= mostDecimals) {
      this.ranges.addVolume(state, at, numbers[size]!, sizeDecimals, numbers[price]!, priceDecimals, sign);
      return;
    }
    const parse = (): RawEvent => this.parse(symbol, seq);
    const exact = exactOf(channel, given, first, size, parse);
    if (exact) this.ranges.addExact(state, at, exact, exactOf(channel, given, first, price, parse), sign);
  }

  /** Seq of the last version of a bar; `none` where it comes for the first time. */
  private versionBefore(symbol: number, begin: number, seq: number): number {
    const at = symbol * cells;
    if (begin === this.state[at + cell.newest]!) return this.state[at + cell.seq]!;
    const begins = this.lateOf(symbol, this.buffer.before(seq, this.buffer.readableSeq) ?? none);
    if (begins.seqs.size > begins.most) this.forget(begins);
    return begins.seqs.get(begin) ?? [...this.left.of(symbol)].find(bar => bar.begin === begin)?.seq ?? none;
  }

  /** @param seq of the newest bar of the symbol that was added */
  private lateOf(symbol: number, seq: number): Begins {
    let begins = this.late.get(symbol);
    if (!begins) {
      begins = { seqs: this.readable(seq), most: usualBegins };
      this.late.set(symbol, begins);
    }
    return begins;
  }

  /** The readable bars of the same symbol and channel up to a message. */
  private readable(newest: number): Map<number, number> {
    const seqs = new Map<number, number>();
    const { buffer } = this;
    const from = Math.max(this.from, buffer.readableSeq);
    for (let seq: number | undefined = newest; seq !== undefined && seq >= from; seq = buffer.before(seq, from)) {
      const { columns, row } = this.columns.from(seq, seq + 1);
      const begin = this.begins.of(columns, columns.first[row]!);
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
    this.clear(wider, state.length);
    repeat(wider, state.length, cells);
    this.state = wider;
  }

  private clear(state: Float64Array, at: number): Float64Array {
    this.ranges.clear(state, at);
    for (const time of [cell.opened, cell.newest, cell.shown]) state[at + time] = Number.NaN;
    for (const seq of [cell.seq, cell.shownSeq]) state[at + seq] = none;
    return state;
  }
}
