/**
 * `npm run market:check` adds two invented markets, a rich and a lean one, to a copy of the repository by
 * CONTRIBUTING.md alone: their files, then the two commands, then every test, the long ones too, which must pass.
 * `-- FILES` runs those test files only.
 *
 * Exit code 1 means that a command failed; what it said stands above.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, linkSync, mkdirSync, readdirSync, readlinkSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { addInventedMarket, makeFolder, removeFolders, repository } from '../support/project.js';

const skipped = new Set(['.git', 'build', 'coverage', 'node_modules']);
const short = 'test/vitest.config.ts';
const long = 'test/vitest.long.config.ts';
const root = makeFolder();
process.exitCode = check() ? 0 : 1;
removeFolders();

function check(): boolean {
  const chosen = process.argv.slice(2);
  cpSync(repository, root, {
    recursive: true,
    filter: path => !skipped.has(path.slice(repository.length).split('/')[0]!),
  });
  linkFolder(join(repository, 'node_modules'), join(root, 'node_modules'));
  // The lean one has the name of a market that people expect and that there is not.
  addInventedMarket(root, 'metals', 'ores');
  addInventedMarket(root, 'treasuries', 'bonds');
  const updating = ['test/mcp/server.test.ts', 'test/project/bundle.test.ts', 'test/reading/golden.test.ts'];
  return (
    run('codegen') &&
    run('build') &&
    run('types') &&
    runTests(short, updating, { UPDATE_SNAPSHOTS: '1', UPDATE_GOLDEN: '1' }) &&
    (chosen.length > 0 || (runTests(short, []) && runTests(long, []))) &&
    [short, long].every(config => {
      const files = chosen.filter(file => file.endsWith('.long.test.ts') === (config === long));
      return files.length === 0 || runTests(config, files);
    })
  );
}

function runTests(config: string, files: readonly string[], env: NodeJS.ProcessEnv = {}): boolean {
  return start(env, 'npx', 'vitest', 'run', '--config', config, '--reporter=dot', ...files);
}

function run(script: string): boolean {
  return start({}, 'npm', 'run', '--silent', script);
}

function start(env: NodeJS.ProcessEnv, command: string, ...words: readonly string[]): boolean {
  console.log(`== ${command} ${words.join(' ')}`);
  return spawnSync(command, words, { cwd: root, env: { ...process.env, ...env }, stdio: 'inherit' }).status === 0;
}

/** The bundle asks for packages where they lie, so that one link to the whole folder would lead it out of the copy. */
function linkFolder(from: string, to: string): void {
  mkdirSync(to);
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) linkFolder(source, target);
    else if (entry.isSymbolicLink()) symlinkSync(readlinkSync(source), target);
    else linkFile(source, target);
  }
}

function linkFile(source: string, target: string): void {
  try {
    linkSync(source, target);
  } catch {
    // The temporary folder may lie on another disk.
    copyFileSync(source, target);
  }
}
