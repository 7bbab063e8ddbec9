/** Values as JSON writes them, in ASCII and without escapes: routines that find where one ends. */
import {
  aboveBytes,
  add,
  and,
  answer,
  below,
  belowBytes,
  byteAt,
  type Code,
  call,
  equal,
  equalBytes,
  highBits,
  isZero,
  join,
  type Local,
  type Locals,
  longAt,
  loop,
  type Operand,
  or,
  orVectors,
  type Routine,
  routine,
  sixteen,
  subtract,
  subtractBytes,
  trailingZeros,
  unequal,
  vectorAt,
  when,
} from './assembler.js';
import { begins, byte } from './letters.js';

export const vectorBytes = 16;

/** Each takes an address and answers that of what follows, or 0 where it finds something else. */
export const indexOf = { text: 0, digits: 1, exponent: 2, scalar: 3, item: 4, list: 5, value: 6 } as const;

/** Takes the address after the opening quote. */
const text = (): Routine =>
  routine(1, (locals, at) => [
    skipTo(breaksOf, at, locals),
    when(unequal(byteAt(at), byte('"')), answer(0)),
    answer(add(at, 1)),
  ]);

/** One at least. */
const digits = (): Routine =>
  routine(1, (locals, start) => {
    const at = locals.word();
    return [at.set(start), skipTo(nonDigitsOf, at, locals), when(equal(at, start), answer(0)), answer(at)];
  });

/** None, or a whole one. */
const exponent = (): Routine =>
  routine(1, (_, at) => [
    when(isZero(isExponent(byteAt(at))), answer(at)),
    at.set(add(at, 1)),
    when(or(equal(byteAt(at), byte('+')), equal(byteAt(at), byte('-'))), at.set(add(at, 1))),
    answer(call(indexOf.digits, at)),
  ]);

/** A number, `true`, `false` or `null`. Numbers have no plus, no leading zero, and digits on both sides of a dot. */
const scalar = (): Routine =>
  routine(1, (_, at) => [
    when(or(begins(longAt(at), 'true'), begins(longAt(at), 'null')), answer(add(at, 4))),
    when(begins(longAt(at), 'false'), answer(add(at, 5))),
    when(equal(byteAt(at), byte('-')), at.set(add(at, 1))),
    when(and(equal(byteAt(at), byte('0')), isDigit(byteAt(at, 1))), answer(0)),
    follow(at, indexOf.digits, at),
    when(equal(byteAt(at), byte('.')), follow(at, indexOf.digits, add(at, 1))),
    answer(call(indexOf.exponent, at)),
  ]);

const item = (): Routine =>
  routine(1, (_, at) => [
    when(equal(byteAt(at), byte('"')), answer(call(indexOf.text, add(at, 1)))),
    answer(call(indexOf.scalar, at)),
  ]);

/** Texts and scalars, from the address after the bracket on; anything deeper is not for the kernel. */
const list = (): Routine =>
  routine(1, (_, at) => [
    when(equal(byteAt(at), byte(']')), answer(add(at, 1))),
    loop(again => [
      follow(at, indexOf.item, at),
      when(equal(byteAt(at), byte(']')), answer(add(at, 1))),
      when(unequal(byteAt(at), byte(',')), answer(0)),
      at.set(add(at, 1)),
      again,
    ]),
  ]);

/** Other than a text. */
const value = (): Routine =>
  routine(1, (_, at) => [
    when(equal(byteAt(at), byte('[')), answer(call(indexOf.list, add(at, 1)))),
    answer(call(indexOf.scalar, at)),
  ]);

/** By their index. */
export function routines(): Routine[] {
  return [text, digits, exponent, scalar, item, list, value].map(write => write());
}

/** Goes on to the first byte whose bit `find` sets. */
function skipTo(find: (vector: Code) => Code, at: Local, locals: Locals): Code {
  const vector = locals.vector();
  const bits = locals.word();
  return loop(again => [
    vector.set(vectorAt(at)),
    bits.set(find(vector)),
    when(isZero(bits), at.set(add(at, vectorBytes)), again),
    at.set(add(at, trailingZeros(bits))),
  ]);
}

/** Goes on to what a routine answers, or passes on that it found nothing. */
function follow(at: Local, index: number, from: Operand): Code {
  return join(at.set(call(index, from)), when(isZero(at), answer(0)));
}

/** Bits of the bytes of a vector that do not stand for themselves in an ASCII text. */
export function breaksOf(vector: Code): Code {
  const special = orVectors(equalBytes(vector, sixteen(byte('"'))), equalBytes(vector, sixteen(byte('\\'))));
  // Taken as signed, bytes beyond ASCII are below all others.
  return highBits(orVectors(special, belowBytes(vector, sixteen(byte(' ')))));
}

export function nonDigitsOf(vector: Code): Code {
  return highBits(aboveBytes(subtractBytes(vector, sixteen(byte('0'))), sixteen(9)));
}

export function isDigit(character: Code): Code {
  return below(subtract(character, byte('0')), 10);
}

/** E and e differ in one bit. */
export function isExponent(character: Code): Code {
  return equal(or(character, 0x20), byte('e'));
}
