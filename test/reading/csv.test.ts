import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatMessage } from '../../runtime/market/format.js';
import { toCsv } from '../../runtime/reading/csv.js';
import { entryOf, marketOf } from '../support/markets.js';
import { tries } from '../support/property.js';

test('nothing is an empty text', () => {
  expect(toCsv([])).toBe('');
});

test('messages of one kind are one table under their names', () => {
  const csv = toCsv([
    { event: 'TRADE', symbol: 'AAPL', price: 287.415, conditions: [37, 41] },
    { event: 'TRADE', symbol: 'BRK.B', price: 492.86, conditions: [] },
  ]);
  expect(csv).toBe('event,symbol,price,conditions\nTRADE,AAPL,287.415,37 41\nTRADE,BRK.B,492.86,\n');
});

test('nested values get dotted names', () => {
  const csv = toCsv([{ event: 'QUOTE', symbol: 'AAPL', bid: { price: 1.5, size: 3 }, ask: { price: 2 }, spread: 0.5 }]);
  expect(csv).toBe('event,symbol,bid.price,bid.size,ask.price,spread\nQUOTE,AAPL,1.5,3,2,0.5\n');
});

test('each kind has its own table, in the order in which the kinds first appear', () => {
  const csv = toCsv([
    { event: 'TRADE', symbol: 'AAPL', price: 1 },
    { event: 'INDEX_VALUE', symbol: 'I:SPX', value: 2 },
    { event: 'TRADE', symbol: 'MSFT', price: 3 },
  ]);
  expect(csv).toBe('event,symbol,price\nTRADE,AAPL,1\nTRADE,MSFT,3\n\nevent,symbol,value\nINDEX_VALUE,I:SPX,2\n');
});

test('what a message lacks is left empty, as is null, and zero and false are shown', () => {
  const csv = toCsv([
    { event: 'AGGREGATE_MINUTE', symbol: 'A', volume: 0, otc: false },
    { event: 'AGGREGATE_MINUTE', symbol: null, vwap: 5 },
  ]);
  expect(csv).toBe('event,symbol,volume,otc,vwap\nAGGREGATE_MINUTE,A,0,false,\nAGGREGATE_MINUTE,,,,5\n');
});

test.each([
  ['a comma', 'a,b', '"a,b"'],
  ['a quote', 'a"b', '"a""b"'],
  ['a line break', 'a\nb', '"a\nb"'],
  ['a carriage return', 'a\rb', '"a\rb"'],
  ['a blank', ' a b ', ' a b '],
  ['many digits', '1789654286204817593', '1789654286204817593'],
])('a text with %s is quoted where it must be', (_what, text, cell) => {
  expect(toCsv([{ event: 'TRADE', symbol: text }])).toBe(`event,symbol\nTRADE,${cell}\n`);
});

test('the whole event stays one cell', () => {
  const entry = { ...entryOf('T', 'AAPL', {}), ev: 'ZZ', raw: { ev: 'ZZ', x: { y: 1 } } };
  const csv = toCsv([formatMessage(marketOf('stocks'), entry, 'summary')]);
  expect(csv).toBe('event,symbol,full_data\nUNKNOWN,,"{""ev"":""ZZ"",""x"":{""y"":1}}"\n');
});

test.each<[string, unknown, string]>([
  ['numbers', [37, 41], '37 41'],
  ['texts with blanks', ['Odd Lot Trade', null, 'Average Price Trade'], 'Odd Lot Trade; ; Average Price Trade'],
  ['texts and null', ['a', null, 'b'], 'a  b'],
  ['lists', [[1, 2], [3]], '"[[1,2],[3]]"'],
  ['an empty object', [{}], '[{}]'],
  ['an object among numbers', [37, { a: 1 }], '"[37,{""a"":1}]"'],
  ['an object in a list', [[{ a: 'b' }]], '"[[{""a"":""b""}]]"'],
])('a list of %s that the feed sends is one cell', (_what, c, cell) => {
  const message = formatMessage(marketOf('stocks'), entryOf('T', 'AAPL', { sym: 'AAPL', c }), 'summary');
  expect(toCsv([message])).toBe(`event,symbol,conditions\nTRADE,AAPL,${cell}\n`);
});

test('an object that the feed sends for a value is one cell, and its names are no columns', () => {
  const raw = { sym: 'AAPL', p: { ' 1. Note: stop': 1 }, bp: 2 };
  const trade = formatMessage(marketOf('stocks'), entryOf('T', 'AAPL', raw), 'summary');
  const quote = formatMessage(marketOf('stocks'), entryOf('Q', 'AAPL', { ...raw, ap: { a: { b: 3 } } }), 'summary');
  expect(toCsv([trade])).toBe('event,symbol,price\nTRADE,AAPL,"{"" 1. Note: stop"":1}"\n');
  expect(toCsv([quote])).toBe('event,symbol,bid.price,ask.price\nQUOTE,AAPL,2,"{""a"":{""b"":3}}"\n');
});

/** Reads a table by RFC 4180, and nothing else. */
function readTable(text: string): string[][] {
  const rows: string[][] = [[]];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\n|$)/y;
  while (cell.lastIndex < text.length) {
    const [, quoted, plain, end] = cell.exec(text)!;
    rows.at(-1)!.push(quoted?.replaceAll('""', '"') ?? plain!);
    if (end === '\n') rows.push([]);
  }
  return rows.filter(row => row.length > 0);
}

test('every text comes back out of a table as it went in', () => {
  const text = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('a,b', '"', '""', 'a\nb', '\r\n', ',', ' x '));
  fc.assert(
    fc.property(fc.array(fc.tuple(text, text), { minLength: 1 }), pairs => {
      const messages = pairs.map(([symbol, id]) => ({ event: 'TRADE', symbol, trade_id: id }));
      expect(readTable(toCsv(messages))).toEqual([
        ['event', 'symbol', 'trade_id'],
        ...pairs.map(([symbol, id]) => ['TRADE', symbol, id]),
      ]);
    }),
    tries(500),
  );
});
