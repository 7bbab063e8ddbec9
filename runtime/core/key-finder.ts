/**
 * Finds a whole key in what a feed says, however the feed spells it: in any case, as it is, URL-encoded, escaped for
 * JSON or as a code, in base64 and in hex. Known to secret.ts alone, since it holds the key.
 */
import type { Patience } from './patience.js';

/** Shorter keys are not searched for. */
export const shortestCleaned = 8;

const blackout = '[redacted]';
/** How often a text may be encoded for a URL. */
const mostEncoded = 8;
/** This many characters of each spelling are searched for at once, before a candidate is checked in full. */
const glanced = 4;
/** No more than that is needed to see where a spelling could begin. */
const longestGlance = 64;
/** Only texts made for the purpose need more. */
const stepsPerCharacter = 1;
const leastSteps = 50_000;
/** Bytes of a frame that are searched at once. */
const pieceBytes = 2 ** 15;
/** No spelling of a key is longer. */
const longestSpelling = 2 ** 16;
/** What stands before a number of JSON is seen in so many bytes. */
const seenBefore = 8;
/** Stands for a frame in which nearly everything could be a key. */
export const emptyFrame = Buffer.from('[]');
const percent = 37;
const backslash = 92;

/** Where a spelling begins and ends. */
interface Place {
  readonly start: number;
  readonly end: number;
}

/** Where a search begins, before which character the last key that it finds begins, and what stands for a key. */
interface Search {
  readonly from: number;
  readonly until: number;
  readonly patience: Patience;
  readonly substitute: (place: Place) => string;
}

/** A text without the keys in it, up to `end`. */
interface Found {
  readonly clean: string;
  /** Where the search ended, or a key that began before. */
  readonly end: number;
  readonly hasKey: boolean;
}

/** One of the ways in which the whole key can be written. */
interface Spelling {
  readonly text: string;
  /** What may follow and belongs to it, such as the padding of base64. */
  readonly rest?: RegExp;
}

export class KeyFinder {
  private readonly spellings: readonly Spelling[];
  private readonly shortest: number;
  /** Finds where a spelling could begin; far faster than to look at every character. */
  private readonly glance: RegExp;
  private readonly isDigits: boolean;

  /** @param key visible ASCII */
  constructor(key: string) {
    const bytes = Buffer.from(key);
    const spellings = [{ text: key }, { text: bytes.toString('hex') }, ...[0, 1, 2].map(at => base64Of(bytes, at))];
    this.spellings = spellings.map(({ text, ...rest }) => ({ text: fold(text), ...rest }));
    this.shortest = Math.min(...this.spellings.map(({ text }) => text.length));
    const firsts = new Set(
      this.spellings.map(({ text }) => text[0]!).filter(first => first === fold(key[0]!) || /\W/.test(first)),
    );
    const glances = [...this.spellings.map(glanceAt), ...escapedGlances([...firsts])];
    this.glance = new RegExp(glances.join('|'), 'gi');
    this.isDigits = /^\d+$/.test(key);
  }

  /** A text without the keys in it; one in which nearly everything could be a key is not shown at all. */
  clean(text: string): string {
    const found = this.search(text, this.inAll(text.length));
    return found?.clean ?? blackout;
  }

  /**
   * The same for the beginning of a text, which is cut where it is long.
   *
   * @param shown how many characters of it are wanted
   */
  cleanHead(text: string, shown: number, patience: Patience): string {
    const found = this.search(text, { from: 0, until: shown, patience, substitute: () => blackout });
    return found?.clean ?? blackout;
  }

  /** Cleans a frame in short steps. @returns the same frame where no key is in it */
  *cleaning(frame: Buffer): Generator<void, Buffer> {
    const pieces: Buffer[] = [];
    let hasKey = false;
    for (let from = 0; from < frame.length; ) {
      if (from > 0) yield;
      const first = Math.max(0, from - seenBefore);
      const text = frame.toString('latin1', first, from + pieceBytes + longestSpelling);
      const substitute = (place: Place): string => (this.isNumber(text, place) ? 'null' : blackout);
      const bounds = { ...this.inAll(pieceBytes), from: from - first, until: from - first + pieceBytes };
      const found = this.search(text, { ...bounds, substitute });
      if (!found) return emptyFrame;
      const end = first + found.end;
      pieces.push(found.hasKey ? Buffer.from(found.clean, 'latin1') : frame.subarray(from, end));
      hasKey ||= found.hasKey;
      from = end;
    }
    return hasKey ? Buffer.concat(pieces) : frame;
  }

  private inAll(length: number): Search {
    const patience = { left: stepsPerCharacter * length + leastSteps };
    return { from: 0, until: length, patience, substitute: () => blackout };
  }

  /** @returns nothing where it would take too long */
  private search(text: string, { from, until, patience, substitute }: Search): Found | undefined {
    const { glance } = this;
    const end = Math.min(until, text.length);
    if (text.length - from < this.shortest) return { clean: text.slice(from, end), end, hasKey: false };
    const looked = text.length > until + longestGlance ? text.slice(0, until + longestGlance) : text;
    let clean = '';
    let copied = from;
    glance.lastIndex = from;
    for (let found = glance.exec(looked); found; found = glance.exec(looked)) {
      const start = found.groups?.escape === undefined ? found.index : beginningOfRun(text, found.index, copied);
      if (start >= until) break;
      if (patience.left < 0) return undefined;
      const keyEnd = this.endAt(text, start, patience);
      if (keyEnd === undefined) {
        if (patience.left < 0) return undefined;
        glance.lastIndex = found.index + 1;
        continue;
      }
      clean += text.slice(copied, start) + substitute({ start, end: keyEnd });
      copied = keyEnd;
      if (copied >= until) break;
      glance.lastIndex = copied;
    }
    return { clean: clean + text.slice(copied, end), end: Math.max(copied, end), hasKey: copied > from };
  }

  /** Where the longest spelling ends that begins here. */
  private endAt(text: string, start: number, patience: Patience): number | undefined {
    const ends = this.spellings.flatMap(spelling => this.endOf(spelling, text, start, patience) ?? []);
    const end = ends.length > 0 ? Math.max(...ends) : undefined;
    return end !== undefined && this.isPartOfNumber(text, start, end) ? undefined : end;
  }

  /** @returns where the longest way to read a spelling ends that begins here */
  private endOf({ text: wanted, rest }: Spelling, text: string, start: number, patience: Patience): number | undefined {
    const read = plainLength(wanted, text, start);
    patience.left -= read;
    const stopped = text[start + read];
    if (read < wanted.length && stopped !== '%' && stopped !== '\\' && !isTwin(wanted[read]!, stopped))
      return undefined;
    // Several ways are followed at once, so that no text takes more than its length.
    let ends = new Set([start + read]);
    for (let index = read; index < wanted.length; index++) {
      const next = new Set<number>();
      patience.left -= 64 * ends.size;
      if (patience.left < 0) return undefined;
      // Backslashes in a row count as one: how many there are tells only how often the text was escaped.
      const goesOn = wanted[index] === '\\' && wanted[index - 1] === '\\';
      for (const at of ends) patience.left -= addEnds(next, wanted[index]!, text, at, goesOn);
      if (next.size === 0) return undefined;
      ends = next;
    }
    const end = Math.max(...ends);
    if (!rest) return end;
    rest.lastIndex = end;
    return rest.test(text) ? Math.max(end, rest.lastIndex) : end;
  }

  /** A key of digits alone is none within a longer number, such as a time. */
  private isPartOfNumber(text: string, start: number, end: number): boolean {
    if (!this.isDigits) return false;
    return /[\d.]$/.test(text.slice(Math.max(0, start - 1), start)) || /^\.?\d/.test(text.slice(end, end + 2));
  }

  /** Whether it is a number of JSON, which a word would not replace. */
  private isNumber(text: string, { start, end }: Place): boolean {
    return (
      this.isDigits &&
      /[[:,]\s*$/.test(text.slice(Math.max(0, start - 8), start)) &&
      /^\s*[\],}]/.test(text.slice(end, end + 8))
    );
  }
}

/** The characters of base64 that hold nothing but bits of these bytes, when others stand before them. */
function base64Of(bytes: Buffer, before: number): Spelling {
  const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
  const first = Math.ceil((before * 8) / 6);
  const last = Math.floor(((before + bytes.length) * 8) / 6);
  // The character behind them begins with their last bits.
  return { text: text.slice(first, last), rest: /[a-z0-9+/_-]?(?:=|%3d|\\+u003d){0,2}/iy };
}

/** In small letters, and as long as before. */
function fold(text: string): string {
  return text.replace(/[A-Z]+/g, letters => letters.toLowerCase());
}

/** How many characters are there as they are, up to one that could be the beginning of an escape. */
function plainLength(wanted: string, text: string, start: number): number {
  let read = 0;
  for (; read < wanted.length; read++) {
    const code = text.charCodeAt(start + read);
    const small = code >= 65 && code <= 90 ? code + 32 : code;
    if (small !== wanted.charCodeAt(read) || small === percent || small === backslash) break;
  }
  return read;
}

/** Adds every offset at which an encoding of the character that begins at `at` ends. @returns how many backslashes were passed */
function addEnds(ends: Set<number>, character: string, text: string, at: number, goesOn: boolean): number {
  if (goesOn) ends.add(at);
  const first = text[at];
  if (first === undefined) return 0;
  if (first === '%') {
    // Whoever encodes twice encodes the sign, too.
    for (let digits = at + 1; digits <= at + 1 + 2 * mostEncoded; digits += 2) {
      if (codesOf(character).some(code => hasAt(text, digits, code))) ends.add(digits + 2);
      if (!text.startsWith('25', digits)) break;
    }
  }
  if (first !== '\\') {
    if (fold(first) === character || isTwin(character, first)) ends.add(at + 1);
    if (text[at - 1] !== '\\') return 0;
  }
  let next = at;
  while (text[next] === '\\') next++;
  for (const form of escapesOf(character)) if (hasAt(text, next, form)) ends.add(next + form.length);
  if (character === '\\' && next > at) ends.add(next);
  return next - at;
}

/** Two digits of hex, for a letter those of its capital as well. */
function codesOf(character: string): string[] {
  const both = new Set([character, character.toUpperCase()]);
  return [...both].map(one => one.charCodeAt(0).toString(16).padStart(2, '0'));
}

/** What may stand behind backslashes instead of a character. */
function escapesOf(character: string): string[] {
  const codes = codesOf(character).flatMap(code => [`u00${code}`, `x${code}`]);
  return [...codes, ...(/[^a-z0-9\\]/.test(character) ? [character] : [])];
}

/** Whether it stands for the character in the other form of base64. */
function isTwin(character: string, other: string | undefined): boolean {
  return (character === '+' && other === '-') || (character === '/' && other === '_');
}

function hasAt(text: string, at: number, wanted: string): boolean {
  return fold(text.slice(at, at + wanted.length)) === wanted;
}

/** A pattern for the first characters of a spelling, up to one that is escaped; only the first escape is looked into. */
function glanceAt({ text }: Spelling): string {
  const characters = [...text.slice(0, glanced)];
  const plain = characters.reduceRight((rest, character) => {
    const one = `[${literally(character)}${character === '+' ? '\\-' : character === '/' ? '_' : ''}]`;
    return rest === '' ? one : `${one}(?:[%\\\\]|${rest})`;
  }, '');
  return plain;
}

/**
 * Patterns for first characters that are escaped. Of a row of backslashes the last one is found, which needs no memory
 * however long the row is.
 */
function escapedGlances(firsts: readonly string[]): string[] {
  const encoded = firsts.flatMap(codesOf).join('|');
  const escapes = firsts.flatMap(escapesOf).map(literally).join('|');
  return [`%(?:25){0,${mostEncoded}}(?:${encoded})`, `(?<escape>\\\\(?:${escapes}))`];
}

/** Where the row of backslashes begins that this one is in, at `least` or after it. */
function beginningOfRun(text: string, at: number, least: number): number {
  let start = at;
  while (start > least && text.charCodeAt(start - 1) === backslash) start--;
  return start;
}

/** A pattern that matches this text alone, also among the characters of a class. */
function literally(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
