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

function quoteUnsafe(token: string): string {
  if (token.startsWith('"')) return token;
  const number = Number(token);
  const exact = Number.isFinite(number) && (!/^-?\d+$/.test(token) || Number.isSafeInteger(number));
  return exact ? token : `"${token}"`;
}
