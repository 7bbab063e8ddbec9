/**
 * The inner loop of the scanner, in AssemblyScript: takes a frame in memory apart, sixteen bytes at a time. README.md
 * beside this file has the memory map and the reasons. Whoever runs it reads the places below from the module's exports.
 * It has more than 300 lines, since its functions share globals and are inlined: the compiler takes it as one file.
 */

/** Where it says how many events have no symbol that is a text. */
export const malformedAt: usize = 0;
/** Where the table of channels begins. */
export const tableAt: usize = 64;
/** Of one channel in the table. */
export const entryBytes: usize = 40;
export const mostEntries: usize = 100;
/** Where a frame begins. */
export const frameAt: usize = tableAt + mostEntries * entryBytes;
/** So many bytes behind a frame are overwritten or read. */
export const slackBytes: usize = 64;
/** Of the row that is written for an event. */
export const rowBytes: usize = 16;
/** A longer symbol is none. */
export const longestSymbol: usize = 64;
/** Of what is written for an event's symbol: the count of its words, then these. */
export const spellingBytes: usize = 4 + longestSymbol + 4;
/** What it answers for a frame of which it is not sure. */
export const unsure: i32 = -1;

/** Where the parts of an entry are. */
const prefix: usize = 0;
const prefixMask: usize = 8;
const symbolKey: usize = 16;
const symbolMask: usize = 24;
const prefixLength: usize = 32;
const channelIndex: usize = 36;

/** Where the parts of a row are. */
const rowStart: usize = 0;
const rowEnd: usize = 4;
const rowChannel: usize = 8;
const rowHash: usize = 12;

const hashSeed: u32 = 0x811c9dc5;
const hashTurn: u32 = 5;
const hashPrime: u32 = 0x9e3779b1;
const hashFold: u32 = 17;

const vectorBytes: usize = 16;
/** The bit after those of a vector's bytes. */
const beyond: u32 = 1 << 16;

const quote: u8 = 0x22;
const plus: u8 = 0x2b;
const comma: u8 = 0x2c;
const minus: u8 = 0x2d;
const dot: u8 = 0x2e;
const zero: u8 = 0x30;
const openBracket: u8 = 0x5b;
const backslash: u8 = 0x5c;
const closeBracket: u8 = 0x5d;
const closeBrace: u8 = 0x7d;

// Words as they lie in memory, the first byte lowest.
/** `,"` */
const nextKey: u16 = 0x222c;
/** `":` */
const keyEnd: u16 = 0x3a22;
/** `{"ev":"` */
const opening: u64 = 0x223a227665227b;
const openingMask: u64 = 0x00ffffffffffffff;
const openingBytes: usize = 7;
/** `ev":` */
const eventKey: u64 = 0x3a227665;
const trueWord: u64 = 0x65757274;
const nullWord: u64 = 0x6c6c756e;
const fourBytes: u64 = 0xffffffff;
const falseWord: u64 = 0x65736c6166;
const fiveBytes: u64 = 0xffffffffff;

/**
 * Lists the events of the frame between `frameAt` and `frameEnd`.
 *
 * @param tableEnd address after the table
 * @param rowsAt address of the first row to write
 * @param spellingsAt address of the first spelling to write
 * @returns how many events it listed, or `unsure`
 */
export function scan(tableEnd: usize, frameEnd: usize, rowsAt: usize, spellingsAt: usize): i32 {
  // No text, number or name goes on over zeros.
  v128.store(frameEnd, i8x16.splat(0));
  if (load<u8>(frameAt) != openBracket) return unsure;
  let at: usize = frameAt + 1;
  let row = rowsAt;
  let spelling = spellingsAt;
  let count: i32 = 0;
  let malformed: u32 = 0;

  while (true) {
    const start = at;
    if ((load<u64>(at) & openingMask) != opening) return unsure;
    at += openingBytes;
    const entry = entryAt(at, tableEnd);
    if (!entry) return unsure;
    at += load<u32>(entry, prefixLength);
    const itsKey = load<u64>(entry, symbolKey);
    const itsMask = load<u64>(entry, symbolMask);
    let symbolStart: usize = 0;
    let symbolEnd: usize = 0;
    let keyed: bool = false;

    while (load<u16>(at) == nextKey) {
      const key = at + 2;
      // The usual numbers and texts lie in the vector of their key; the rest is rarer.
      const vector = v128.load(key);
      const breaks = breaksOf(vector);
      let offset: usize = ctz(breaks | beyond);
      if (load<u16>(key + offset) != keyEnd) return unsure;
      offset += 2;
      at = key + offset;
      const letters = load<u64>(key);
      // Of a key that stands twice the last one counts, which is for JSON.parse to say.
      if ((letters & fourBytes) == eventKey) return unsure;
      const first = load<u8>(at);
      if ((letters & itsMask) == itsKey) {
        if (keyed) return unsure;
        keyed = true;
        if (first == quote) {
          symbolStart = at + 1;
          at = textFieldEnd(at, breaks, offset);
          if (!at) return unsure;
          symbolEnd = at - 1;
          continue;
        }
      }
      if (isDigit(first)) at = numberFieldEnd(at, nonDigitsOf(vector) | beyond, offset);
      else if (first == quote) at = textFieldEnd(at, breaks, offset);
      else at = valueEnd(at);
      if (!at) return unsure;
    }

    if (load<u8>(at) != closeBrace) return unsure;
    at++;
    if (!symbolStart || symbolEnd - symbolStart > longestSymbol) {
      malformed++;
    } else {
      store<u32>(row, <u32>(start - frameAt), rowStart);
      store<u32>(row, <u32>(at - frameAt), rowEnd);
      store<u32>(row, load<u32>(entry, channelIndex), rowChannel);
      store<u32>(row, spell(symbolStart, symbolEnd, spelling), rowHash);
      row += rowBytes;
      spelling += spellingBytes;
      count++;
    }
    if (load<u8>(at) != comma) break;
    at++;
  }
  if (load<u8>(at) != closeBracket || at + 1 != frameEnd) return unsure;
  store<u32>(malformedAt, malformed);
  return count;
}

/** @returns the address of the first entry whose prefix stands there, or 0 */
@inline
function entryAt(at: usize, tableEnd: usize): usize {
  const letters = load<u64>(at);
  for (let entry = tableAt; entry < tableEnd; entry += entryBytes) {
    if ((letters & load<u64>(entry, prefixMask)) == load<u64>(entry, prefix)) return entry;
  }
  return 0;
}

/** @returns the hash of a symbol that it writes down, four bytes to a word, zeros up to the next whole word */
@inline
function spell(from: usize, end: usize, spelling: usize): u32 {
  let hash = hashSeed;
  let to = spelling + 4;
  for (; end - from >= 4; from += 4) {
    const word = load<u32>(from);
    store<u32>(to, word);
    hash = mix(hash, word);
    to += 4;
  }
  const rest = load<u32>(from) & ((1 << (<u32>(end - from) << 3)) - 1);
  store<u32>(to, rest);
  hash = mix(hash, rest);
  store<u32>(spelling, <u32>(to - spelling) >> 2);
  return hash ^ (hash >> hashFold);
}

@inline
function mix(hash: u32, word: u32): u32 {
  return rotl(hash ^ word, hashTurn) * hashPrime;
}

// Where a value ends. Each takes the address of its first byte and answers that of what follows, or 0 where it finds
// something else. `breaks` and `nonDigits` are the bits of the vector that begins `offset` bytes before.

@inline
function textFieldEnd(at: usize, breaks: u32, offset: usize): usize {
  const left = breaks >> <u32>(offset + 1);
  if (!left) return textEnd(at + 1);
  const end = at + 1 + <usize>ctz(left);
  return load<u8>(end) == quote ? end + 1 : 0;
}

@inline
function numberFieldEnd(at: usize, nonDigits: u32, offset: usize): usize {
  let bits = nonDigits;
  let from = offset;
  let length: usize = ctz(bits >> <u32>from);
  if (from + length >= vectorBytes) {
    bits = nonDigitsOf(v128.load(at)) | beyond;
    from = 0;
    length = ctz(bits);
    if (length >= vectorBytes) return scalarEnd(at);
  }
  if (load<u8>(at) == zero && length != 1) return 0;
  at += length;
  if (load<u8>(at) == dot) {
    at++;
    from += length + 1;
    length = ctz(bits >> <u32>from);
    if (from + length < vectorBytes) {
      if (!length) return 0;
      at += length;
    } else {
      at = digitsEnd(at);
      if (!at) return 0;
    }
  }
  return isExponent(load<u8>(at)) ? exponentEnd(at) : at;
}

/** Of a text, from behind its opening quote on. */
function textEnd(at: usize): usize {
  let bits = breaksOf(v128.load(at));
  while (!bits) {
    at += vectorBytes;
    bits = breaksOf(v128.load(at));
  }
  at += <usize>ctz(bits);
  return load<u8>(at) == quote ? at + 1 : 0;
}

/** One digit at least. */
function digitsEnd(start: usize): usize {
  let at = start;
  let bits = nonDigitsOf(v128.load(at));
  while (!bits) {
    at += vectorBytes;
    bits = nonDigitsOf(v128.load(at));
  }
  at += <usize>ctz(bits);
  return at == start ? 0 : at;
}

/** Of no exponent, or of a whole one. */
function exponentEnd(at: usize): usize {
  if (!isExponent(load<u8>(at))) return at;
  const sign = load<u8>(at, 1);
  return digitsEnd(sign == plus || sign == minus ? at + 2 : at + 1);
}

/** A number, `true`, `false` or `null`. Numbers have no plus, no leading zero, and digits on both sides of a dot. */
function scalarEnd(at: usize): usize {
  const letters = load<u64>(at);
  if ((letters & fourBytes) == trueWord || (letters & fourBytes) == nullWord) return at + 4;
  if ((letters & fiveBytes) == falseWord) return at + 5;
  if (load<u8>(at) == minus) at++;
  if (load<u8>(at) == zero && isDigit(load<u8>(at, 1))) return 0;
  at = digitsEnd(at);
  if (!at) return 0;
  if (load<u8>(at) == dot) {
    at = digitsEnd(at + 1);
    if (!at) return 0;
  }
  return exponentEnd(at);
}

/** Of a list of texts and scalars, from behind its bracket on; anything deeper is not for the kernel. */
function listEnd(at: usize): usize {
  if (load<u8>(at) == closeBracket) return at + 1;
  while (true) {
    at = load<u8>(at) == quote ? textEnd(at + 1) : scalarEnd(at);
    if (!at) return 0;
    const next = load<u8>(at);
    if (next == closeBracket) return at + 1;
    if (next != comma) return 0;
    at++;
  }
}

/** Of anything but a text. */
function valueEnd(at: usize): usize {
  return load<u8>(at) == openBracket ? listEnd(at + 1) : scalarEnd(at);
}

/** Bits of the bytes of a vector that do not stand for themselves in an ASCII text. */
@inline
function breaksOf(vector: v128): u32 {
  const special = v128.or(i8x16.eq(vector, i8x16.splat(quote)), i8x16.eq(vector, i8x16.splat(backslash)));
  // Taken as signed, bytes beyond ASCII are below all others.
  return <u32>i8x16.bitmask(v128.or(special, i8x16.lt_s(vector, i8x16.splat(0x20))));
}

@inline
function nonDigitsOf(vector: v128): u32 {
  return <u32>i8x16.bitmask(i8x16.gt_u(i8x16.sub(vector, i8x16.splat(zero)), i8x16.splat(9)));
}

@inline
function isDigit(character: u8): bool {
  return <u32>character - <u32>zero < 10;
}

/** E and e differ in one bit. */
@inline
function isExponent(character: u8): bool {
  return (character | 0x20) == 0x65;
}
