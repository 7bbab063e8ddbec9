import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

/** The documentation pages: lines by path, the path relative to `spec/` with forward slashes. */
export type Pages = ReadonlyMap<string, readonly string[]>;

/** Reads every page below `spec/polygon-docs`. */
export function loadPages(specDir: string): Pages {
  const root = join(specDir, 'polygon-docs');
  const pages = new Map<string, readonly string[]>();
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith('.md')) continue;
    const path = join(entry.parentPath, entry.name);
    const lines = readFileSync(path, 'utf8').split(/\r?\n/);
    if (lines.at(-1) === '') lines.pop();
    pages.set(relative(specDir, path).split(sep).join('/'), lines);
  }
  return new Map([...pages].sort(([a], [b]) => (a < b ? -1 : 1)));
}
