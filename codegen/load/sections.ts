import type { Problem } from '../problem.js';
import type { Pages } from './pages.js';

const reference = /polygon-docs(?::\/)?\/([A-Za-z0-9_./-]+\.md)(?:#([\w-]+))?(?![\w:#])/g;

/**
 * Citations of a whole page or of a section by its heading, such as `polygon-docs/guides/recording.md#replay`.
 *
 * @param path of the text, from the root of the repository
 * @returns problems of those that lead nowhere, with the heading that was probably meant
 */
export function checkSections(path: string, text: string, pages: Pages): Problem[] {
  return text.split('\n').flatMap((line, index) =>
    [...line.matchAll(reference)].flatMap((match): Problem[] => {
      const [whole, name = '', section] = match;
      // A path such as spec/polygon-docs/x.md names a file, not a page.
      if (/[\w/]$/.test(line.slice(0, match.index))) return [];
      const at = { path, line: index + 1, column: match.index + 1 };
      const lines = pages.get(`polygon-docs/${name}`);
      if (!lines) return [{ at, message: `${whole} is cited, but there is no such page` }];
      if (section === undefined) return [];
      const sections = headingsIn(lines).map(slugOf);
      if (sections.includes(section)) return [];
      return [{ at, message: `${whole} is cited, but the page has only the sections ${sections.join(', ')}` }];
    }),
  );
}

function headingsIn(lines: readonly string[]): string[] {
  let fenced = false;
  return lines.flatMap(line => {
    if (line.startsWith('```')) fenced = !fenced;
    return fenced ? [] : (/^##+ (.+)$/.exec(line)?.slice(1) ?? []);
  });
}

/** The anchor that Markdown hosts give a heading; `runtime/tools/pages.ts` uses the same rule. */
function slugOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\w -]/g, '')
    .replaceAll(' ', '-');
}
