import { readdir, readFile } from 'node:fs/promises';
import { pageScheme } from '../core/citation.js';

/** A page of the documentation that ships with the server. */
export interface Page {
  /** `polygon-docs://websockets/stocks/trades.md` */
  readonly uri: string;
  /** `websockets/stocks/trades.md` */
  readonly path: string;
}

/** The documentation pages, as resources. */
export class Pages {
  private paths: Promise<readonly string[]> | undefined;

  /** @param folder that holds `websockets/`, with a slash at its end */
  constructor(private readonly folder: URL) {}

  async list(): Promise<Page[]> {
    this.paths ??= listPages(this.folder);
    return (await this.paths).map(path => ({ uri: `${pageScheme}${path}`, path }));
  }

  /**
   * Reads a page, or lines of it: `polygon-docs://websockets/stocks/trades.md:12-20`.
   *
   * @returns nothing if there is no such page or no such line
   */
  async read(uri: string): Promise<string | undefined> {
    const match = /^polygon-docs:\/\/(.+?\.md)(?::(\d+)(?:-(\d+))?)?$/.exec(uri);
    const page = match && (await this.list()).find(({ path }) => path === match[1]);
    if (!page) return undefined;
    const text = await readFile(new URL(page.path, this.folder), 'utf8');
    const [, , from, to = from] = match;
    if (from === undefined) return text;
    const lines = text.split('\n').slice(Number(from) - 1, Number(to));
    return Number(from) < 1 || lines.length === 0 ? undefined : lines.join('\n');
  }
}

async function listPages(folder: URL): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true });
  return entries
    .map(path => path.replaceAll('\\', '/'))
    .filter(path => path.endsWith('.md'))
    .sort();
}
