import { markets } from '../../generated/suite.js';
import { NumberDifferential } from '../support/number-differential.js';
import type { Fuzzer } from './fuzzer.js';

export const numberFuzzer: Fuzzer = {
  name: 'numbers',
  claim: 'The numbers of every message are those of JSON.parse, bit for bit.',
  usualCases: 100,
  open(random) {
    const differentials = markets.map(market => new NumberDifferential(market, random));
    return {
      next() {
        const found = random.pick(differentials).try(60);
        return found && `${JSON.stringify(found.message)} was read as ${JSON.stringify(found.ours)}`;
      },
    };
  },
};
