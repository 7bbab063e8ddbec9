/** The inner loop of the scanner, which takes a frame in memory apart sixteen bytes at a time. */
import { column, columns } from '../eventlist.js';
import { hashFold, hashPrime, hashSeed, hashTurn, longestSymbol } from '../symbols.js';
import {
  above,
  add,
  and,
  andLongs,
  answer,
  assemble,
  atLeast,
  below,
  block,
  byteAt,
  type Code,
  call,
  equal,
  equalLongs,
  isZero,
  join,
  type Local,
  type Locals,
  longAt,
  loop,
  multiply,
  type Operand,
  or,
  pairAt,
  type Routine,
  rotateLeft,
  routine,
  shiftLeft,
  shiftRight,
  sixteen,
  storeVector,
  storeWord,
  subtract,
  trailingZeros,
  unequal,
  vectorAt,
  when,
  wordAt,
  xor,
} from './assembler.js';
import { breaksOf, indexOf, isDigit, isExponent, nonDigitsOf, routines, vectorBytes } from './grammar.js';
import { begins, byte, pair } from './letters.js';
import { cell, entryBytes, mostEntries } from './table.js';

/** Where it says how many events have no symbol that is a text. */
export const malformedAt = 0;
/** Where the table of channels begins. */
export const tableAt = 64;
/** Where a frame begins. */
export const frameAt = tableAt + mostEntries * entryBytes;
/** So many bytes behind a frame are overwritten or read. */
export const slackBytes = 64;
/** How many words it may write for each symbol: their count, then its spelling. */
export const spellingCells = 1 + longestSymbol / 4 + 1;
/** What it answers for a frame of which it is not sure. */
export const unsure = -1;

/** The bit after those of a vector's bytes. */
const beyond = 1 << vectorBytes;
const wordBytes = 4;

/** @returns a module that exports `run(tableEnd, frameEnd, rowsAt, spellingsAt)` */
export function assembleKernel(): Uint8Array<ArrayBuffer> {
  return assemble([...routines(), scan()]);
}

/**
 * Takes the addresses after the table and after the frame, and those of the first row and the first spelling to write.
 * Answers how many events it listed, or that it is not sure of the frame.
 */
const scan = (): Routine =>
  routine(4, (locals, tableEnd, frameEnd, rowsAt, spellingsAt) => {
    const its = { ...variables(locals), tableEnd };
    const { at, start, row, spelling, count, malformed } = its;
    return [
      // No text, number or name goes on over zeros.
      storeVector(frameEnd, sixteen(0)),
      insist(equal(byteAt(frameAt), byte('['))),
      at.set(frameAt + 1),
      row.set(rowsAt),
      spelling.set(spellingsAt),
      loop(next => [start.set(at), event(its), when(equal(byteAt(at), byte(',')), at.set(add(at, 1)), next)]),
      insist(and(equal(byteAt(at), byte(']')), equal(add(at, 1), frameEnd))),
      storeWord(malformedAt, malformed),
      answer(count),
    ];
  });

type Variables = ReturnType<typeof variables> & { readonly tableEnd: Local };

function variables(locals: Locals) {
  const word = (): Local => locals.word();
  return {
    at: word(),
    /** Of the event. */
    start: word(),
    /** Of its channel in the table. */
    entry: word(),
    /** Of a symbol that is a text; 0 before it came. */
    symbolStart: word(),
    symbolEnd: word(),
    /** Whether the symbol's key came. */
    keyed: word(),
    /** The symbol's key with its quote and colon, and which of eight bytes they are. */
    symbolKey: locals.long(),
    symbolMask: locals.long(),
    /** Of the field. */
    key: word(),
    vector: locals.vector(),
    /** From the key to its value. */
    offset: word(),
    /** A bit for each byte from the key on where a text, and where a number, cannot go on. */
    breaks: word(),
    nonDigits: word(),
    letters: locals.long(),
    length: word(),
    /** Of the symbol that is spelled: what is left of it, from where to where. */
    from: word(),
    to: word(),
    left: word(),
    hash: word(),
    /** Where the next event's row, and what spells its symbol, is written. */
    row: word(),
    spelling: word(),
    count: word(),
    malformed: word(),
  };
}

function event(its: Variables): Code {
  const { at, symbolStart, keyed } = its;
  return join(
    insist(begins(longAt(at), '{"ev":"')),
    at.set(add(at, '{"ev":"'.length)),
    kind(its),
    symbolStart.set(0),
    keyed.set(0),
    block(done => [loop(next => [when(unequal(pairAt(at), pair(',"')), done), field(its, next)])]),
    insist(equal(byteAt(at), byte('}'))),
    at.set(add(at, 1)),
    listing(its),
  );
}

/** Goes on behind the prefix of a channel, the first one of the table that fits. */
function kind({ at, letters, entry, tableEnd, symbolKey, symbolMask }: Variables): Code {
  const matches = equalLongs(andLongs(letters, longAt(entry, cell.prefixMask)), longAt(entry, cell.prefix));
  return join(
    letters.set(longAt(at)),
    entry.set(tableAt),
    loop(again => [insist(below(entry, tableEnd)), when(isZero(matches), entry.set(add(entry, entryBytes)), again)]),
    at.set(add(at, wordAt(entry, cell.prefixLength))),
    symbolKey.set(longAt(entry, cell.symbolKey)),
    symbolMask.set(longAt(entry, cell.symbolMask)),
  );
}

/** Of the comma, a key and its value. The usual numbers and texts lie in the vector of the key; the rest is rarer. */
function field(its: Variables, next: Code): Code {
  const { at, key, vector, offset, breaks, nonDigits, letters, symbolKey, symbolMask } = its;
  return join(
    key.set(add(at, 2)),
    vector.set(vectorAt(key)),
    breaks.set(breaksOf(vector)),
    nonDigits.set(or(nonDigitsOf(vector), beyond)),
    offset.set(trailingZeros(or(breaks, beyond))),
    insist(equal(pairAt(add(key, offset)), pair('":'))),
    offset.set(add(offset, 2)),
    at.set(add(key, offset)),
    letters.set(longAt(key)),
    // Of a key that stands twice the last one counts, which is for `JSON.parse` to say.
    when(begins(letters, 'ev":'), answer(unsure)),
    when(equalLongs(andLongs(letters, symbolMask), symbolKey), symbol(its, next)),
    when(isDigit(byteAt(at)), number(its, next)),
    when(equal(byteAt(at), byte('"')), words(its), next),
    goOn(at, indexOf.value, at),
    next,
  );
}

function symbol(its: Variables, next: Code): Code {
  const { at, keyed, symbolStart, symbolEnd } = its;
  return join(
    when(keyed, answer(unsure)),
    keyed.set(1),
    when(equal(byteAt(at), byte('"')), symbolStart.set(add(at, 1)), words(its), symbolEnd.set(subtract(at, 1)), next),
  );
}

function number({ at, offset, nonDigits, length }: Variables, next: Code): Code {
  const ends = below(add(offset, length), vectorBytes);
  const measure = length.set(trailingZeros(shiftRight(nonDigits, offset)));
  return join(
    measure,
    when(
      isZero(ends),
      nonDigits.set(or(nonDigitsOf(vectorAt(at)), beyond)),
      offset.set(0),
      measure,
      when(isZero(ends), goOn(at, indexOf.scalar, at), next),
    ),
    when(and(equal(byteAt(at), byte('0')), unequal(length, 1)), answer(unsure)),
    at.set(add(at, length)),
    when(
      equal(byteAt(at), byte('.')),
      at.set(add(at, 1)),
      offset.set(add(offset, add(length, 1))),
      measure,
      block(done => [when(ends, insist(length), at.set(add(at, length)), done), goOn(at, indexOf.digits, at)]),
    ),
    when(isExponent(byteAt(at)), goOn(at, indexOf.exponent, at)),
    next,
  );
}

/** A text, from its opening quote on. */
function words({ at, offset, breaks, length }: Variables): Code {
  return block(done => [
    length.set(shiftRight(breaks, add(offset, 1))),
    when(isZero(length), goOn(at, indexOf.text, add(at, 1)), done),
    at.set(add(at, add(trailingZeros(length), 2))),
    insist(equal(byteAt(subtract(at, 1)), byte('"'))),
  ]);
}

/** Gives an event its row and its spelling, or counts it as malformed. */
function listing(its: Variables): Code {
  const { at, start, entry, symbolStart, symbolEnd, from, left, hash, row, spelling, to, count, malformed } = its;
  const spelled = (word: Code): Code => join(storeWord(to, word), hash.set(hashStep(hash, wordAt(to))));
  return block(done => [
    when(
      or(isZero(symbolStart), above(subtract(symbolEnd, symbolStart), longestSymbol)),
      malformed.set(add(malformed, 1)),
      done,
    ),
    hash.set(hashSeed),
    from.set(symbolStart),
    to.set(add(spelling, wordBytes)),
    loop(again => [
      left.set(subtract(symbolEnd, from)),
      when(
        atLeast(left, wordBytes),
        spelled(wordAt(from)),
        from.set(add(from, wordBytes)),
        to.set(add(to, wordBytes)),
        again,
      ),
    ]),
    spelled(and(wordAt(from), subtract(shiftLeft(1, shiftLeft(left, 3)), 1))),
    storeWord(spelling, shiftRight(subtract(to, spelling), 2)),
    storeWord(row, subtract(start, frameAt), wordBytes * column.start),
    storeWord(row, subtract(at, frameAt), wordBytes * column.end),
    storeWord(row, wordAt(entry, cell.channel), wordBytes * column.channel),
    storeWord(row, xor(hash, shiftRight(hash, hashFold)), wordBytes * column.hash),
    row.set(add(row, columns * wordBytes)),
    spelling.set(add(spelling, spellingCells * wordBytes)),
    count.set(add(count, 1)),
  ]);
}

function hashStep(hash: Code, word: Code): Code {
  return multiply(rotateLeft(xor(hash, word), hashTurn), hashPrime);
}

/** Goes on to what a routine answers, or gives the frame up. */
function goOn(at: Local, index: number, from: Operand): Code {
  return join(at.set(call(index, from)), insist(at));
}

/** Gives the frame up unless a condition holds. */
function insist(condition: Code): Code {
  return when(isZero(condition), answer(unsure));
}
