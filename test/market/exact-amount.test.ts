import { describe, expect, test } from 'vitest';
import type { Channel } from '../../runtime/contract/channel.js';
import { exactAmount } from '../../runtime/market/exact-amount.js';
import { channelOf } from '../../runtime/market/format.js';
import { marketOf } from '../support/markets.js';

function channel(market: string, prefix: string): Channel {
  return channelOf(marketOf(market), prefix)!;
}

describe('the size of a stock trade', () => {
  test.each<[string, object, number | string | undefined]>([
    ['is the whole one where there is no other', { s: 100 }, 100],
    ['is the exact one where the whole one is 0', { s: 0, ds: '0.25' }, 0.25],
    ['is the exact one where the whole one lacks the fraction', { s: 37, ds: '37.25' }, 37.25],
    ['is the exact one where both say the same', { s: 100, ds: '100' }, 100],
    ['is without the zeros at the end', { s: 1, ds: '1.500000' }, 1.5],
    ['may come exactly as a number', { s: 0, ds: 0.5 }, 0.5],
    ['is the exact one where the whole one is missing', { ds: '0.1' }, 0.1],
    ['keeps digits that a double would lose', { s: 0, ds: '0.1234567890123456789' }, '0.1234567890123456789'],
    ['keeps whole digits beyond 2^53', { s: '9007199254740993' }, '9007199254740993'],
    ['is the whole one where the exact one is no amount', { s: 5, ds: 'some' }, 5],
    ['is the whole one where the exact one is empty', { s: 5, ds: '' }, 5],
    ['is the whole one where the exact one is null', { s: 5, ds: null }, 5],
    ['may be 0', { s: 0 }, 0],
    ['is nothing where there is none', { p: 1 }, undefined],
    ['is nothing where it is no amount', { s: true, ds: {} }, undefined],
  ])('%s', (_, raw, size) => {
    expect(exactAmount(channel('stocks', 'T'), { ev: 'T', ...raw }, 'size')).toBe(size);
  });
});

test.each<[string, string, object, number]>([
  ['options', 'T', { s: 6 }, 6],
  ['crypto', 'XT', { s: 0.00123 }, 0.00123],
  ['futures', 'T', { s: 3 }, 3],
])('the size of a trade of %s is its only one', (market, prefix, raw, size) => {
  expect(exactAmount(channel(market, prefix), { ev: prefix, ...raw }, 'size')).toBe(size);
});

test('the volumes of a bar are the exact ones, each for itself', () => {
  const raw = { ev: 'AM', v: 0, dv: '0.75', av: 12, dav: '12.5' };

  expect(exactAmount(channel('stocks', 'AM'), raw, 'volume')).toBe(0.75);
  expect(exactAmount(channel('stocks', 'AM'), raw, 'accumulated_volume')).toBe(12.5);
  expect(exactAmount(channel('stocks', 'AM'), { ev: 'AM', v: 7 }, 'volume')).toBe(7);
});

test('a channel without sizes has none', () => {
  expect(exactAmount(channel('indices', 'V'), { ev: 'V', val: 1 }, 'size')).toBeUndefined();
});
