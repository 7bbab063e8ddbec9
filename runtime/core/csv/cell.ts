/** A text as it stands between commas. */
export function quoteCell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Size of a text inside JSON. */
export function bytesOf(text: string): number {
  return Buffer.byteLength(JSON.stringify(text)) - 2;
}

/** The wide forms of these signs begin one, too. */
const formula = /^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]/;
const numeric = /^[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** A text that no spreadsheet takes for a formula: an apostrophe stands before one that begins like it. Numbers stay numbers. */
export function guardFormula(text: string): string {
  return formula.test(text) && !numeric.test(text) ? `'${text}` : text;
}
