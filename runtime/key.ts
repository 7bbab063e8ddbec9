/** What can be an API key. */

/** Printable ASCII without blanks, quotes and backslash: what nobody who writes it down has to escape. */
const plain = /^[!#-&(-[\]-_a-~]{1,256}$/;
const describePlain = '256 printable ASCII characters without blanks, quotes and backslash';
const shortestPart = 8;

/**
 * Judges the key of a caller, which is redacted in the answers to everybody else too.
 *
 * @param words that answers are made of; redacting the key must leave them alone
 * @returns what is wrong with it, if anything, without showing it
 */
export function faultOfKey(key: string, words: ReadonlySet<string>): string | undefined {
  if (!plain.test(key) || key.length < shortestPart || /^\d+$/.test(key)) {
    return `must be ${shortestPart} to ${describePlain}, and not digits alone; what came is not shown`;
  }
  const text = [...words].join('\n').toLowerCase();
  const small = key.toLowerCase();
  for (let start = 0; start + shortestPart <= small.length; start++) {
    if (text.includes(small.slice(start, start + shortestPart))) {
      return 'must hold no word that answers are made of; what came is not shown';
    }
  }
  return undefined;
}

/**
 * Judges the key of the operator, which may be short.
 *
 * @returns what is wrong with it, if anything, without showing it
 */
export function faultOfOwnKey(key: string): string | undefined {
  return plain.test(key) ? undefined : `must be 1 to ${describePlain}; what came is not shown`;
}
