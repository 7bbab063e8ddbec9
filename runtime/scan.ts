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
const closeBrace = 0x7d;
const lastAscii = 0x7e;

const opening = [...Buffer.from('{"ev":"')];
const literals = ['true', 'false', 'null'].map(word => Buffer.from(word));

/** Prefixes are compared as one integer. */
const longestPrefix = 4;

/**
 * Takes a frame apart where it is an array of flat events that begin with `ev`, written without blanks and escapes, as
 * the feed writes them. Of anything else it says that it is not sure, and the frame is for `JSON.parse`; what it is
 * sure of, `JSON.parse` accepts with the same result.
 * @see polygon-docs/websockets/quickstart.md:206-209 `ev`
 */
export class Scanner {
  /** Events without a symbol that is a text. */
  malformed = 0;

  private readonly codes: Int32Array;
  private readonly symbolKeys: readonly Buffer[];
  /** What is known of the event under way: index of its channel, offsets and hash of its symbol. */
  private channel = 0;
  private symbolStart = 0;
  private symbolEnd = 0;
  private hash = 0;

  constructor(
    channels: readonly Channel[],
    private readonly events: EventList,
  ) {
    this.codes = Int32Array.from(channels, ({ prefix }) => codeOf(prefix));
    this.symbolKeys = channels.map(channel => Buffer.from(symbolKeyOf(channel)));
  }

  /**
   * Lists the events of a frame, each with the hash of its symbol.
   *
   * @returns whether it is sure of the whole frame; if not, what it listed counts for nothing
   */
  scan(data: Buffer): boolean {
    this.events.clear();
    this.malformed = 0;
    const last = data.length - 1;
    if (last < 2 || data[0] !== openBracket || data[last] !== closeBracket) return false;
    let at = 1;
    for (;;) {
      at = this.scanEvent(data, at);
      if (at < 0) return false;
      if (data[at] !== comma) return at === last;
      at++;
    }
  }

  /** @returns where the event ends, or -1 */
  private scanEvent(data: Buffer, start: number): number {
    let at = this.scanOpening(data, start);
    const symbolKey = this.symbolKeys[this.channel];
    if (at < 0 || symbolKey === undefined) return -1;
    let keyed = false;
    this.symbolStart = 0;
    while (data[at] === comma) {
      const keyStart = at + 2;
      at = data[at + 1] === quote ? skipText(data, keyStart) : -1;
      if (at < 0 || data[at] !== colon) return -1;
      const keyLength = at - 1 - keyStart;
      at++;
      // Of a key that stands twice the last one counts, which is for `JSON.parse` to say.
      if (keyLength === 2 && data[keyStart] === letterE && data[keyStart + 1] === letterV) return -1;
      const isSymbol = keyLength === symbolKey.length && sameBytes(data, keyStart, symbolKey);
      if (isSymbol && keyed) return -1;
      keyed ||= isSymbol;
      at = isSymbol && data[at] === quote ? this.scanSymbol(data, at + 1) : skipValue(data, at);
      if (at < 0) return -1;
    }
    if (data[at++] !== closeBrace) return -1;
    const { channel, symbolStart, symbolEnd, hash } = this;
    if (symbolStart === 0 || symbolEnd - symbolStart > longestSymbol) this.malformed++;
    else this.events.add(start, at, channel, symbolStart, symbolEnd, hash);
    return at;
  }

  /** @returns what follows `{"ev":"T"`, or -1 */
  private scanOpening(data: Buffer, start: number): number {
    let at = start;
    for (let index = 0; index < opening.length; index++) if (data[at++] !== opening[index]) return -1;
    const prefixEnd = at + longestPrefix;
    let code = 0;
    while (at < prefixEnd && data[at]! > blank && data[at] !== quote) code = (code << 8) | data[at++]!;
    this.channel = this.codes.length - 1;
    while (this.channel >= 0 && this.codes[this.channel] !== code) this.channel--;
    return data[at] === quote ? at + 1 : -1;
  }

  /** @returns what follows the symbol, or -1 */
  private scanSymbol(data: Buffer, start: number): number {
    let at = start;
    let hash = hashSeed;
    for (let byte = data[at]!; byte !== quote; byte = data[++at]!) {
      if (!(byte >= blank && byte <= lastAscii) || byte === backslash) return -1;
      hash = hashStep(hash, byte);
    }
    this.hash = hash;
    this.symbolStart = start;
    this.symbolEnd = at;
    return at + 1;
  }
}

/** 1 for bytes that stand for themselves in a text. */
const plain = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= blank && byte !== quote && byte !== backslash ? 1 : 0,
);

/** A longer symbol is none. */
export const longestSymbol = 64;

/** Bytes of a prefix as one integer; that of a prefix which is too long is never met. */
function codeOf(prefix: string): number {
  const bytes = Buffer.from(prefix);
  return bytes.length > longestPrefix ? 0 : bytes.reduce((code, byte) => (code << 8) | byte, 0);
}

/** @returns what follows the quote that ends the text from `start` on, or -1 */
function skipText(data: Buffer, start: number): number {
  const end = data.length;
  let at = start;
  while (at < end && plain[data[at]!] === 1) at++;
  return data[at] === quote ? at + 1 : -1;
}

/** @returns what follows the value at `at`, or -1 */
function skipValue(data: Buffer, at: number): number {
  const byte = data[at]!;
  if (byte >= one && byte <= nine) return skipFraction(data, skipDigits(data, at + 1));
  if (byte === quote) return skipText(data, at + 1);
  return byte === openBracket ? skipList(data, at + 1) : skipScalar(data, at);
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
  // E and e differ in one bit.
  return (data[at]! | 0x20) === letterE ? skipExponent(data, at + 1) : at;
}

function skipExponent(data: Buffer, start: number): number {
  const from = data[start] === plus || data[start] === minus ? start + 1 : start;
  const at = skipDigits(data, from);
  return at === from ? -1 : at;
}

function skipDigits(data: Buffer, start: number): number {
  let at = start;
  while (data[at]! >= zero && data[at]! <= nine) at++;
  return at;
}
