import { markets } from '../../generated/suite.js';
import { Differential } from '../support/differential.js';
import type { Fuzzer } from './fuzzer.js';

export const scannerFuzzer: Fuzzer = {
  name: 'scanner',
  claim: 'The scanner reads every frame as JSON.parse does, or leaves it to JSON.parse.',
  usualCases: 2_000,
  open(random) {
    const differentials = markets.map(market => new Differential(market, random));
    return {
      next() {
        const found = random.pick(differentials).try();
        return found && `${JSON.stringify(found.frame)} was read as ${JSON.stringify(found.ours)}`;
      },
    };
  },
};
