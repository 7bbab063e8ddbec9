import { describe, expect, test } from 'vitest';
import { markets, suite } from '../../generated/suite.js';
import type { Market } from '../../runtime/contract/market.js';
import { column } from '../../runtime/decode/event-list.js';
import * as layout from '../../runtime/decode/scanner/layout.js';
import { Scanner } from '../../runtime/decode/scanner/scanner.js';
import { Random } from '../../runtime/simulator/random.js';
import { hashOf, longestSymbol, spellingOf } from '../../runtime/symbols/symbol-table.js';
import { eventsOf, framesOf } from '../bench/load.js';
import { Differential } from '../support/differential.js';
import { readChannelPages } from '../support/examples.js';
import { marketOf } from '../support/markets.js';
import { tries } from '../support/property.js';

const { seed } = tries(1);

function isSure(text: string | Buffer, market = 'stocks'): boolean {
  return new Scanner(marketOf(market).channels, suite.kernel).scan(Buffer.from(text));
}

describe('the scanner, which looks at many bytes at once,', () => {
  const stocks = marketOf('stocks');
  const differential = new Differential(stocks, new Random(seed));
  const lengths = Array.from({ length: 40 }, (_, index) => index + 1);

  function framed(members: string): Buffer {
    return Buffer.from(`[{"ev":"T","sym":"A",${members},"y":1}]`);
  }

  test.each([
    ['a text', (count: number) => `"x":"${'a'.repeat(count)}"`],
    ['a number', (count: number) => `"x":${'7'.repeat(count)}`],
    ['a fraction', (count: number) => `"x":7.${'0'.repeat(count)}`],
    ['a number before a dot', (count: number) => `"x":${'7'.repeat(count)}.5`],
    ['an exponent', (count: number) => `"x":7e${'1'.repeat(count)}`],
    ['a list', (count: number) => `"x":[${'7'.repeat(count)},"a"]`],
    ['a negative number', (count: number) => `"x":-${'7'.repeat(count)}`],
  ])('is sure of %s of any length', (_, member) => {
    for (const count of lengths) {
      const frame = framed(member(count));
      expect([String(frame), isSure(frame), differential.judge(frame)]).toEqual([String(frame), true, undefined]);
    }
  });

  test.each([
    ['a key', (count: number) => `"${'k'.repeat(count)}":1`],
    ['a text that does not end', (count: number) => `"x":"${'a'.repeat(count)}`],
    ['a number with letters', (count: number) => `"x":${'7'.repeat(count)}a`],
    ['a number that begins with zero', (count: number) => `"x":0${'7'.repeat(count)}`],
    ['a dot without digits', (count: number) => `"x":${'7'.repeat(count)}.`],
    ['an exponent without digits', (count: number) => `"x":7.${'7'.repeat(count)}e`],
    ['an escape', (count: number) => `"x":"${'a'.repeat(count)}\\n"`],
    ['a letter beyond ASCII', (count: number) => `"x":"${'a'.repeat(count)}é"`],
    ['a line break', (count: number) => `"x":"${'a'.repeat(count)}\n"`],
  ])('does not disagree over %s at any place', (_, member) => {
    for (const count of lengths) expect(differential.judge(framed(member(count)))).toBeUndefined();
  });

  test('counts a symbol of more than 64 letters as malformed, and finds any other again', () => {
    for (const count of [...lengths, 63, 64, 65]) {
      expect(differential.judge(Buffer.from(`[{"ev":"T","sym":"${'S'.repeat(count)}"}]`))).toBeUndefined();
    }
  });

  test.each(markets)('is sure of no frame of $name that is cut off, wherever that is', market => {
    const whole = framesOf(eventsOf(market, 3, 6), 3).map(text => Buffer.from(text));
    for (const frame of whole) {
      expect(isSure(frame, market.name)).toBe(true);
      for (let end = 0; end < frame.length; end++) {
        expect([end, isSure(frame.subarray(0, end), market.name)]).toEqual([end, false]);
      }
    }
  });

  test('is not sure of a frame that is larger than its room', () => {
    const room = 2 ** 19;
    const frameOf = (bytes: number): Buffer => framed(`"x":"${'a'.repeat(bytes - framed('"x":""').length)}"`);
    const sizes = [room - 1, room, room + 1, 100];
    expect(sizes.map(bytes => isSure(frameOf(bytes)))).toEqual([true, true, false, true]);
  });

  test('has rows for all events of a frame of the smallest ones', () => {
    const scanner = new Scanner(marketOf('forex').channels, suite.kernel);
    const count = Math.floor((2 ** 19 - 1) / '{"ev":"C","p":""},'.length);
    const frame = Buffer.from(`[${Array(count).fill('{"ev":"C","p":""}').join()}]`);
    expect([scanner.scan(frame), scanner.count]).toEqual([true, count]);
  });

  test('spells and hashes symbols as it is done for those that JSON.parse found', () => {
    const scanner = new Scanner(stocks.channels, suite.kernel);
    for (const symbol of ['', 'A', 'AB', 'ABC', 'AAPL', 'BRK.B', 'O:SPY251219C00650000', 'x'.repeat(64)]) {
      expect(scanner.scan(Buffer.from(`[{"ev":"T","sym":"${symbol}"}]`))).toBe(true);
      const spelling = spellingOf(symbol);
      expect(scanner.rows[column.hash]).toBe(hashOf(spelling));
      expect(scanner.spellings.subarray(0, 1 + spelling.length)).toEqual(Int32Array.of(spelling.length, ...spelling));
    }
  });
});

describe('the compiled kernel', () => {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const module = new WebAssembly.Module(Buffer.from(suite.kernel.bytes, 'base64'));
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const { spellingCells, wordBytes, ...places } = layout;

  test.each(Object.entries({ ...places, longestSymbol, spellingBytes: spellingCells * wordBytes }))(
    'has %s where the rest of the scanner has it: %s',
    (name, value) => {
      expect(exports[name]).toMatchObject({ value });
    },
  );
});

describe('the scanner and a market with long words', () => {
  const stocks = marketOf('stocks');

  /** Stocks with other prefixes, and another key for symbols. */
  function spelledOut(prefixOf: (prefix: string) => string, symbolKey: string): Market {
    const channels = stocks.channels.map(channel => ({
      ...channel,
      prefix: prefixOf(channel.prefix),
      fields: channel.fields.map(field => (field.role === 'symbol' ? { ...field, key: symbolKey } : field)),
    }));
    return { ...stocks, channels };
  }

  function sureShare(market: Market): number {
    const differential = new Differential(market, new Random(seed));
    for (let count = 0; count < 1_000; count++) expect(differential.try()).toBeUndefined();
    return differential.sure / 1_000;
  }

  test('is sure of prefixes with up to seven letters, and keys with up to six', () => {
    expect(sureShare(spelledOut(prefix => prefix.padEnd(7, 'X'), 'symbol'))).toBeGreaterThan(0.3);
  });

  test.each([
    ['symbol keys', spelledOut(prefix => prefix, 'symbols')],
    ['prefixes', spelledOut(prefix => prefix.padEnd(8, 'X'), 'sym')],
    ['both', spelledOut(prefix => prefix.padEnd(8, 'X'), 'symbols')],
  ])('leaves what it has no room for to JSON.parse: %s', (_, market) => {
    // Of frames without an event it is never sure.
    expect(sureShare(market)).toBe(0);
  });

  test('is not sure of a kind without a name', () => {
    const market = spelledOut(prefix => prefix.padEnd(8, 'X'), 'sym');
    expect(new Scanner(market.channels, suite.kernel).scan(Buffer.from('[{"ev":"","sym":"A"}]'))).toBe(false);
  });
});

describe('the scanner is sure of', () => {
  test.each(markets)('a frame of events such as the feed of $name sends', market => {
    for (const page of readChannelPages().filter(other => other.market === market.name)) {
      for (const { text } of page.examples) {
        const frame = JSON.stringify([JSON.parse(text), JSON.parse(text)].flat());
        expect([frame, isSure(frame, market.name)]).toEqual([frame, true]);
      }
    }
  });
});

describe('the scanner leaves to JSON.parse', () => {
  test.each([
    ['nothing', ''],
    ['an empty array', '[]'],
    ['a lone object', '{"ev":"T","sym":"A"}'],
    ['blanks', '[{"ev":"T", "sym":"A"}]'],
    ['a status', '[{"ev":"status","status":"connected","message":"x"}]'],
    ['an unknown kind', '[{"ev":"ZZ","sym":"A"}]'],
    ['a kind that begins with a zero byte', '[{"ev":"\0T","sym":"A"}]'],
    ['letters beyond ASCII', '[{"ev":"T","sym":"A","i":"é"}]'],
    ['escapes', '[{"ev":"T","sym":"A","i":"\\n"}]'],
    ['an object within', '[{"ev":"T","sym":"A","i":{}}]'],
    ['lists of lists', '[{"ev":"T","sym":"A","c":[[1]]}]'],
    ['an event that does not begin with its kind', '[{"sym":"A","ev":"T"}]'],
    ['two kinds', '[{"ev":"T","sym":"A","ev":"Q"}]'],
    ['two symbols', '[{"ev":"T","sym":"A","sym":"B"}]'],
    ['half a frame', '[{"ev":"T","sym":"A"}'],
    ['half an event', '[{"ev":"T","sym":"A"]'],
    ['half a text', '[{"ev":"T","sym":"A}]'],
    ['a comma too many', '[{"ev":"T","sym":"A"},]'],
    ['a comma too few', '[{"ev":"T","sym":"A"}{"ev":"T","sym":"A"}]'],
    ['a leading zero', '[{"ev":"T","sym":"A","p":01}]'],
    ['a dot without digits', '[{"ev":"T","sym":"A","p":1.}]'],
    ['an exponent without digits', '[{"ev":"T","sym":"A","p":1e+}]'],
    ['a line break in a text', '[{"ev":"T","sym":"A","i":"\n"}]'],
  ])('%s', (_, frame) => {
    expect(isSure(frame)).toBe(false);
  });
});
