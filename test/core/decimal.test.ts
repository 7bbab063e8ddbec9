import { describe, expect, test } from 'vitest';
import { decimalValue, subtract } from '../../runtime/core/decimal.js';
import { formatMessage } from '../../runtime/market/format.js';
import { entryOf, marketOf } from '../support/markets.js';

test.each([
  [0.3, 0.1, 0.2],
  [0.1, 0.3, -0.2],
  [1.1, 1, 0.1],
  [287.43, 287.41, 0.02],
  [1.08513, 1.08512, 0.00001],
  [100, 100, 0],
  [-37.63, -37.6, -0.03],
  [-1, 1, -2],
  [5e-7, 1e-7, 4e-7],
  [1.5e-7, 1e-7, 5e-8],
  [1e21, 1, Number('999999999999999999999')],
  [1e-7, 0, 1e-7],
  [96412.53, 96412.5, 0.03],
])('%d less %d is %d', (a, b, difference) => {
  expect(subtract(a, b)).toBe(difference);
});

test.each<[string, number | string]>([
  ['6912.25', 6912.25],
  ['6913', 6913],
  ['1465464.75', 1465464.75],
  ['-37.63', -37.63],
  ['0.10', 0.1],
  ['0', 0],
  ['123456789012345', 123456789012345],
  ['0.000000123456789012345', 1.23456789012345e-7],
  ['1165432109.000000', 1_165_432_109],
  ['1000000000.500000', 1_000_000_000.5],
  ['100.', '100.'],
  ['1234567890123456789', '1234567890123456789'],
  ['1234567890123456789.50', '1234567890123456789.50'],
  ['0.12345678901234567', '0.12345678901234567'],
  ['1e5', '1e5'],
  ['0x10', '0x10'],
  ['.5', '.5'],
  ['5.', '5.'],
  ['+5', '+5'],
  [' 5', ' 5'],
  ['', ''],
  ['NaN', 'NaN'],
  ['Infinity', 'Infinity'],
])('the decimal text %j is read as %j', (text, value) => {
  expect(decimalValue(text)).toBe(value);
});

describe('the spread of a quote', () => {
  function spreadOf(market: string, ev: string, raw: Record<string, unknown>): unknown {
    return formatMessage(marketOf(market), entryOf(ev, 'X', raw), 'summary').spread;
  }

  test.each([
    ['is exact', 0.1, 0.3, 0.2],
    ['is negative when the sides are crossed', 287.43, 287.41, -0.02],
    ['is zero when they are locked', 287.41, 287.41, 0],
    ['is exact below zero', -37.63, -37.6, 0.03],
  ])('%s', (_what, bp, ap, spread) => {
    expect(spreadOf('stocks', 'Q', { bp, ap })).toBe(spread);
  });

  test('is exact where prices come as text', () => {
    expect(spreadOf('futures', 'Q', { bp: '6912.25', ap: '6912.5' })).toBe(0.25);
  });

  test.each<[string, Record<string, unknown>]>([
    ['the ask is missing', { bp: 1 }],
    ['the bid is null', { bp: null, ap: 1 }],
    ['both are missing', {}],
    ['a price is no number', { bp: 1, ap: 'x' }],
  ])('is absent where %s', (_what, raw) => {
    expect(spreadOf('futures', 'Q', raw)).toBeUndefined();
  });
});
