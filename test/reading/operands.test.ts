import { describe, expect, test } from 'vitest';
import { suite } from '../../generated/suite.js';
import { StreamError } from '../../runtime/core/errors.js';
import { parseCondition } from '../../runtime/reading/conditions/condition-parser.js';
import { compareExact, ratioOf } from '../../runtime/reading/conditions/ratio.js';
import { Room, Span } from '../../runtime/reading/conditions/span.js';
import { baseMs, Followed, quote, trade } from '../support/followed.js';
import { marketOf } from '../support/markets.js';

const most = suite.limits.comparisons;

function refusalOf(given: unknown, prefixes?: readonly string[], market = marketOf('stocks')): StreamError {
  const channels = market.channels.filter(({ prefix }) => prefixes?.includes(prefix) ?? true);
  try {
    parseCondition({ market, channels }, given, most);
  } catch (error) {
    if (error instanceof StreamError && error.code === 'BAD_CONDITION') return error;
    throw error;
  }
  throw new Error('accepted');
}

describe('a field can be compared', () => {
  test('with another one of the same message', () => {
    const crossed = new Followed({ field: 'bid.price', op: '>=', value: { field: 'ask.price' } });
    expect([quote(10, 10.01), quote(10.01, 10.01), quote(10.02, 10.01)].map(one => crossed.sees(0, one))).toEqual([
      false,
      true,
      true,
    ]);
  });

  test('with the newest of the same symbol, where the message lacks it', () => {
    const above = new Followed({ field: 'price', op: '>', value: { field: 'ask.price' } });
    expect(above.sees(0, trade(100))).toBe(false);
    expect(above.sees(1, quote(99, 100))).toBe(false);
    expect(above.sees(2, { ...quote(10, 11), sym: 'MSFT' })).toBe(false);
    expect([trade(100), trade(100.01)].map(one => above.sees(3, one))).toEqual([false, true]);
    // The trade is not judged again when a quote comes.
    expect(above.sees(4, quote(98, 99))).toBe(false);
    expect(above.sees(5, { ...trade(100.01), sym: 'MSFT' })).toBe(true);
  });

  test.each(['ask.price', ' ask.price ', '{"field":"ask.price"}'])('with one that is named by the text %s', value => {
    const above = new Followed({ field: 'price', op: '>', value });
    above.sees(0, quote(99, 100));
    expect([trade(100), trade(101)].map(one => above.sees(1, one))).toEqual([false, true]);
  });

  test.each(['vwap', { field: 'vwap' }])('with the vwap of a bar of the feed, without an interval', value => {
    const bar = (c: number, vw: number) => ({ ev: 'AM', sym: 'AAPL', o: c, h: c, l: c, c, v: 1, vw, s: 0, e: 60_000 });
    const above = new Followed({ field: 'close', op: '>', value });
    expect([bar(10, 10), bar(11, 10)].map(one => above.sees(0, one))).toEqual([false, true]);
    const high = new Followed({ field: 'vwap', op: '>', value: '10' });
    expect([bar(11, 10), bar(9, 10.5)].map(one => high.sees(0, one))).toEqual([false, true]);
  });

  test('where it is of another channel only, which the refusal says', () => {
    for (const value of ['ask.price', { field: 'ask.price' }]) {
      const refusal = refusalOf({ field: 'price', op: '>', value }, ['T']);
      expect(refusal.message).toMatch(/^ask\.price is a field of Q, not of these messages/);
    }
  });

  test('and a move is refused with its form where it is named as a field', () => {
    expect(refusalOf({ field: 'move_pct', window_s: 60, op: '>', value: '1' }).hint).toBe(
      'Write it as {"condition": {"move_pct": "price", "window_s": 60, "op": ">=", "value": "1"}}.',
    );
  });

  test('and is not with what was said before an outage', () => {
    const above = new Followed({ field: 'price', op: '>', value: 'ask.price' });
    above.sees(0, quote(99, 100));
    above.breaks();
    expect(above.sees(60, trade(101))).toBe(false);
    above.sees(61, quote(99, 100));
    expect(above.sees(62, trade(101))).toBe(true);
  });

  test('digit by digit', () => {
    const sees = (bp: number, ap: number): boolean =>
      new Followed({ field: 'bid.price', op: '==', value: 'ask.price' }).sees(0, quote(bp, ap));
    expect(sees(0.1 + 0.2, 0.3)).toBe(false);
    expect(sees(0.3, 0.3)).toBe(true);
    const third = ratioOf({ digits: 1n, scale: 0 }, { digits: 3n, scale: 0 })!;
    expect(compareExact(third, 0.3333333333333333)).toBeGreaterThan(0);
    expect(compareExact('9007199254740993', 9_007_199_254_740_992)).toBeGreaterThan(0);
  });

  test('and crosses another one, seen from its last message', () => {
    const crosses = new Followed({ field: 'price', op: 'crosses_above', value: 'ask.price' });
    crosses.sees(0, quote(99, 100));
    expect([trade(101), trade(100), trade(101), trade(102)].map(one => crosses.sees(1, one))).toEqual([
      false,
      false,
      true,
      false,
    ]);
    // The ask rises over the price; the next trade is over it again.
    crosses.sees(2, quote(103, 104));
    expect([trade(102), trade(105)].map(one => crosses.sees(3, one))).toEqual([false, true]);
    const below = new Followed({ field: 'price', op: 'crosses_below', value: 'bid.price' });
    below.remembers(0, quote(99, 100));
    below.remembers(0, trade(99));
    expect(below.sees(1, trade(98))).toBe(true);
  });
});

describe('the spread', () => {
  test('counts in hundredths of a percent of the middle', () => {
    // 0.10 of 100.05, exactly 9.995002498...
    const wide = new Followed({ field: 'spread_bps', op: '>', value: 9.995 });
    expect(wide.sees(0, quote(100, 100.1))).toBe(true);
    expect(new Followed({ field: 'spread_bps', op: '>=', value: 20 }).sees(0, quote(99.9, 100.1))).toBe(true);
    expect(new Followed({ field: 'spread_bps', op: '>', value: 20 }).sees(0, quote(99.9, 100.1))).toBe(false);
  });

  test('is none where a side is missing', () => {
    expect(new Followed({ field: 'spread_bps', op: '<', value: 1e9 }).sees(0, quote(0, 100, { bs: 0 }))).toBe(false);
  });

  test('counts in pips where their size is known', () => {
    const wide = new Followed({ field: 'spread_pips', op: '==', value: 1.5 }, 'forex');
    expect(wide.sees(0, { ev: 'C', p: 'EUR/USD', b: 1.1, a: 1.10015 })).toBe(true);
    expect(wide.sees(0, { ev: 'C', p: 'USD/JPY', b: 155, a: 155.015 })).toBe(true);
    expect(refusalOf({ field: 'spread_pips', op: '>', value: 1 }).message).toBe(
      'condition: nothing of US stocks makes spread_pips.',
    );
  });
});

describe('a move', () => {
  const rises = { move_pct: 'price', window_s: 60, op: '>=', value: 1 };

  test('is from the value that held when the span began', () => {
    const followed = new Followed(rises);
    const seen = [
      [0, 100],
      [30, 100.99],
      [59, 101],
      [61, 101.5],
      [90, 101.99],
      [91, 102.01],
      [200, 103.03],
    ].map(([at, p]) => followed.sees(at!, trade(p!)));
    // At 61 it is 100 that held at 1, at 90 and 91 100.99 of 30, and at 200 the 102.01 of 91.
    expect(seen).toEqual([false, false, true, true, false, true, false]);
  });

  test('counts a fall as less than 0', () => {
    const followed = new Followed({ ...rises, op: '<=', value: -1 });
    expect([100, 99.01, 99].map((p, at) => followed.sees(at, trade(p)))).toEqual([false, false, true]);
  });

  test('is exact', () => {
    expect(new Followed(rises).shows(0, trade(0.3))).toEqual({ 'move_pct of price in 60 s': 0 });
    const followed = new Followed({ ...rises, op: '==', value: 10 });
    expect([0.1, 0.11].map(p => followed.sees(0, trade(p)))).toEqual([false, true]);
  });

  test('leaves out trades that move no price, unless all prints are asked for', () => {
    const odd = trade(150, 1, { c: [37] });
    const run = (prints: string): boolean[] => {
      const followed = new Followed(rises, 'stocks', { prints });
      return [trade(100), odd, trade(100)].map(one => followed.sees(0, one));
    };
    expect(run('eligible')).toEqual([false, false, false]);
    expect(run('all')).toEqual([false, true, false]);
  });

  test('begins anew after an outage, save with what came within the span', () => {
    const followed = new Followed(rises);
    followed.sees(0, trade(100));
    followed.breaks();
    // What held a minute ago is not known: the price may have been anything since.
    expect(followed.sees(100, trade(110))).toBe(false);
    expect(followed.sees(101, trade(111.1))).toBe(true);
    followed.breaks();
    expect(followed.sees(130, trade(112.3))).toBe(true);
  });

  test('of any number can be asked for', () => {
    const followed = new Followed({ move_pct: 'ask.price', window_s: 5, op: '>', value: 0 }, 'forex');
    const ask = (a: number) => ({ ev: 'C', p: 'EUR/USD', b: 1, a });
    expect([1.1, 1.1, 1.1001].map((a, at) => followed.sees(at, ask(a)))).toEqual([false, false, true]);
  });
});

describe('a window', () => {
  test('has its volume, exactly, and lets go what is past', () => {
    const followed = new Followed({ field: 'window_volume', window_s: 10, op: '==', value: 0.3 });
    const sized = (ds: string) => trade(1, 0, { ds });
    expect([followed.sees(0, sized('0.1')), followed.sees(5, sized('0.2'))]).toEqual([false, true]);
    expect(followed.shows(10, sized('1'))).toEqual({ 'window_volume in 10 s': 1.3 });
    expect(followed.shows(10.001, sized('1'))).toEqual({ 'window_volume in 10 s': 2.2 });
  });

  test('counts odd lots as volume, and no repeats', () => {
    const followed = new Followed({ field: 'window_volume', window_s: 10, op: '>', value: 0 });
    expect(followed.shows(0, trade(1, 5, { c: [37] }))).toEqual({ 'window_volume in 10 s': 5 });
    // An official close repeats what was counted.
    expect(followed.shows(0, trade(1, 7, { c: [15] }))).toEqual({ 'window_volume in 10 s': 5 });
  });

  test('has the volume of bars where there are no trades, each in the version that came last', () => {
    const followed = new Followed({ field: 'window_volume', window_s: 600, op: '>', value: 0 }, 'forex', {
      subscribed: ['CA'],
    });
    const bar = (s: number, v: number) => ({
      ev: 'CA',
      pair: 'EUR/USD',
      s: baseMs + s * 60_000,
      o: 1,
      c: 1,
      h: 1,
      l: 1,
      v,
    });
    expect(followed.shows(60, bar(0, 10))).toEqual({ 'window_volume in 600 s': 10 });
    expect(followed.shows(120, bar(1, 5))).toEqual({ 'window_volume in 600 s': 15 });
    expect(followed.shows(121, bar(0, 12))).toEqual({ 'window_volume in 600 s': 17 });
  });

  test('knows its volume against that of the window before, once that is whole', () => {
    const followed = new Followed({ field: 'window_volume_ratio', window_s: 10, op: '>=', value: 3 });
    const seen = [
      [0, 10],
      [5, 10],
      [12, 60],
      [20, 1],
    ].map(([at, size]) => followed.sees(at!, trade(1, size!)));
    // At 20 the window has 60 + 1, and the one before 10 + 10.
    expect(seen).toEqual([false, false, false, true]);
    followed.breaks();
    expect([25, 30].map(at => followed.sees(at, trade(1, 1_000)))).toEqual([false, false]);
  });

  test('has its change from its first price to its newest', () => {
    const followed = new Followed({ field: 'window_change_pct', window_s: 10, op: '<=', value: -2 });
    expect([100, 99, 98].map((p, at) => followed.sees(at, trade(p)))).toEqual([false, false, true]);
    // Only 98 and what comes is left of it.
    expect(followed.shows(12, trade(97))).toEqual({ 'window_change_pct in 10 s': -1.0204 });
  });
});

describe('an indicator', () => {
  test('stands where a field does, or by its own name', () => {
    for (const name of ['field', 'indicator']) {
      const followed = new Followed({ [name]: 'sma:1', interval: '1m', op: '>', value: 11, symbol: 'AAPL' });
      expect([11, 12].map(p => followed.sees(0, trade(p)))).toEqual([false, true]);
    }
  });

  const at = (s: number, p: number) => trade(p, 1, { t: baseMs + s * 1_000 });

  test('is that of the bars so far, the running one among them', () => {
    const followed = new Followed({ indicator: 'sma:2', interval: '1m', op: '>', value: 11, symbol: 'AAPL' });
    expect(followed.sees(0, at(0, 10))).toBe(false);
    expect(followed.sees(1, at(61, 12))).toBe(false);
    expect(followed.sees(2, at(62, 12.1))).toBe(true);
    expect(followed.sees(3, at(63, 12))).toBe(false);
    // Late for a bar that has ended.
    expect(followed.sees(4, at(1, 50))).toBe(false);
  });

  test('can be crossed by a price', () => {
    const condition = {
      field: 'price',
      op: 'crosses_above',
      value: { indicator: 'sma:2' },
      interval: '1m',
      symbol: 'AAPL',
    };
    const followed = new Followed(condition);
    // The average is none, none, 9.5, 9.5, 10.5.
    expect(
      [at(0, 10), at(1, 10), at(61, 9), at(62, 9), at(63, 11)].map((one, index) => followed.sees(index, one)),
    ).toEqual([false, false, false, false, true]);
  });

  test('can be compared with another one', () => {
    const condition = { indicator: 'sma:1', interval: '1s', op: '>', value: 'sma:2', symbol: 'AAPL' };
    const followed = new Followed(condition);
    expect([at(0, 10), at(1, 11), at(2, 10.5)].map((one, index) => followed.sees(index, one))).toEqual([
      false,
      true,
      false,
    ]);
  });

  test('has the values that a person computes, bar by bar and again within one', () => {
    // The closes 10, 11, 12, 11, 13.25 of test/market/indicators.test.ts.
    const shown = (indicator: string): unknown[] => {
      const followed = new Followed({ indicator, interval: '1m', op: '>', value: 0, symbol: 'AAPL' });
      return [10, 11, 12, 11, 13.25].map((p, bar) => {
        followed.sees(bar, at(bar * 60, 1_000 * (bar + 1)));
        followed.sees(bar, at(bar * 60 + 1, 0.25));
        return Object.values(followed.shows(bar, at(bar * 60 + 2, p)) as object)[0];
      });
    };
    expect(shown('sma:3')).toEqual([undefined, undefined, 11, 11.3333, 12.0833]);
    expect(shown('ema:3')).toEqual([undefined, undefined, 11.25, 11.125, 12.1875]);
    expect(shown('rsi:2')).toEqual([undefined, undefined, 100, 50, 84.62]);
    expect(shown('macd:1:2:2.signal')).toEqual([undefined, undefined, 0.4074, 0.0123, 0.463]);
    expect(shown('bbands:2:1.lower')).toEqual([undefined, 10, 11, 11, 11]);
  });

  test('is built of bars of the feed where there are no trades, a minute again in its last version', () => {
    const condition = { indicator: 'sma:1', interval: '2m', op: '>', value: 0, symbol: 'EUR/USD' };
    const followed = new Followed(condition, 'forex', { subscribed: ['CA'] });
    const bar = (minute: number, c: number) => ({
      ev: 'CA',
      pair: 'EUR/USD',
      s: baseMs + minute * 60_000,
      o: 1,
      c,
      h: 9,
      l: 1,
      v: 1,
    });
    const values = [bar(0, 2), bar(1, 3), bar(0, 4), bar(1, 5), bar(2, 6)].map((one, index) =>
      followed.shows(index, one),
    );
    expect(values.map(value => Object.values(value as object)[0])).toEqual([2, 3, 3, 5, 6]);
  });

  test('counts bars of so many trades', () => {
    const followed = new Followed({ indicator: 'sma:2', interval: '2t', op: '==', value: 3, symbol: 'AAPL' });
    // Closes 2 and 4 of the trades 1, 2 and 3, 4.
    expect([1, 2, 3, 4].map((p, index) => followed.sees(index, at(index, p)))).toEqual([false, false, false, true]);
  });
});

describe('a side of a comparison is refused', () => {
  test.each<[string, unknown, string]>([
    [
      'without its span',
      { move_pct: 'price', op: '>', value: 1 },
      'condition: move_pct needs window_s, a number of seconds from 1 to 86400, and nothing came.',
    ],
    [
      'with a span of nothing',
      { field: 'window_volume', window_s: 0, op: '>', value: 1 },
      'window_volume needs window_s',
    ],
    [
      'with a span that it does not use',
      { field: 'price', window_s: 5, op: '>', value: 1 },
      'window_s is for move_pct and what begins with window_.',
    ],
    [
      'that moves no number',
      { move_pct: 'event', window_s: 5, op: '>', value: 1 },
      'event is no number, so it does not move.',
    ],
    [
      'with two names',
      { field: 'price', move_pct: 'price', window_s: 5, op: '>', value: 1 },
      'compares one of field, move_pct and indicator',
    ],
    [
      'without the length of its bars',
      { indicator: 'rsi:14', op: '<', value: 30, symbol: 'AAPL' },
      'rsi:14 needs the interval of its bars',
    ],
    [
      'with a slip in an indicator',
      { indicator: 'rsj:14', interval: '1m', op: '<', value: 30 },
      'a text of 6 characters is no indicator; did you mean rsi:14?',
    ],
    [
      'without one of several values',
      { indicator: 'bbands:20:2', interval: '1m', op: '<', value: 30, symbol: 'AAPL' },
      'bbands:20:2 has upper, middle, lower: name one, such as bbands:20:2.upper.',
    ],
    [
      'with a value that an indicator has not',
      { indicator: 'rsi:14.signal', interval: '1m', op: '<', value: 30, symbol: 'AAPL' },
      'rsi:14 has one value only.',
    ],
    [
      'with an indicator of every symbol',
      { indicator: 'rsi:14', interval: '1m', op: '<', value: 30 },
      'An indicator needs a symbol',
    ],
    [
      'with another part',
      { field: 'price', op: '>', value: { field: 'ask.price', symbol: 'MSFT' } },
      'condition.value, where it is an object, has field, move_pct, indicator, window_s, interval.',
    ],
    ['with a text that is no number', { field: 'price', op: '>', value: { field: 'event' } }, 'event is no number'],
    [
      'with a field that does not exist',
      { field: 'price', op: '>', value: { field: 'asc' } },
      'condition.value.field, a text of 3 characters, is no field',
    ],
  ])('%s', (_what, given, reason) => {
    expect(refusalOf(given).message).toContain(reason);
  });

  test('where no channel among those asked for brings it, with those that do', () => {
    const refused = refusalOf({ field: 'window_volume', window_s: 60, op: '>', value: 1 }, ['Q']);
    expect(refused.message).toBe('condition: window_volume is made of T, A, AM, not of these messages.');
    expect(refused.hint).toContain('such as T.AAPL');
  });

  test('and an example stands beside it', () => {
    expect(refusalOf({ field: 'window_volume', op: '>', value: 1 }).hint).toBe(
      'Write it as {"condition": {"field": "window_volume", "window_s": 60, "op": ">=", "value": "1"}}.',
    );
  });
});

describe('values of spans', () => {
  const pointAt = (atMs: number) => ({ atMs, seq: atMs, first: atMs, last: atMs });

  test('beyond the room for all take the place of older ones of their span, which is then cut', () => {
    const room = new Room(3);
    const left: number[] = [];
    const span = new Span(room, 1_000, ({ atMs }) => left.push(atMs));
    for (const atMs of [0, 1, 2]) span.add(pointAt(atMs));
    expect([room.isCut, span.cutMs]).toEqual([false, Number.NEGATIVE_INFINITY]);
    span.add(pointAt(3));
    expect([room.isCut, span.cutMs, span.oldest?.atMs, left]).toEqual([true, 0, 1, [0]]);
    const other = new Span(room, 1_000);
    expect([other.add(pointAt(4)), other.cutMs, other.oldest]).toEqual([false, 4, undefined]);
  });

  test('that are past make room, also those of a symbol that has gone silent', () => {
    const room = new Room(3);
    const silent = new Span(room, 1_000);
    for (const atMs of [0, 1, 2]) silent.add(pointAt(atMs));
    const other = new Span(room, 1_000);
    expect([other.add(pointAt(5_000)), room.isCut, silent.oldest, silent.held?.atMs]).toEqual([
      true,
      false,
      undefined,
      2,
    ]);
  });
});
