/** Cuts a frame into items without building objects: a state machine that can pause between any two bytes. */

const bytesOf = (text: string): number[] => [...Buffer.from(text)];
const [quote, comma, backslash, openBracket, closeBracket, openBrace] = bytesOf('",\\[]{') as [
  number,
  number,
  number,
  number,
  number,
  number,
];

/** What a byte does to the depth or to what follows it, where it is not inside a text. */
const role = { none: 0, opens: 1, closes: 2, quotes: 3 } as const;
const roles = new Uint8Array(256);
for (const byte of bytesOf('[{')) roles[byte] = role.opens;
for (const byte of bytesOf(']}')) roles[byte] = role.closes;
roles[quote] = role.quotes;

const isBlank = new Uint8Array(256);
for (const byte of bytesOf(' \t\n\r')) isBlank[byte] = 1;

/** No shorter object can be an event. */
const leastEventBytes = '{"ev":""}'.length;

/** No event is larger; a larger item of a large frame is skipped. */
export const mostEventBytes = 2 ** 22;

type Phase = 'before' | 'within' | 'behind' | 'over';

/**
 * Each item is judged for itself: what cannot be an event is counted, and those around it count all the same. Where the
 * frame is no array to its end (it is cut off, or goes on behind its last bracket), what is left after the last whole
 * item counts as one. A lone object is taken for an array of one.
 */
export class Splitter {
  /** Items of the last step that may be events: where each starts and ends. */
  readonly spans: Int32Array;
  count = 0;
  /** Items of the last step that are no events. */
  malformed = 0;
  private phase: Phase = 'before';
  private at = 0;
  /** 1: between items, or in one that is no array and no object. */
  private depth = 0;
  private inText = false;
  /** Start of the current item; -1 between items. */
  private start = -1;
  /** End of the current item, without trailing blanks. */
  private end = -1;
  /** Whether a comma announced another item. */
  private due = false;

  /** @param stepBytes that one step looks at; what it finds is one piece */
  constructor(
    private readonly data: Uint8Array,
    private readonly stepBytes: number,
  ) {
    this.spans = new Int32Array(2 * (Math.ceil(Math.min(stepBytes, data.length) / leastEventBytes) + 1));
  }

  get ended(): boolean {
    return this.phase === 'over';
  }

  /** Reads the next part of the frame and lists the items that end in it. */
  step(): void {
    const stop = Math.min(this.at + this.stepBytes, this.data.length);
    this.count = 0;
    this.malformed = 0;
    if (this.phase === 'before') this.begin(stop);
    if (this.phase === 'within') this.walk(stop);
    if (this.phase === 'behind') this.finish(stop);
    if (this.at >= this.data.length) this.runOut();
  }

  private begin(stop: number): void {
    this.skipBlanks(stop);
    if (this.at === stop) return;
    if (this.data[this.at] === openBracket) {
      this.at++;
      this.depth = 1;
      this.phase = 'within';
      return;
    }
    this.list(this.at, this.data.length);
    this.phase = 'over';
  }

  /** Between the brackets of the frame. */
  private walk(stop: number): void {
    const { data } = this;
    while (this.at < stop) {
      if (this.inText) this.skipText(stop);
      else if (this.depth > 1) this.skipInside(stop);
      else if (!this.takeByte(data[this.at]!)) return;
    }
  }

  /** Reads a byte between items. @returns false for the bracket that ends the frame */
  private takeByte(byte: number): boolean {
    this.at++;
    if (isBlank[byte]) return true;
    if (byte === comma || byte === closeBracket) {
      if (this.start >= 0) this.list(this.start, this.end);
      else if (byte === comma || this.due) this.malformed++;
      this.start = -1;
      this.due = byte === comma;
      if (byte === comma) return true;
      this.phase = 'behind';
      return false;
    }
    if (this.start < 0) this.start = this.at - 1;
    this.end = this.at;
    if (byte === quote) this.inText = true;
    else if (roles[byte] === role.opens) this.depth++;
    return true;
  }

  /** Skips through an array or object to its end, or to the next string in it. */
  private skipInside(stop: number): void {
    const { data } = this;
    let { at, depth } = this;
    for (; at < stop; at++) {
      const does = roles[data[at]!];
      if (does === role.none) continue;
      if (does === role.quotes) {
        this.inText = true;
        break;
      }
      depth += does === role.opens ? 1 : -1;
      if (depth === 1) break;
    }
    this.at = Math.min(at + 1, stop);
    this.depth = depth;
    this.end = this.at;
  }

  private skipText(stop: number): void {
    const { data } = this;
    let { at } = this;
    while (at < stop) {
      const byte = data[at]!;
      // The escaped character may be in the next part.
      at += byte === backslash ? 2 : 1;
      if (byte !== quote) continue;
      this.inText = false;
      break;
    }
    this.at = at;
    this.end = at;
  }

  /** Behind the frame's last bracket nothing may come. */
  private finish(stop: number): void {
    this.skipBlanks(stop);
    if (this.at === stop) return;
    this.malformed++;
    this.phase = 'over';
  }

  private runOut(): void {
    if (this.phase === 'before' || this.phase === 'within') this.malformed++;
    this.phase = 'over';
  }

  private skipBlanks(stop: number): void {
    while (this.at < stop && isBlank[this.data[this.at]!]) this.at++;
  }

  private list(start: number, end: number): void {
    const bytes = end - start;
    if (this.data[start] !== openBrace || bytes < leastEventBytes || bytes > mostEventBytes) {
      this.malformed++;
      return;
    }
    this.spans[2 * this.count] = start;
    this.spans[2 * this.count + 1] = end;
    this.count++;
  }
}
