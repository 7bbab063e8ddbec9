import { describe, expect, test } from 'vitest';
import { decodeCursor, encodeCursor } from '../../runtime/buffer/cursor.js';
import { StreamError } from '../../runtime/core/errors.js';

const here = { process: '0a1b2c3d', market: 'stocks', seq: 5_000 };

function refusalOf(text: string, markets: readonly string[] = []): StreamError {
  try {
    decodeCursor(text, here, markets);
  } catch (error) {
    if (error instanceof StreamError) return error;
    throw error;
  }
  throw new Error('the cursor was accepted');
}

function packed(text: string): string {
  return Buffer.from(text).toString('base64url');
}

describe('a cursor', () => {
  test.each([0, 1, 35, 36, 4_999, 5_000])('leads back to position %i', seq => {
    expect(decodeCursor(encodeCursor({ ...here, seq }), here)).toBe(seq);
  });

  test('leads back to a position beyond 2^32', () => {
    const seq = 2 ** 40 + 7;
    expect(decodeCursor(encodeCursor({ ...here, seq }), { ...here, seq })).toBe(seq);
  });

  test('is fit for a URL and for JSON', () => {
    expect(encodeCursor(here)).toMatch(/^[A-Za-z0-9_-]{8,60}$/);
  });

  test('of an earlier run is refused with the way out', () => {
    const { code, message, hint } = refusalOf(encodeCursor({ ...here, process: 'ffffffff' }));
    expect(code).toBe('BAD_CURSOR');
    expect(message).toContain('earlier run');
    expect(hint).toContain('without a cursor');
  });

  test('of another market is refused with both names', () => {
    const { code, message } = refusalOf(encodeCursor({ ...here, market: 'crypto' }), ['stocks', 'crypto']);
    expect([code, message]).toEqual(['BAD_CURSOR', 'The cursor belongs to the crypto stream, not to stocks.']);
  });

  test('of a market that does not exist is refused without its name', () => {
    const { message } = refusalOf(encodeCursor({ ...here, market: 'hunter2' }), ['stocks', 'crypto']);
    expect(message).toBe('The cursor belongs to the stream of another market, not to stocks.');
  });

  test.each([
    ['from the future', encodeCursor({ ...here, seq: 5_001 })],
    ['that is empty', ''],
    ['that is a number', '17'],
    ['that is no cursor', 'abc'],
    ['without a position', packed('0a1b2c3d.stocks')],
    ['with an empty position', packed('0a1b2c3d.stocks.')],
    ['with a negative position', packed('0a1b2c3d.stocks.-1')],
    ['with a fraction as position', packed('0a1b2c3d.stocks.1,5')],
    ['with an endless position', packed(`0a1b2c3d.stocks.${'1'.repeat(400)}`)],
    ['of a megabyte', 'A'.repeat(1_000_000)],
    ['of control characters', '\u0000\u001b\n'],
  ])('%s is refused', (_what, text) => {
    expect(refusalOf(text).code).toBe('BAD_CURSOR');
  });
});
