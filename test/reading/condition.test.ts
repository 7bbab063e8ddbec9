import { describe, expect, test } from 'vitest';
import { suite } from '../../generated/suite.js';
import type { Entry } from '../../runtime/buffer/message-buffer.js';
import { StreamError } from '../../runtime/core/errors.js';
import { formatMessage } from '../../runtime/market/format.js';
import { symbolsOf } from '../../runtime/reading/conditions/condition.js';
import { parseCondition } from '../../runtime/reading/conditions/condition-parser.js';
import { ConditionTracker } from '../../runtime/reading/conditions/condition-tracker.js';
import { Held } from '../support/held.js';
import { marketOf } from '../support/markets.js';

const stocks = marketOf('stocks');
const most = suite.limits.comparisons;

function refusalOf(given: unknown, market = 'stocks', prefixes?: readonly string[]): string {
  const { channels } = marketOf(market);
  const looked = prefixes ? channels.filter(({ prefix }) => prefixes.includes(prefix)) : channels;
  try {
    parseCondition({ market: marketOf(market), channels: looked }, given, most);
  } catch (error) {
    if (error instanceof StreamError && error.code === 'BAD_CONDITION') return error.message;
    throw error;
  }
  return 'accepted';
}

class Watched {
  private readonly past: Held;
  private watch: ConditionTracker | undefined;

  constructor(
    private readonly condition: unknown,
    private readonly marketName = 'stocks',
    held = 1_000,
  ) {
    this.past = new Held(marketOf(marketName), held);
  }

  private get market() {
    return marketOf(this.marketName);
  }

  add(ev: string, symbol: string, raw: Record<string, unknown>): Entry {
    return this.past.add(ev, symbol, raw);
  }

  before(ev: string, symbol: string, raw: Record<string, unknown>): void {
    this.add(ev, symbol, raw);
  }

  sees(ev: string, symbol: string, raw: Record<string, unknown>): boolean {
    const entry = this.past.add(ev, symbol, raw);
    const message = formatMessage(this.market, entry, 'summary');
    expect(this.watching.looksBack(entry, message, { spent: () => false })).toBe(true);
    return this.watching.sees(entry, message);
  }

  trades(symbol: string, ...prices: number[]): boolean[] {
    return prices.map(p => this.sees('T', symbol, { sym: symbol, p }));
  }

  get watching(): ConditionTracker {
    this.watch ??= new ConditionTracker(
      this.market,
      parseCondition({ market: this.market, channels: this.market.channels }, this.condition, most),
      this.past.buffer,
    );
    return this.watch;
  }
}

describe('an operator', () => {
  test.each([
    ['>', 10, [9, 10, 11], [false, false, true]],
    ['>=', 10, [9, 10, 11], [false, true, true]],
    ['<', 10, [9, 10, 11], [true, false, false]],
    ['<=', 10, [9, 10, 11], [true, true, false]],
    ['==', 10, [9, 10, 11], [false, true, false]],
    ['!=', 10, [9, 10, 11], [true, false, true]],
    ['crosses_above', 10, [11, 9, 10, 11, 12, 10, 10.01], [false, false, false, true, false, false, true]],
    ['crosses_below', 10, [9, 11, 10, 9, 8, 10, 9.99], [false, false, false, true, false, false, true]],
  ])('%s %d holds along %j as %j', (op, value, prices, truths) => {
    expect(new Watched({ field: 'price', op, value }).trades('AAPL', ...prices)).toEqual(truths);
  });

  test.each<[string, number | string, boolean[]]>([
    ['>', 9_007_199_254_740_992, [false, true]],
    ['<=', 5, [true, false]],
    ['crosses_above', 5, [false, true]],
    ['==', '9007199254740994', [false, true]],
  ])('%s %j takes the digits of a number that a double cannot hold for a number', (op, value, truths) => {
    const watched = new Watched({ field: 'sequence', op, value });
    const sequences = [5, '9007199254740994'];
    expect(sequences.map(q => watched.sees('T', 'AAPL', { sym: 'AAPL', q }))).toEqual(truths);
  });

  test('changes needs a value before', () => {
    const watched = new Watched({ field: 'price', op: 'changes' });
    expect(watched.trades('AAPL', 5, 5, 6, 6, 5)).toEqual([false, false, true, false, true]);
  });

  test('changes looks into lists', () => {
    const watched = new Watched({ field: 'indicators', op: 'changes' });
    const seen = [[16], [16], [16, 17], [16]].map(i => watched.sees('LULD', 'SOFI', { T: 'SOFI', i }));
    expect(seen).toEqual([false, false, true, true]);
  });

  test.each<[string, unknown, boolean]>([
    ['==', 'TRADE', true],
    ['==', 'QUOTE', false],
    ['!=', 'QUOTE', true],
  ])('%s compares texts with %j', (op, value, truth) => {
    expect(new Watched({ field: 'event', op, value }).trades('AAPL', 1)).toEqual([truth]);
  });

  test('== finds events that the market does not know, and changes sees none in them', () => {
    const unknown = new Watched({ field: 'event', op: '==', value: 'UNKNOWN' });
    expect([unknown.sees('ZZ', 'AAPL', {}), ...unknown.trades('AAPL', 1)]).toEqual([true, false]);
    const changed = new Watched({ field: 'event', op: 'changes' });
    expect([changed.sees('ZZ', 'AAPL', {}), changed.sees('ZZ', 'AAPL', {})]).toEqual([false, false]);
  });

  test('== compares truth values', () => {
    const watched = new Watched({ field: 'otc', op: '==', value: true });
    expect(watched.sees('AM', 'AAPL', { sym: 'AAPL', otc: false })).toBe(false);
    expect(watched.sees('AM', 'AAPL', { sym: 'AAPL', otc: true })).toBe(true);
  });

  test('== finds what a list holds, and != what it does not', () => {
    const odd = (c: readonly number[]): readonly boolean[] =>
      (['==', '!='] as const).map(op =>
        new Watched({ field: 'conditions', op, value: 37 }).sees('T', 'AAPL', { sym: 'AAPL', c }),
      );
    expect([odd([12, 37]), odd([12])]).toEqual([
      [true, false],
      [false, true],
    ]);
  });

  test('> finds no truth in what is no number', () => {
    const watched = new Watched({ field: 'price', op: '>', value: 0 });
    expect(watched.sees('T', 'AAPL', { sym: 'AAPL', p: 'high' })).toBe(false);
    expect(watched.sees('T', 'AAPL', { sym: 'AAPL' })).toBe(false);
  });

  test('> reads prices that come as text', () => {
    const watched = new Watched({ field: 'close', op: '>', value: 6912.5 }, 'futures');
    expect(watched.sees('AM', 'ESZ6', { sym: 'ESZ6', c: '6912.50' })).toBe(false);
    expect(watched.sees('AM', 'ESZ6', { sym: 'ESZ6', c: '6912.75' })).toBe(true);
  });

  test('> reads nested fields', () => {
    const watched = new Watched({ field: 'bid.price', op: '>', value: 10 });
    expect(watched.sees('Q', 'AAPL', { sym: 'AAPL', bp: 10, ap: 12 })).toBe(false);
    expect(watched.sees('Q', 'AAPL', { sym: 'AAPL', bp: 11, ap: 12 })).toBe(true);
  });

  test('<= reads the spread', () => {
    const watched = new Watched({ field: 'spread', op: '<=', value: 0.2 });
    expect(watched.sees('Q', 'AAPL', { sym: 'AAPL', bp: 0.1, ap: 0.3 })).toBe(true);
  });
});

describe('a crossing', () => {
  const above = { field: 'price', op: 'crosses_above', value: 100 };

  test('compares each symbol with itself', () => {
    const watched = new Watched(above);
    expect(watched.trades('AAPL', 99)).toEqual([false]);
    expect(watched.trades('MSFT', 101)).toEqual([false]);
    expect(watched.trades('AAPL', 101)).toEqual([true]);
  });

  test('compares each channel with itself', () => {
    const watched = new Watched({ field: 'close', op: 'crosses_above', value: 100 });
    expect(watched.sees('AM', 'AAPL', { sym: 'AAPL', c: 99 })).toBe(false);
    expect(watched.sees('A', 'AAPL', { sym: 'AAPL', c: 101 })).toBe(false);
    expect(watched.sees('AM', 'AAPL', { sym: 'AAPL', c: 101 })).toBe(true);
  });

  test('counts from a value that came before the watch and is still held', () => {
    const watched = new Watched(above);
    watched.before('T', 'AAPL', { sym: 'AAPL', p: 99 });
    watched.before('T', 'MSFT', { sym: 'MSFT', p: 150 });
    watched.before('Q', 'AAPL', { sym: 'AAPL', bp: 150, ap: 151 });
    expect(watched.trades('AAPL', 101)).toEqual([true]);
  });

  test('counts from before a held message without the field', () => {
    const watched = new Watched(above);
    watched.before('T', 'AAPL', { sym: 'AAPL', p: 99 });
    watched.before('T', 'AAPL', { sym: 'AAPL' });
    expect(watched.trades('AAPL', 101)).toEqual([true]);
  });

  test('counts from the newest of several values that are held', () => {
    const watched = new Watched(above);
    watched.before('T', 'AAPL', { sym: 'AAPL', p: 99 });
    watched.before('T', 'AAPL', { sym: 'AAPL', p: 102 });
    expect(watched.trades('AAPL', 101)).toEqual([false]);
  });

  test('does not count from a value that has left the buffer', () => {
    const watched = new Watched(above, 'stocks', 2);
    watched.before('T', 'AAPL', { sym: 'AAPL', p: 99 });
    watched.before('T', 'MSFT', { sym: 'MSFT', p: 99 });
    expect(watched.trades('AAPL', 101)).toEqual([false]);
  });

  test('counts from ten thousand messages back, and says where it would be farther', () => {
    for (const [lacking, crosses] of [
      [9_999, true],
      [10_000, false],
    ] as const) {
      const watched = new Watched(above, 'stocks', 20_000);
      watched.before('T', 'AAPL', { sym: 'AAPL', p: 99 });
      for (let n = 0; n < lacking; n++) watched.before('T', 'AAPL', { sym: 'AAPL' });
      expect(watched.trades('AAPL', 101, 99, 101)).toEqual([crosses, false, true]);
      expect(watched.watching.isCut).toBe(!crosses);
    }
  });

  test('looks at each held message once, however many comparisons name its field', () => {
    const changes = { field: 'conditions', op: 'changes' };
    const watched = new Watched({ any: [changes, changes, { ...changes, symbol: 'AAPL' }] });
    for (let n = 0; n < 100; n++) watched.before('T', 'AAPL', { sym: 'AAPL' });
    const entry = watched.add('T', 'AAPL', { sym: 'AAPL', c: [12] });
    let looks = 0;
    const count = (): boolean => ++looks < 0;
    watched.watching.looksBack(entry, formatMessage(stocks, entry, 'summary'), { spent: count });
    expect(looks).toBe(100);
  });

  test('skips messages without the field', () => {
    const watched = new Watched(above);
    watched.trades('AAPL', 99);
    watched.sees('T', 'AAPL', { sym: 'AAPL' });
    expect(watched.trades('AAPL', 101)).toEqual([true]);
  });

  test('is seen beside another comparison of the same field', () => {
    const watched = new Watched({ any: [above, { field: 'price', op: 'crosses_below', value: 90 }] });
    expect(watched.trades('AAPL', 95, 89, 95, 101)).toEqual([false, true, false, true]);
  });

  test('holds together with a level of the same field, whichever comes first', () => {
    const level = { field: 'price', op: '<', value: 200 };
    expect(new Watched({ all: [level, above] }).trades('AAPL', 99, 101)).toEqual([false, true]);
    expect(new Watched({ all: [above, level] }).trades('AAPL', 99, 101)).toEqual([false, true]);
  });
});

describe('several comparisons', () => {
  const over = (value: number): unknown => ({ field: 'price', op: '>', value });

  test('under all must all hold', () => {
    expect(new Watched({ all: [over(10), over(20)] }).trades('AAPL', 5, 15, 25)).toEqual([false, false, true]);
  });

  test('under any need one that holds', () => {
    expect(new Watched({ any: [over(10), over(20)] }).trades('AAPL', 5, 15, 25)).toEqual([false, true, true]);
  });

  test('may nest', () => {
    const condition = { all: [over(10), { any: [{ field: 'price', op: '==', value: 11 }, over(20)] }] };
    expect(new Watched(condition).trades('AAPL', 5, 11, 15, 25)).toEqual([false, true, false, true]);
  });

  test('about different symbols hold when both levels are reached, in whatever order', () => {
    const watched = new Watched({
      all: [
        { field: 'price', op: '>', value: 100, symbol: 'AAPL' },
        { field: 'price', op: '>', value: 50, symbol: 'MSFT' },
      ],
    });
    expect(watched.trades('AAPL', 101)).toEqual([false]);
    expect(watched.trades('MSFT', 49, 51)).toEqual([false, true]);
    expect(watched.trades('AAPL', 99)).toEqual([false]);
    expect(watched.trades('MSFT', 52)).toEqual([false]);
  });

  test('do not keep a crossing beyond its message', () => {
    const watched = new Watched({
      all: [
        { field: 'price', op: 'crosses_above', value: 100, symbol: 'AAPL' },
        { field: 'price', op: '>', value: 50, symbol: 'MSFT' },
      ],
    });
    expect(watched.trades('AAPL', 99, 101)).toEqual([false, false]);
    expect(watched.trades('MSFT', 51)).toEqual([false]);
  });
});

describe('a symbol', () => {
  test('limits a comparison to its messages', () => {
    const watched = new Watched({ field: 'price', op: '>', value: 10, symbol: 'AAPL' });
    expect(watched.trades('MSFT', 11)).toEqual([false]);
    expect(watched.trades('AAPL', 11)).toEqual([true]);
  });

  test('may have any spelling of the market', () => {
    const watched = new Watched({ field: 'ask.price', op: '>', value: 1, symbol: 'C:EUR-USD' }, 'forex');
    expect(watched.sees('C', 'EUR/USD', { p: 'EUR/USD', a: 1.1, b: 1.05 })).toBe(true);
  });

  test.each(['AA*', 5, {}, '*'])('that is none of the market is refused: %j', symbol => {
    expect(refusalOf({ field: 'price', op: '>', value: 1, symbol })).toContain('no symbol of US stocks');
  });
});

describe('the state of the stream', () => {
  test('can be waited for', () => {
    const { watching } = new Watched({ field: 'state', op: '==', value: 'live' });
    expect([watching.seesState('connecting'), watching.seesState('live')]).toEqual([false, true]);
  });

  test('changes only after it was known', () => {
    const { watching } = new Watched({ field: 'state', op: 'changes' });
    expect([watching.seesState('live'), watching.seesState('live'), watching.seesState('retrying')]).toEqual([
      false,
      false,
      true,
    ]);
  });

  test('can be asked for together with a message', () => {
    const watched = new Watched({
      all: [
        { field: 'state', op: '==', value: 'live' },
        { field: 'price', op: '>', value: 10 },
      ],
    });
    expect(watched.watching.seesState('live')).toBe(false);
    expect(watched.trades('AAPL', 9, 11)).toEqual([false, true]);
    watched.watching.seesState('retrying');
    expect(watched.trades('AAPL', 12)).toEqual([false]);
  });
});

describe('a condition about what is left out', () => {
  const market = stocks;
  const channels = stocks.channels.filter(({ prefix }) => prefix === 'T');

  test('is refused for a symbol that the filters do not let through', () => {
    const subject = { market, channels, symbols: new Set(['AAPL']) };
    const about = (symbol: string) => () =>
      parseCondition(subject, { field: 'price', op: '>', value: 1, symbol }, most);
    expect(about('AAPL')).not.toThrow();
    expect(about('MSFT')).toThrow('channels leaves out MSFT');
  });

  test('is refused for an event that none of the channels brings', () => {
    const is = (value: string) => () => parseCondition({ market, channels }, { field: 'event', op: '==', value }, most);
    expect(is('TRADE')).not.toThrow();
    expect(is('QUOTE')).toThrow('event must be one of TRADE, UNKNOWN, and a text of 5 characters came');
  });
});

test('a symbol may stand in a channel', () => {
  const above = { field: 'price', op: '>', value: 1, symbol: 'T.AAPL' };
  expect(parseCondition({ market: stocks, channels: stocks.channels }, above, most)).toMatchObject({ symbol: 'AAPL' });
});

describe('the symbols that decide a condition', () => {
  function decisive(condition: unknown): string[] | undefined {
    const market = marketOf('stocks');
    const symbols = symbolsOf(parseCondition({ market, channels: market.channels }, condition, most));
    return symbols && [...symbols];
  }

  const above = (symbol?: string): object => ({ field: 'price', op: '>', value: 1, ...(symbol ? { symbol } : {}) });

  test('are those of its comparisons, if each names one', () => {
    expect(decisive(above('AAPL'))).toEqual(['AAPL']);
    expect(decisive({ any: [above('AAPL'), { all: [above('MSFT'), above('AAPL')] }] })).toEqual(['AAPL', 'MSFT']);
  });

  test('are none where only the state is asked for', () => {
    expect(
      decisive({
        any: [
          { field: 'state', op: 'changes' },
          { field: 'state', op: '==', value: 'live' },
        ],
      }),
    ).toEqual([]);
  });

  test('are unknown where a comparison names none, or asks for the state beside messages', () => {
    expect(decisive(above())).toBeUndefined();
    expect(decisive({ all: [above('AAPL'), above()] })).toBeUndefined();
    expect(decisive({ all: [above('AAPL'), { field: 'state', op: '==', value: 'live' }] })).toBeUndefined();
  });
});

describe('a halt', () => {
  test('and the reopening after it can be waited for', () => {
    const band = { h: 11, l: 9, z: 3, t: 1_790_000_000_000, q: 1 };
    const halt = new Watched({ field: 'halted', op: '==', value: true });
    expect(halt.sees('LULD', 'SOFI', { ...band, i: [22] })).toBe(false);
    expect(halt.sees('LULD', 'SOFI', { ...band, i: [17] })).toBe(true);
    const reopening = new Watched({ field: 'halted', op: '==', value: false, symbol: 'SOFI' });
    expect(reopening.sees('LULD', 'SOFI', { ...band, i: [16, 18] })).toBe(true);
  });
});

describe('a condition is refused', () => {
  test.each<[string, unknown, string]>([
    ['that orders states', { field: 'state', op: '>', value: 1 }, 'state is no number'],
    [
      'on a state that does not exist',
      { field: 'state', op: '==', value: 'alive' },
      'state must be one of idle, connecting',
    ],
    ['that orders times', { field: 'timestamp', op: '>', value: 1 }, 'timestamp is no number'],
    ['as a text', 'price > 5', 'must be an object'],
    ['as null', null, 'must be an object'],
    ['as a list', [{ field: 'price', op: '>', value: 5 }], 'must be an object'],
    [
      'when it is empty',
      {},
      'condition needs a field to compare, or a list named all or any; fields are state, event, ',
    ],
    ['with an empty group', { all: [] }, 'needs a list'],
    ['with a group that is no list', { any: { field: 'price', op: '>', value: 5 } }, 'needs a list'],
    ['with both groups', { all: [], any: [] }, 'either all, or any'],
    [
      'with a group and a comparison',
      { all: [{ field: 'price', op: 'changes' }], field: 'price' },
      'either all, or any',
    ],
    [
      'with an unknown key',
      { field: 'price', op: '>', value: 5, symbols: 'A' },
      'another part came; did you mean symbol?',
    ],
    ['with the long name of a part', { field: 'price', operator: '>', value: 5 }, 'did you mean op?'],
    [
      'with an unknown operator',
      { field: 'price', op: '=', value: 5 },
      'op must be one of >, >=, <, <=, ==, !=, crosses_above',
    ],
    ...(
      [
        ['=>', '>='],
        ['=<', '<='],
        ['=', '=='],
        ['<>', '!='],
        ['GTE', '>='],
        ['above', '>'],
        ['crosses', 'crosses_above'],
      ] as const
    ).map(([op, meant]): [string, unknown, string] => [
      `with the operator ${op} of elsewhere`,
      { field: 'price', op, value: 5 },
      `did you mean ${meant}?`,
    ]),
    ['without an operator', { field: 'price', value: 5 }, 'op must be one of'],
    ['with a text where a number belongs', { field: 'price', op: '>', value: 'five' }, 'needs a number'],
    ['with an endless number', { field: 'price', op: '>', value: Number.POSITIVE_INFINITY }, 'needs a number'],
    ['without a value to cross', { field: 'price', op: 'crosses_above' }, 'needs a number'],
    ['without a value to equal', { field: 'price', op: '==' }, 'needs a text, a number'],
    ['with a list to equal', { field: 'price', op: '==', value: [1] }, 'needs a text, a number'],
    [
      'with a text for a number',
      { field: 'price', op: '==', value: 'two' },
      'price is a number, never a text of 3 characters',
    ],
    [
      'with a text for a truth',
      { field: 'halted', op: '==', value: 'yes' },
      'halted is true or false, never a text of 3 char',
    ],
    ['with a truth for a list', { field: 'conditions', op: '!=', value: true }, 'conditions is a list'],
    [
      'with an event in small letters',
      { field: 'event', op: '==', value: 'trade' },
      'event must be one of TRADE, QUOTE',
    ],
    ['with a value that changes', { field: 'price', op: 'changes', value: 5 }, 'takes no value'],
    ['inside a group', { any: [{ all: [{ field: 'price', op: '~', value: 5 }] }] }, 'op must be one of'],
  ])('%s', (_what, given, reason) => {
    expect(refusalOf(given)).toContain(reason);
  });

  test('with an unknown field, and the answer names those there are', () => {
    expect(refusalOf({ field: 'prize', op: '>', value: 5 }, 'indices', ['V'])).toBe(
      'condition.field, a text of 5 characters, is no field of these messages; they have state, event, value, timestamp.',
    );
  });

  test('with a field that only other channels have', () => {
    expect(refusalOf({ field: 'close', op: '>', value: 5 }, 'stocks', ['T'])).toMatch(
      /^close is a field of AM, A, not of these messages; they have state, .*\.$/,
    );
    expect(refusalOf({ field: 'close', op: '>', value: 5 }, 'stocks', ['T', 'AM'])).toBe('accepted');
  });

  test.each(['__proto__', 'constructor', 'bid', 'bid.price.x', 'p'])('with the field %s', field => {
    expect(refusalOf({ field, op: '>', value: 5 })).toMatch(/is no field of these messages/);
  });

  test('with more than eight comparisons, however they nest', () => {
    const leaf = { field: 'price', op: '>', value: 5 };
    const leaves = (count: number): unknown[] => Array.from({ length: count }, () => leaf);
    expect(refusalOf({ all: leaves(8) })).toBe('accepted');
    expect(refusalOf({ all: leaves(9) })).toContain('at most 8');
    expect(refusalOf({ any: [{ all: leaves(4) }, { all: leaves(4) }] })).toBe('accepted');
    expect(refusalOf({ any: [{ all: leaves(4) }, { all: leaves(5) }] })).toContain('at most 8');
  });

  test('with more comparisons or levels than the caller of the parser allows', () => {
    const leaf = { field: 'price', op: '>', value: 5 };
    const parse = (given: unknown) => () => parseCondition({ market: stocks, channels: stocks.channels }, given, 2);
    expect(parse({ any: [leaf, leaf] })).not.toThrow();
    expect(parse({ any: [leaf, leaf, leaf] })).toThrow('A condition has at most 2 comparisons.');
    expect(parse({ any: [{ all: [leaf] }] })).not.toThrow();
    expect(parse({ any: [{ all: [{ any: [leaf] }] }] })).toThrow('A condition nests at most 2 deep.');
  });

  test('when it nests without end', () => {
    let condition: unknown = { field: 'price', op: '>', value: 5 };
    for (let depth = 0; depth < 100_000; depth++) condition = { all: [condition] };
    expect(refusalOf(condition)).not.toBe('accepted');
  });
});

test('a condition over a market without quotes does not know a spread', () => {
  expect(refusalOf({ field: 'spread', op: '>', value: 5 }, 'indices')).toMatch(
    /^condition\.field, a text of 6 characters, is no field of these messages/,
  );
  expect(stocks.channels.map(({ prefix }) => prefix)).toContain('Q');
  expect(refusalOf({ field: 'spread', op: '>', value: 5 })).toBe('accepted');
});
