import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

/** The documentation pages: lines by path as citations spell it, such as `polygon-docs/websockets/quickstart.md`. */
export type Pages = ReadonlyMap<string, readonly string[]>;

const guides = 'polygon-docs/guides/';

/** Reads every page below `spec/polygon-docs`, and the guides, which the server serves beside them. */
export function loadPages(specDir: string): Pages {
  const pages = [
    ...readFolder(join(specDir, 'polygon-docs'), 'polygon-docs/'),
    ...readFolder(join(specDir, 'guides'), guides),
  ];
  return new Map(pages.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Path of the file of a page, from the root of the repository. */
export function fileOf(page: string): string {
  return page.startsWith(guides) ? `spec/guides/${page.slice(guides.length)}` : `spec/${page}`;
}

function readFolder(folder: string, prefix: string): [string, readonly string[]][] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && entry.name.endsWith('.md'))
    .map(entry => {
      const path = join(entry.parentPath, entry.name);
      const lines = readFileSync(path, 'utf8').split(/\r?\n/);
      if (lines.at(-1) === '') lines.pop();
      return [`${prefix}${relative(folder, path).split(sep).join('/')}`, lines];
    });
}
