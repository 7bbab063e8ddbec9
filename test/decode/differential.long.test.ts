import { describe, expect, test } from 'vitest';
import { markets } from '../../generated/suite.js';
import { Random } from '../../runtime/simulator/random.js';
import { eventsOf, framesOf } from '../bench/load.js';
import { Differential, telling } from '../support/differential.js';
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
