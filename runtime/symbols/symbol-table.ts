/** The symbols of a market, numbered as they arrive and found by their bytes, without a string per message. */

/** The number of all symbols that did not get one of their own. */
export const otherSymbol = 0;

const mostSymbols = 100_000;
/** Symbols that were chosen to hash alike cost no more than this. */
const mostProbes = 64;
const usualSlots = 1_024;
const usualWords = 4_096;

/** The longest symbol; anything longer is not one. */
export const longestSymbol = 64;

/** What is kept of a spelling: its hash, where it is in `text`, how many words it has, and the symbol it stands for. */
const cell = { hash: 0, at: 1, words: 2, id: 3 } as const;
const cells = 4;

/** How the words of a spelling are hashed: where it begins, each step, and the end. */
export const hashSeed = 0x811c9dc5;
export const hashRotation = 5;
export const hashPrime = 0x9e3779b1;
export const hashFold = 17;

/** The scanner's kernel computes the same hash. */
export function hashOf(spelling: Int32Array): number {
  let hash = hashSeed;
  for (const word of spelling) {
    const mixed = hash ^ word;
    hash = Math.imul((mixed << hashRotation) | (mixed >>> -hashRotation), hashPrime);
  }
  return hash ^ (hash >>> hashFold);
}

/** Its bytes, four to a word with the first one lowest, and zeros up to the next whole word; one word more if none is. */
export function spellingOf(text: string): Int32Array {
  const bytes = Buffer.from(text);
  return Int32Array.from({ length: Math.floor(bytes.length / 4) + 1 }, (_, index) =>
    bytes.subarray(4 * index, 4 * index + 4).reduceRight((word, byte) => (word << 8) | byte, 0),
  );
}

function textOf(spelling: Int32Array): string {
  const bytes = Buffer.alloc(4 * spelling.length);
  for (const [index, word] of spelling.entries()) bytes.writeInt32LE(word, 4 * index);
  return bytes.toString('utf8', 0, bytes.indexOf(0));
}

export class SymbolTable {
  /** Open addressing: number of the spelling plus one, or 0. */
  private slots = new Int32Array(usualSlots);
  private spellings = 0;
  /** All spellings, one after the other. */
  private text: Int32Array = new Int32Array(usualWords);
  private textEnd = 0;
  /** `cells` numbers for each spelling. */
  private spelled: Int32Array = new Int32Array(usualSlots * cells);
  /** Canonical names by number. */
  private names: string[] = [''];
  private readonly numbers = new Map<string, number>();

  /** @param canonical the one name under which a spelling is kept */
  constructor(
    private readonly canonical: (spelling: string) => string,
    private readonly most = mostSymbols,
  ) {}

  /** How many symbols have a number of their own. */
  get size(): number {
    return this.names.length - 1;
  }

  /** Whether the table is full. */
  get isFull(): boolean {
    return this.spellings >= this.most;
  }

  /** @returns the name; nothing for `otherSymbol` */
  nameOf(id: number): string | undefined {
    return id === otherSymbol ? undefined : this.names[id];
  }

  /** @returns the number of a canonical name, if it has one */
  numberOf(name: string): number | undefined {
    return this.numbers.get(name);
  }

  /**
   * The number of a symbol, a new one if it has not come before.
   *
   * @param words from `at` on, so many of them, its spelling
   */
  intern(words: Int32Array, at: number, count: number, hash: number): number {
    const { slots, spelled } = this;
    const mask = slots.length - 1;
    let slot = hash & mask;
    for (let probes = 0; probes < mostProbes; probes++) {
      const spelling = slots[slot]! - 1;
      if (spelling < 0) return this.add(words.subarray(at, at + count), hash, slot);
      const base = spelling * cells;
      if (spelled[base + cell.hash] === hash && this.isSpelled(base, words, at, count)) return spelled[base + cell.id]!;
      slot = (slot + 1) & mask;
    }
    return otherSymbol;
  }

  internText(text: string): number {
    // Half a character has no bytes of its own, and zeros end a spelling.
    if (Buffer.from(text).toString() !== text || text.includes('\0')) return otherSymbol;
    const spelling = spellingOf(text);
    return this.intern(spelling, 0, spelling.length, hashOf(spelling));
  }

  clear(): void {
    this.slots = new Int32Array(usualSlots);
    this.spellings = 0;
    this.textEnd = 0;
    this.names = [''];
    this.numbers.clear();
  }

  private isSpelled(base: number, words: Int32Array, at: number, count: number): boolean {
    const { spelled, text } = this;
    if (spelled[base + cell.words] !== count) return false;
    const textAt = spelled[base + cell.at]!;
    for (let index = 0; index < count; index++) if (words[at + index] !== text[textAt + index]) return false;
    return true;
  }

  private add(spelling: Int32Array, hash: number, slot: number): number {
    if (this.isFull) return otherSymbol;
    const base = this.spellings++ * cells;
    if (base === this.spelled.length) this.spelled = doubled(this.spelled);
    if (this.textEnd + spelling.length > this.text.length) this.text = doubled(this.text);
    const id = this.numberFor(this.canonical(textOf(spelling)));
    this.text.set(spelling, this.textEnd);
    this.spelled.set([hash, this.textEnd, spelling.length, id], base);
    this.textEnd += spelling.length;
    this.slots[slot] = this.spellings;
    if (this.spellings * 2 > this.slots.length) this.spread();
    return id;
  }

  private numberFor(name: string): number {
    let id = this.numbers.get(name);
    if (id === undefined) {
      id = this.names.push(name) - 1;
      this.numbers.set(name, id);
    }
    return id;
  }

  /** Twice as many slots, so that at most half of them are taken. */
  private spread(): void {
    this.slots = new Int32Array(2 * this.slots.length);
    const mask = this.slots.length - 1;
    for (let spelling = 0; spelling < this.spellings; spelling++) {
      let slot = this.spelled[spelling * cells + cell.hash]! & mask;
      while (this.slots[slot] !== 0) slot = (slot + 1) & mask;
      this.slots[slot] = spelling + 1;
    }
  }
}

function doubled(numbers: Int32Array): Int32Array {
  const wider = new Int32Array(2 * numbers.length);
  wider.set(numbers);
  return wider;
}
