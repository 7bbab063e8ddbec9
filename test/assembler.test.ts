import { describe, expect, test } from 'vitest';
import {
  add,
  and,
  answer,
  assemble,
  below,
  block,
  byteAt,
  type Code,
  call,
  equal,
  equalBytes,
  equalLongs,
  highBits,
  isZero,
  type Local,
  type Locals,
  long,
  longAt,
  loop,
  multiply,
  pairAt,
  type Routine,
  routine,
  shiftRight,
  sixteen,
  storeVector,
  storeWord,
  subtract,
  vectorAt,
  when,
  wordAt,
} from '../runtime/scanner/assembler.js';

/** @returns the last routine, and the memory of its module */
function run(...routines: Routine[]): { call: (...words: number[]) => number; bytes: Buffer } {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const module = new WebAssembly.Module(assemble(routines));
  return {
    call: new WebAssembly.Instance(module, { host: { memory } }).exports.run!,
    bytes: Buffer.from(memory.buffer),
  };
}

function calculate(write: (locals: Locals, ...given: Local[]) => Code[], ...words: number[]): number {
  return run(routine(words.length, write)).call(...words);
}

describe('the assembler', () => {
  test.each([0, 1, 63, 64, 127, 128, 8_191, 8_192, 2 ** 31 - 1, -1, -64, -65, -128, -(2 ** 31)])(
    'writes the word %s as it is',
    value => {
      expect(calculate(() => [answer(value)])).toBe(value);
    },
  );

  test('takes words above two to the 31st', () => {
    expect(calculate(() => [answer(0xff00ff00)]) >>> 0).toBe(0xff00ff00);
  });

  test.each([0n, 1n, 64n, -1n, 0x7fff_ffff_ffff_ffffn, 0x8000_0000_0000_0000n, 0x0102_0304_0506_0708n])(
    'writes the long %s as it is',
    value => {
      const { call, bytes } = run(routine(1, (_, at) => [answer(equalLongs(longAt(at), long(value)))]));
      bytes.writeBigUInt64LE(BigInt.asUintN(64, value), 8);
      bytes.writeBigUInt64LE(BigInt.asUintN(64, value ^ 1n), 16);
      expect([call(8), call(16)]).toEqual([1, 0]);
    },
  );

  test('calculates with parameters and locals', () => {
    const difference = (locals: Locals, left: Local, right: Local): Code[] => {
      const kept = locals.word();
      return [kept.set(subtract(left, right)), answer(multiply(kept, 3))];
    };
    expect(calculate(difference, 10, 4)).toBe(18);
  });

  test('compares words without a sign', () => {
    expect(calculate((_, left, right) => [answer(below(left, right))], 1, -1)).toBe(1);
  });

  test('begins a loop anew, and leaves blocks from within', () => {
    const sumUpTo = (locals: Locals, last: Local): Code[] => {
      const [sum, next] = [locals.word(), locals.word()];
      return [
        block(done => [
          loop(again => [
            when(equal(next, last), done),
            next.set(add(next, 1)),
            when(isZero(and(next, 1)), sum.set(add(sum, next))),
            again,
          ]),
        ]),
        answer(sum),
      ];
    };
    expect(calculate(sumUpTo, 10)).toBe(2 + 4 + 6 + 8 + 10);
  });

  test('calls routines by their index', () => {
    const half = routine(1, (_, value) => [answer(shiftRight(value, 1))]);
    const quarter = routine(1, (_, value) => [answer(call(0, call(0, value)))]);
    expect(run(half, quarter).call(100)).toBe(25);
  });

  test('reads and writes memory, at offsets too', () => {
    const { call, bytes } = run(
      routine(1, (_, at) => [storeWord(at, add(add(byteAt(at), pairAt(at, 200)), wordAt(at, 300)), 400), answer(0)]),
    );
    bytes.writeUInt8(1, 8);
    bytes.writeUInt16LE(0x1000, 208);
    bytes.writeUInt32LE(0x200000, 308);
    call(8);
    expect(bytes.readUInt32LE(408)).toBe(0x201001);
  });

  test('compares sixteen bytes at once', () => {
    const { call, bytes } = run(
      routine(1, (_, at) => [
        storeVector(100, sixteen(0x2c)),
        answer(highBits(equalBytes(vectorAt(at), vectorAt(100)))),
      ]),
    );
    bytes.write('a,b,,c,defghijk,', 8);
    expect(call(8).toString(2)).toBe('1000000001011010');
  });

  test('stops where no way answers', () => {
    expect(() => calculate(() => [])).toThrow(/unreachable/);
  });
});
