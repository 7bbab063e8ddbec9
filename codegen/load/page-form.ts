/** Judges the form of a channel's page: its sections, the rows of its first table, and what is disputed. */
import { nearest, suggest } from '../nearest.js';

/** A fault of a page, and its line, from 1. */
export interface PageFault {
  readonly line: number;
  readonly message: string;
}

/** A heading of the second level, and the lines up to the next one. */
interface Section {
  readonly title: string;
  readonly line: number;
  readonly lines: readonly string[];
}

/** Each place has one of these sections. */
const sections: readonly (readonly string[])[] = [
  ['Channel'],
  ['Fields'],
  ['Example'],
  ['Example without the optional fields', 'Second example'],
  ['Disputed and unknown'],
];
const form = `a page of a channel has, in this order: ${sections.map(headings).join(', ')}`;

/** The rows that every table of a channel has, each by example. */
const rows: Readonly<Record<string, string>> = {
  Title: 'Trades',
  Prefix: '`MT` (channel name `MT.XAU@01`)',
  Event: '`ev` is `MT`',
  Symbol: 'under the key `m`; metal and vault such as `XAU@01`',
  Wildcard: '`MT.*` gives every symbol',
  Plans: 'Business, real time',
  Delay: 'real time; 20 minutes on the delayed feed',
  Limits: 'no cap on symbols',
};
const known = [...Object.keys(rows), 'Alias'];

/** @returns the first fault of its order, and those of its sections */
export function judgePage(lines: readonly string[]): PageFault[] {
  const found = sectionsOf(lines);
  const place = Math.max(found.length, sections.length);
  const wrong = Array.from({ length: place }, (_, index) => index).find(
    index => !sections[index]?.includes(found[index]?.title ?? ''),
  );
  const [channel] = found.filter(({ title }) => title === 'Channel');
  const [disputed] = found.filter(({ title }) => title === 'Disputed and unknown');
  return [
    ...(wrong === undefined ? [] : [misplaced(found[wrong], sections[wrong], lines.length)]),
    ...(channel ? judgeRows(channel) : []),
    ...(disputed ? judgeBullets(disputed) : []),
  ];
}

function headings(titles: readonly string[]): string {
  return titles.map(title => `## ${title}`).join(' or ');
}

function misplaced(section: Section | undefined, expected: readonly string[] | undefined, end: number): PageFault {
  const came = section ? `## ${section.title} stands` : 'the page ends';
  const message = `${came} where ${expected ? headings(expected) : 'the end of the page'} is expected; ${form}`;
  return { line: section?.line ?? end, message };
}

function judgeRows({ line: top, lines }: Section): PageFault[] {
  const given = lines.flatMap((text, index) => {
    const [, name = ''] = /^\| ([^|]+?) \|/.exec(text) ?? [];
    return name === '' || name === 'Property' ? [] : [{ name, line: top + 1 + index }];
  });
  const strange = given.filter(({ name }) => !known.includes(name));
  const missing = Object.keys(rows).filter(row => !given.some(({ name }) => name === row));
  const unmeant = missing.filter(row => !strange.some(({ name }) => nearest(name, missing) === row));
  return [
    ...unmeant.map(row => ({
      line: top,
      message: `the table of ## Channel lacks the row ${row}; add it, such as: | ${row} | ${rows[row]} |`,
    })),
    ...strange.map(({ name, line }) => ({ line, message: `no page has a row ${name}${suggest(name, known, 'rows')}` })),
  ];
}

function judgeBullets({ line: top, lines }: Section): PageFault[] {
  const bullets = lines.flatMap((text, index) => (text.startsWith('- ') ? [{ text, line: top + 1 + index }] : []));
  if (bullets.length === 0)
    return [{ line: top, message: '## Disputed and unknown has no bullet; add one, such as: - Nothing was captured.' }];
  return bullets
    .filter(({ text }) => !text.trimEnd().endsWith('.'))
    .map(({ line }) => ({ line, message: 'the bullet has no full stop; end it with one' }));
}

/** What stands between fences is an example, and no heading. */
function sectionsOf(lines: readonly string[]): Section[] {
  let fenced = false;
  const tops = lines.flatMap((text, index) => {
    if (text.startsWith('```')) fenced = !fenced;
    return !fenced && text.startsWith('## ') ? [index] : [];
  });
  return tops.map((top, index) => ({
    title: lines[top]!.slice(3).trim(),
    line: top + 1,
    lines: lines.slice(top + 1, tops[index + 1]),
  }));
}
