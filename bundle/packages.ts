/** The packages in the program: their versions, their licences, and whether they are declared and allowed. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Metafile, programPath, replaced } from './program.js';

/** A package of which at least one file is in the program. */
export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  /** SPDX expression of its manifest. */
  readonly license: string;
  /** From the root of the repository. */
  readonly folder: string;
  /** Digest of its tarball from the lock file, such as `sha512-...`. */
  readonly integrity: string;
  /** Whether our own code imports it. */
  readonly direct: boolean;
  /** Folders of the bundled packages that it imports. */
  readonly imports: readonly string[];
}

/** Licences that a bundled package may have; each only asks that its text is shipped along. */
const allowedLicenses = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
  'Unlicense',
]);

/** @returns the folder of the innermost package that contains the path; undefined for our own files */
export function folderOf(path: string): string | undefined {
  return /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(path)?.[0];
}

/** @returns the packages with files in the program, by folder */
export function readBundledPackages(root: string, { inputs, outputs }: Metafile): BundledPackage[] {
  const lock = readJson(root, 'package-lock.json') as { packages: Record<string, { integrity?: string } | undefined> };
  const used = new Set(Object.keys(outputs[programPath]!.inputs));
  /** By folder; our own code has the empty folder. */
  const imports = new Map<string, Set<string>>();
  for (const path of used) {
    const folder = folderOf(path) ?? '';
    const imported = imports.get(folder) ?? new Set();
    imports.set(folder, imported);
    for (const { path: other } of inputs[path]!.imports) {
      const otherFolder = used.has(other) ? folderOf(other) : undefined;
      if (otherFolder !== undefined && otherFolder !== folder) imported.add(otherFolder);
    }
  }
  for (const [folder, imported] of [...imports]) {
    const paths = [...used].filter(path => folder !== '' && folderOf(path) === folder);
    for (const inner of new Set(paths.flatMap(path => inlinedIn(root, path)))) {
      imported.add(inner);
      if (!imports.has(inner)) imports.set(inner, new Set());
    }
  }
  const own = imports.get('') ?? new Set();
  imports.delete('');
  return [...imports].sort(byFolder).map(([folder, imported]) => {
    const { name, version, license = '' } = readJson(root, `${folder}/package.json`) as Record<string, string>;
    if (!name || !version) throw new Error(`${folder}/package.json has no name or no version`);
    const integrity = lock.packages[folder]?.integrity;
    if (!integrity) throw new Error(`${name} ${version} goes into the program and is not in the lock file`);
    return { name, version, license, folder, integrity, direct: own.has(folder), imports: [...imported].sort() };
  });
}

/**
 * Finds packages whose code another package has inlined; bundlers mark it: `//#region ../node_modules/.pnpm/...`.
 *
 * @returns their folders in this repository, which have the manifest and licence
 * @throws if another version is installed here, or none
 */
function inlinedIn(root: string, path: string): string[] {
  if (replaced.test(path)) return [];
  const marks = readFileSync(join(root, path), 'utf8').matchAll(
    /^\/\/#region \S*node_modules\/\.pnpm\/[^/\s]*?@(\d[^/\s_(]*)[^/\s]*\/node_modules\/((?:@[^/\s]+\/)?[^/\s]+)\//gm,
  );
  return [...marks].map(([, version, name]) => {
    const folder = `node_modules/${name}`;
    const here = existsSync(join(root, folder))
      ? (readJson(root, `${folder}/package.json`) as { version: string })
      : undefined;
    if (here?.version === version) return folder;
    throw new Error(`${path} has ${name} ${version} in it; install that version, so that its licence can be shown`);
  });
}

/**
 * @param declared names of the packages that may go into the program, from `bundled` in package.json
 * @throws if the program has others, lacks some, or has one whose licence is not allowed
 */
export function judgePackages(packages: readonly BundledPackage[], declared: readonly string[]): void {
  const names = new Set(packages.map(({ name }) => name));
  const problems = [
    ...[...names]
      .filter(name => !declared.includes(name))
      .map(name => `${name} goes into the program; if that is meant, add it to "bundled" in package.json`),
    ...declared
      .filter(name => !names.has(name))
      .map(name => `${name} does not go into the program; take it out of "bundled" in package.json`),
    ...packages
      .filter(({ license }) => !isAllowed(license))
      .map(({ name, license }) => `${name} goes into the program under a licence that is not allowed: ${license}`),
  ];
  if (problems.length > 0) throw new Error(problems.join('\n'));
}

/** Whether at least one choice of an SPDX expression has only permitted licences. */
export function isAllowed(license: string): boolean {
  const plain = license.replace(/^\((.*)\)$/, '$1');
  if (plain.includes('(')) return false;
  return plain.split(' OR ').some(choice => choice.split(' AND ').every(part => allowedLicenses.has(part)));
}

function byFolder([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : 1;
}

function readJson(root: string, path: string): unknown {
  return JSON.parse(readFileSync(join(root, path), 'utf8'));
}
