/**
 * Builds the npm package as it is published: what `npm pack` makes of the repository, plus a manifest and the licences
 * of each package in the program, as bundled dependencies. So `npm audit` and other scanners find their true versions,
 * and npm has nothing to fetch. The development tools of the repository are left out.
 */
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { papersOf } from './licences.js';
import type { BundledPackage } from './packages.js';

interface Manifest {
  readonly files: readonly string[];
  readonly devDependencies?: unknown;
  readonly scripts?: unknown;
  readonly bundled?: unknown;
  readonly scarfSettings?: unknown;
}

/** Its folder, from the root of the repository; git ignores it. */
const staged = 'build/npm';

/** Writes the package with its manifests; run it after the build. */
export function stagePackage(root: string, manifest: Manifest, packages: readonly BundledPackage[]): void {
  const {
    devDependencies: _tools,
    scripts: _scripts,
    bundled: _names,
    scarfSettings: _telemetry,
    ...published
  } = manifest;
  const target = join(root, staged);
  rmSync(target, { recursive: true, force: true });
  for (const path of [...manifest.files, 'README.md', 'LICENSE']) copy(join(root, path), join(target, path));

  const outermost = packages.filter(({ folder }) => folder.lastIndexOf('node_modules/') === 0);
  const bundleDependencies = outermost.map(({ name }) => name);
  write(target, { ...published, dependencies: versionsOf(outermost), bundleDependencies });
  for (const one of packages) {
    const { folder, name, version, license, imports } = one;
    const description = 'Its code is in the program of mcp-polygon; here are only its name, version and licence.';
    const dependencies = versionsOf(packages.filter(other => imports.includes(other.folder)));
    for (const file of papersOf(root, one)) copy(join(root, folder, file), join(target, folder, file));
    write(join(target, folder), { name, version, license, description, dependencies });
  }
}

function versionsOf(packages: readonly BundledPackage[]): Record<string, string> {
  return Object.fromEntries(packages.map(({ name, version }) => [name, version]));
}

function copy(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to, { recursive: true });
}

function write(folder: string, manifest: object): void {
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}
