/** A strict scanner: finds the events of a frame, their channels and symbols, without building an object for any. */
import { symbolKeyOf } from './channels.js';
import type { Channel } from './contract.js';
import type { EventList } from './eventlist.js';
import { hashSeed, hashStep, sameBytes } from './symbols.js';

const blank = 0x20;
const quote = 0x22;
const plus = 0x2b;
const comma = 0x2c;
const minus = 0x2d;
const dot = 0x2e;
const zero = 0x30;
const one = 0x31;
const nine = 0x39;
const colon = 0x3a;
const openBracket = 0x5b;
const backslash = 0x5c;
const closeBracket = 0x5d;
const letterE = 0x65;
const letterV = 0x76;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const lastAscii = 0x7e;

const literals = ['true', 'false', 'null'].map(word => Buffer.from(word));

/** Prefixes and keys are compared as one integer of their bytes. */
const longestWord = 4;

/**
 * Takes a frame apart where it is an array of flat events that begin with `ev`, written without blanks and escapes, as
 * the feed writes them. Of anything else it says that it is not sure, and the frame is for `JSON.parse`; what it is
 * sure of, `JSON.parse` accepts with the same result.
 * @see polygon-docs/websockets/quickstart.md:206-209 `ev`
 */
export class Scanner {
  /** Events without a symbol that is a text. */
  malformed = 0;

  /** By channel: its prefix, and the key of its symbol. */
  private readonly prefixes: Int32Array;
  private readonly symbolKeys: Int32Array;

  constructor(
    channels: readonly Channel[],
    private readonly events: EventList,
  ) {
    // Of a channel whose words are too long it is never sure.
    this.prefixes = Int32Array.from(channels, channel =>
      isWord(channel.prefix) && isWord(symbolKeyOf(channel)) ? wordOf(channel.prefix) : noWord,
    );
    this.symbolKeys = Int32Array.from(channels, channel => wordOf(symbolKeyOf(channel)));
  }

  /**
   * Lists the events of a frame, each with the hash of its symbol.
   *
   * @returns whether it is sure of the whole frame; if not, what it listed counts for nothing
   */
  // biome-ignore lint/complexity/noExcessiveCognitiveComplexity: split into functions, it takes half as long again
  scan(data: Buffer): boolean {
    const { events, prefixes, symbolKeys } = this;
    const last = data.length - 1;
    events.clear();
    this.malformed = 0;
    if (last < 2 || data[0] !== openBracket || data[last] !== closeBracket) return false;
    let at = 1;
    for (;;) {
      const start = at;
      // {"ev":"
      if (data[at] !== openBrace || data[at + 1] !== quote || data[at + 2] !== letterE) return false;
      if (data[at + 3] !== letterV || data[at + 4] !== quote || data[at + 5] !== colon) return false;
      if (data[at + 6] !== quote) return false;
      at += 7;
      let byte = data[at]!;
      let prefix = 0;
      const prefixEnd = Math.min(at + longestWord, last);
      while (at < prefixEnd && plain[byte] === 1) {
        prefix = (prefix << 8) | byte;
        byte = data[++at]!;
      }
      let channel = prefixes.length - 1;
      while (channel >= 0 && prefixes[channel] !== prefix) channel--;
      if (channel < 0 || byte !== quote) return false;
      const symbolKey = symbolKeys[channel]!;
      let symbolStart = 0;
      let symbolEnd = 0;
      let hash = hashSeed;
      let keyed = false;

      byte = data[++at]!;
      while (byte === comma) {
        // "key":
        if (data[at + 1] !== quote) return false;
        at += 2;
        const keyStart = at;
        let key = 0;
        byte = data[at]!;
        while (at < last && plain[byte] === 1) {
          key = (key << 8) | byte;
          byte = data[++at]!;
        }
        if (byte !== quote || data[at + 1] !== colon) return false;
        const keyLength = at - keyStart;
        at += 2;
        byte = data[at]!;
        // Of a key that stands twice the last one counts, which is for `JSON.parse` to say.
        if (key === evKey && keyLength === 2) return false;
        if (key === symbolKey && keyLength <= longestWord) {
          if (keyed) return false;
          keyed = true;
          if (byte === quote) {
            symbolStart = ++at;
            byte = data[at]!;
            while (at < last && plain[byte] === 1 && byte <= lastAscii) {
              hash = hashStep(hash, byte);
              byte = data[++at]!;
            }
            if (byte !== quote) return false;
            symbolEnd = at;
            byte = data[++at]!;
            continue;
          }
        }

        // The usual numbers and texts at once; the rest is rarer.
        if (byte >= one && byte <= nine) {
          do byte = data[++at]!;
          while (byte >= zero && byte <= nine);
          if (byte === dot) {
            const digits = at + 1;
            do byte = data[++at]!;
            while (byte >= zero && byte <= nine);
            if (at === digits) return false;
          }
          if (byte === comma || byte === closeBrace) continue;
          at = skipExponent(data, at);
        } else if (byte === quote) {
          do byte = data[++at]!;
          while (at < last && plain[byte] === 1);
          at = byte === quote ? at + 1 : -1;
        } else {
          at = skipValue(data, at);
        }
        if (at < 0) return false;
        byte = data[at]!;
      }

      if (byte !== closeBrace) return false;
      at++;
      if (symbolStart === 0 || symbolEnd - symbolStart > longestSymbol) this.malformed++;
      else events.add(start, at, channel, symbolStart, symbolEnd, hash);
      if (data[at] !== comma) return at === last;
      at++;
    }
  }
}

/** 1 for bytes that stand for themselves in a text. */
const plain = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= blank && byte !== quote && byte !== backslash ? 1 : 0,
);

/** A longer symbol is none. */
export const longestSymbol = 64;

const evKey = wordOf('ev');

/** No word has a quote in it. */
const noWord = quote;

function isWord(text: string): boolean {
  return Buffer.byteLength(text) <= longestWord;
}

/** A word's bytes as one integer. */
function wordOf(text: string): number {
  return Buffer.from(text).reduce((word, byte) => (word << 8) | byte, 0);
}

/** @returns what follows the value at `at`, or -1 */
function skipValue(data: Buffer, at: number): number {
  return data[at] === openBracket ? skipList(data, at + 1) : skipScalar(data, at);
}

/** @returns what follows the quote that ends the text from `start` on, or -1 */
function skipText(data: Buffer, start: number): number {
  let at = start;
  while (at < data.length && plain[data[at]!] === 1) at++;
  return data[at] === quote ? at + 1 : -1;
}

/** Lists hold texts and scalars; anything deeper is not for the scanner. */
function skipList(data: Buffer, start: number): number {
  if (data[start] === closeBracket) return start + 1;
  let at = start;
  for (;;) {
    at = data[at] === quote ? skipText(data, at + 1) : skipScalar(data, at);
    if (at < 0) return -1;
    if (data[at] === closeBracket) return at + 1;
    if (data[at++] !== comma) return -1;
  }
}

/** Numbers by the grammar of JSON: no plus, no leading zero, digits on both sides of a dot. */
function skipScalar(data: Buffer, start: number): number {
  const at = data[start] === minus ? start + 1 : start;
  const byte = data[at]!;
  if (byte === zero) return skipFraction(data, at + 1);
  if (byte >= one && byte <= nine) return skipFraction(data, skipDigits(data, at + 1));
  const literal = literals.find(word => sameBytes(data, start, word));
  return literal ? start + literal.length : -1;
}

/** @returns what follows the fraction and the exponent that may be at `start`, or -1 */
function skipFraction(data: Buffer, start: number): number {
  let at = start;
  if (data[at] === dot) {
    at = skipDigits(data, start + 1);
    if (at === start + 1) return -1;
  }
  return skipExponent(data, at);
}

/** @returns what follows the exponent that may be at `start`, or -1 */
function skipExponent(data: Buffer, start: number): number {
  // E and e differ in one bit.
  if ((data[start]! | 0x20) !== letterE) return start;
  const from = data[start + 1] === plus || data[start + 1] === minus ? start + 2 : start + 1;
  const at = skipDigits(data, from);
  return at === from ? -1 : at;
}

function skipDigits(data: Buffer, start: number): number {
  let at = start;
  while (data[at]! >= zero && data[at]! <= nine) at++;
  return at;
}
