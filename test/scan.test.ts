import { describe, expect, test } from 'vitest';
import { markets } from '../generated/suite.js';
import type { Market } from '../runtime/contract.js';
import { EventList } from '../runtime/eventlist.js';
import { Scanner } from '../runtime/scan.js';
import { Random } from '../runtime/simulator/random.js';
import { Differential } from './support/differential.js';
import { readChannelPages } from './support/examples.js';
import { marketOf } from './support/markets.js';
import { tries } from './support/property.js';

const { numRuns, seed } = tries(20_000);

function isSure(text: string | Buffer, market = 'stocks'): boolean {
  return new Scanner(marketOf(market).channels, new EventList()).scan(Buffer.from(text));
}

describe('the scanner', () => {
  test.each(markets)('never disagrees with JSON.parse over random frames of $name', market => {
    const differential = new Differential(market, new Random(seed + market.paths[0]!.length));
    for (let count = 0; count < numRuns / markets.length; count++) expect(differential.try()).toBeUndefined();
    // The comparison says nothing about a scanner that is never sure, or always.
    const share = differential.sure / (numRuns / markets.length);
    expect(share).toBeGreaterThan(0.3);
    expect(share).toBeLessThan(0.8);
  });
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

  test.each([
    ['symbol keys', spelledOut(prefix => prefix, 'symbol')],
    ['prefixes', spelledOut(prefix => `${prefix}LONG`, 'sym')],
    ['both', spelledOut(prefix => `${prefix}LONG`, 'symbol')],
  ])('leaves what it has no room for to JSON.parse: %s', (_, market) => {
    const differential = new Differential(market, new Random(seed));
    for (let count = 0; count < 1_000; count++) expect(differential.try()).toBeUndefined();
  });

  test('is not sure of a kind without a name', () => {
    const market = spelledOut(prefix => `${prefix}LONG`, 'sym');
    expect(new Scanner(market.channels, new EventList()).scan(Buffer.from('[{"ev":"","sym":"A"}]'))).toBe(false);
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

  test('letters beyond ASCII, save in symbols', () => {
    expect(isSure('[{"ev":"T","sym":"A","i":"é"}]')).toBe(true);
    expect(isSure('[{"ev":"T","sym":"é"}]')).toBe(false);
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
