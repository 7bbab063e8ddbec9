import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hasMoreParts, parseDigits, parseExact } from '../../runtime/core/lossless-json.js';
import { tries } from '../support/property.js';

describe('a number', () => {
  test.each<[string, unknown]>([
    ['9007199254740991', 9007199254740991],
    ['-9007199254740991', -9007199254740991],
    ['9007199254740993', '9007199254740993'],
    ['-9007199254740993', '-9007199254740993'],
    ['1789654286204817593', '1789654286204817593'],
    ['123456789012345678901234567890', '123456789012345678901234567890'],
    ['1e400', '1e400'],
    ['-1E+400', '-1E+400'],
    ['1.5e999', '1.5e999'],
    ['1e30', 1e30],
    ['1e308', 1e308],
    ['12.5', 12.5],
    ['0.1234567890123456', 0.1234567890123456],
    ['0', 0],
  ])('%s is read without loss', (text, value) => {
    expect(parseExact(text)).toBe(value);
    expect(parseExact(`{"a":[${text}],"t":1789654286204817593}`)).toEqual({ a: [value], t: '1789654286204817593' });
  });
});

describe('a number of which every digit counts', () => {
  test.each<[string, unknown]>([
    ['12.5', 12.5],
    ['-0', -0],
    ['0.0', 0],
    ['100.000', 100],
    ['1e30', 1e30],
    ['21.504000000000001', 21.504],
    ['0.30000000000000004', 0.30000000000000004],
    ['1517562000015577001', '1517562000015577001'],
    ['-9007199254740993', '-9007199254740993'],
    ['0.1234567890123456789', '0.1234567890123456789'],
    ['12345678901234567.25', '12345678901234567.25'],
    ['1e-400', '1e-400'],
    ['1e400', '1e400'],
  ])('%s is read without loss', (text, value) => {
    expect(parseDigits(text)).toBe(value);
    expect(parseDigits(`{"a":[${text}],"t":"0.1234567890123456789"}`)).toEqual({
      a: [value],
      t: '0.1234567890123456789',
    });
  });

  test.each(['', '{', '{"p":01.234567890123456789}', '{"p":1.}'])('that is none fails: %j', text => {
    expect(() => parseDigits(text)).toThrow(SyntaxError);
  });
});

test('values with quotes, digits and backslashes in their texts are read as they are', () => {
  const text = fc.string({ unit: fc.constantFrom('"', '\\', '1234567890123456789', ':', ',', 'e400', 'a') });
  const value = fc.dictionary(text, fc.oneof(text, fc.array(fc.oneof(text, fc.integer()))));
  fc.assert(
    fc.property(value, fc.boolean(), (said, isSpaced) => {
      const json = JSON.stringify({ said, last: 0 }, null, isSpaced ? 1 : 0);
      const long = json.replace(/0(?=\s*\}$)/, '12345678901234567890');
      expect(parseDigits(long)).toEqual({ said, last: '12345678901234567890' });
    }),
    tries(300),
  );
});

test('long numbers take no longer without texts among them', () => {
  const number = '0.1234567890123456789';
  const numbers = Array(100_000).fill(number);
  /** Processor time, ms. */
  const took = (json: string): number => {
    const before = process.cpuUsage();
    expect((parseDigits(json) as unknown[]).at(-1)).toBe(number);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000;
  };
  expect(took(`[${numbers.join()}]`)).toBeLessThan(10 * took(`["",${numbers.join(',"",')}]`));
});

describe('a string', () => {
  test.each([
    ['with many digits', '1789654286204817593'],
    ['with an escaped quote before digits', 'a"1789654286204817593'],
    ['that ends in a backslash', '1789654286204817593\\'],
    ['that looks like JSON', '{"t":1789654286204817593}'],
    ['with an exponent', '1e400'],
  ])('%s stays as it is', (_what, text) => {
    const value = { text, [text]: 1, t: 5 };
    expect(parseExact(JSON.stringify(value))).toEqual(value);
  });

  test('of four million escapes does not stop the numbers beside it', () => {
    const text = `{"x":"${'\\n'.repeat(4_000_000)}","t":1789654286204817593}`;
    expect((parseExact(text) as { t: unknown }).t).toBe('1789654286204817593');
  });
});

test.each([
  '',
  '{',
  '[1,]',
  'NaN',
  '{"p":NaN}',
  '{"p":Infinity}',
  '{"p":-Infinity}',
  "{'p':1}",
  '{"p":01789654286204817593}',
  '{1789654286204817593:1}',
  '{"p":1789654286204817593.}',
  '{"p":1e}',
  '\ufeff{}',
])('what is no JSON fails and is not mended: %j', text => {
  expect(() => parseExact(text)).toThrow(SyntaxError);
});

describe('the parts of a JSON text', () => {
  const hasMore = (text: string, most: number): boolean =>
    hasMoreParts(Buffer.from(text), 0, Buffer.byteLength(text), most);

  test.each([
    ['[1,2,3]', 3],
    ['{"a":1,"b":[2]}', 3],
    ['{"a":"[,,,{"}', 1],
    [String.raw`{"a":"\",","b":1}`, 2],
  ])('of %s are %s', (text, parts) => {
    expect([hasMore(text, parts - 1), hasMore(text, parts)]).toEqual([true, false]);
  });

  test('are counted to its end also where a text never ends', () => {
    expect(hasMore('{"a":"bc', 1)).toBe(false);
    expect(hasMore('{"a":"b\\', 1)).toBe(false);
  });
});
