/** Documents as the API writes them. */

import { seedOf } from '../../simulator/random.js';
import { hash } from '../../simulator/world/hash.js';

/** An object, or a list at the root. A `bigint` is written as a number with all its digits. */
export type Document = Readonly<Record<string, unknown>> | readonly unknown[];

/** What a handler throws where the API answers with another status than 200. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly document: Document,
  ) {
    super(`HTTP ${status}`);
  }
}

export function notFound(message: string): Refused {
  return new Refused(404, { status: 'NOT_FOUND', message });
}

export function badRequest(error: string): Refused {
  return new Refused(400, { status: 'ERROR', error });
}

/** Stands before digits that are to be written as a number; no text of the world has it. */
const mark = '\uE000';
const marked = new RegExp(`"${mark}(-?\\d+)"`, 'g');

export function writeDocument(document: Document): string {
  const text = JSON.stringify(document, (_, value: unknown) => (typeof value === 'bigint' ? `${mark}${value}` : value));
  return text.replace(marked, '$1');
}

/** The same for the same request, as everything here. */
export function requestId(address: string): string {
  const seed = seedOf(address);
  return Array.from({ length: 4 }, (_, part) => hash(seed, part).toString(16).padStart(8, '0')).join('');
}
