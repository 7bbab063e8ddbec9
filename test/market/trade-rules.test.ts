import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { tradingTimeAt } from '../../runtime/market/hours.js';
import { fullEffect, TradeRules, tradeRulesOf, type Updates } from '../../runtime/market/trade-rules.js';
import { marketOf } from '../support/markets.js';
import { type Print, prints } from '../support/prints.js';
import { tries } from '../support/property.js';

const stocks = marketOf('stocks');
const regularMs = Date.parse('2026-03-06T15:00:00Z');
const eveningMs = Date.parse('2026-03-06T22:00:00Z');

function lettersOf({ last, highLow, volume }: Updates): string {
  return `${last ? 'L' : ''}${highLow ? 'H' : ''}${volume ? 'V' : ''}` || '-';
}

function effectOf({ market, conditions, at }: Print) {
  return tradeRulesOf(marketOf(market)).effectOf(conditions, Date.parse(at));
}

describe('prints that a person keyed', () => {
  test('are at least sixty', () => {
    expect(prints.length).toBeGreaterThanOrEqual(60);
  });

  test.each(prints)('$market at $at with [$conditions] updates $window, of the day $day $remark', print => {
    const { window, day, isUnknown } = effectOf(print);

    expect([lettersOf(window), lettersOf(day)]).toEqual([print.window, print.day]);
    expect(isUnknown).toBe(print.unknown !== '');
    expect(tradeRulesOf(marketOf(print.market)).unknownIn(print.conditions).join(' ')).toBe(print.unknown);
  });

  test('have every condition of stocks', () => {
    const keyed = new Set(prints.filter(({ market }) => market === 'stocks').flatMap(({ conditions }) => conditions));

    expect(stocks.codes!.trades!.map(({ code }) => code).filter(code => !keyed.has(code))).toEqual([]);
  });
});

describe('a day in March, as a person adds it up', () => {
  const march = prints.filter(({ market, at }) => market === 'stocks' && at.startsWith('2026-03-06'));

  /** What is left of the prints from one moment to another. */
  function addUp(part: 'window' | 'day', from: string, to: string) {
    const sums = { open: 0, high: 0, low: 0, last: 0, volume: 0 };
    for (const print of march.filter(({ at }) => at >= `2026-03-06T${from}` && at < `2026-03-06T${to}`)) {
      const { last, highLow, volume } = effectOf(print)[part];
      if (last) sums.last = print.price;
      if (last) sums.open ||= print.price;
      if (highLow) sums.high = Math.max(sums.high, print.price);
      if (highLow) sums.low = Math.min(sums.low || print.price, print.price);
      if (volume) sums.volume += print.size;
    }
    return sums;
  }

  test.each([
    ['before the bell', '09:00', '14:30', { open: 100, high: 101, low: 99, last: 100.2, volume: 1_460 }],
    ['in the regular session', '14:30', '21:00', { open: 100.3, high: 101.5, low: 98.7, last: 100.95, volume: 21_500 }],
    ['after the close', '21:00', '24:00', { open: 101, high: 102.5, low: 101, last: 101.25, volume: 23_800 }],
  ])('%s a bar', (_, from, to, sums) => {
    expect(addUp('window', from, to)).toEqual(sums);
  });

  test('the day', () => {
    expect(addUp('day', '09:00', '24:00')).toEqual({
      open: 99.5,
      high: 101.5,
      low: 98.7,
      last: 101.01,
      volume: 46_760,
    });
  });
});

describe('what is no list of codes', () => {
  const rules = tradeRulesOf(stocks);

  test.each([[undefined], [null], [[]]])('%j is a regular trade', conditions => {
    expect(rules.effectOf(conditions, regularMs)).toBe(fullEffect);
  });

  test.each([
    ['a text', '37'],
    ['an object', { 0: 37 }],
    ['a code as text', ['37']],
    ['the name of a method', ['fill']],
    ['a fraction', [1.5]],
    ['a negative number', [-1]],
    ['no number', [Number.NaN]],
    ['a list in the list', [[37]]],
    ['nothing in the list', [null]],
  ])('%s counts as volume and moves nothing', (_, conditions) => {
    const effect = rules.effectOf(conditions, regularMs);

    expect(effect).toEqual({
      window: { last: false, highLow: false, volume: true },
      day: { last: false, highLow: false, volume: true },
      isUnknown: true,
    });
    expect(rules.unknownIn(conditions)).toHaveLength(1);
  });

  test('a bare number is a list of one', () => {
    expect(rules.effectOf(5, regularMs)).toBe(rules.effectOf([5], regularMs));
    expect(rules.unknownIn(5)).toEqual([]);
    expect(rules.unknownIn(999)).toEqual([999]);
  });

  test('a code that is unknown twice is told once', () => {
    expect(rules.unknownIn([999, 14, 999, 500])).toEqual([999, 500]);
  });
});

test('a trade without a time follows the rules of the regular session', () => {
  expect(lettersOf(tradeRulesOf(stocks).effectOf([12], undefined).window)).toBe('V');
});

test('the regular session is that of the product, where it has one of its own', () => {
  const { hours, symbol } = marketOf('options');
  const rules = new TradeRules({ codes: stocks.codes!, hours, symbol });
  // 16:10 in New York on a Monday: options on SPY trade to 16:15, those on AAPL to 16:00.
  const atMs = Date.parse('2026-11-23T21:10:00Z');

  expect(lettersOf(rules.effectOf([12], atMs, 'O:SPY261218C00650000').window)).toBe('V');
  expect(lettersOf(rules.effectOf([12], atMs, 'O:AAPL261218C00230000').window)).toBe('LHV');
});

test('effects are made once, so that a trade allocates none', () => {
  const rules = new TradeRules(stocks);

  expect(rules.effectOf([12, 14], eveningMs)).toBe(rules.effectOf([41, 12], eveningMs));
  expect(rules.effectOf([14, 41], regularMs)).toBe(fullEffect);
});

/** Slow and plain: from the spec itself, one value after the other. */
class Ledger {
  private readonly codes: readonly {
    code: number;
    updates?: string[];
    outside_regular?: { updates: string[] };
  }[];

  constructor(private readonly name: string) {
    const file = new URL(`../../spec/conditions/${name}.yaml`, import.meta.url);
    this.codes = parse(readFileSync(file, 'utf8')).trades;
  }

  allows(value: string, conditions: readonly number[], isOutside: boolean): boolean {
    return conditions.every(condition => {
      const found = this.codes.find(({ code }) => code === condition);
      if (!found) return value === 'volume';
      const updates = (isOutside ? found.outside_regular?.updates : undefined) ?? found.updates;
      return updates === undefined || updates.includes(value);
    });
  }

  lettersOf(conditions: readonly number[], isOutside: boolean): string {
    const letters = { last: 'L', high_low: 'H', volume: 'V' };
    return (
      Object.entries(letters)
        .map(([value, letter]) => (this.allows(value, conditions, isOutside) ? letter : ''))
        .join('') || '-'
    );
  }

  isOutside(atMs: number): boolean {
    return tradingTimeAt(marketOf(this.name).hours, atMs).session?.name !== 'regular';
  }
}

describe('any trade does what a slow ledger says', () => {
  const day = 86_400_000;
  const moment = fc.oneof(
    fc.integer({ min: Date.UTC(2025, 0, 2), max: Date.UTC(2028, 11, 30) }),
    // Around the bells, out of order.
    fc
      .tuple(fc.nat({ max: 400 }), fc.constantFrom(13.5, 14.5, 18, 20, 21), fc.integer({ min: -3, max: 3 }))
      .map(([days, hour, seconds]) => Date.UTC(2026, 0, 1) + days * day + hour * 3_600_000 + seconds * 1000),
  );

  test.each(['stocks', 'options', 'crypto'])('of %s', market => {
    const ledger = new Ledger(market);
    const rules = new TradeRules(marketOf(market));
    const known = marketOf(market).codes!.trades!.map(({ code }) => code);
    const code = fc.oneof(
      { weight: 8, arbitrary: fc.constantFrom(...known) },
      { weight: 2, arbitrary: fc.constantFrom(...known.slice(10, 16), known[0]!) },
      { weight: 1, arbitrary: fc.nat({ max: 400 }) },
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.array(code, { maxLength: 5 }), moment), { maxLength: 20 }), trades => {
        for (const [conditions, atMs] of trades) {
          const { window, day: ofDay, isUnknown } = rules.effectOf(conditions, atMs);
          expect(lettersOf(window)).toBe(ledger.lettersOf(conditions, ledger.isOutside(atMs)));
          expect(lettersOf(ofDay)).toBe(ledger.lettersOf(conditions, false));
          expect(isUnknown).toBe(conditions.some(one => !known.includes(one)));
        }
      }),
      tries(150),
    );
  });
});
