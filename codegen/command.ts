/** The commands of the generator, apart from the process that runs them. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
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
import { loadSpec } from './load/file.js';
import { readOptions, type Values } from './options.js';
import { compareFile, compareOutput, type Difference, writeOutput } from './output.js';
import { describeProblem, type Problem } from './problem.js';
import { formatDigest } from './rest/digest.js';
import { digestDocument, readDocument } from './rest/document.js';
import { describeRestDrift, findRestDrift } from './rest/drift.js';

/** Prints a line. */
type Print = (line: string) => void;

/** Where a command prints: what it found, and what is wrong. */
export interface Printers {
  readonly log: Print;
  readonly error: Print;
}

interface Run extends Printers {
  readonly values: Values;
  readonly root: string;
}

/**
 * Runs the command that `main.ts` describes.
 *
 * @param words of the command line, after the program
 * @returns the exit code
 */
export async function runCommand(words: readonly string[], { log, error }: Printers): Promise<number> {
  const { values, faults } = readOptions(words, {
    check: { type: 'boolean' },
    docs: { type: 'boolean' },
    drift: { type: 'boolean' },
    against: { type: 'string' },
    lock: { type: 'boolean' },
    rest: { type: 'string' },
    digest: { type: 'string' },
    root: { type: 'string' },
  });
  const misplaced = values.drift
    ? []
    : (['against', 'lock', 'rest'] as const).filter(name => values[name] !== undefined);
  const wrong = [
    ...faults,
    ...misplaced.map(name => `--${name} belongs to another command: npm run drift -- --${name}`),
  ];
  for (const line of wrong) error(line);
  if (wrong.length > 0) return 2;
  const run: Run = { values, root: String(values.root ?? fileURLToPath(new URL('..', import.meta.url))), log, error };
  if (values.digest !== undefined) return digest(run, String(values.digest));
  if (values.rest !== undefined) return compareRest(run, String(values.rest));
  return values.drift ? compare(run) : emit(run);
}

/** @returns the exit code */
function emit({ values, root, log, error }: Run): number {
  const { files, specTypes, problems, citations } = generate(root);
  const directory = join(root, 'generated');
  if (problems.length > 0) {
    printProblems(problems, 'nothing was written', error);
    return 1;
  }
  if (values.docs) {
    log(`${citations} citations hold.`);
    return 0;
  }
  // A spec outside of this repository has no loader beside it.
  const types = existsSync(join(root, 'codegen')) ? compareFile(root, specTypesPath, specTypes) : [];
  if (values.check) {
    const differences = [...compareOutput(directory, files).map(inGenerated), ...types];
    for (const { path, kind } of differences) error(`${path} is ${kind}`);
    if (differences.length > 0) {
      error('What is generated does not match spec/. Run: npm run codegen');
      return 1;
    }
  } else {
    if (types.length > 0) writeFileSync(join(root, specTypesPath), specTypes);
    for (const { path, kind } of [...writeOutput(directory, files).map(inGenerated), ...types]) {
      log(`${kind === 'orphaned' ? 'removed' : kind === 'missing' ? 'created' : 'updated'} ${path}`);
    }
  }
  log(`generated/ is fresh: ${files.size} files, ${citations} citations hold.`);
  return 0;
}

function inGenerated({ path, kind }: Difference): Difference {
  return { path: `generated/${path}`, kind };
}

/** @returns the exit code */
async function compare({ values, root, log, error }: Run): Promise<number> {
  const { model, problems } = readSpec(root);
  if (!model || problems.length > 0) {
    printProblems(problems, 'nothing was compared', error);
    return 2;
  }
  const against = String(values.against ?? published);
  try {
    const drift = findDrift(model, readVendor(await readDescription(against), model.suite.feeds));
    if (values.lock) {
      lock(root, drift.silences, log);
      return 0;
    }
    log(describeDrift(drift, against));
    return isNews(drift) ? 1 : 0;
  } catch (fault) {
    if (!(fault instanceof DescriptionError)) throw fault;
    error(`${against} could not be compared: ${fault.message}.`);
    error('Name another file or address with: npm run drift -- --against FILE_OR_URL');
    return 2;
  }
}

/** @returns the exit code */
async function compareRest({ root, log, error }: Run, from: string): Promise<number> {
  const { spec, problems } = loadSpec(join(root, 'spec'));
  if (!spec?.rest || problems.length > 0) {
    printProblems(problems, 'nothing was compared', error);
    return 2;
  }
  const { rest } = spec;
  return withDocument(from, error, bytes => {
    const drift = findRestDrift(rest, digestDocument(bytes));
    log(describeRestDrift(drift, from));
    return drift.findings.length + drift.problems.length > 0 ? 1 : 0;
  });
}

/** @returns the exit code */
async function digest({ root, log, error }: Run, from: string): Promise<number> {
  return withDocument(from, error, bytes => {
    const made = digestDocument(bytes);
    mkdirSync(join(root, 'spec/rest'), { recursive: true });
    writeFileSync(join(root, 'spec/rest/digest.json'), formatDigest(made));
    const count = Object.keys(made.operations).length;
    log(`Wrote spec/rest/digest.json: ${count} paths of the document ${made.document.sha256}. Read its diff.`);
    return 0;
  });
}

async function withDocument(from: string, error: Print, use: (bytes: Buffer) => number): Promise<number> {
  try {
    return use(await readDocument(from));
  } catch (fault) {
    if (!(fault instanceof DescriptionError)) throw fault;
    error(`${from} could not be read: ${fault.message}.`);
    error('Name another file or address of an OpenAPI document, JSON or packed with gzip.');
    return 2;
  }
}

function lock(root: string, silences: Drift['silences'], log: Print): void {
  writeFileSync(join(root, 'spec/unsaid.yaml'), formatSilences(silences));
  const subjects = new Set(silences.map(({ at }) => at)).size;
  log(`Wrote spec/unsaid.yaml: ${silences.length} statements on ${subjects} subjects are left unsaid. Read its diff.`);
}

function printProblems(problems: readonly Problem[], consequence: string, error: Print): void {
  for (const problem of problems) error(describeProblem(problem));
  const count = `${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}`;
  error(`${count} in the spec or in its citations; ${consequence}.`);
}
