import { setImmediate as nextTurn } from 'node:timers/promises';
import { Random, seedOf } from '../../runtime/simulator/random.js';

/** Makes inputs of one kind, hands them to the code that must withstand them, and judges what comes out. */
export interface Fuzzer {
  readonly name: string;
  /** What must hold for every input, as a sentence. */
  readonly claim: string;
  /** Cases in the suite of tests, which take about a second. */
  readonly usualCases: number;
  /** @param random the only source of chance, so that a seed repeats the run */
  open(random: Random): Attempts | Promise<Attempts>;
}

/** A run of one fuzzer. */
export interface Attempts {
  /** Tries the next input. @returns what is wrong with it, the input included, or nothing */
  next(): string | undefined | Promise<string | undefined>;
  close?(): void | Promise<void>;
}

/** When a run ends: after so many cases, or after so long. */
export type Bound = { readonly cases: number } | { readonly durationMs: number };

/** What a run came to. */
export interface Outcome {
  readonly cases: number;
  readonly tookMs: number;
  /** The slowest case, and how long it took. */
  readonly slowest: { readonly number: number; readonly tookMs: number };
  /** The first few, each with the number of its case. */
  readonly findings: readonly string[];
}

const mostFindings = 3;
/** Others get their turn after so much time. */
const sliceMs = 20;

/** Runs a fuzzer up to a bound, or until it has found enough. */
export async function runFuzzer(fuzzer: Fuzzer, seed: number, bound: Bound): Promise<Outcome> {
  const attempts = await fuzzer.open(new Random(seedOf(`${fuzzer.name} ${seed}`)));
  const findings: string[] = [];
  const beganMs = performance.now();
  let slowest = { number: 0, tookMs: 0 };
  let sliceBeganMs = beganMs;
  let cases = 0;
  const isOver = (): boolean =>
    'cases' in bound ? cases >= bound.cases : performance.now() - beganMs >= bound.durationMs;
  try {
    while (!isOver() && findings.length < mostFindings) {
      const caseBeganMs = performance.now();
      const finding = await attempts.next();
      const endedMs = performance.now();
      cases++;
      if (finding !== undefined) findings.push(`case ${cases}: ${finding}`);
      if (endedMs - caseBeganMs > slowest.tookMs) slowest = { number: cases, tookMs: endedMs - caseBeganMs };
      if (endedMs - sliceBeganMs > sliceMs) {
        await nextTurn();
        sliceBeganMs = performance.now();
      }
    }
  } finally {
    await attempts.close?.();
  }
  return { cases, tookMs: performance.now() - beganMs, slowest, findings };
}
