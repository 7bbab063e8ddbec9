/**
 * `npm run codegen` writes `generated/`; `-- --check` only compares; `npm run docs:check` (`--docs`) only judges the
 * spec and its citations. Exit code 1 means problems, all of them listed.
 */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { generate } from './generate.js';
import { compareOutput, writeOutput } from './output.js';
import { describeProblem } from './problem.js';

const { values } = parseArgs({
  options: {
    check: { type: 'boolean', default: false },
    docs: { type: 'boolean', default: false },
    root: { type: 'string', default: fileURLToPath(new URL('..', import.meta.url)) },
  },
});

const { files, problems, citations } = generate(values.root);
const directory = join(values.root, 'generated');

if (problems.length > 0) {
  for (const problem of problems) console.error(describeProblem(problem));
  console.error(
    `${problems.length} ${problems.length === 1 ? 'problem' : 'problems'} in the spec or in its citations; nothing was written.`,
  );
  process.exitCode = 1;
} else if (values.docs) {
  console.log(`${citations} citations hold.`);
} else if (values.check) {
  const differences = compareOutput(directory, files);
  for (const { path, kind } of differences) console.error(`generated/${path} is ${kind}`);
  if (differences.length > 0) {
    console.error('generated/ does not match spec/. Run: npm run codegen');
    process.exitCode = 1;
  } else console.log(`generated/ is fresh: ${files.size} files, ${citations} citations hold.`);
} else {
  for (const { path, kind } of writeOutput(directory, files)) {
    console.log(`${kind === 'orphaned' ? 'removed' : kind === 'missing' ? 'created' : 'updated'} generated/${path}`);
  }
  console.log(`generated/ is fresh: ${files.size} files, ${citations} citations hold.`);
}
