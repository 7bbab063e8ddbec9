/** Runs and seed of property tests: the same every time, unless FC_RUNS or FC_SEED says otherwise. */
const { FC_RUNS: runs, FC_SEED: seed } = process.env;

/** Parameters of a property that usually runs `usual` times. */
export function tries(usual: number): { numRuns: number; seed: number } {
  return { numRuns: Number(runs) || usual, seed: Number(seed) || 20_261_123 };
}
