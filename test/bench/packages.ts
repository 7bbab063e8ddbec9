import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../support/command.js';
import { makeFolder } from '../support/project.js';

const timeoutMs = 60_000;

/**
 * Installs packages into an empty folder, their scripts not run.
 *
 * @returns the folder
 */
export async function installPackages(packages: readonly string[]): Promise<string> {
  const folder = makeFolder();
  writeFileSync(join(folder, 'package.json'), '{"private":true}');
  const command = ['npm', 'install', '--no-audit', '--no-fund', '--ignore-scripts', ...packages];
  await run(command, { cwd: folder, env: process.env, timeoutMs });
  return folder;
}
