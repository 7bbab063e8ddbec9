/** Finds the rows of an answer in its bytes, in slices of time; nothing is built of what was made to be slow. */
import { StreamError } from '../core/errors.js';
import { stepsToParse, type TimeSlice } from '../pacing/time-slice.js';

/** Where the rows are, and which of them are wanted. */
export interface RowsWanted {
  /** Members from the root down to the list. */
  readonly path: readonly string[];
  /** Rows that are left out; null is none. */
  readonly skip: number;
  readonly most: number;
}

/** The list of rows. */
export interface FoundRows {
  /** How many there are, null left out. */
  readonly count: number;
  /** Of those that are wanted, side by side: start and end of each. */
  readonly spans: readonly number[];
  /** Of the whole list. */
  readonly start: number;
  readonly end: number;
}

export const askLess = 'Ask for less: a smaller limit, a shorter range, fewer symbols.';

/** Of the largest answers that the API gives there are a few hundred thousand. */
const mostParts = 2_000_000;
/** A row, and what stands around the rows, are parsed at once. */
const mostWholeParts = 20_000;
const mostWholeBytes = 2 ** 20;
const bytesPerLook = 2 ** 14;
const longestKey = 200;

const codeOf = (text: string): number => text.charCodeAt(0);
const [quote, comma, backslash] = [codeOf('"'), codeOf(','), codeOf('\\')];
const [openBracket, closeBracket, openBrace, closeBrace] = [codeOf('['), codeOf(']'), codeOf('{'), codeOf('}')];
const blank = codeOf(' ');

/** Walks through JSON byte by byte; texts that are none are left for the parser to refuse. */
class RowScan {
  private depth = 0;
  private inText = false;
  private isEscaped = false;
  private textStart = 0;
  /** Containers around that are on the path. */
  private along = 0;
  private isKeyNext = false;
  private isMeant = false;
  private list:
    | { start: number; end: number; depth: number; spans: number[]; count: number; parts: number }
    | undefined;
  private isInList = false;
  private itemStart = -1;
  private itemEnd = -1;
  private itemParts = 0;
  private parts = 0;
  private isBroken = false;

  constructor(
    private readonly json: Buffer,
    private readonly wanted: RowsWanted,
  ) {}

  /** The list, if the text is whole as far as that shows. */
  get found(): FoundRows | undefined {
    return this.isInList || this.isBroken ? undefined : this.list;
  }

  /** Whether the list, or what is around it, cannot be whole. */
  get isCut(): boolean {
    return this.isBroken || this.depth !== 0 || this.inText;
  }

  /** Parts outside of the list. */
  get around(): number {
    return this.parts - (this.list?.parts ?? 0);
  }

  walk(from: number, to: number): void {
    const { json } = this;
    for (let at = from; at < to; at++) {
      const byte = json[at]!;
      if (this.inText) this.passText(byte, at);
      else if (byte > blank) this.pass(byte, at);
    }
    if (this.parts > mostParts) throw tooMany(`more than ${mostParts} values`);
  }

  private passText(byte: number, at: number): void {
    if (this.isEscaped) this.isEscaped = false;
    else if (byte === backslash) this.isEscaped = true;
    else if (byte === quote) {
      this.inText = false;
      this.itemEnd = at + 1;
      if (this.isKeyNext && this.isOnPath) this.readKey(at + 1);
    }
  }

  /** Whether the innermost container is an object on the path. */
  private get isOnPath(): boolean {
    return !this.isInList && this.along === this.depth && this.depth > 0;
  }

  private readKey(end: number): void {
    this.isKeyNext = false;
    this.isMeant = keyOf(this.json, this.textStart, end) === this.wanted.path[this.depth - 1];
    // Of members with the same name the last one counts.
    if (this.isMeant) this.list = undefined;
  }

  private pass(byte: number, at: number): void {
    if (this.isInList && this.depth === this.list!.depth && this.passItem(byte, at)) return;
    this.itemEnd = at + 1;
    switch (byte) {
      case quote:
        this.inText = true;
        this.textStart = at;
        break;
      case comma:
        this.countPart();
        if (this.isOnPath) {
          this.isKeyNext = true;
          this.isMeant = false;
        }
        break;
      case openBracket:
      case openBrace:
        this.open(byte, at);
        break;
      case closeBracket:
      case closeBrace:
        this.close();
        break;
      default:
    }
  }

  private countPart(): void {
    this.parts++;
    if (this.isInList && ++this.itemParts > mostWholeParts)
      throw tooMany(`more than ${mostWholeParts} values in a row`);
  }

  private open(byte: number, at: number): void {
    this.countPart();
    const { path } = this.wanted;
    const isHere = !this.isInList && this.along === this.depth && (this.depth === 0 || this.isMeant);
    this.depth++;
    if (!isHere) return;
    if (byte === openBracket && this.depth - 1 === path.length && !this.list) {
      this.list = { start: at, end: at, depth: this.depth, spans: [], count: 0, parts: this.parts };
      this.isInList = true;
      this.itemStart = -1;
    } else if (byte === openBrace && this.depth <= path.length) {
      this.along = this.depth;
      this.isKeyNext = true;
    }
    this.isMeant = false;
  }

  private close(): void {
    this.depth--;
    this.along = Math.min(this.along, this.depth);
  }

  /** @returns whether the byte stands between items */
  private passItem(byte: number, at: number): boolean {
    const closes = byte === closeBracket || byte === closeBrace;
    if (byte === comma || closes) {
      const isEmpty = closes && this.itemStart < 0 && this.list!.end === this.list!.start;
      if (!isEmpty) this.endItem();
      this.list!.end = at + 1;
      if (!closes) {
        this.parts++;
        return true;
      }
      this.isBroken ||= byte !== closeBracket;
      this.list!.parts = this.parts - this.list!.parts;
      this.isInList = false;
      this.close();
      return true;
    }
    if (this.itemStart < 0) {
      this.itemStart = at;
      this.itemParts = 0;
    }
    return false;
  }

  private endItem(): void {
    const { itemStart: start, itemEnd: end, json, wanted } = this;
    const list = this.list!;
    this.itemStart = -1;
    if (start < 0) {
      this.isBroken = true;
      return;
    }
    if (end - start > mostWholeBytes) throw tooMany(`more than ${mostWholeBytes} bytes in a row`);
    if (end - start === 4 && json.toString('latin1', start, end) === 'null') return;
    if (list.count >= wanted.skip && list.count < wanted.skip + wanted.most) list.spans.push(start, end);
    list.count++;
  }
}

/**
 * @param json a text that begins as a list or an object does
 * @returns the list, if there is one at its place, and the text without its items; no text where it is cut or broken
 * @throws StreamError LIMIT_EXCEEDED
 */
export async function scanRows(
  json: Buffer,
  wanted: RowsWanted,
  slice: TimeSlice,
): Promise<{ rows?: FoundRows; around?: string }> {
  const scan = new RowScan(json, wanted);
  for (let at = 0; at < json.length; at += bytesPerLook) {
    const end = Math.min(json.length, at + bytesPerLook);
    scan.walk(at, end);
    if (slice.spent(stepsToParse(end - at))) await slice.rest();
  }
  if (scan.isCut) return {};
  const rows = scan.found;
  const [start, end] = rows ? [rows.start, rows.end] : [json.length, json.length];
  if (scan.around > mostWholeParts) throw tooMany(`more than ${mostWholeParts} values outside of rows`);
  if (json.length - (end - start) > mostWholeBytes) throw tooMany(`more than ${mostWholeBytes} bytes outside of rows`);
  const around = json.toString('utf8', 0, start) + (rows ? '[]' : '') + json.toString('utf8', end);
  return rows ? { rows, around } : { around };
}

function keyOf(json: Buffer, start: number, end: number): string | undefined {
  if (end - start > longestKey) return undefined;
  try {
    return JSON.parse(json.toString('utf8', start, end)) as string;
  } catch {
    return undefined;
  }
}

function tooMany(what: string): StreamError {
  return new StreamError('LIMIT_EXCEEDED', `The REST API answered with ${what}.`, askLess);
}
