import { describe, expect, test } from 'vitest';
import { parseExact } from '../../runtime/core/lossless-json.js';
import { wire } from '../../runtime/decode/wire.js';

describe('as an integer', () => {
  test.each([
    '0',
    '-7',
    '5.0',
    '1e3',
    '9007199254740993',
    '-9007199254740993',
    '1e20',
    '123456789012345678901234',
    '1e300',
  ])('%s is what the spec says', text => {
    expect(wire.integer.safeParse(parseExact(text)).success).toBe(true);
    expect(wire.integers.safeParse(parseExact(`[${text}]`)).success).toBe(true);
    expect(wire.identifier.safeParse(parseExact(text)).success).toBe(true);
  });

  test.each(['0.5', '1e-3', '"7"', '1e400', 'null', 'true', '[1]'])('%s is not', text => {
    expect(wire.integer.safeParse(parseExact(text)).success).toBe(false);
  });
});
