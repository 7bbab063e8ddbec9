/** @returns the candidate that was probably meant: one that begins with the word, or one a few typos away */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const begun = word.length > 1 ? candidates.find(candidate => candidate.startsWith(word)) : undefined;
  if (begun !== undefined) return begun;
  const [best] = candidates
    .map(candidate => ({ candidate, slips: distance(word.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.slips - b.slips);
  return best && best.slips <= Math.max(1, Math.floor(best.candidate.length / 3)) ? best.candidate : undefined;
}

/** The end of an error message: suggests the candidate that was probably meant, or lists them all. */
export function suggest(word: string, candidates: readonly string[], noun: string): string {
  const meant = nearest(word, candidates);
  return meant === undefined ? `; the ${noun} are ${candidates.join(', ')}` : `; did you mean ${meant}?`;
}

/** How many letters to insert, remove or replace to turn one word into the other. */
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
