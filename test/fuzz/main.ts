/**
 * `npm run fuzz -- --seconds N`: runs every fuzzer for so long (or for `--cases N`), prints how much each tried, and fails
 * where one finds something. `--only scanner,endpoints` takes some of them. The seed is printed, and `--seed` repeats a run
 * case by case.
 */
import { parseArgs } from 'node:util';
import { type Bound, runFuzzer } from './fuzzer.js';
import { fuzzers } from './table.js';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '10' },
    cases: { type: 'string' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 32) },
    only: { type: 'string' },
  },
});
const seed = positive('seed');
const bound: Bound =
  values.cases === undefined ? { durationMs: positive('seconds') * 1_000 } : { cases: positive('cases') };
const names = values.only?.split(',') ?? fuzzers.map(({ name }) => name);
const unknown = names.filter(name => !fuzzers.some(fuzzer => fuzzer.name === name));
if (unknown.length > 0) throw new Error(`there is no fuzzer ${unknown}; there are ${fuzzers.map(({ name }) => name)}`);

console.log(`seed ${seed}`);
const rows: Record<string, object> = {};
const findings: string[] = [];
for (const fuzzer of fuzzers.filter(({ name }) => names.includes(name))) {
  const outcome = await runFuzzer(fuzzer, seed, bound);
  rows[fuzzer.name] = {
    cases: outcome.cases,
    per_s: Math.round(outcome.cases / (outcome.tookMs / 1_000)),
    slowest_ms: Number(outcome.slowest.tookMs.toFixed(1)),
    findings: outcome.findings.length,
  };
  findings.push(...outcome.findings.map(finding => `${fuzzer.name}, ${finding}`));
}
console.table(rows);
for (const finding of findings) console.log(finding);
console.log(findings.length === 0 ? 'no fuzzer found anything' : `repeat it with --seed ${seed}`);
process.exitCode = findings.length === 0 ? 0 : 1;

function positive(name: 'seconds' | 'cases' | 'seed'): number {
  const value = Number(values[name]);
  if (!(value > 0)) throw new Error(`--${name} must be a positive number, was ${values[name]}`);
  return value;
}
