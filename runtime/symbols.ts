/** The symbols of a market, numbered as they come and found again by their bytes, without a string for each message. */

/** What all symbols share that find no place of their own. */
export const otherSymbol = 0;

const mostSymbols = 100_000;
/** Symbols that were chosen to hash alike cost no more than this. */
const mostProbes = 64;
const usualSlots = 1_024;
const usualText = 8_192;

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
  /** Of each spelling where it ends in `text`, its hash, and the symbol it stands for. */
  private ends = new Uint32Array(usualSlots);
  private hashes = new Int32Array(usualSlots);
  private ids = new Uint32Array(usualSlots);
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
    const mask = this.slots.length - 1;
    let slot = hash & mask;
    for (let probes = 0; probes < mostProbes; probes++) {
      const spelling = this.slots[slot]! - 1;
      if (spelling < 0) return this.add(data, start, end, hash, slot);
      if (this.hashes[spelling] === hash && this.isSpelled(spelling, data, start, end)) return this.ids[spelling]!;
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
    this.names = [''];
    this.numbers.clear();
  }

  private isSpelled(spelling: number, data: Buffer, start: number, end: number): boolean {
    const textStart = spelling === 0 ? 0 : this.ends[spelling - 1]!;
    const length = this.ends[spelling]! - textStart;
    if (length !== end - start) return false;
    for (let index = 0; index < length; index++) if (data[start + index] !== this.text[textStart + index]) return false;
    return true;
  }

  private add(data: Buffer, start: number, end: number, hash: number, slot: number): number {
    if (this.isFull) return otherSymbol;
    const spelling = this.spellings++;
    if (spelling === this.ends.length) this.widen();
    const textStart = spelling === 0 ? 0 : this.ends[spelling - 1]!;
    const textEnd = textStart + end - start;
    if (textEnd > this.text.length) this.text = Buffer.concat([this.text], 2 * textEnd);
    data.copy(this.text, textStart, start, end);
    const id = this.numberFor(this.canonical(this.text.toString('utf8', textStart, textEnd)));
    this.ends[spelling] = textEnd;
    this.hashes[spelling] = hash;
    this.ids[spelling] = id;
    this.slots[slot] = spelling + 1;
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
    const length = 2 * this.ends.length;
    this.ends = copied(this.ends, new Uint32Array(length));
    this.hashes = copied(this.hashes, new Int32Array(length));
    this.ids = copied(this.ids, new Uint32Array(length));
  }

  /** Twice as many slots, so that at most half of them are taken. */
  private spread(): void {
    this.slots = new Int32Array(2 * this.slots.length);
    const mask = this.slots.length - 1;
    for (let spelling = 0; spelling < this.spellings; spelling++) {
      let slot = this.hashes[spelling]! & mask;
      while (this.slots[slot] !== 0) slot = (slot + 1) & mask;
      this.slots[slot] = spelling + 1;
    }
  }
}

function copied<T extends Uint32Array | Int32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

/** Whether `data` has these bytes from `start` on. */
export function sameBytes(data: Uint8Array, start: number, bytes: Uint8Array): boolean {
  for (let index = 0; index < bytes.length; index++) if (data[start + index] !== bytes[index]) return false;
  return true;
}
