import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** How a file on disk differs from what the generator would write. */
export interface Difference {
  readonly path: string;
  readonly kind: 'stale' | 'missing' | 'orphaned';
}

/** Compares all files that either side has; ignores line ends. */
export function compareOutput(directory: string, files: ReadonlyMap<string, string>): Difference[] {
  const paths = [...new Set([...files.keys(), ...listFiles(directory)])].sort();
  return paths.flatMap((path): Difference[] => {
    const expected = files.get(path);
    if (expected === undefined) return [{ path, kind: 'orphaned' }];
    return compareFile(directory, path, expected);
  });
}

/** Compares one file of a folder that holds others too. */
export function compareFile(directory: string, path: string, expected: string): Difference[] {
  if (!existsSync(join(directory, path))) return [{ path, kind: 'missing' }];
  const found = readFileSync(join(directory, path), 'utf8').replaceAll('\r\n', '\n');
  return found === expected ? [] : [{ path, kind: 'stale' }];
}

/** Makes the folder hold exactly these files. @returns what changed */
export function writeOutput(directory: string, files: ReadonlyMap<string, string>): Difference[] {
  const differences = compareOutput(directory, files);
  for (const { path, kind } of differences) {
    const target = join(directory, path);
    if (kind === 'orphaned') {
      rmSync(target);
      continue;
    }
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, files.get(path)!);
  }
  return differences;
}

function listFiles(directory: string): string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry =>
      join(entry.parentPath, entry.name)
        .slice(directory.length + 1)
        .replaceAll('\\', '/'),
    );
}
