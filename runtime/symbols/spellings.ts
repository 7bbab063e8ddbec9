/** The spellings of one part of a symbol table, found by their hashes. */

/** Symbols that were chosen to hash alike cost no more than this. */
const mostProbes = 64;
const slotCount = 1_024;
/** At most half of the slots are taken. */
export const mostSpellings = slotCount / 2;
const usualWords = 2_048;

/** What is kept of a spelling: its hash, where it is in `text`, how many words it has, and the symbol it stands for. */
const cell = { hash: 0, at: 1, words: 2, id: 3 } as const;
const cells = 4;

/** In place of a symbol: the slot in which a spelling belongs is free, or there is none. */
export const free = -1;
export const taken = -2;

export class Spellings {
  count = 0;
  /** Open addressing: number of the spelling plus one, or 0. */
  private readonly slots = new Int32Array(slotCount);
  /** All spellings, one after the other. */
  private text: Int32Array = new Int32Array(usualWords);
  private textEnd = 0;
  /** `cells` numbers for each spelling. */
  private readonly spelled = new Int32Array(mostSpellings * cells);

  /** @param depth how many of the first bits of their hashes all spellings have in common */
  constructor(readonly depth: number) {}

  /** @returns the symbol, or `free` or `taken` if it is not here */
  find(words: Int32Array, at: number, count: number, hash: number): number {
    const { slots, spelled } = this;
    let slot = hash & (slotCount - 1);
    for (let probes = 0; probes < mostProbes; probes++) {
      const spelling = slots[slot]! - 1;
      if (spelling < 0) return free;
      const base = spelling * cells;
      if (spelled[base + cell.hash] === hash && this.isSpelled(base, words, at, count)) return spelled[base + cell.id]!;
      slot = (slot + 1) & (slotCount - 1);
    }
    return taken;
  }

  /** Adds a spelling that is not here, while there are less than `mostSpellings`. */
  add(words: Int32Array, hash: number, id: number): void {
    const { slots, spelled, textEnd } = this;
    const base = this.count++ * cells;
    let slot = hash & (slotCount - 1);
    while (slots[slot] !== 0) slot = (slot + 1) & (slotCount - 1);
    slots[slot] = this.count;
    if (textEnd + words.length > this.text.length) this.widen();
    this.text.set(words, textEnd);
    spelled[base + cell.hash] = hash;
    spelled[base + cell.at] = textEnd;
    spelled[base + cell.words] = words.length;
    spelled[base + cell.id] = id;
    this.textEnd += words.length;
  }

  /** @returns the same spellings in two parts, by the next bit of their hashes */
  split(): [Spellings, Spellings] {
    const { spelled, text, depth } = this;
    const halves: [Spellings, Spellings] = [new Spellings(depth + 1), new Spellings(depth + 1)];
    for (let base = 0; base < this.count * cells; base += cells) {
      const hash = spelled[base + cell.hash]!;
      const at = spelled[base + cell.at]!;
      const half = halves[(hash >>> (31 - depth)) & 1]!;
      half.add(text.subarray(at, at + spelled[base + cell.words]!), hash, spelled[base + cell.id]!);
    }
    return halves;
  }

  private isSpelled(base: number, words: Int32Array, at: number, count: number): boolean {
    const { spelled, text } = this;
    if (spelled[base + cell.words] !== count) return false;
    const textAt = spelled[base + cell.at]!;
    for (let index = 0; index < count; index++) if (words[at + index] !== text[textAt + index]) return false;
    return true;
  }

  private widen(): void {
    const wider = new Int32Array(2 * this.text.length);
    wider.set(this.text);
    this.text = wider;
  }
}
