import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from './project.js';

/** A block of code. */
export interface Block {
  /** The last line before it. */
  readonly intro: string;
  readonly language: string;
  readonly text: string;
}

/** @returns the blocks of code under a heading of README, in their order */
export function readBlocks(heading: string): Block[] {
  const readme = readFileSync(join(repository, 'README.md'), 'utf8');
  const section = readme.split(/^(?=## )/m).find(text => text.startsWith(`## ${heading}\n`)) ?? '';
  return [...section.matchAll(/^```(\w+)\n(.*?)\n```$/gms)].map(({ index, 1: language = '', 2: text = '' }) => ({
    intro: section.slice(0, index).trimEnd().split('\n').at(-1)!,
    language,
    text,
  }));
}
