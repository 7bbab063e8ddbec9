/**
 * Runs and seed of property tests: the same every time, unless FC_RUNS or FC_SEED says otherwise. `npm test` runs a
 * quarter of each property, and `npm run test:long` the whole of it.
 */
const { FC_RUNS: runs, FC_SEED: seed, FC_PART: part = '0.25' } = process.env;

/** So few runs are not made fewer. */
const fewest = 20;

/** Parameters of a property that runs `usual` times in whole. */
export function tries(usual: number): { numRuns: number; seed: number } {
  const inPart = Math.max(Math.min(usual, fewest), Math.ceil(usual * Number(part)));
  return { numRuns: Number(runs) || inPart, seed: Number(seed) || 20_261_123 };
}
