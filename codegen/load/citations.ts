/**
 * Checks citations.
 * C1 the page exists. C2 the range lies in it. C3 it is tight. C4 it mentions what is cited.
 * C5 two fields of a channel never cite the same line. C6 comments, README and the pages are checked, too.
 * C7 a failure says where to find the thing now.
 * C8 what a page for people cites has two words of the sentence that cites it.
 */
import { type Citation, formatSee } from '../model.js';
import { nearest } from '../nearest.js';
import type { Position, Problem } from '../problem.js';
import type { Pages } from './pages.js';

const longestRange = 60;

export function checkCitations(citations: readonly Citation[], pages: Pages): Problem[] {
  const known = citations.filter(({ file }) => pages.has(file));
  const judged = known.map(citation => ({ citation, problems: checkCitation(citation, pages) }));
  const sound = judged.filter(({ problems }) => problems.length === 0).map(({ citation }) => citation);
  return [...checkPages(citations, pages), ...judged.flatMap(({ problems }) => problems), ...checkShared(sound)];
}

/** Reports a missing page or folder once for each file that cites it, however often. */
function checkPages(citations: readonly Citation[], pages: Pages): Problem[] {
  const groups = new Map<string, Citation[]>();
  for (const citation of citations.filter(({ file }) => !pages.has(file))) {
    const folder = folderOf(citation.file);
    const place = isFolder(folder, pages) ? citation.file : folder;
    const key = `${citation.at.path} ${place}`;
    groups.set(key, [...(groups.get(key) ?? []), citation]);
  }
  return [...groups.values()].map(group => {
    const [{ at, what, file }, others] = [group[0]!, group.length - 1];
    const see = formatSee(group[0]!);
    if (file.endsWith('/')) {
      const line = see.slice(see.lastIndexOf(':') + 1);
      return { at, message: `${what} cites line ${line} of no page; write the page too, such as overview.md:${line}` };
    }
    const more = others === 0 ? '' : `, which ${others} more ${others === 1 ? 'citation needs' : 'citations need'}`;
    const place = isFolder(folderOf(file), pages) ? 'page' : 'folder';
    return { at, message: `${what} cites ${see}, but there is no such ${place}${more}${suggestPage(file, pages)}` };
  });
}

function checkCitation(citation: Citation, pages: Pages): Problem[] {
  const { at, file, from, to, kind, what } = citation;
  const see = formatSee(citation);
  const problem = (message: string): Problem[] => [{ at, message: `${what} cites ${see}, ${message}` }];

  const lines = pages.get(file)!;
  if (from < 1 || from > to || to > lines.length) {
    return problem(`but ${file} has the lines 1 to ${lines.length}${suggestLine(citation, lines)}`);
  }
  if (lines[from - 1]!.trim() === '' || lines[to - 1]!.trim() === '') {
    return problem(`which begins or ends with a blank line; cite the lines that speak${suggestLine(citation, lines)}`);
  }
  if (kind === 'field' && from !== to) return problem('but a field is proved by exactly one line');
  if (to - from >= longestRange)
    return problem(`which spans more than ${longestRange} lines; cite the part that proves it`);

  const cited = lines.slice(from - 1, to);
  if (kind === 'sample') {
    const fault = sampleFault(cited.join('\n'), citation.mentions[0]!);
    return fault ? problem(`${fault}${suggestSample(citation, lines)}`) : [];
  }
  const missing = missingFrom(cited, citation);
  if (missing.length > 0)
    return problem(`which does not mention ${missing.join(' and ')}${suggestLine(citation, lines)}`);
  if (isAbout(cited, citation)) return [];
  return problem(`which has no two words of the sentence that cites it${suggestLine(citation, lines)}`);
}

function checkShared(citations: readonly Citation[]): Problem[] {
  const first = new Map<string, Citation>();
  const problems: Problem[] = [];
  for (const citation of citations) {
    if (citation.kind !== 'field') continue;
    const see = formatSee(citation);
    const earlier = first.get(see);
    // The check of the channel reports a field that stands twice.
    if (earlier?.what === citation.what) continue;
    if (earlier) {
      problems.push({
        at: citation.at,
        message: `${citation.what} cites ${see}, which ${earlier.what} cites already; a field has its own line`,
      });
    } else first.set(see, citation);
  }
  return problems;
}

function missingFrom(cited: readonly string[], { kind, mentions }: Citation): string[] {
  const text = cited.join('\n');
  // Only the row of the field itself begins with its key; other rows may mention it.
  if (kind === 'field') return text.startsWith(`| ${mentions[0]} |`) ? [] : [mentions[0]!];
  return mentions.filter(mention => !text.includes(mention));
}

const fewestWords = 2;

/** Whether lines speak of what the sentence that cites them says. */
function isAbout(cited: readonly string[], { sentence }: Citation): boolean {
  if (sentence === undefined) return true;
  const said = stemsOf(cited.join(' '));
  return [...stemsOf(sentence)].filter(stem => said.has(stem)).length >= fewestWords;
}

/** The beginnings of the longer words, by which `evicts` and `evicted` are one. */
function stemsOf(text: string): Set<string> {
  return new Set([...text.toLowerCase().matchAll(/\b([a-z]{5})[a-z]*/g)].map(([, stem]) => stem!));
}

/** Why the text is no sample of an event `ev`; undefined if it is one. */
function sampleFault(text: string, ev: string): string | undefined {
  try {
    const event: unknown = JSON.parse(text);
    const found = typeof event === 'object' && event !== null && 'ev' in event ? String(event.ev) : undefined;
    return found === ev ? undefined : `whose event is ${found ?? 'no object with an ev'} instead of ${ev}`;
  } catch {
    return 'which is not the JSON of one event';
  }
}

function suggestLine(citation: Citation, lines: readonly string[]): string {
  if (citation.kind === 'sample') return suggestSample(citation, lines);
  const length = Math.max(citation.to - citation.from, 0);
  return suggestNearest(citation.from, length, lines, part => proves(part, citation));
}

function proves(part: readonly string[], citation: Citation): boolean {
  return missingFrom(part, citation).length === 0 && isAbout(part, citation);
}

function suggestSample(citation: Citation, lines: readonly string[]): string {
  return suggestNearest(citation.from, 0, lines, ([line]) => !sampleFault(line!, citation.mentions[0]!));
}

/** Proposes the nearest lines, as many as were cited, that prove the claim. */
function suggestNearest(
  cited: number,
  length: number,
  lines: readonly string[],
  proves: (part: readonly string[]) => boolean,
): string {
  const places = lines.flatMap((_, start) => {
    const part = lines.slice(start, start + length + 1);
    const fits = part.length === length + 1 && part[0]!.trim() !== '' && part.at(-1)!.trim() !== '';
    return fits && proves(part) ? [start + 1] : [];
  });
  if (places.length === 0) return '';
  const line = places.reduce((best, place) => (Math.abs(place - cited) < Math.abs(best - cited) ? place : best));
  const range = length === 0 ? `${line}` : `${line}-${line + length}`;
  return `; ${length === 0 ? `line ${range} does` : `the lines ${range} do`}. Did you mean :${range}?`;
}

function folderOf(file: string): string {
  return file.slice(0, file.lastIndexOf('/') + 1);
}

function isFolder(folder: string, pages: Pages): boolean {
  return [...pages.keys()].some(path => path.startsWith(folder));
}

/** Suggests a similar page of the folder, or if the folder has no pages, one of that name elsewhere, or a new page. */
function suggestPage(file: string, pages: Pages): string {
  const folder = folderOf(file);
  const name = file.slice(folder.length);
  const moved = nearest(folder, [...new Set([...pages.keys()].map(folderOf))]);
  if (!isFolder(folder, pages) && moved) return `. Did you mean ${moved}?`;
  const below = [...pages.keys()].filter(path => path.startsWith(folder));
  const neighbours = below.map(path => path.slice(folder.length)).filter(path => !path.includes('/'));
  const near = nearest(name, neighbours);
  const found = near === undefined ? below.find(path => path.endsWith(`/${name}`)) : `${folder}${near}`;
  return found ? `. Did you mean ${found}?` : `; write it as spec/${file}, or cite another`;
}

const reference = /((?:polygon-docs:\/)?[A-Za-z0-9_./-]+\.md):(\d+)(?:-(\d+))?/g;
const root = 'polygon-docs/';

/**
 * Citations in comments and prose (C6). Words in backticks behind `@see polygon-docs/...:12` on the same line must
 * stand in the cited lines; README and the guides speak of what they cite.
 *
 * @param folder that short references such as `stocks/trades.md:12` are relative to; absent: they are no citations
 */
export function findCitations(path: string, text: string, folder?: string): Citation[] {
  const forPeople = /^(?:README|spec\/guides\/[\w-]+)\.md$/.test(path);
  let isShown = false;
  return text.split('\n').flatMap((line, index) => {
    if (line.startsWith('```')) isShown = !isShown;
    const judged = forPeople && !isShown;
    return [...line.matchAll(reference)].flatMap((match): Citation[] => {
      const [whole, written = '', from, to = from] = match;
      // A page is cited by its path or by its URI as a resource.
      const name = written.replace('polygon-docs://', root);
      const start = Math.max(name.indexOf(root), 0);
      const full = name.startsWith(root, start);
      if (!full && folder === undefined) return [];
      const at: Position = { path, line: index + 1, column: match.index + start + 1 };
      const tail = /@see\s*$/.test(line.slice(0, at.column - 1)) ? line.slice(match.index + whole.length) : '';
      return [
        {
          what: folder === undefined && !forPeople ? 'the comment' : 'the page',
          file: full ? name.slice(start) : `${folder}/${name}`,
          from: Number(from),
          to: Number(to),
          kind: 'fact',
          mentions: [...tail.matchAll(/`([^`]+)`/g)].map(word => word[1]!),
          ...(judged
            ? {
                sentence: line
                  .slice(0, match.index)
                  .split(/[.!?] /)
                  .at(-1)!,
              }
            : {}),
          at,
        },
      ];
    });
  });
}
