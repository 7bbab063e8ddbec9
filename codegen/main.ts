/**
 * `npm run codegen` writes `generated/` and the types of the spec's own loader; `-- --check` only compares;
 * `npm run docs:check` (`--docs`) only checks the spec and its citations. Exit code 1 means problems, all of them
 * listed; 2 means wrong options.
 *
 * `npm run drift` (`--drift`) compares the spec with the vendor's published description of its WebSocket, or with the
 * one at `--against`. Exit code 1 means news, 2 that nothing could be compared. `-- --lock` writes `spec/unsaid.yaml`.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Drift, findDrift } from './drift/compare.js';
import { published, readDescription } from './drift/description.js';
import { DescriptionError } from './drift/part.js';
import { describeDrift, isNews } from './drift/table.js';
import { formatSilences } from './drift/unsaid.js';
import { readVendor } from './drift/vendor.js';
import { specTypesPath } from './emit/spec-types.js';
import { generate, readSpec } from './generate.js';
import { optionsOf } from './options.js';
import { compareFile, compareOutput, type Difference, writeOutput } from './output.js';
import { describeProblem, type Problem } from './problem.js';

const values = optionsOf({
  check: { type: 'boolean' },
  docs: { type: 'boolean' },
  drift: { type: 'boolean' },
  against: { type: 'string' },
  lock: { type: 'boolean' },
  root: { type: 'string' },
});
const root = String(values.root ?? fileURLToPath(new URL('..', import.meta.url)));
const against = String(values.against ?? published);
const misplaced = values.drift ? [] : (['against', 'lock'] as const).filter(name => values[name] !== undefined);
for (const name of misplaced) console.error(`--${name} belongs to another command: npm run drift -- --${name}`);

process.exitCode = misplaced.length > 0 ? 2 : values.drift ? await compare() : emit();

/** @returns the exit code */
function emit(): number {
  const { files, specTypes, problems, citations } = generate(root);
  const directory = join(root, 'generated');
  if (problems.length > 0) {
    printProblems(problems, 'nothing was written');
    return 1;
  }
  if (values.docs) {
    console.log(`${citations} citations hold.`);
    return 0;
  }
  // A spec outside of this repository has no loader beside it.
  const types = existsSync(join(root, 'codegen')) ? compareFile(root, specTypesPath, specTypes) : [];
  if (values.check) {
    const differences = [...compareOutput(directory, files).map(inGenerated), ...types];
    for (const { path, kind } of differences) console.error(`${path} is ${kind}`);
    if (differences.length > 0) {
      console.error('What is generated does not match spec/. Run: npm run codegen');
      return 1;
    }
  } else {
    if (types.length > 0) writeFileSync(join(root, specTypesPath), specTypes);
    for (const { path, kind } of [...writeOutput(directory, files).map(inGenerated), ...types]) {
      console.log(`${kind === 'orphaned' ? 'removed' : kind === 'missing' ? 'created' : 'updated'} ${path}`);
    }
  }
  console.log(`generated/ is fresh: ${files.size} files, ${citations} citations hold.`);
  return 0;
}

function inGenerated({ path, kind }: Difference): Difference {
  return { path: `generated/${path}`, kind };
}

/** @returns the exit code */
async function compare(): Promise<number> {
  const { model, problems } = readSpec(root);
  if (!model || problems.length > 0) {
    printProblems(problems, 'nothing was compared');
    return 2;
  }
  try {
    const drift = findDrift(model, readVendor(await readDescription(against), model.suite.feeds));
    if (values.lock) {
      lock(drift.silences);
      return 0;
    }
    console.log(describeDrift(drift, against));
    return isNews(drift) ? 1 : 0;
  } catch (error) {
    if (!(error instanceof DescriptionError)) throw error;
    console.error(`${against} could not be compared: ${error.message}.`);
    console.error('Name another file or address with: npm run drift -- --against FILE_OR_URL');
    return 2;
  }
}

function lock(silences: Drift['silences']): void {
  writeFileSync(join(root, 'spec/unsaid.yaml'), formatSilences(silences));
  const subjects = new Set(silences.map(({ at }) => at)).size;
  console.log(
    `Wrote spec/unsaid.yaml: ${silences.length} statements on ${subjects} subjects are left unsaid. Read its diff.`,
  );
}

function printProblems(problems: readonly Problem[], consequence: string): void {
  for (const problem of problems) console.error(describeProblem(problem));
  const count = `${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}`;
  console.error(`${count} in the spec or in its citations; ${consequence}.`);
}
