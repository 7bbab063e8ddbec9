/** Reads a value of an argument: what goes out for it, or what is wrong with it. Nothing here repeats the value. */
import type { OperationParameter } from '../contract/operation.js';
import { readBoolean, readNumber } from '../core/argument-forms.js';
import { kindOf } from '../core/kind.js';
import { nearest, suggest } from '../core/nearest.js';
import { isDay, momentText } from './moments.js';
import type { TakenArgument } from './parameters.js';

/** A value as it goes out, or what is wrong with it, in a sentence. */
export type ReadValue = { readonly text: string } | { readonly fault: string };

const longestText = 1_000;
const mostEntries = 1_000;

export function readValue(argument: TakenArgument, value: unknown): ReadValue {
  if (!argument.isList) return readOne(argument, value, argument.name);
  const entries = Array.isArray(value) ? value : [value];
  if (entries.length === 0 || entries.length > mostEntries)
    return { fault: `${argument.name}: a list of 1 to ${mostEntries} is expected, and ${kindOf(entries)} came.` };
  const read = entries.map((entry, index) => readEntry(argument, entry, `${argument.name}[${index}]`));
  const faults = read.flatMap(one => ('fault' in one ? one.fault : []));
  if (faults.length > 0) return { fault: faults.slice(0, 2).join(' ') };
  return { text: read.map(one => ('text' in one ? one.text : '')).join(',') };
}

function readEntry(argument: TakenArgument, entry: unknown, place: string): ReadValue {
  const read = readOne(argument, entry, place);
  return 'text' in read && read.text.includes(',') ? { fault: `${place}: an entry of a list has no comma.` } : read;
}

function readOne({ parameter }: TakenArgument, value: unknown, place: string): ReadValue {
  const text = textIn(parameter, value);
  if (text !== undefined) return { text };
  return {
    fault: `${place}: ${expectedOf(parameter)} is expected, and ${cameOf(parameter, value)} came${meantBy(parameter, value) || '.'}`,
  };
}

function textIn({ type, values, least, most, place, unit }: OperationParameter, value: unknown): string | undefined {
  if (values && type === 'text') {
    const word = wordOf(value);
    return values.find(one => one.toLowerCase() === word);
  }
  switch (type) {
    case 'integer':
    case 'number': {
      const number = typeof value === 'number' ? value : readNumber(value);
      if (number === undefined || !isIn(number, least, most)) return undefined;
      if (type === 'integer' && !Number.isSafeInteger(number)) return undefined;
      return values && !values.includes(String(number)) ? undefined : plainDigits(number);
    }
    case 'boolean': {
      const truth = typeof value === 'boolean' ? value : readBoolean(value);
      return truth === undefined ? undefined : String(truth);
    }
    case 'date':
      return isDay(wordOf(value)) ? wordOf(value) : undefined;
    case 'moment': {
      const text = typeof value === 'string' ? value.trim() : wordOf(value);
      return momentText(text, unit);
    }
    default:
      return plainText(value, place);
  }
}

/** Whole numbers stand for their digits, as hosts write them. */
function wordOf(value: unknown): string {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  return typeof value === 'string' ? value.trim().toLowerCase() : '';
}

function plainText(value: unknown, place: 'path' | 'query'): string | undefined {
  const text = typeof value === 'string' ? value.trim() : wordOf(value);
  if (text === '' || text.length > longestText || /[\p{Cc}\p{Cs}]/u.test(text)) return undefined;
  return place === 'path' && /^\.\.?$/.test(text) ? undefined : text;
}

/** JavaScript writes very small and very large numbers with an exponent, which not every host reads. */
function plainDigits(number: number): string {
  const text = String(number);
  return text.includes('e') ? number.toFixed(Math.abs(number) < 1 ? 20 : 0).replace(/(\.\d*?)0+$/, '$1') : text;
}

function isIn(number: number, least = Number.NEGATIVE_INFINITY, most = Number.POSITIVE_INFINITY): boolean {
  return Number.isFinite(number) && Math.abs(number) < 1e20 && number >= least && number <= most;
}

export function expectedOf({ type, values, least, most }: OperationParameter): string {
  if (values) return values.length === 1 ? values[0]! : `one of ${values.join(', ')}`;
  switch (type) {
    case 'integer':
      return `a whole number${rangeOf(least, most)}`;
    case 'number':
      return `a number${rangeOf(least, most)}`;
    case 'boolean':
      return 'true or false';
    case 'date':
      return 'a date as YYYY-MM-DD';
    case 'moment':
      return 'a date as YYYY-MM-DD, a time as 2026-01-05T14:30:00Z, or a Unix time';
    default:
      return 'a text';
  }
}

function rangeOf(least: number | undefined, most: number | undefined): string {
  if (least !== undefined && most !== undefined) return ` from ${least} to ${most}`;
  if (least !== undefined) return ` of at least ${least}`;
  return most === undefined ? '' : ` of at most ${most}`;
}

function cameOf({ type, least, most }: OperationParameter, value: unknown): string {
  const number = typeof value === 'number' ? value : readNumber(value);
  if (number !== undefined && (type === 'integer' || type === 'number')) {
    if (least !== undefined && number < least) return 'a smaller one';
    if (most !== undefined && number > most) return 'a larger one';
    if (type === 'integer' && !Number.isInteger(number)) return 'a number with a fraction';
  }
  return kindOf(value);
}

/** Whether it is like one of the words that are taken. */
export function isMeant({ values }: OperationParameter, value: unknown): boolean {
  return values !== undefined && nearest(wordOf(value), values) !== undefined;
}

export function isTime({ type }: OperationParameter): boolean {
  return type === 'date' || type === 'moment';
}

function meantBy({ values }: OperationParameter, value: unknown): string {
  return values ? suggest(nearest(wordOf(value), values)) : '';
}

/** What fits and is nearest to what came: the end of the range, the word that was meant. Else what it could be. */
export function exampleOf(parameter: OperationParameter, value: unknown): unknown {
  const { argument, type, values, least, most } = parameter;
  if (values) return nearest(wordOf(value), values) ?? values[0];
  const number = typeof value === 'number' ? value : readNumber(value);
  switch (type) {
    case 'integer':
    case 'number':
      if (number !== undefined && most !== undefined && number > most) return most;
      if (number !== undefined && least !== undefined && number < least) return least;
      return Math.max(least ?? 1, Math.min(most ?? 10, 10));
    case 'boolean':
      return true;
    case 'date':
    case 'moment':
      return '2026-01-05';
    default:
      return argument.toUpperCase();
  }
}
