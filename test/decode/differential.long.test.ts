import { describe, expect, test } from 'vitest';
import { markets } from '../../generated/suite.js';
import { Random } from '../../runtime/simulator/random.js';
import { eventsOf, framesOf } from '../bench/load.js';
import { Differential, telling } from '../support/differential.js';
import { NumberDifferential } from '../support/number-differential.js';
import { tries } from '../support/property.js';

const { numRuns, seed } = tries(20_000);

describe('the scanner', () => {
  test.each(markets)('never disagrees with JSON.parse over random frames of $name', market => {
    const differential = new Differential(market, new Random(seed + market.paths[0]!.length));
    for (let count = 0; count < numRuns / markets.length; count++) expect(differential.try()).toBeUndefined();
    // The comparison says nothing about a scanner that is never sure, or always.
    const share = differential.sure / (numRuns / markets.length);
    expect(share).toBeGreaterThan(0.3);
    expect(share).toBeLessThan(0.8);
  });

  test.each(markets)('does not disagree over a frame of $name with one byte that is another', market => {
    const judge = new Differential(market, new Random(seed));
    const [text] = framesOf(eventsOf(market, 2, 2), 2);
    const frame = Buffer.from(text!);
    for (let at = 0; at < frame.length; at++) {
      const right = frame[at]!;
      for (const wrong of telling) {
        frame[at] = wrong;
        expect(judge.judge(frame)).toBeUndefined();
      }
      frame[at] = right;
    }
  });
});

describe('the reader of numbers', () => {
  const messages = 15 * numRuns;

  test.each(markets)('never disagrees with JSON.parse over random messages of $name', market => {
    const differential = new NumberDifferential(market, new Random(seed + market.paths[0]!.length));
    while (differential.compared < messages / markets.length) expect(differential.try()).toBeUndefined();
  });

  test.each(markets)('does not disagree over a message of $name with one byte that is another', market => {
    const judge = new NumberDifferential(market, new Random(seed));
    for (const text of eventsOf(market, 3, 6)) {
      const prefix = /^{"ev":"(\w+)"/.exec(text)![1]!;
      for (let at = 0; at < text.length; at++) {
        const others = [...telling].map(byte => text.slice(0, at) + String.fromCharCode(byte) + text.slice(at + 1));
        expect(judge.judgeTexts(prefix, ...others)).toBeUndefined();
      }
    }
  });

  test.each(markets)('ends over bytes of $name that are no message', market => {
    const judge = new NumberDifferential(market, new Random(seed));
    for (let count = 0; count < numRuns / markets.length; count++) expect(judge.endsOverBroken()).toBe(true);
  });
});
