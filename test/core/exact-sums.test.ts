import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ExactSums, sumCells, unitsOf } from '../../runtime/core/exact-sums.js';
import { tries } from '../support/property.js';

const decimals = 50;
const sums = new ExactSums();

/** Whole numbers of any size, most of them small, and a few next to the largest that a double holds. */
const units = fc.oneof(
  fc.integer({ min: -1_000_000, max: 1_000_000 }),
  fc.maxSafeInteger(),
  fc.integer({ min: 0, max: 5 }).map(less => Number.MAX_SAFE_INTEGER - less),
);
const amount = fc.record({
  sum: fc.nat({ max: 2 }),
  units,
  decimals: fc.oneof(fc.nat({ max: 4 }), fc.nat({ max: 44 })),
});

/** In units of the last of fifty decimals. */
function scaled(digits: bigint, scale: number): bigint {
  return digits * 10n ** BigInt(decimals - scale);
}

describe('sums side by side', () => {
  test('lose no digit, whatever is added in whatever order', () => {
    fc.assert(
      fc.property(fc.array(amount, { maxLength: 60 }), amounts => {
        const cells = new Float64Array(3 * sumCells + 1);
        for (let sum = 0; sum < 3; sum++) sums.clear(cells, 1 + sum * sumCells);
        for (const one of amounts) sums.add(cells, 1 + one.sum * sumCells, one.units, one.decimals);
        for (let sum = 0; sum < 3; sum++) {
          const own = amounts.filter(one => one.sum === sum);
          const value = sums.valueOf(cells, 1 + sum * sumCells);
          const expected = own.reduce((total, one) => total + scaled(BigInt(one.units), one.decimals), 0n);
          expect(value && scaled(value.digits, value.scale)).toBe(own.length === 0 ? undefined : expected);
        }
      }),
      tries(300),
    );
  });

  test('are exact when what is added is a product', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(units, fc.nat({ max: 9 }), units, fc.nat({ max: 9 })), { minLength: 1 }),
        products => {
          const cells = new Float64Array(sumCells);
          sums.clear(cells, 0);
          for (const [one, ones, other, others] of products) sums.addProduct(cells, 0, one, ones, other, others);
          const { digits, scale } = sums.valueOf(cells, 0)!;
          const expected = products.reduce(
            (total, [one, ones, other, others]) => total + scaled(BigInt(one) * BigInt(other), ones + others),
            0n,
          );
          expect(scaled(digits, scale)).toBe(expected);
        },
      ),
      tries(300),
    );
  });

  test('are near enough to sort by, and not a number when nothing was added', () => {
    const cells = new Float64Array(sumCells);
    sums.clear(cells, 0);
    expect([sums.nearestOf(cells, 0), sums.valueOf(cells, 0)]).toEqual([Number.NaN, undefined]);
    sums.add(cells, 0, Number.MAX_SAFE_INTEGER, 0);
    sums.add(cells, 0, 25, 2);
    expect(sums.nearestOf(cells, 0)).toBe(Number.MAX_SAFE_INTEGER);
    sums.add(cells, 0, -Number.MAX_SAFE_INTEGER, 0);
    expect(sums.nearestOf(cells, 0)).toBe(0.25);
  });

  test.each([
    [114.125, 3, 114_125],
    [0.1, 1, 1],
    [999_999_999_999.999, 3, 999_999_999_999_999],
    [-37.63, 2, -3_763],
    [1e-22, 22, 1],
  ])('have %d as whole units of its %d decimals', (number, count, whole) => {
    expect(unitsOf(number, count)).toBe(whole);
  });
});
