/** Lines of a terminal, before they become escape sequences. */

/** The meaning of a text; `paint` decides how it looks. */
export type Style = 'strong' | 'faint' | 'up' | 'down' | 'alarm';

export interface Span {
  readonly text: string;
  readonly style?: Style;
}

export type Line = readonly Span[];

const codes: Readonly<Record<Style, string>> = { strong: '1', faint: '2', up: '32', down: '31', alarm: '1;33' };

export function textOf(line: Line): string {
  return line.map(({ text }) => text).join('');
}

/** The line with its styles as escape sequences. */
export function paint(line: Line): string {
  return line.map(({ text, style }) => (style ? `\u001b[${codes[style]}m${text}\u001b[0m` : text)).join('');
}

/** Cuts a text to a length, with an ellipsis. */
export function cutLine(line: Line, width: number): Line {
  if (lengthOf(textOf(line)) <= width) return line;
  const cut: Span[] = [];
  let left = width - 1;
  for (const span of line) {
    const text = [...span.text].slice(0, Math.max(left, 0)).join('');
    left -= lengthOf(text);
    if (text !== '') cut.push({ ...span, text });
  }
  return width > 0 ? [...cut, { text: '…' }] : [];
}

/** Wraps a text, between words if possible. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let rest = text.trim();
  while (rest.length > width) {
    const blank = rest.lastIndexOf(' ', width);
    const end = blank > 0 ? blank : width;
    lines.push(rest.slice(0, end).trimEnd());
    rest = rest.slice(end).trimStart();
  }
  return [...lines, rest];
}

function lengthOf(text: string): number {
  return [...text].length;
}
