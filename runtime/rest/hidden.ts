/** What a caller wrote, to be left out of sentences of the API. */
import { type Address, slotsOf } from './address.js';
import type { SentValue } from './arguments.js';

/** A text, and what stands for it. */
export interface Hidden {
  readonly name: string;
  readonly text: string;
}

/** Shorter texts stand in sentences by chance. */
const shortest = 4;
/** More of a sentence is not shown. */
const longestSentence = 4_000;

/** The values of arguments, but for words of the spec. */
export function hiddenInValues(sent: readonly SentValue[]): Hidden[] {
  return sent.flatMap(({ argument: { name, parameter, isList }, text }) => {
    if (parameter.values) return [];
    return (isList ? text.split(',') : [text]).map(one => ({ name, text: one }));
  });
}

/** The values in the address of a further page: anybody can write a cursor. */
export function hiddenInPage(template: string, { path, query }: Address): Hidden[] {
  const wanted = template.split('/');
  const slots = path.split('/').filter((_, index) => slotsOf(wanted[index] ?? '').length > 0);
  const values = [...slots.map(decodeURIComponent), ...new URLSearchParams(query).values()];
  return values.map(text => ({ name: 'page', text }));
}

/** A sentence without these texts, in whatever case, as they are or as they stand in a URL. */
export function hide(sentence: string, hidden: readonly Hidden[]): string {
  const spelled = hidden
    .filter(({ text }) => text.length >= shortest)
    .flatMap(({ name, text }) => [...new Set([text, encodeURIComponent(text)])].map(one => ({ name, text: one })))
    .toSorted((one, other) => other.text.length - one.text.length);
  const head = sentence.slice(0, longestSentence);
  return spelled.reduce((said, { name, text }) => {
    const literally = new RegExp(text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'), 'gi');
    return said.replace(literally, () => `(${name})`);
  }, head);
}
