/** README and the guides, and their blocks of code. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from './project.js';

/** A block of code. */
export interface Block {
  /** The last line before it. */
  readonly intro: string;
  readonly language: string;
  readonly text: string;
}

/** The pages for people, from the root of the repository. */
export const guides: readonly string[] = [
  'README.md',
  ...readdirSync(join(repository, 'spec/guides')).map(name => `spec/guides/${name}`),
];

export function readGuide(path: string): string {
  return readFileSync(join(repository, path), 'utf8');
}

/** @returns the blocks of code of a text, in order */
export function blocksIn(text: string): Block[] {
  return [...text.matchAll(/^```(\w*)\n(.*?)\n```$/gms)].map(({ index, 1: language = '', 2: code = '' }) => ({
    intro: text.slice(0, index).trimEnd().split('\n').at(-1)!,
    language,
    text: code,
  }));
}

/** @returns the blocks of code under a heading of a page, in order */
export function readBlocks(path: string, heading: string): Block[] {
  const section = readGuide(path)
    .split(/^(?=## )/m)
    .find(text => text.startsWith(`## ${heading}\n`));
  return blocksIn(section ?? '');
}

/** @returns the links of a text into the repository, as written */
export function linksIn(text: string): string[] {
  const prose = text.replace(/^```.*?^```$/gms, '').replace(/`[^`\n]*`/g, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link!).filter(link => !/^https?:/.test(link));
}

/** @returns the anchors of the headings of a text, as Markdown hosts spell them */
export function anchorsIn(text: string): string[] {
  const headings = text.replace(/^```.*?^```$/gms, '').matchAll(/^#+ (.+)$/gm);
  return [...headings].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\w -]/g, '')
      .replaceAll(' ', '-'),
  );
}
