import { describe, expect, test } from 'vitest';
import { markets, suite } from '../../generated/suite.js';
import type { Market } from '../../runtime/contract/market.js';
import { absent, longNumber, longText } from '../../runtime/decode/numbers/cell.js';
import { slotOf } from '../../runtime/decode/numbers/fields.js';
import * as layout from '../../runtime/decode/numbers/layout.js';
import { NumberReader } from '../../runtime/decode/numbers/number-reader.js';
import { Random } from '../../runtime/simulator/random.js';
import { readChannelPages } from '../support/examples.js';
import { marketOf } from '../support/markets.js';
import { effectsByCode, NumberDifferential } from '../support/number-differential.js';
import { tries } from '../support/property.js';

const { seed, numRuns: batches } = tries(2);
const stocks = marketOf('stocks');
const trade = stocks.channels.findIndex(({ prefix }) => prefix === 'T');
const [price, size, sizeExact] = (['price', 'size', 'size_exact'] as const).map(role =>
  slotOf(stocks.channels[trade]!, role),
) as [number, number, number];

interface Read {
  readonly numbers: readonly number[];
  readonly decimals: readonly number[];
  readonly effects: number;
  /** Values that were left to JavaScript. */
  readonly left: number;
}

function readOne(
  text: string,
  { market = stocks, channel = trade, isPlain = false, effects = effectsByCode } = {},
): Read {
  const reader = new NumberReader(market.channels, isPlain ? undefined : suite.numberKernel, effects);
  const width = reader.widths[channel]!;
  const into = { numbers: new Float64Array(width), decimals: new Uint8Array(width), effects: new Uint8Array(1) };
  const piece = Buffer.from(text);
  reader.spans.set([0, piece.length, channel]);
  reader.read(piece, 1, into, 0, 0);
  return { numbers: [...into.numbers], decimals: [...into.decimals], effects: into.effects[0]!, left: reader.left };
}

describe('the numbers of messages', () => {
  test.each(markets)('of $name are those of JSON.parse, bit for bit, and so are effects and decimals', market => {
    const differential = new NumberDifferential(market, new Random(seed));
    for (let count = 0; count < batches; count++) expect(differential.try()).toBeUndefined();
    expect(differential.compared).toBeGreaterThan(10);
  });

  test('are the same without WebAssembly', () => {
    const differential = new NumberDifferential(stocks, new Random(seed), true);
    for (let count = 0; count < batches; count++) expect(differential.try()).toBeUndefined();
  });

  test.each([
    ['a price', '"p":114.125', price, 114.125, 3],
    ['a price with zeros at its end', '"p":114.100', price, 114.1, 1],
    ['a whole price', '"p":100', price, 100, 0],
    ['a negative price', '"p":-37.63', price, -37.63, 2],
    ['a decimal in quotes', '"ds":"0.5"', sizeExact, 0.5, 1],
    ['fifteen digits', '"p":123456.789012345', price, 123456.789012345, 9],
    ['seventeen digits', '"p":64321.123456789017', price, Number('64321.123456789017'), longNumber],
    ['an exponent', '"s":5e-07', size, 5e-7, 7],
    ['a whole number beyond 2^53', '"s":9007199254740993', size, 9007199254740992, longText],
    ['a long decimal in quotes', '"ds":"1234567890.1234567"', sizeExact, 1234567890.1234567, longText],
    ['null', '"p":null', price, Number.NaN, absent],
    ['a text that is no number', '"p":"n/a"', price, Number.NaN, absent],
    ['a list', '"p":[1]', price, Number.NaN, absent],
    ['nothing', '"x":1', price, Number.NaN, absent],
    ['a key that stands twice', '"p":1,"p":2.5', price, 2.5, 1],
    ['an escaped key', '"\\u0070":2.5', price, 2.5, 1],
  ])('may be %s', (_, member, slot, number, decimals) => {
    for (const isPlain of [false, true]) {
      const read = readOne(`{"ev":"T","sym":"AAPL",${member},"q":1}`, { isPlain });
      expect([read.numbers[slot], read.decimals[slot]]).toEqual([number, decimals]);
    }
  });

  test.each([
    ['no list', '"x":1', 0b1111_1111],
    ['an empty list', '"c":[]', 0b1111_1111],
    ['a code that allows everything', '"c":[0]', 0b1011_1111],
    ['a code that allows volume alone, and one that allows all', '"c":[0,2]', 0b1010_0100],
    ['codes that allow different values', '"c":[4,5]', 0b1011_0100],
    ['an unknown code', '"c":[0,21]', 0b0010_0100],
    ['a code beyond the table', '"c":[0,256]', 0b0010_0100],
    ['a code that is no number', '"c":["0"]', 0b0010_0100],
    ['null', '"c":null', 0b1111_1111],
    ['a bare code', '"c":4', 0b1011_0110],
  ])('come with what all codes allow: %s', (_, member, effects) => {
    for (const isPlain of [false, true]) {
      expect(readOne(`{"ev":"T","sym":"AAPL",${member},"p":1}`, { isPlain }).effects).toBe(effects);
    }
  });

  test('of a market without a table of codes are not held back by any', () => {
    const reader = new NumberReader(stocks.channels, suite.numberKernel);
    const into = { numbers: new Float64Array(9), decimals: new Uint8Array(9), effects: new Uint8Array(1) };
    const piece = Buffer.from('{"ev":"T","sym":"A","c":[7,999]}');
    reader.spans.set([0, piece.length, trade]);
    reader.read(piece, 1, into, 0, 0);
    expect(into.effects[0]).toBe(255);
  });

  test.each(markets)('are read without JSON.parse from what the feed of $name sends', market => {
    for (const page of readChannelPages().filter(other => other.market === market.name)) {
      for (const { text } of page.examples) {
        for (const event of [JSON.parse(text)].flat()) {
          const channel = market.channels.findIndex(({ prefix }) => prefix === event.ev);
          const { left, numbers } = readOne(JSON.stringify(event), { market, channel });
          const long = numbers.filter(number => String(number).replace(/\D/g, '').length > 15).length;
          expect([event.ev, left]).toEqual([event.ev, long]);
        }
      }
    }
  });

  test('are found in messages of any size, whatever their texts', () => {
    const differential = new NumberDifferential(stocks, new Random(seed));
    for (let count = 0; count < 60; count++) {
      const text = `{"ev":"T","sym":"A","i":"${'x'.repeat(count)}","p":1.5,"y":${'7'.repeat(count + 1)},"c":[1${',2'.repeat(count)}],"s":3}`;
      expect(differential.judgeTexts('T', text, text)).toBeUndefined();
    }
    expect(readOne(`{"ev":"T","sym":"A","i":"${'x'.repeat(2 ** 20)}","p":1.5}`).numbers[price]).toBe(1.5);
  });

  test.each([
    ['prefixes', (market: Market) => market.channels.map(channel => ({ ...channel, prefix: 'LONGLONG' }))],
    [
      'keys',
      (market: Market) =>
        market.channels.map(channel => ({
          ...channel,
          fields: channel.fields.map(field => ({ ...field, key: `${field.key}-and-more` })),
        })),
    ],
  ])('are left to JSON.parse where the %s are too long for the kernel', (_, channelsOf) => {
    const market = { ...stocks, channels: channelsOf(stocks) };
    const channel = market.channels[trade]!;
    const key = channel.fields.find(({ role }) => role === 'price')!.key;
    const read = readOne(`{"ev":"${channel.prefix}","${key}":1.5}`, { market });
    expect([read.numbers[price], read.left]).toEqual([1.5, 1]);
  });
});

describe('the compiled kernel of numbers', () => {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const module = new WebAssembly.Module(Buffer.from(suite.numberKernel.bytes, 'base64'));
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });

  test.each(Object.entries({ ...layout, absent }))('has %s where JavaScript has it: %s', (name, value) => {
    const { value: theirs } = exports[name] as unknown as { readonly value: number };
    // It is signed there.
    expect(theirs >>> 0).toBe(value);
  });
});
