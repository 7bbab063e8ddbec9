/**
 * Reads the numbers of messages into cells, in AssemblyScript. README.md beside this file has the memory map and the
 * reasons. Whoever runs it reads the places below from the module's exports. It has more than 300 lines, since its
 * functions share globals and are inlined: the compiler takes it as one file.
 */

/** Where ten to the power of 0, 1, 2 ... begins, as doubles. */
export const powersAt: usize = 64;
export const powers: usize = 16;
/** Where it begins what each code of a list lets a trade update; a larger code finds what follows the last one. */
export const effectsTableAt: usize = powersAt + powers * 8;
export const codes: usize = 256;
/** Where the table of channels begins. */
export const tableAt: usize = 512;
export const mostEntries: usize = 100;
/** Of one channel in the table: its head, then the places of its keys. */
export const headBytes: usize = 32;
export const placeBytes: usize = 16;
export const places: usize = 64;
export const entryBytes: usize = headBytes + places * placeBytes;
/** Of one message in the list of those to read. */
export const messageBytes: usize = 12;
/** So many bytes behind the messages are overwritten or read. */
export const slackBytes: usize = 64;
/** Of what is said of a value that the kernel leaves to its caller. */
export const restBytes: usize = 16;
/** In place of a cell: the whole message is left. */
export const wholeMessage: u32 = 0xffffffff;
/** The key of a place that has none. */
export const noKey: u64 = 0xffffffffffffffff;
/** The slot of the list of codes; others are numbers of cells. */
export const listSlot: u32 = 31;
/** In place of decimals: the message lacks the value. */
export const absent: u8 = 255;
/** The effects of a message without codes. */
export const allEffects: u8 = 255;
/** A number with more digits is left. */
export const mostDigits: usize = 15;

/** Where the parts of an entry's head are. */
const prefix: usize = 0;
const prefixMask: usize = 8;
const multiplier: usize = 16;
const prefixLength: usize = 24;
const width: usize = 28;

/** Where the parts of a key's place are. */
const placeKey: usize = 0;
const placeSlot: usize = 8;

/** Where the parts of a listed message are. */
const messageStart: usize = 0;
const messageEnd: usize = 4;
const messageEntry: usize = 8;

/** Where the parts of a rest are. */
const restMessage: usize = 0;
const restCell: usize = 4;
const restStart: usize = 8;
const restEnd: usize = 12;

/** What is left of a key's product is the number of its place, times the bytes of a place. */
const placeShift: u64 = 58;
const placeLog: usize = 4;

const vectorBytes: usize = 16;
/** The bit after those of a vector's bytes. */
const beyond: u32 = 1 << 16;
/** How many digits are turned into a number at a time. */
const wordDigits: usize = 8;

const blank: u8 = 0x20;
const quote: u8 = 0x22;
const comma: u8 = 0x2c;
const minus: u8 = 0x2d;
const dot: u8 = 0x2e;
const zero: u8 = 0x30;
const openBracket: u8 = 0x5b;
const backslash: u8 = 0x5c;
const closeBracket: u8 = 0x5d;
const letterN: u8 = 0x6e;
const openBrace: u8 = 0x7b;
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
const zeros: u64 = 0x3030303030303030;

/** Where the next rest is written. */
let restsEnd: usize = 0;

/**
 * Reads the listed messages.
 *
 * @param listAt address of the first listed message
 * @param listEnd address after the last one
 * @param bytesEnd address after the bytes of the messages
 * @param cells address of the first cell of the first message; a message has as many as its channel's entry says
 * @param decimals the same for the decimals of cells, a byte each
 * @param effects address of the effects of the first message, a byte each
 * @param restsAt address of the first rest to write
 * @returns how many rests it wrote
 */
export function read(
  listAt: usize,
  listEnd: usize,
  bytesEnd: usize,
  cells: usize,
  decimals: usize,
  effects: usize,
  restsAt: usize,
): u32 {
  // No text goes on over zeros, and no list; no number over braces.
  v128.store(bytesEnd, i8x16.splat(0));
  v128.store(bytesEnd, i8x16.splat(closeBrace), 16);
  restsEnd = restsAt;
  let message: u32 = 0;
  for (let at = listAt; at < listEnd; at += messageBytes) {
    const entry: usize = load<u32>(at, messageEntry);
    const count: usize = load<u32>(entry, width);
    for (let cell: usize = 0; cell < count; cell++) {
      store<f64>(cells + (cell << 3), NaN);
      store<u8>(decimals + cell, absent);
    }
    store<u8>(effects, allEffects);
    const before = restsEnd;
    const start: usize = load<u32>(at, messageStart);
    const end: usize = load<u32>(at, messageEnd);
    if (count && !readMessage(start, end, entry, message, cells, decimals, effects)) {
      restsEnd = before;
      leave(message, wholeMessage, start, end);
    }
    cells += count << 3;
    decimals += count;
    effects++;
    message++;
  }
  return <u32>((restsEnd - restsAt) / restBytes);
}

/** @returns whether it is sure of the message */
@inline
function readMessage(
  start: usize,
  end: usize,
  entry: usize,
  message: u32,
  cells: usize,
  decimals: usize,
  effects: usize,
): bool {
  if ((load<u64>(start) & openingMask) != opening) return false;
  let at = start + openingBytes;
  if ((load<u64>(at) & load<u64>(entry, prefixMask)) != load<u64>(entry, prefix)) return false;
  at += load<u32>(entry, prefixLength);
  const factor = load<u64>(entry, multiplier);
  let seen: u32 = 0;

  while (load<u16>(at) == nextKey) {
    const key = at + 2;
    // The usual numbers and texts lie in the vector of their key; the rest is rarer.
    const vector = v128.load(key);
    const breaks = breaksOf(vector);
    const length: usize = ctz(breaks | beyond);
    if (load<u16>(key + length) != keyEnd) return false;
    const offset = length + 2;
    at = key + offset;
    // What lies behind the key leaves the word at its upper end.
    const word = length - 1 < wordDigits ? load<u64>(key) << (<u64>(wordDigits - length) << 3) : 0;
    const place = entry + headBytes + (<usize>((word * factor) >> placeShift) << placeLog);
    const first = load<u8>(at);
    if (load<u64>(place, placeKey) == word) {
      const slot = load<u32>(place, placeSlot);
      // Of a key that stands twice the last one counts, which is for JSON.parse to say.
      if (seen & (1 << slot)) return false;
      seen |= 1 << slot;
      if (slot != listSlot) {
        if (isLetter(first)) at = scalarEnd(at);
        else at = number(at, first == quote, message, slot, cells + (<usize>slot << 3), decimals + slot);
      } else {
        if (first == openBracket) at = listOfCodes(at + 1, effects);
        // Only `null` stands for no list.
        else if (first == letterN) at = scalarEnd(at);
        else return false;
      }
    } else if (first == quote) {
      at = textFieldEnd(at, breaks, offset);
    } else if (first == openBracket) {
      at = listEnd(at + 1);
    } else if (first == openBrace || first <= blank) {
      return false;
    } else {
      const ends = endsOf(vector) >> <u32>offset;
      at = ends ? at + <usize>ctz(ends) : scalarEnd(at);
    }
    if (!at) return false;
  }
  return load<u8>(at) == closeBrace && at + 1 == end;
}

/** Reads a number, or a decimal in quotes. @returns the address after it, or 0 */
@inline
function number(start: usize, isQuoted: bool, message: u32, slot: u32, cell: usize, decimals: usize): usize {
  const unsigned = start + <usize>isQuoted;
  const isNegative = load<u8>(unsigned) == minus;
  const from = unsigned + <usize>isNegative;
  const nonDigits = nonDigitsOf(v128.load(from)) | beyond;
  const whole: usize = ctz(nonDigits);
  let fraction: usize = 0;
  let end = from + whole;
  let isWhole = whole != 0;
  if (load<u8>(end) == dot) {
    fraction = ctz(nonDigits >> <u32>(whole + 1));
    end += fraction + 1;
    isWhole = isWhole && fraction != 0;
  }
  const next = load<u8>(end);
  const isEnd = isQuoted ? next == quote : next == comma || next == closeBrace;
  if (!isWhole || !isEnd || whole + fraction > mostDigits) return leaveValue(start, isQuoted, message, slot);
  let units = <f64>digits(from, whole);
  if (fraction) {
    // A last zero counts for nothing.
    while (fraction && load<u8>(from + whole + fraction) == zero) fraction--;
    if (fraction) {
      const power = load<f64>(powersAt + (fraction << 3));
      // Whole numbers of so few digits are exact, and so is the quotient's rounding.
      units = (units * power + <f64>digits(from + whole + 1, fraction)) / power;
    }
  }
  store<f64>(cell, isNegative ? -units : units);
  store<u8>(decimals, <u8>fraction);
  return end + <usize>isQuoted;
}

/** Leaves a value to the caller. @returns the address after it, or 0 */
function leaveValue(start: usize, isQuoted: bool, message: u32, slot: u32): usize {
  const first = load<u8>(start);
  if (first == openBracket || first == openBrace || first <= blank) return 0;
  const end = isQuoted ? textEnd(start + 1) : scalarEnd(start);
  if (end) leave(message, slot, start, end);
  return end;
}

function leave(message: u32, cell: u32, start: usize, end: usize): void {
  store<u32>(restsEnd, message, restMessage);
  store<u32>(restsEnd, cell, restCell);
  store<u32>(restsEnd, <u32>start, restStart);
  store<u32>(restsEnd, <u32>end, restEnd);
  restsEnd += restBytes;
}

/** A number of 1 to 15 digits. */
@inline
function digits(from: usize, length: usize): u64 {
  if (length <= wordDigits) return fewDigits(from, length);
  return fewDigits(from, length - wordDigits) * 100000000 + fewDigits(from + length - wordDigits, wordDigits);
}

/** A number of 1 to 8 digits: neighbours are joined to numbers of two digits, these to four, these to eight. */
@inline
function fewDigits(from: usize, length: usize): u64 {
  let word = (load<u64>(from) - zeros) << (<u64>(wordDigits - length) << 3);
  word = word * 10 + (word >> 8);
  const even = (word & 0x000000ff000000ff) * 0x000f424000000064;
  const odd = ((word >> 16) & 0x000000ff000000ff) * 0x0000271000000001;
  return (even + odd) >> 32;
}

/** What all codes of a list allow. @returns the address after it, or 0 where something else is in it */
function listOfCodes(at: usize, effects: usize): usize {
  if (load<u8>(at) == closeBracket) return at + 1;
  let allowed = allEffects;
  while (true) {
    const start = at;
    let code: usize = 0;
    let digit: u32 = load<u8>(at) - <u32>zero;
    while (digit < 10) {
      code = min(code * 10 + <usize>digit, codes);
      at++;
      digit = load<u8>(at) - <u32>zero;
    }
    if (at == start) return 0;
    allowed &= load<u8>(effectsTableAt + code);
    const next = load<u8>(at);
    at++;
    if (next == closeBracket) break;
    if (next != comma) return 0;
  }
  store<u8>(effects, allowed);
  return at;
}

// Where a value ends that is not read. Each takes the address of its first byte and answers that of what follows, or 0
// where it is not sure. `breaks` are the bits of the vector that begins `offset` bytes before.

@inline
function textFieldEnd(at: usize, breaks: u32, offset: usize): usize {
  const left = breaks >> <u32>(offset + 1);
  if (!left) return textEnd(at + 1);
  const end = at + 1 + <usize>ctz(left);
  return load<u8>(end) == quote ? end + 1 : 0;
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

/** A number, `true`, `false` or `null`. */
function scalarEnd(at: usize): usize {
  let bits = endsOf(v128.load(at));
  while (!bits) {
    at += vectorBytes;
    bits = endsOf(v128.load(at));
  }
  return at + <usize>ctz(bits);
}

/** Of a list of scalars, from behind its bracket on. */
function listEnd(at: usize): usize {
  let bits = listBreaksOf(v128.load(at));
  while (!bits) {
    at += vectorBytes;
    bits = listBreaksOf(v128.load(at));
  }
  at += <usize>ctz(bits);
  return load<u8>(at) == closeBracket ? at + 1 : 0;
}

/** Bits of the bytes of a vector that do not stand for themselves in an ASCII text. */
@inline
function breaksOf(vector: v128): u32 {
  const special = v128.or(i8x16.eq(vector, i8x16.splat(quote)), i8x16.eq(vector, i8x16.splat(backslash)));
  // Taken as signed, bytes beyond ASCII are below all others.
  return <u32>i8x16.bitmask(v128.or(special, i8x16.lt_s(vector, i8x16.splat(0x20))));
}

/** Of those that a scalar ends at. */
@inline
function endsOf(vector: v128): u32 {
  return <u32>i8x16.bitmask(v128.or(i8x16.eq(vector, i8x16.splat(comma)), i8x16.eq(vector, i8x16.splat(closeBrace))));
}

/** Of those that a list of scalars ends at, or that no such list has. */
@inline
function listBreaksOf(vector: v128): u32 {
  const brackets = v128.or(i8x16.eq(vector, i8x16.splat(openBracket)), i8x16.eq(vector, i8x16.splat(closeBracket)));
  const others = v128.or(i8x16.eq(vector, i8x16.splat(openBrace)), i8x16.eq(vector, i8x16.splat(quote)));
  return <u32>i8x16.bitmask(v128.or(v128.or(brackets, others), i8x16.lt_s(vector, i8x16.splat(0x20))));
}

@inline
function nonDigitsOf(vector: v128): u32 {
  return <u32>i8x16.bitmask(i8x16.gt_u(i8x16.sub(vector, i8x16.splat(zero)), i8x16.splat(9)));
}

/** Of `true`, `false` and `null`. */
@inline
function isLetter(character: u8): bool {
  return <u32>character - 0x61 < 26;
}
