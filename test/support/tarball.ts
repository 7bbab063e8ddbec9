/** The npm package as its users get it. */
import { join } from 'node:path';
import { offline, run } from './command.js';
import { repository } from './project.js';

export interface Tarball {
  readonly path: string;
  /** Bytes to fetch. */
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string; readonly mode: number }[];
}

/** Packs what is published, as it is built: the scripts would build it anew under the feet of other tests. */
export async function pack(folder: string): Promise<Tarball> {
  const command = ['npm', 'pack', '--json', '--ignore-scripts', '--pack-destination', folder, './build/npm'];
  const [tarball] = JSON.parse((await run(command, { cwd: repository })).stdout);
  return { ...tarball, path: join(folder, tarball.filename) };
}

/**
 * Installs the package into an empty folder, its scripts allowed and, unless `env` says otherwise, no network.
 *
 * @returns what npm wrote, and the scripts if any ran
 */
export async function install({ path }: Tarball, folder: string, env = offline()): Promise<string> {
  const command = ['npm', 'install', '--no-audit', '--foreground-scripts', path];
  const { stdout, stderr } = await run(command, { cwd: folder, env });
  return stdout + stderr;
}
