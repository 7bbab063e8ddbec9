import { join } from 'node:path';
import { run } from './command.js';
import { makeFolder } from './project.js';

const fetchTimeoutMs = 180_000;

/** @returns the folder of a Node of this major version; undefined if it is the one that runs this */
export async function fetchNode(major: number): Promise<string | undefined> {
  if (process.versions.node.startsWith(`${major}.`)) return undefined;
  return join(await fetchPackages(`node@${major}`), 'node_modules/.bin');
}

/** @returns a new folder with packages of the npm registry in its node_modules */
export async function fetchPackages(...packages: readonly string[]): Promise<string> {
  const folder = makeFolder();
  // Give up soon on a registry that does not answer; by default npm waits for more than a minute.
  const options = ['--no-save', '--no-audit', '--no-fund', '--fetch-retry-maxtimeout=10000'];
  const command = ['npm', 'install', ...options, ...packages];
  await run(command, { cwd: folder, env: process.env, timeoutMs: fetchTimeoutMs });
  return folder;
}
