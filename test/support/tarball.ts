/** The npm package as users get it. */
import { join } from 'node:path';
import { offline, run } from './command.js';
import { repository } from './project.js';

export interface Tarball {
  readonly path: string;
  /** Size of the download, bytes. */
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string; readonly mode: number }[];
}

/** Packs the published package without its scripts, which would rebuild `dist/` while other tests use it. */
export async function pack(folder: string): Promise<Tarball> {
  const command = ['npm', 'pack', '--json', '--ignore-scripts', '--pack-destination', folder, './build/npm'];
  const [tarball] = JSON.parse((await run(command, { cwd: repository })).stdout);
  return { ...tarball, path: join(folder, tarball.filename) };
}

/**
 * Installs the package into an empty folder, with its scripts, and without a network unless `env` says otherwise.
 *
 * @returns the output of npm, and of the scripts if any ran
 */
export async function install({ path }: Tarball, folder: string, env = offline()): Promise<string> {
  const command = ['npm', 'install', '--no-audit', '--foreground-scripts', path];
  const { stdout, stderr } = await run(command, { cwd: folder, env });
  return stdout + stderr;
}
