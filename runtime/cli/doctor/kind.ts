/** Describes values of a feed by kind, so that a report has no data and no secret. */

import { count } from '../../core/count.js';
import type { Cleaner } from '../../feed/feed-text.js';

const longestShape = 24;

/** The kind of a value, such as `whole number of 13 digits`; never the value. */
export function kindOfValue(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return `list of ${value.length}`;
  switch (typeof value) {
    case 'string':
      return kindOfText(value);
    case 'number':
      return kindOfNumber(value);
    case 'boolean':
      return 'true or false';
    default:
      return 'object';
  }
}

function kindOfText(text: string): string {
  // Integers beyond 2^53 are read as their digits.
  if (/^-?\d+$/.test(text)) {
    const digits = text.replace('-', '').length;
    return `${Number.isSafeInteger(Number(text)) ? 'text' : 'whole number'} of ${count(digits, 'digit')}`;
  }
  return /^-?\d+\.\d+$/.test(text) ? 'decimal text' : `text of ${count(text.length, 'character')}`;
}

function kindOfNumber(value: number): string {
  const sign = value < 0 ? 'negative ' : '';
  if (Number.isSafeInteger(value)) return `${sign}whole number of ${count(String(Math.abs(value)).length, 'digit')}`;
  return `${sign}number that is not whole`;
}

/** How a symbol or a channel is written: capitals as A, small letters as a, digits as 9, what is neither as `?`. */
export function shapeOf(text: string): string {
  const shape = text
    .slice(0, longestShape)
    .replace(/[A-Z]/g, 'A')
    .replace(/[a-z]/g, 'a')
    .replace(/\d/g, '9')
    .replace(/[^Aa9 .:/_*-]/g, '?');
  return text.length > longestShape ? `${shape}... (${text.length} characters)` : shape;
}

const longestName = 32;
const shortName = /^[A-Za-z_]\w{0,6}$/;
/** Words as people put them together: `snake_case`, `CAPITALS`, `camelCase`, with a number at the end at most. */
const words =
  /^_?(?:[a-z]{1,15}(?:_[a-z]{1,15})*|[A-Z]{1,15}(?:_[A-Z]{1,15})*|[A-Za-z]?[a-z]{1,15}(?:[A-Z][a-z]{1,15})*)(?:_?\d{1,3})?$/;

/**
 * A name from the feed, such as a key of an event, so that a report can say what is new; one with the key of the
 * connection in it, that looks like a key, or that is odd is described by its length alone.
 *
 * @param key takes the key of the connection out of a text
 */
export function nameOf(text: string, key: Cleaner): string {
  const isName = shortName.test(text) || (text.length <= longestName && words.test(text));
  return isName && key.clean(text) === text ? text : `(a name of ${count(text.length, 'character')})`;
}
