/** The symbols of a market, numbered as they come and found again by their bytes, without a string for each message. */

/** What all symbols share that find no place of their own. */
export const otherSymbol = 0;

const mostSymbols = 100_000;
/** Symbols that were chosen to hash alike cost no more than this. */
const mostProbes = 64;
const usualSlots = 1_024;
const usualText = 8_192;

/** What is kept of a spelling: its hash, where it is in the text, how long it is, and the symbol it stands for. */
const cell = { hash: 0, textStart: 1, length: 2, id: 3 } as const;
const cells = 4;

/** Bytes are hashed four at a time, and what is left of them at the end: where it begins, and each step. */
export const hashSeed = 0x811c9dc5;
export const hashTurn = 15;
export const hashPrime = 0x9e3779b1;
export const hashFold = 15;
/** A longer symbol is none. */
export const longestSymbol = 64;

/** What the scanner comes to as well. */
export function hashOf(bytes: Buffer): number {
  let hash = hashSeed;
  for (let at = 0; at <= bytes.length; at += 4) {
    const left = Math.min(bytes.length - at, 4);
    const mixed = hash ^ (left > 0 ? bytes.readUIntLE(at, left) : 0);
    hash = Math.imul((mixed << hashTurn) | (mixed >>> -hashTurn), hashPrime);
  }
  return hash ^ (hash >>> hashFold);
}

export class SymbolTable {
  /** Open addressing: number of the spelling plus one, or 0. */
  private slots = new Int32Array(usualSlots);
  private spellings = 0;
  /** Bytes of all spellings, one after the other. */
  private text = Buffer.alloc(usualText);
  private textEnd = 0;
  /** `cells` numbers for each spelling. */
  private spelled = new Int32Array(usualSlots * cells);
  /** Canonical names by number. */
  private names: string[] = [''];
  private readonly numbers = new Map<string, number>();

  /** @param canonical the one name under which a spelling is kept */
  constructor(
    private readonly canonical: (spelling: string) => string,
    private readonly most = mostSymbols,
  ) {}

  /** Symbols that have a number of their own. */
  get size(): number {
    return this.names.length - 1;
  }

  /** Whether no further one gets a number. */
  get isFull(): boolean {
    return this.spellings >= this.most;
  }

  /** @returns the name; nothing for `otherSymbol` */
  nameOf(id: number): string | undefined {
    return id === otherSymbol ? undefined : this.names[id];
  }

  /** @returns the number of a canonical name, if it came and has one */
  numberOf(name: string): number | undefined {
    return this.numbers.get(name);
  }

  /** The number of the symbol spelled by these bytes, a new one if it has not come before. */
  intern(data: Buffer, start: number, end: number, hash: number): number {
    const { slots, spelled } = this;
    const mask = slots.length - 1;
    let slot = hash & mask;
    for (let probes = 0; probes < mostProbes; probes++) {
      const spelling = slots[slot]! - 1;
      if (spelling < 0) return this.add(data, start, end, hash, slot);
      const base = spelling * cells;
      if (spelled[base + cell.hash] === hash && this.isSpelled(base, data, start, end)) return spelled[base + cell.id]!;
      slot = (slot + 1) & mask;
    }
    return otherSymbol;
  }

  internText(text: string): number {
    const bytes = Buffer.from(text);
    // Half a character has no bytes of its own.
    if (bytes.toString() !== text) return otherSymbol;
    return this.intern(bytes, 0, bytes.length, hashOf(bytes));
  }

  clear(): void {
    this.slots = new Int32Array(usualSlots);
    this.spellings = 0;
    this.textEnd = 0;
    this.names = [''];
    this.numbers.clear();
  }

  private isSpelled(base: number, data: Buffer, start: number, end: number): boolean {
    const { spelled, text } = this;
    const length = spelled[base + cell.length]!;
    if (length !== end - start) return false;
    const textStart = spelled[base + cell.textStart]!;
    for (let index = 0; index < length; index++) if (data[start + index] !== text[textStart + index]) return false;
    return true;
  }

  private add(data: Buffer, start: number, end: number, hash: number, slot: number): number {
    if (this.isFull) return otherSymbol;
    const base = this.spellings++ * cells;
    if (base === this.spelled.length) this.widen();
    const textStart = this.textEnd;
    this.textEnd += end - start;
    if (this.textEnd > this.text.length) this.text = Buffer.concat([this.text], 2 * this.textEnd);
    data.copy(this.text, textStart, start, end);
    const id = this.numberFor(this.canonical(this.text.toString('utf8', textStart, this.textEnd)));
    this.spelled.set([hash, textStart, end - start, id], base);
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

  private widen(): void {
    const wider = new Int32Array(2 * this.spelled.length);
    wider.set(this.spelled);
    this.spelled = wider;
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
