/** JSON without loss: integers beyond 2^53 and numbers beyond the range of a double become strings of their digits. */

/** Strings are matched whole, so that digits inside them are left alone. */
const tokens = /"(?:[^"\\]+|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** Only such texts can hold a number that a double cannot. */
const suspicious = /\d{16}|\d[eE]\+?\d{3}/;

/** @throws SyntaxError as `JSON.parse` does */
export function parseExact(text: string): unknown {
  if (!suspicious.test(text)) return JSON.parse(text);
  // A broken text must fail before its numbers are quoted, which could mend it.
  JSON.parse(text);
  return JSON.parse(text.replace(tokens, quoteUnsafe));
}

/** Numbers that may have more digits than a double, or lie beyond its range. */
const doubtful = /-?\d[\d.]{15,}(?:[eE][+-]?\d+)?|-?\d+(?:\.\d+)?[eE][+-]?\d{3,}/g;
const wellFormed = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/**
 * The same where every digit counts, and faster for large texts: decimals with digits that a double does not keep become
 * strings, too.
 *
 * @throws SyntaxError as `JSON.parse` does
 */
export function parseDigits(text: string): unknown {
  const pieces: string[] = [];
  let copied = 0;
  const strings = new Strings(text);
  doubtful.lastIndex = 0;
  for (let found = doubtful.exec(text); found; found = doubtful.exec(text)) {
    const { 0: token, index } = found;
    const outside = strings.pass(index);
    if (outside > index) {
      doubtful.lastIndex = outside;
      continue;
    }
    // What is no number is left for the parser to refuse.
    if (!wellFormed.test(token) || keepsDigits(token)) continue;
    pieces.push(text.slice(copied, index), `"${token}"`);
    copied = index + token.length;
  }
  return JSON.parse(pieces.length === 0 ? text : pieces.join('') + text.slice(copied));
}

/** The strings of a JSON text, passed one after the other. */
class Strings {
  /** Where the next one begins; kept, since the way to it can be long. */
  private begin: number;
  private end = 0;

  constructor(private readonly text: string) {
    this.begin = this.next(0);
  }

  /** @returns where the last string ends that begins before an offset, in which the offset may be */
  pass(until: number): number {
    while (this.begin < until) {
      this.end = this.endOf(this.begin + 1);
      this.begin = this.next(this.end);
    }
    return this.end;
  }

  private next(from: number): number {
    const found = this.text.indexOf('"', from);
    return found < 0 ? this.text.length : found;
  }

  private endOf(from: number): number {
    const { text } = this;
    for (let at = from; ; ) {
      const end = text.indexOf('"', at);
      if (end < 0) return text.length;
      at = end + 1;
      let before = end;
      while (text[before - 1] === '\\') before--;
      if ((end - before) % 2 === 0) return at;
    }
  }
}

/** Whether a double says the same digits, at least when it is asked for as many. */
function keepsDigits(token: string): boolean {
  const number = Number(token);
  if (!Number.isFinite(number)) return false;
  if (/^-?\d+$/.test(token)) return Number.isSafeInteger(number);
  const digits = significant(token);
  if (digits === '' || number === 0) return digits === '';
  return digits.length <= 15 || (digits.length <= 100 && significant(number.toPrecision(digits.length)) === digits);
}

/** The digits of a number from the first to the last that is not zero. */
function significant(token: string): string {
  const [mantissa = ''] = token.split(/[eE]/);
  const digits = mantissa.replace(/[-.]/g, '');
  let [start, end] = [0, digits.length];
  while (digits[start] === '0') start++;
  while (end > start && digits[end - 1] === '0') end--;
  return digits.slice(start, end);
}

function quoteUnsafe(token: string): string {
  if (token.startsWith('"')) return token;
  const number = Number(token);
  const exact = Number.isFinite(number) && (!/^-?\d+$/.test(token) || Number.isSafeInteger(number));
  return exact ? token : `"${token}"`;
}

/** A range of a text, in bytes. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

const [blank, quote, comma, openBracket, backslash, closeBracket, openBrace, closeBrace] = [
  ...Buffer.from(' ",[\\]{}'),
] as [number, number, number, number, number, number, number, number];

/** Where the items of an array are. @param json bytes of an array that `JSON.parse` accepts */
export function splitItems(json: Uint8Array): Span[] {
  const spans: Span[] = [];
  let depth = 0;
  let start = -1;
  let end = 0;
  for (let at = 0; at < json.length; at++) {
    const byte = json[at]!;
    if (byte <= blank) continue;
    const closes = byte === closeBracket || byte === closeBrace;
    if (closes) depth--;
    if ((depth === 1 && byte === comma) || (depth === 0 && closes)) {
      if (start >= 0) spans.push({ start, end });
      start = -1;
      continue;
    }
    if (depth === 1 && start < 0) start = at;
    if (byte === openBracket || byte === openBrace) depth++;
    else if (byte === quote) at = endOfText(json, at);
    end = at + 1;
  }
  return spans;
}

/** Whether a JSON text has more arrays, objects and members of them than so many; nothing is built to find out. */
export function hasMoreParts(json: Uint8Array, start: number, end: number, most: number): boolean {
  let parts = 0;
  for (let at = start; at < end && parts <= most; at++) {
    const byte = json[at]!;
    if (byte === quote) at = endOfText(json, at);
    else if (byte === comma || byte === openBracket || byte === openBrace) parts++;
  }
  return parts > most;
}

/** @param at of the quote that opens it; a text may lack its end */
function endOfText(json: Uint8Array, at: number): number {
  let end = at + 1;
  while (end < json.length && json[end] !== quote) end += json[end] === backslash ? 2 : 1;
  return end;
}
