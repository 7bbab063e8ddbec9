/**
 * `npm run coverage`: `npm test` and `npm run test:long` with coverage, which is judged over both. Fails where a test
 * does, where too little is covered, or where `npm test` takes too long, and then names the files that took longest.
 * Arguments choose test files, as those of vitest.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, relative } from 'node:path';
import { repository } from '../support/project.js';
import { machineTime } from './machine-time.js';
import { complaintOf, type FileTime, soloSeconds, type Taken } from './pace.js';

const reports = join(repository, 'build/tests');
const blobs = join(reports, 'blobs');
const times = join(reports, 'times.json');
const chosen = process.argv.slice(2);
const vitest = join(repository, 'node_modules/vitest/vitest.mjs');

rmSync(reports, { recursive: true, force: true });
const beganMs = performance.now();
const before = machineTime();
const usual = run('vitest.config.ts', ...partly('usual'), '--reporter=json', `--outputFile.json=${times}`);
const after = machineTime();
const wallS = (performance.now() - beganMs) / 1_000;
const cores = availableParallelism();
const ownS = before && after ? after.own - before.own : 0;
const taken: Taken =
  before && after ? { wallS, processor: { ownS, othersS: after.all - before.all - ownS }, cores } : { wallS, cores };

const long = run('vitest.long.config.ts', ...partly('long'));
const covered = run('vitest.config.ts', '--coverage', `--merge-reports=${blobs}`, '--reporter=dot');

console.log(`npm test took ${wallS.toFixed(0)} s, and ${ownS.toFixed(0)} s of processor time:`);
console.log(`${soloSeconds(taken).toFixed(0)} s with two cores of its own.`);
const complaint = complaintOf(taken, readTimes());
if (complaint !== undefined) console.log(complaint);
process.exitCode = usual && long && covered && complaint === undefined ? 0 : 1;

/** @returns whether all went well */
function run(config: string, ...args: readonly string[]): boolean {
  const command = [vitest, 'run', '--config', join('test', config), ...args];
  return spawnSync(process.execPath, command, { cwd: repository, stdio: 'inherit' }).status === 0;
}

function partly(name: string): string[] {
  const blob = `--outputFile.blob=${join(blobs, `${name}.json`)}`;
  return ['--coverage', '--passWithNoTests', '--reporter=default', '--reporter=blob', blob, ...chosen];
}

interface Times {
  readonly testResults: readonly { readonly name: string; readonly startTime: number; readonly endTime: number }[];
}

function readTimes(): FileTime[] {
  const { testResults }: Times = JSON.parse(readFileSync(times, 'utf8'));
  return testResults.map(({ name, startTime, endTime }) => ({
    file: relative(repository, name),
    tookS: (endTime - startTime) / 1_000,
  }));
}
