/** Every fuzzer for about a second; `npm run fuzz` runs them for longer, and from another seed each time. */
import { describe, expect, test } from 'vitest';
import { type Fuzzer, runFuzzer } from '../fuzz/fuzzer.js';
import { fuzzers } from '../fuzz/table.js';

const seed = 20_261_123;

test.each(fuzzers.map(fuzzer => [fuzzer.name, fuzzer] as const))(
  'the fuzzer of %s finds nothing',
  async (_, fuzzer) => {
    const { cases, findings } = await runFuzzer(fuzzer, seed, { cases: fuzzer.usualCases });

    expect(findings).toEqual([]);
    expect(cases).toBe(fuzzer.usualCases);
  },
  120_000,
);

describe('a fuzzer', () => {
  const oneInFour: Fuzzer = {
    name: 'dice',
    claim: 'No four comes.',
    usualCases: 1,
    open: random => ({ next: () => (random.integer(1, 4) === 4 ? 'a four' : undefined) }),
  };

  test('that finds something says at which case, and ends soon', async () => {
    const { cases, findings } = await runFuzzer(oneInFour, seed, { cases: 1_000 });

    expect(findings).toHaveLength(3);
    expect(findings[2]).toBe(`case ${cases}: a four`);
  });

  test('finds the same from the same seed, and something else from another one', async () => {
    const run = async (from: number): Promise<readonly string[]> =>
      (await runFuzzer(oneInFour, from, { cases: 1_000 })).findings;

    expect(await run(1)).toEqual(await run(1));
    expect(await run(1)).not.toEqual(await run(2));
  });
});
