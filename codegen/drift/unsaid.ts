/**
 * `spec/unsaid.yaml`: what the spec states and the vendor's description leaves unsaid. It is a lock, so that it is news
 * when one thing more is left unsaid, and when the words that stand in its place become others: they may say it in a
 * way that nothing here understands, so somebody has to read them.
 */
import { createHash } from 'node:crypto';
import type { Loaded } from '../load/file.js';
import type { RawSilence, Silence } from '../model.js';
import type { What } from './facts.js';

const shownLetters = 60;

export function readSilences({ value, source }: Loaded<readonly RawSilence[]>): Silence[] {
  return value.flatMap(({ at, unsaid, words }, index) =>
    unsaid.map(what => ({
      at,
      what,
      ...(words === undefined || !standsInWords(what) ? {} : { words }),
      written: source.at([index, 'at']),
    })),
  );
}

/** @returns the text of the file, one line for each subject */
export function formatSilences(silences: readonly Omit<Silence, 'written'>[]): string {
  const subjects = [...new Set(silences.map(({ at }) => at))].sort();
  const lines = subjects.map(subject => {
    const of = silences.filter(({ at }) => at === subject);
    const unsaid = of.map(({ what }) => what).sort();
    const words = of.flatMap(silence => silence.words ?? [])[0];
    return `- { at: ${subject}, unsaid: [${unsaid.join(', ')}]${words === undefined ? '' : `, words: "${words}"`} }`;
  });
  return ['# Written by: npm run drift -- --lock', ...lines, ''].join('\n');
}

/** Whether it would stand in prose. */
export function standsInWords(what: What): boolean {
  return what === 'epoch' || what === 'unit';
}

/** A short digest of words, for which spaces do not count. */
export function digest(words: string): string {
  return createHash('sha256').update(tidy(words)).digest('hex').slice(0, 8);
}

/** What stands in the place of what is left unsaid, for people. */
export function describeSilence(words: string): string {
  const text = tidy(words);
  if (text === '') return 'unsaid';
  return `unsaid: "${text.length > shownLetters ? `${text.slice(0, shownLetters)}...` : text}"`;
}

function tidy(words: string): string {
  return words.replace(/\s+/g, ' ').trim();
}
