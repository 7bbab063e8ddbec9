import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BundledPackage } from './packages.js';

/** LICENSE, LICENCE.txt, license-mit, COPYING, NOTICE.md and the like, but not source files of such a name. */
const papers = /^(licen[cs]es?|copying|copyright|notice)(?:[-._][\w.-]*)?$/i;
const programs = /\.(?:[cm]?[jt]sx?|json|map)$/i;

/**
 * The licences and notices of every package in the program, word for word.
 *
 * @throws if a package has no licence file
 */
export function collectLicences(root: string, packages: readonly BundledPackage[]): string {
  return packages
    .map(one => {
      const texts = papersOf(root, one).map(file => readFileSync(join(root, one.folder, file), 'utf8').trim());
      return [`${one.name} ${one.version} (${one.license})`, ...texts].join('\n\n').concat('\n');
    })
    .join('\n');
}

/** @returns the names of the licence and notice files in a package's folder */
export function papersOf(root: string, { folder, name, version }: BundledPackage): string[] {
  const found = readdirSync(join(root, folder), { withFileTypes: true })
    .filter(entry => entry.isFile() && papers.test(entry.name) && !programs.test(entry.name))
    .map(entry => entry.name)
    .sort();
  if (!found.some(file => !/^notice/i.test(file)))
    throw new Error(`${name} ${version} goes into the program and brings no licence`);
  return found;
}
