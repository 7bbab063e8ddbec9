/** The symbols of a market, numbered as they arrive and found by their bytes, without a string per message. */
import type { Market } from '../contract/market.js';
import { canonicalSymbol } from './forms.js';
import { mostSpellings, Spellings, taken } from './spellings.js';

/** The number of all symbols that did not get one of their own. */
export const otherSymbol = 0;

const mostSymbols = 100_000;
/** Bits of a hash that tell parts apart. */
const partBits = 9;

/** The longest symbol; anything longer is not one. */
export const longestSymbol = 64;

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

/**
 * Parts that become full are split in two, which takes microseconds. A table that grows as a whole would take
 * milliseconds, and those of many clients grow with the same event.
 */
export class SymbolTable {
  /** By the first `depth` bits of a hash; several places can share a part. */
  private parts: Spellings[] = [new Spellings(0)];
  private depth = 0;
  private spellings = 0;
  /** Canonical names by number. */
  private names: string[] = [''];
  /** Numbers by canonical name, in parts by its hash. */
  private readonly numbers = new Map<number, Map<string, number>>();

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
    return this.numbers.get(partOf(hashOf(spellingOf(name))))?.get(name);
  }

  /**
   * The number of a symbol, a new one if it has not come before.
   *
   * @param words from `at` on, so many of them, its spelling
   * @param text the same as a text, if there is one; many tables share it
   */
  intern(words: Int32Array, at: number, count: number, hash: number, text?: string): number {
    const part = this.parts[partOf(hash) >> (partBits - this.depth)]!;
    const found = part.find(words, at, count, hash);
    return found >= 0 ? found : this.add(part, words.subarray(at, at + count), hash, found, text);
  }

  internText(text: string): number {
    // Half a character has no bytes of its own, and zeros end a spelling.
    if (Buffer.from(text).toString() !== text || text.includes('\0')) return otherSymbol;
    const spelling = spellingOf(text);
    return this.intern(spelling, 0, spelling.length, hashOf(spelling), text);
  }

  clear(): void {
    this.parts = [new Spellings(0)];
    this.depth = 0;
    this.spellings = 0;
    this.names = [''];
    this.numbers.clear();
  }

  private add(part: Spellings, spelling: Int32Array, hash: number, found: number, text = textOf(spelling)): number {
    if (this.isFull || found === taken) return otherSymbol;
    if (part.count === mostSpellings) {
      // Only hashes that were chosen to be alike fill a part that is as deep.
      if (part.depth === partBits) return otherSymbol;
      this.split(part);
      return this.intern(spelling, 0, spelling.length, hash, text);
    }
    this.spellings++;
    const name = this.canonical(text);
    const id = name === text ? this.numberFor(text, hash) : this.numberFor(name, hashOf(spellingOf(name)));
    part.add(spelling, hash, id);
    return id;
  }

  private numberFor(name: string, hash: number): number {
    const part = partOf(hash);
    let numbers = this.numbers.get(part);
    if (!numbers) {
      numbers = new Map();
      this.numbers.set(part, numbers);
    }
    let id = numbers.get(name);
    if (id === undefined) {
      id = this.names.push(name) - 1;
      numbers.set(name, id);
    }
    return id;
  }

  private split(part: Spellings): void {
    if (part.depth === this.depth) {
      this.parts = this.parts.flatMap(one => [one, one]);
      this.depth++;
    }
    const halves = part.split();
    const shift = this.depth - part.depth - 1;
    this.parts = this.parts.map((one, index) => (one === part ? halves[(index >> shift) & 1]! : one));
  }
}

/** A table for the symbols of a market. */
export function symbolTableOf(market: Market): SymbolTable {
  return new SymbolTable(spelling => canonicalSymbol(market, spelling) ?? spelling);
}

function partOf(hash: number): number {
  return hash >>> (32 - partBits);
}
