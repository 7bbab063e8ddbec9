/** What the bars of one length come to, symbol by symbol; a bar that comes again replaces itself. */
import type { ColumnSegment } from '../buffer/column-segment.js';
import type { Columns } from '../buffer/columns.js';
import type { MessageBuffer } from '../buffer/message-buffer.js';
import type { Channel } from '../contract/channel.js';
import { absent, mostDecimals } from '../decode/numbers/cell.js';
import { slotOf } from '../decode/numbers/fields.js';
import { exactOf } from './exact-number.js';
import { part, Ranges, type RangeValues, rangeCells } from './ranges.js';

/** Of a symbol, behind its range: when its earliest and its newest bar begin, as sent, and where the newest is. */
const cell = { bars: rangeCells, earliest: rangeCells + 1, newest: rangeCells + 2, seq: rangeCells + 3 } as const;
const cells = 16;
const usualSymbols = 256;
const none = -1;
/** Begins of bars that left the buffer are forgotten each time so many more came. */
const usualBegins = 1_024;

export interface BarValues extends RangeValues {
  /** How many bars there are, each counted once. */
  readonly bars: number;
  /** Seq of the last version of the bar that began last. */
  readonly seq: number;
}

/** The cells of a channel's bars. */
interface Slots {
  readonly time: number;
  readonly prices: readonly number[];
  readonly open: number;
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
      open: prices[0]!,
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
    if (!(state[at + cell.bars]! > 0)) return undefined;
    return { ...this.ranges.valuesOf(state, at), bars: state[at + cell.bars]!, seq: state[at + cell.seq]! };
  }

  /**
   * Adds a bar. The prices of every version count as high and low; open, volume and average price are those of the last.
   *
   * @param first cell of the message
   */
  add(symbol: number, columns: ColumnSegment, first: number, seq: number): void {
    const { slots } = this;
    const begin = slots.time < 0 ? Number.NaN : columns.numbers[first + slots.time]!;
    // Without a begin nobody can tell which bar it is.
    if (Number.isNaN(begin)) return;
    if ((symbol + 1) * cells > this.state.length) this.widen(symbol + 1);
    const { state } = this;
    const at = symbol * cells;
    const isNext = !(begin <= state[at + cell.newest]!);
    const before = isNext ? none : this.versionBefore(symbol, begin, seq);
    for (const slot of slots.prices) {
      const price = columns.numbers[first + slot]!;
      if (!Number.isNaN(price)) this.ranges.addHighLow(state, at, price);
    }
    if (!(begin > state[at + cell.earliest]!)) {
      state[at + cell.earliest] = begin;
      const open = slots.open < 0 ? Number.NaN : columns.numbers[first + slots.open]!;
      if (!Number.isNaN(open)) state[at + part.open] = open;
    }
    if (isNext || begin === state[at + cell.newest]!) {
      state[at + cell.newest] = begin;
      state[at + cell.seq] = seq;
    }
    this.late.get(symbol)?.seqs.set(begin, seq);
    if (before === none) {
      state[at + cell.bars]!++;
    } else if (before < this.buffer.oldestSeq) {
      this.unreplaced++;
      return;
    } else {
      const old = this.columns.from(before, before + 1);
      this.addVolume(at, old.columns, old.columns.first[old.row]!, before, -1);
    }
    this.addVolume(at, columns, first, seq, 1);
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
    let begins = this.late.get(symbol);
    if (!begins) {
      begins = { seqs: this.begins(seq), most: usualBegins };
      this.late.set(symbol, begins);
    }
    if (begins.seqs.size > begins.most) this.forget(begins);
    return begins.seqs.get(begin) ?? none;
  }

  /** The held bars of the same symbol and channel before a message. */
  private begins(seq: number): Map<number, number> {
    const seqs = new Map<number, number>();
    for (let old = this.buffer.before(seq); old !== undefined && old >= this.from; old = this.buffer.before(old)) {
      const { columns, row } = this.columns.from(old, old + 1);
      const begin = columns.numbers[columns.first[row]! + this.slots.time]!;
      if (!seqs.has(begin)) seqs.set(begin, old);
    }
    return seqs;
  }

  private forget(begins: Begins): void {
    for (const [begin, seq] of begins.seqs) if (seq < this.buffer.oldestSeq) begins.seqs.delete(begin);
    begins.most = Math.max(usualBegins, 2 * begins.seqs.size);
  }

  private widen(symbols: number): void {
    const { state } = this;
    const wider = new Float64Array(2 ** Math.ceil(Math.log2(symbols + 1)) * cells);
    wider.set(state);
    for (let at = state.length; at < wider.length; at += cells) {
      this.ranges.clear(wider, at);
      wider[at + cell.earliest] = Number.NaN;
      wider[at + cell.newest] = Number.NaN;
      wider[at + cell.seq] = none;
    }
    this.state = wider;
  }
}
