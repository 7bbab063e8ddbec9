/** How near a question is to what people say: each phrasing is a small text of its own, and the nearest one counts. */
import type { Operation } from '../../contract/operation.js';
import { type Word, wordsIn } from './words.js';

/** What a word counts that says little, such as `how`, beside those that tell. */
const emptyPart = 0.25;
/** How far words of a phrasing that the question lacks are held against it, and words of the question that it lacks. */
const missing = { inQuestion: 1.5, inPhrasing: 0.6 } as const;
/** How much less what is near counts than what is the same. */
const strictness = 2;

interface Weighed {
  readonly weight: number;
  readonly isEmpty: boolean;
}

type Weights = ReadonlyMap<string, Weighed>;

export class Phrasings {
  private readonly rarity = new Map<string, number>();
  private readonly byOperation: readonly (readonly Weights[])[];

  constructor(operations: readonly Operation[]) {
    const all = operations.map(({ asked }) => asked.split(';').map(wordsIn));
    const holders = new Map<string, number>();
    for (const phrasings of all)
      for (const stem of new Set(phrasings.flat().map(word => word.stem)))
        holders.set(stem, (holders.get(stem) ?? 0) + 1);
    for (const [stem, count] of holders) this.rarity.set(stem, Math.log(1 + operations.length / count));
    this.byOperation = all.map(phrasings => phrasings.map(words => this.weigh(words)));
  }

  /** For each operation, what its nearest phrasing counts: none where no telling word is the same. */
  score(question: readonly Word[]): number[] {
    const asked = this.weigh(question);
    const wanted = weightOf(asked.values());
    return this.byOperation.map(phrasings =>
      phrasings.reduce((best, phrasing) => Math.max(best, nearness(asked, wanted, phrasing)), 0),
    );
  }

  /** Words that no phrasing has say nothing here. */
  private weigh(words: readonly Word[]): Weights {
    return new Map(
      words.flatMap(({ stem, isEmpty }) => {
        const rarity = this.rarity.get(stem);
        return rarity === undefined ? [] : [[stem, { weight: rarity * (isEmpty ? emptyPart : 1), isEmpty }] as const];
      }),
    );
  }
}

/** What they have in common, the less the more they have not. */
function nearness(asked: Weights, wanted: number, phrasing: Weights): number {
  const shared = [...phrasing].filter(([stem]) => asked.has(stem)).map(([, weighed]) => weighed);
  if (shared.every(({ isEmpty }) => isEmpty)) return 0;
  const common = weightOf(shared);
  const lacked = missing.inQuestion * (weightOf(phrasing.values()) - common) + missing.inPhrasing * (wanted - common);
  return common * (common / (common + lacked)) ** strictness;
}

function weightOf(words: Iterable<Weighed>): number {
  let total = 0;
  for (const { weight } of words) total += weight;
  return total;
}
