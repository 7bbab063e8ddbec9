/** What is known of each pair of channel and symbol: the seq of its newest message, and how many came. */

/** Pairs are in pages of so many, since a table that grows as a whole would take milliseconds. */
export const pageBits = 10;
const pagePairs = 1 << pageBits;
export const pairMask = pagePairs - 1;
export const nothingYet = -1;

export class Pairs {
  /** By pair, side by side: newest seq and count; pages are absent where nothing came. For the one that appends. */
  pages: (Float64Array | undefined)[] = [];

  addPage(index: number): Float64Array {
    const cells = new Float64Array(2 * pagePairs);
    for (let cell = 0; cell < cells.length; cell += 2) cells[cell] = nothingYet;
    this.pages[index] = cells;
    return cells;
  }

  /** Seq of the newest message of a pair; -1 where none came. */
  newestOf(pair: number): number {
    return this.pages[pair >> pageBits]?.[2 * (pair & pairMask)] ?? nothingYet;
  }

  /** How many messages of a pair came. */
  countOf(pair: number): number {
    return this.pages[pair >> pageBits]?.[2 * (pair & pairMask) + 1] ?? 0;
  }

  /** How many messages came of a pair and of all that lie a multiple of `width` above it. */
  countFrom(pair: number, width: number): number {
    let sum = 0;
    for (let next = pair; next >> pageBits < this.pages.length; next += width) sum += this.countOf(next);
    return sum;
  }

  clear(): void {
    this.pages = [];
  }
}
