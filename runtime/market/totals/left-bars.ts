/** The newest bars of each symbol that left the buffer, which may come again, and what is settled of the older ones. */

import { parseExact } from '../../core/lossless-json.js';
import type { Cells } from '../../decode/numbers/cell.js';
import type { RawEvent } from '../../decode/protocol.js';

/** So many can be replaced; older ones are settled, so that a day of bars takes no memory. */
const replaceable = 30;
const free = -1;

/** A version of a bar, wherever its numbers are. */
export interface BarVersion {
  readonly cells: Cells;
  /** Its first cell. */
  readonly first: number;
  readonly seq: number;
}

/** A bar that left. */
interface LeftBar extends BarVersion {
  readonly begin: number;
}

/** Those of a symbol, side by side. */
class Left implements Cells {
  readonly numbers: Float64Array;
  readonly decimals: Uint8Array;
  readonly begins = new Float64Array(replaceable);
  readonly seqs = new Float64Array(replaceable).fill(free);
  /** By seq, of the messages whose cells do not hold every digit. */
  readonly texts = new Map<number, string>();
  settledTo = Number.NaN;

  /** @param settled room for the prices of the settled ones */
  constructor(
    width: number,
    readonly settled: Float64Array,
  ) {
    this.numbers = new Float64Array(replaceable * width);
    this.decimals = new Uint8Array(replaceable * width);
  }
}

export class LeftBars {
  private readonly bySymbol = new Map<number, Left>();

  /**
   * @param width cells of a bar
   * @param empty makes room for the prices of settled bars
   * @param settle adds the prices of a bar to them
   */
  constructor(
    private readonly width: number,
    private readonly empty: () => Float64Array,
    private readonly settle: (settled: Float64Array, begin: number, bar: BarVersion) => void,
  ) {}

  /** Begin of the newest settled bar; NaN where none is. */
  settledTo(symbol: number): number {
    return this.bySymbol.get(symbol)?.settledTo ?? Number.NaN;
  }

  /** The prices of the settled bars; nothing where no bar left. */
  settledOf(symbol: number): Float64Array | undefined {
    return this.bySymbol.get(symbol)?.settled;
  }

  /** The message of one whose cells do not hold every digit; nothing of another. */
  parse(symbol: number, seq: number): RawEvent | undefined {
    const text = this.bySymbol.get(symbol)?.texts.get(seq);
    return text === undefined ? undefined : (parseExact(text) as RawEvent);
  }

  /** Those that can be replaced. */
  *of(symbol: number): Generator<LeftBar> {
    const left = this.bySymbol.get(symbol);
    for (let slot = 0; left && slot < replaceable; slot++) if (left.seqs[slot] !== free) yield this.barAt(left, slot);
  }

  /**
   * Copies a bar that leaves, in place of an earlier version of it.
   *
   * @param text of its message, if its cells do not hold every digit
   * @param isReplaced whether a version of a bar is not the last one
   */
  keep(
    symbol: number,
    begin: number,
    bar: BarVersion,
    text: string | undefined,
    isReplaced: (begin: number, seq: number) => boolean,
  ): void {
    let left = this.bySymbol.get(symbol);
    if (!left) {
      left = new Left(this.width, this.empty());
      this.bySymbol.set(symbol, left);
    }
    const slot = this.slotFor(left, begin);
    const before = left.seqs[slot]!;
    if (before !== free && left.begins[slot] !== begin) {
      // The oldest makes room, and that may be the one that comes.
      const oldest = left.begins[slot]! < begin ? this.barAt(left, slot) : { ...bar, begin };
      if (!isReplaced(oldest.begin, oldest.seq)) {
        this.settle(left.settled, oldest.begin, oldest);
        if (!(oldest.begin <= left.settledTo)) left.settledTo = oldest.begin;
      }
      if (oldest.seq === bar.seq) return;
    }
    left.texts.delete(before);
    if (text !== undefined) left.texts.set(bar.seq, text);
    left.begins[slot] = begin;
    left.seqs[slot] = bar.seq;
    const { numbers, decimals } = bar.cells;
    left.numbers.set(numbers.subarray(bar.first, bar.first + this.width), slot * this.width);
    left.decimals.set(decimals.subarray(bar.first, bar.first + this.width), slot * this.width);
  }

  /** The place of this bar, or else a free one, or else that of the oldest. */
  private slotFor({ begins, seqs }: Left, begin: number): number {
    let chosen = 0;
    for (let slot = 0; slot < replaceable; slot++) {
      if (seqs[slot] === free) return slot;
      if (begins[slot] === begin) return slot;
      if (begins[slot]! < begins[chosen]!) chosen = slot;
    }
    return chosen;
  }

  private barAt(left: Left, slot: number): LeftBar {
    return { cells: left, first: slot * this.width, begin: left.begins[slot]!, seq: left.seqs[slot]! };
  }
}
