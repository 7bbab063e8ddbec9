/** Text that came from outside: shown as quoted data only, and never with a key in it. */

const longest = 300;

/**
 * Control, bidirectional and invisible characters (fillers, variation selectors, tags, the blank of Braille), marks
 * that are stacked higher than scripts do, and lone surrogates.
 */
const unprintable = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u{2800}]|(?<=\p{M}{4})\p{M}/gu;

/** Escapes what a terminal or a model could take for more than text, and cuts at 300 characters. */
export function quoteForeign(text: string): string {
  return escapeForeign(text, unprintable);
}

const unquotable = new RegExp(`["\\\\]|${unprintable.source}`, 'gu');

/** The same between quotes, which nothing in it can end. */
export function quotedForeign(text: string): string {
  return `"${escapeForeign(text, unquotable)}"`;
}

function escapeForeign(text: string, pattern: RegExp): string {
  const escaped = text.slice(0, longest).replace(pattern, escapeCharacter);
  if (escaped.length <= longest && text.length <= longest) return escaped;
  // Half a character must not be left over where the text is cut.
  return `${escaped.slice(0, longest).replace(/[\ud800-\udbff]$/, '')}…`;
}

function escapeCharacter(character: string): string {
  if (character === '"' || character === '\\') return `\\${character}`;
  return `\\u${character.codePointAt(0)!.toString(16).padStart(4, '0')}`;
}

const shortestPart = 8;
const blackout = '[redacted]';
const pairKinds = 4_096;

/** Takes keys out of texts, in any case and also in part: any eight characters in a row that a key has. */
export class Redactor {
  private readonly secrets = new Set<string>();
  /** In small letters. */
  private readonly parts = new Set<string>();
  /** 1 for the kinds of pairs of characters that stand in parts. */
  private readonly pairs = new Uint8Array(pairKinds);
  /** Secrets of which some part does not count. */
  private readonly wholes = new Set<string>();
  private wholePattern: RegExp | undefined;

  /** @param words of our own: a text that is one of them is never taken for a key */
  constructor(private readonly words: () => ReadonlySet<string> = () => new Set()) {}

  /** @param secret remembered for the life of the process */
  add(secret: string): void {
    if (secret === '' || this.secrets.has(secret)) return;
    for (const form of new Set([secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)])) {
      this.secrets.add(form);
      if (form.length < shortestPart) this.wholes.add(form);
      for (let start = 0; start + shortestPart <= form.length; start++) {
        const part = form.slice(start, start + shortestPart);
        // Digits alone could as well be a time or a price.
        if (/\D/.test(part)) this.addPart(part);
        else this.wholes.add(form);
      }
    }
    const longestFirst = [...this.wholes].sort((one, other) => other.length - one.length);
    this.wholePattern = longestFirst.length === 0 ? undefined : new RegExp(longestFirst.map(literally).join('|'), 'gi');
  }

  /** Whether a whole key stands in these bytes. */
  occursIn(bytes: Buffer): boolean {
    for (const secret of this.secrets) if (bytes.includes(secret)) return true;
    return false;
  }

  redact(text: string): string {
    const clean = this.wholePattern ? text.replace(this.wholePattern, blackout) : text;
    return this.parts.size === 0 ? clean : this.redactParts(clean);
  }

  /**
   * The same for an answer: its texts, and those of its keys that came from the feed, which are the keys of objects
   * without a prototype. Copies only what changes.
   */
  redactIn<T>(value: T): T {
    return this.redactValue(value) as T;
  }

  private redactValue(value: unknown): unknown {
    if (typeof value === 'string') return this.redactWord(value);
    if (typeof value !== 'object' || value === null) return value;
    if (!Array.isArray(value)) return this.redactObject(value as Record<string, unknown>);
    let copy: unknown[] | undefined;
    for (let at = 0; at < value.length; at++) {
      const clean = this.redactValue(value[at]);
      if (Object.is(clean, value[at])) continue;
      copy ??= [...value];
      copy[at] = clean;
    }
    return copy ?? value;
  }

  private redactObject(value: Record<string, unknown>): Record<string, unknown> {
    const isForeign = Object.getPrototypeOf(value) === null;
    let copy: Record<string, unknown> | undefined;
    for (const key of Object.keys(value)) {
      const name = isForeign ? this.redact(key) : key;
      const clean = this.redactValue(value[key]);
      if (name === key && Object.is(clean, value[key])) continue;
      copy ??= Object.assign(Object.create(Object.getPrototypeOf(value)), value) as Record<string, unknown>;
      if (name !== key) delete copy[key];
      copy[name] = clean;
    }
    return copy ?? value;
  }

  private redactWord(text: string): string {
    const clean = this.redact(text);
    return clean === text || this.words().has(text) ? text : clean;
  }

  private addPart(part: string): void {
    const small = part.toLowerCase();
    this.parts.add(small);
    for (const form of [part, small]) {
      for (let at = 0; at + 1 < form.length; at++) this.pairs[pairKind(form, at)] = 1;
    }
  }

  private redactParts(text: string): string {
    let clean = '';
    let copied = 0;
    for (let start = 0; start + shortestPart <= text.length; ) {
      // What no part has rules out every part that would hold it; that is nearly always so.
      if (this.pairs[pairKind(text, start + shortestPart - 2)] === 0) {
        start += shortestPart - 1;
        continue;
      }
      if (!this.isPart(text, start)) {
        start++;
        continue;
      }
      let end = start + shortestPart;
      while (end < text.length && this.isPart(text, end - shortestPart + 1)) end++;
      clean += text.slice(copied, start) + blackout;
      copied = end;
      start = end;
    }
    return copied === 0 ? text : clean + text.slice(copied);
  }

  private isPart(text: string, start: number): boolean {
    return this.parts.has(text.slice(start, start + shortestPart).toLowerCase());
  }
}

/** A number below `pairKinds` for two characters in a row, the same for small letters and capitals. */
function pairKind(text: string, at: number): number {
  return ((text.charCodeAt(at) | 32) * 61 + (text.charCodeAt(at + 1) | 32)) % pairKinds;
}

/** A pattern that matches this text alone. */
function literally(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
