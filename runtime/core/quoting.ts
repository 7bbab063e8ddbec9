/** Text that came from outside: shown as quoted data only. */

/** Characters of a text that are shown. */
export const longest = 300;

/**
 * Control, bidirectional and invisible characters (fillers, variation selectors, tags, the blank of Braille), marks
 * that are stacked higher than scripts do, and lone surrogates.
 */
const unprintable = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u{2800}]|(?<=\p{M}{4})\p{M}/gu;

/** Escapes what a terminal or a model could take for more than text, and cuts at 300 characters. */
export function escapeText(text: string): string {
  return escapeMatches(text, unprintable);
}

const unquotable = new RegExp(`["\\\\]|${unprintable.source}`, 'gu');

/** The same between quotes, which nothing in it can end. */
export function quoteText(text: string): string {
  return `"${escapeMatches(text, unquotable)}"`;
}

function escapeMatches(text: string, pattern: RegExp): string {
  const escaped = text.slice(0, longest).replace(pattern, escapeCharacter);
  if (escaped.length <= longest && text.length <= longest) return escaped;
  // Half a character must not be left over where the text is cut.
  return `${escaped.slice(0, longest).replace(/[\ud800-\udbff]$/, '')}…`;
}

/** A line without anything that a terminal could take for more than text, and no longer than that. */
export function oneLine(text: string, most: number): string {
  const escaped = text.slice(0, most).replace(unprintable, escapeCharacter);
  return escaped.length <= most && text.length <= most
    ? escaped
    : `${escaped.slice(0, most - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}

function escapeCharacter(character: string): string {
  if (character === '"' || character === '\\') return `\\${character}`;
  return `\\u${character.codePointAt(0)!.toString(16).padStart(4, '0')}`;
}

/** A sentence, whether its full stop stands there already or not. */
export function asSentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
