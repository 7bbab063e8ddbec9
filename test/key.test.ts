import { describe, expect, test } from 'vitest';
import { markets, suite } from '../generated/suite.js';
import { faultOfKey, faultOfOwnKey } from '../runtime/key.js';
import { vocabularyOf } from '../runtime/vocabulary.js';
import { hubOn } from './support/bench.js';

const words = vocabularyOf(suite, markets);
const form = 'printable ASCII characters without blanks, quotes and backslash';

describe('a key of a caller', () => {
  test.each([
    ['32 letters and digits', 'hX3kPq9TzLw7RbV2mN8cYdJ5sGf1uAe0'],
    ['a UUID', '5f0c1c9e-8a4d-4a53-9b58-3f6f2a3c9d11'],
    ['eight characters', 'hX3kPq9T'],
    ['256 characters', 'hX3kPq9T'.repeat(32)],
    ['other signs', 'hX3!#$%&()*+,-./:;<=>?@[]^_{|}~'],
  ])('can be %s', (_what, key) => {
    expect(faultOfKey(key, words)).toBeUndefined();
  });

  test.each([
    ['seven characters', 'hX3kPq9'],
    ['257 characters', `${'hX3kPq9T'.repeat(32)}a`],
    ['digits alone', '1789654286204817'],
    ['a quote', 'hX3kPq9T"'],
    ['what answers are written in', '"market":'],
    ['an apostrophe', "hX3kPq9T'"],
    ['a backtick', 'hX3kPq9T`'],
    ['a backslash', 'hX3kPq9T\\'],
    ['a blank', 'hX3kPq9T zLw7RbV2'],
    ['a line break', 'hX3kPq9T\nzLw7RbV2'],
    ['another script', 'ключключключ'],
    ['half a character', 'hX3kPq9T\ud800'],
  ])('cannot be %s, and is told so without being shown', (_what, key) => {
    expect(faultOfKey(key, words)).toBe(`must be 8 to 256 ${form}, and not digits alone; what came is not shown`);
  });

  test.each([
    ...['authenticating', 'AUTHENTICATING', 'subscription_count', 'wait_for_stream_message', 'AGGREGATE_MINUTE'],
    ...['CHANNELS_REJECTED', 'simulated', 'my-key-is-messages-1', 'quickstart.md'],
  ])('cannot be %s, since answers are made of such words', key => {
    expect(faultOfKey(key, words)).toBe('must hold no word that answers are made of; what came is not shown');
  });
});

describe('a key of the operator', () => {
  test.each(['abc', '12345678', 'hX3kPq9TzLw7RbV2', 'live', 'simulated'])('can be %s', key => {
    expect(faultOfOwnKey(key)).toBeUndefined();
  });

  test.each(['"abc"', "'abc'", 'a c', 'a\\c', 'a\u0000c', 'ключ', 'a'.repeat(257)])('cannot be %j', key => {
    expect(faultOfOwnKey(key)).toBe(`must be 1 to 256 ${form}; what came is not shown`);
  });
});

test('a process takes a thousand different keys of callers, and each of them again', async () => {
  const hub = hubOn(suite, markets, 'realtime');
  const [stocks] = hub.markets;
  const keyOf = (number: number): string => `caller-key-no-${String(number).padStart(6, '0')}`;
  for (let number = 0; number < 1_000; number++) await hub.target(stocks!, 'realtime', keyOf(number));
  await expect(hub.target(stocks!, 'realtime', keyOf(1_000))).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
  expect((await hub.target(stocks!, 'realtime', keyOf(7))).key).toBe(keyOf(7));
});
