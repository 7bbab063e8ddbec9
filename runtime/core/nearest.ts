/** A longer word is never a slip of one of ours, and takes long to compare. */
const longestWord = 64;

/**
 * @returns the candidate that was probably meant: one that the word begins, else the longest that begins the word
 *   (`timeout_seconds` for `timeout_s`), else one a few slips of the hand away
 */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  if (word.length > longestWord) return undefined;
  const begun = word.length > 1 ? candidates.find(candidate => candidate.startsWith(word)) : undefined;
  if (begun !== undefined) return begun;
  const [continued] = candidates
    .filter(candidate => candidate.length > 1 && word.startsWith(candidate))
    .sort((a, b) => b.length - a.length);
  if (continued !== undefined) return continued;
  const ranked = candidates
    .map(candidate => ({ candidate, slips: distance(word, candidate) }))
    .sort((a, b) => a.slips - b.slips);
  const [best] = ranked;
  return best && best.slips <= Math.max(1, Math.floor(best.candidate.length / 3)) ? best.candidate : undefined;
}

/** To be added to a refusal. */
export function suggest(meant: string | undefined): string {
  return meant ? `; did you mean ${meant}?` : '';
}

/** Letters to insert, remove or replace in order to turn one word into the other. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
