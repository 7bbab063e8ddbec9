/** Text that came from outside: shown as quoted data only, and never with a key in it. */

const longest = 300;

/** Control, bidirectional and invisible characters, and lone surrogates. */
const unprintable = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** Escapes what a terminal or a model could take for more than text, and cuts at 300 characters. */
export function quoteForeign(text: string): string {
  const escaped = text.slice(0, longest).replace(unprintable, escapeCharacter);
  if (escaped.length <= longest && text.length <= longest) return escaped;
  // Half a character must not be left over where the text is cut.
  return `${escaped.slice(0, longest).replace(/[\ud800-\udbff]$/, '')}…`;
}

function escapeCharacter(character: string): string {
  return `\\u${character.codePointAt(0)!.toString(16).padStart(4, '0')}`;
}

const shortestPart = 8;
const blackout = '[redacted]';
const pairKinds = 4_096;

/** Takes keys out of texts, also in part: any eight characters in a row that a key has. */
export class Redactor {
  private readonly secrets = new Set<string>();
  private readonly parts = new Set<string>();
  /** 1 for the kinds of pairs of characters that stand in parts. */
  private readonly pairs = new Uint8Array(pairKinds);

  /** @param secret remembered for the life of the process */
  add(secret: string): void {
    if (secret === '') return;
    for (const form of new Set([secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)])) {
      this.secrets.add(form);
      for (let start = 0; start + shortestPart <= form.length; start++) {
        const part = form.slice(start, start + shortestPart);
        // Digits alone could as well be a time or a price.
        if (/\D/.test(part)) this.addPart(part);
      }
    }
  }

  /** Whether a whole key stands in these bytes. */
  occursIn(bytes: Buffer): boolean {
    for (const secret of this.secrets) if (bytes.includes(secret)) return true;
    return false;
  }

  redact(text: string): string {
    let clean = text;
    for (const secret of this.secrets) clean = clean.replaceAll(secret, blackout);
    return this.parts.size === 0 ? clean : this.redactParts(clean);
  }

  private addPart(part: string): void {
    this.parts.add(part);
    for (let at = 0; at + 1 < part.length; at++) this.pairs[pairKind(part, at)] = 1;
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
      if (!this.parts.has(text.slice(start, start + shortestPart))) {
        start++;
        continue;
      }
      let end = start + shortestPart;
      while (end < text.length && this.parts.has(text.slice(end - shortestPart + 1, end + 1))) end++;
      clean += text.slice(copied, start) + blackout;
      copied = end;
      start = end;
    }
    return copied === 0 ? text : clean + text.slice(copied);
  }
}

/** A number below `pairKinds` for two characters in a row. */
function pairKind(text: string, at: number): number {
  return (text.charCodeAt(at) * 61 + text.charCodeAt(at + 1)) % pairKinds;
}
