/**
 * `spec/unsaid.yaml`: what the spec states and the vendor's description leaves unsaid. It is a lock file: a new silence
 * is news, and so is a change of the prose in its place. That prose may say it in words that the parser does not
 * understand, so somebody has to read it.
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

/** @returns the text of the file, with one line for each subject */
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

/** Whether the vendor would say it in prose. */
export function standsInWords(what: What): boolean {
  return what === 'epoch' || what === 'unit';
}

/** A short digest of a text; ignores differences in white space. */
export function digest(words: string): string {
  return createHash('sha256').update(tidy(words)).digest('hex').slice(0, 8);
}

/** Shows a silence, and the beginning of the prose in its place. */
export function describeSilence(words: string): string {
  const text = tidy(words);
  if (text === '') return 'unsaid';
  return `unsaid: "${text.length > shownLetters ? `${text.slice(0, shownLetters)}...` : text}"`;
}

function tidy(words: string): string {
  return words.replace(/\s+/g, ' ').trim();
}
