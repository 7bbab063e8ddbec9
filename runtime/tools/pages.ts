import { readdir, readFile } from 'node:fs/promises';
import { pageScheme } from '../core/citation.js';

/** A page of the documentation that ships with the server. */
export interface Page {
  /** `polygon-docs://websockets/stocks/trades.md` */
  readonly uri: string;
  /** `websockets/stocks/trades.md` */
  readonly path: string;
  /** Heading, for guides only. */
  readonly title?: string;
  /** The line below the heading, for guides only. */
  readonly description?: string;
}

/** The documentation pages and the guides, as resources. */
export class Pages {
  private pages: Promise<readonly Page[]> | undefined;

  /** @param folder that holds `websockets/` and `guides/`, with a slash at its end */
  constructor(private readonly folder: URL) {}

  async list(): Promise<Page[]> {
    this.pages ??= listPages(this.folder);
    return [...(await this.pages)];
  }

  /**
   * Reads a page, some of its lines, or a section with its subsections:
   * `polygon-docs://websockets/stocks/trades.md:11-19`, `polygon-docs://guides/recording.md#replay`.
   *
   * @returns undefined if there is no such page, line or section
   */
  async read(uri: string): Promise<string | undefined> {
    const match = /^polygon-docs:\/\/(.+?\.md)(?::(\d+(?:-\d+)?(?:,\d+(?:-\d+)?){0,9})|#([\w-]+))?$/.exec(uri);
    const page = match && (await this.list()).find(({ path }) => path === match[1]);
    if (!page) return undefined;
    const text = await readFile(new URL(page.path, this.folder), 'utf8');
    const [, , ranges, section] = match;
    if (section !== undefined) return sectionOf(text, section);
    if (ranges === undefined) return text;
    const parts = ranges.split(',').map(range => linesOf(text, range));
    return parts.includes(undefined) ? undefined : parts.join('\n\n');
  }
}

/** Lines of a text, by their numbers: `12` or `12-20`. */
function linesOf(text: string, range: string): string | undefined {
  const [from, to = from] = range.split('-').map(Number) as [number, number?];
  const lines = text.split('\n').slice(from - 1, to);
  return from < 1 || lines.length === 0 ? undefined : lines.join('\n');
}

async function listPages(folder: URL): Promise<Page[]> {
  const entries = await readdir(folder, { recursive: true });
  const paths = entries.map(path => path.replaceAll('\\', '/')).filter(path => path.endsWith('.md'));
  return Promise.all(
    paths.sort().map(async path => {
      const page = { uri: `${pageScheme}${path}`, path };
      if (!path.startsWith('guides/')) return page;
      const [heading = '', , description = ''] = (await readFile(new URL(path, folder), 'utf8')).split('\n');
      return { ...page, title: heading.replace(/^# /, ''), description };
    }),
  );
}

/** A section, from its heading to the next heading of that level. */
function sectionOf(text: string, section: string): string | undefined {
  const parts = text.split(/^(?=##+ )/m);
  const first = parts.findIndex(part => slugOf(part.slice(0, part.indexOf('\n'))) === section);
  if (first < 0) return undefined;
  const level = levelOf(parts[first]!);
  const count = parts.slice(first + 1).findIndex(part => levelOf(part) <= level);
  return parts
    .slice(first, count < 0 ? undefined : first + 1 + count)
    .join('')
    .trimEnd();
}

function levelOf(part: string): number {
  return /^#*/.exec(part)![0].length;
}

/** The anchor of a heading, as GitHub and other Markdown hosts spell it. */
function slugOf(line: string): string {
  return line
    .replace(/^#+ /, '')
    .toLowerCase()
    .replace(/[^\w -]/g, '')
    .replaceAll(' ', '-');
}
