/** Words of texts and questions, in a form in which `closing` and `closed` are one. */

export interface Word {
  /** As it is compared. */
  readonly stem: string;
  /** Whether it says nothing of what is wanted, such as `the`. */
  readonly isEmpty: boolean;
}

/** Say nothing of what is wanted. */
const empty = new Set(
  `a an and any are as at be been by can could did do does for from get give had has have how i if in into is it its list
  let me much my of on or our please show tell than that the their them there these they this to us was were what whats
  when where which who whose will with would you your`.split(/\s+/),
);

const irregular: Readonly<Record<string, string>> = { indices: 'index', indexes: 'index', fell: 'fall', rose: 'rise' };

/**
 * Words of a text, in their order. What a hyphen or stroke joins is there in its parts and as one: `10-K` is `10`, `k`
 * and `10k`.
 */
export function wordsIn(text: string): Word[] {
  const plain = text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[’']s\b/gi, '')
    .replace(/[’']/g, '');
  return [...plain.matchAll(/[\p{L}\p{N}]+(?:[-/&.][\p{L}\p{N}]+)*/gu)].flatMap(([written]) => {
    const parts = written.split(/[-/&.]/);
    const all = parts.length > 1 && written.length <= longestWord ? [...parts, parts.join('')] : parts;
    return all.map(part => ({ stem: stemOf(part), isEmpty: empty.has(part.toLowerCase()) }));
  });
}

/** The stems of the words that say something. */
export function stemsIn(text: string): string[] {
  return wordsIn(text).flatMap(({ stem, isEmpty }) => (isEmpty ? [] : [stem]));
}

const longestWord = 24;

/** Takes off the endings that English words get; short words keep theirs. */
export function stemOf(word: string): string {
  const lower = word.toLowerCase();
  if (Object.hasOwn(irregular, lower)) return irregular[lower]!;
  const single = singular(lower);
  const bare = single.length >= 7 ? single.replace(/ing$/, '') : single;
  const past = bare.length >= 6 ? bare.replace(/([^e])ed$/, '$1') : bare;
  // A final e comes and goes with the endings: trade, trading.
  return past.length >= 5 || past !== single ? past.replace(/([b-df-hj-np-tv-z])\1$/, '$1').replace(/e$/, '') : past;
}

function singular(word: string): string {
  if (word.length < 4 || /(?:ss|us|is)$/.test(word)) return word;
  if (word.endsWith('ies')) return `${word.slice(0, -3)}y`;
  if (/(?:x|ch|sh|ss)es$/.test(word)) return word.slice(0, -2);
  return word.endsWith('s') ? word.slice(0, -1) : word;
}
