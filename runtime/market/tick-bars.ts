/** Bars of so many trades. Prints are kept as numbers side by side: as objects, and as bars, a million would take a gigabyte. */
import type { BarBuilder } from './bar-builder.js';
import { type BuiltBar, type Print, PrintBar } from './built-bar.js';
import type { Updates } from './trade-rules.js';

/** Bars of so many trades, in the order in which these came. */
export class TickBars implements BarBuilder {
  readonly starts: Iterable<number> = [];
  private readonly prints = new PrintPages();

  constructor(private readonly count: number) {}

  get size(): number {
    return Math.floor(this.prints.length / this.count);
  }

  /** @param print that came before all that were added */
  add(print: Print): void {
    this.prints.add(print);
  }

  /** Counted from the oldest trade; the last bar may have fewer. */
  *list(newest = Number.POSITIVE_INFINITY): Generator<BuiltBar> {
    const { prints, count } = this;
    const bars = Math.ceil(prints.length / count);
    if (bars > 0) yield this.build(0);
    for (let index = Math.max(1, bars - newest); index < bars; index++) yield this.build(index);
  }

  /** @param index from the oldest bar on */
  private build(index: number): BuiltBar {
    const { prints, count } = this;
    const bar = new PrintBar();
    let [startMs, endMs] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    const first = prints.length - 1 - index * count;
    for (let at = first; at > first - count && at >= 0; at--) {
      const print = prints.at(at);
      bar.add(print);
      startMs = Math.min(startMs, print.atMs);
      endMs = Math.max(endMs, print.atMs);
    }
    return bar.show({ startMs, endMs }, true);
  }
}

const pageBits = 12;
const pagePrints = 1 << pageBits;
/** Numbers of a print: time, price, size. */
const width = 3;
/** Bits of a print: what it updates, and which of its values is no number and stands elsewhere. */
const [last, highLow, volume, otherPrice, otherSize] = [1, 2, 4, 8, 16] as const;
const allUpdates: readonly Updates[] = Array.from({ length: 8 }, (_, bits) => ({
  last: (bits & last) > 0,
  highLow: (bits & highLow) > 0,
  volume: (bits & volume) > 0,
}));

interface Page {
  readonly numbers: Float64Array;
  readonly bits: Uint8Array;
}

/** Prints in pages, newest first. */
class PrintPages {
  private readonly pages: Page[] = [];
  /** Prices and sizes that are no number, by the place of theirs. */
  private readonly others = new Map<number, unknown>();
  length = 0;

  add({ atMs, price, size, updates }: Print): void {
    const index = this.length++;
    const row = index & (pagePrints - 1);
    if (row === 0) this.pages.push({ numbers: new Float64Array(width * pagePrints), bits: new Uint8Array(pagePrints) });
    const { numbers, bits } = this.pages.at(-1)!;
    numbers[width * row] = atMs;
    bits[row] =
      (updates.last ? last : 0) |
      (updates.highLow ? highLow : 0) |
      (updates.volume ? volume : 0) |
      (this.put(numbers, index, 1, price) ? 0 : otherPrice) |
      (this.put(numbers, index, 2, size) ? 0 : otherSize);
  }

  at(index: number): Print {
    const { numbers, bits } = this.pages[index >> pageBits]!;
    const row = index & (pagePrints - 1);
    const from = width * row;
    const own = bits[row]!;
    return {
      seq: -index,
      atMs: numbers[from]!,
      price: own & otherPrice ? this.others.get(width * index + 1) : numbers[from + 1]!,
      size: own & otherSize ? this.others.get(width * index + 2) : numbers[from + 2]!,
      updates: allUpdates[own & (last | highLow | volume)]!,
    };
  }

  /** @returns whether it is a number */
  private put(numbers: Float64Array, index: number, place: number, value: unknown): boolean {
    if (typeof value === 'number') {
      numbers[width * (index & (pagePrints - 1)) + place] = value;
      return true;
    }
    if (value !== undefined) this.others.set(width * index + place, value);
    return false;
  }
}
