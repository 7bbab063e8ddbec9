import { describe, expect, test } from 'vitest';
import { faultOfKey, faultOfOwnKey } from '../../runtime/config/api-key.js';

const form = 'visible ASCII characters, without blanks; the value is not shown';

describe('a key of a caller', () => {
  test.each([
    ['32 letters and digits', 'hX3kPq9TzLw7RbV2mN8cYdJ5sGf1uAe0'],
    ['a UUID', '5f0c1c9e-8a4d-4a53-9b58-3f6f2a3c9d11'],
    ['eight characters', 'hX3kPq9T'],
    ['256 characters', 'hX3kPq9T'.repeat(32)],
    ['any other sign', '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~'],
    ['digits alone', '1789654286204817'],
    ['a word of ours', 'AGGREGATE_MINUTE'],
  ])('can be %s', (_what, key) => {
    expect(faultOfKey(key)).toBeUndefined();
  });

  test.each([
    ['nothing', ''],
    ['seven characters', 'hX3kPq9'],
    ['257 characters', `${'hX3kPq9T'.repeat(32)}a`],
    ['a blank', 'hX3kPq9T zLw7RbV2'],
    ['a line break', 'hX3kPq9T\nzLw7RbV2'],
    ['a line break at its end', 'hX3kPq9TzLw7RbV2\n'],
    ['a control character', 'hX3kPq9T\u007f'],
    ['another script', 'ключключключ'],
    ['half a character', 'hX3kPq9T\ud800'],
  ])('cannot be %s, and is told so without being shown', (_what, key) => {
    expect(faultOfKey(key)).toBe(`must be 8 to 256 ${form}`);
  });
});

describe('a key of the operator', () => {
  test.each(['abc', '12345678', 'hX3kPq9TzLw7RbV2', 'live', '"abc"'])('can be %s', key => {
    expect(faultOfOwnKey(key)).toBeUndefined();
  });

  test.each(['a c', 'a\u0000c', 'ключ', 'a'.repeat(257)])('cannot be %j', key => {
    expect(faultOfOwnKey(key)).toBe(`must be 1 to 256 ${form}`);
  });
});
