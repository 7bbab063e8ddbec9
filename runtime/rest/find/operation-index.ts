/** How well each operation fits the words of a question: BM25 over the texts of the spec, each field with its weight. */
import type { Operation } from '../../contract/operation.js';
import { nearest } from '../../core/nearest.js';
import { Phrasings } from './phrasings.js';
import { stemsIn, type Word, wordsIn } from './words.js';

/** What a word in a field counts, and how far a field that is long is held against it. */
const fields = {
  synonyms: { weight: 3, lengthPart: 0.3 },
  phrases: { weight: 1.3, lengthPart: 0.3 },
  asked: { weight: 0.6, lengthPart: 0.5 },
  title: { weight: 3, lengthPart: 0.4 },
  name: { weight: 2, lengthPart: 0.4 },
  description: { weight: 1.2, lengthPart: 0.5 },
  arguments: { weight: 0.35, lengthPart: 0.8 },
  columns: { weight: 0.25, lengthPart: 0.9 },
} as const;

type Field = keyof typeof fields;

/** From here on more of the same word counts hardly more. */
const saturation = 1.6;
/** What a whole synonym in the question counts, beside its words. */
const phraseWeight = 1.1;
/** The same where its words stand apart. */
const scatteredWeight = 0.35;
/** How far a phrase of common words counts because it is one. */
const phraseRarity = 0.7;
/** What the nearest phrasing counts, beside the texts. */
const askedWeight = 1.2;
const emptyRarity = 0.25;
const misspeltWeight = 0.6;
const shortestMisspelt = 5;

interface Entry {
  readonly operation: Operation;
  /** How often a word stands in it, weighed by field. */
  readonly counts: ReadonlyMap<string, number>;
  readonly phrases: readonly Phrase[];
}

/** A synonym, which may be one word. */
interface Phrase {
  readonly words: readonly Word[];
  readonly value: number;
}

export interface Scored {
  readonly operation: Operation;
  readonly score: number;
}

export class OperationIndex {
  private readonly entries: readonly Entry[];
  private readonly rarity = new Map<string, number>();
  private readonly vocabulary: readonly string[];
  private readonly phrasings: Phrasings;

  constructor(operations: readonly Operation[]) {
    const texts = operations.map(operation => ({ operation, fields: fieldsOf(operation) }));
    const mean = meanLengths(texts.map(text => text.fields));
    const entries = texts.map(({ operation, fields: of }) => ({
      operation,
      counts: countsOf(of, mean),
      synonyms: operation.synonyms.map(wordsIn),
    }));
    const holders = new Map<string, number>();
    for (const { counts } of entries) for (const stem of counts.keys()) holders.set(stem, (holders.get(stem) ?? 0) + 1);
    for (const [stem, count] of holders)
      this.rarity.set(stem, Math.log(1 + (operations.length - count + 0.5) / (count + 0.5)));
    const owners = new Map<string, number>();
    for (const spelled of entries.flatMap(({ synonyms }) => [...new Set(synonyms.map(spell))]))
      owners.set(spelled, (owners.get(spelled) ?? 0) + 1);
    this.entries = entries.map(({ synonyms, ...entry }) => ({
      ...entry,
      phrases: synonyms.map(words => ({
        words,
        // Common words can be a phrase that only one operation has.
        value: Math.max(
          this.rarityOf(words),
          words.length > 1 ? phraseRarity * Math.log(1 + operations.length / owners.get(spell(words))!) : 0,
        ),
      })),
    }));
    this.phrasings = new Phrasings(operations);
    this.vocabulary = [...new Set(texts.flatMap(text => textFields.flatMap(field => text.fields[field])))].filter(
      stem => stem.length >= shortestMisspelt - 1,
    );
  }

  /** Every operation, whether it fits or not. */
  score(words: readonly Word[]): Scored[] {
    const asked = this.weigh(words);
    const sequence = words.map(({ stem }) => stem);
    const near = this.phrasings.score(words);
    return this.entries.map(({ operation, counts, phrases }, index) => ({
      operation,
      score: this.ofWords(counts, asked) + this.ofPhrases(phrases, sequence) + askedWeight * near[index]!,
    }));
  }

  /** The words that the index knows, and for the others those that were probably meant. */
  private weigh(words: readonly Word[]): Map<string, number> {
    const asked = new Map<string, number>();
    const telling = words.filter(({ isEmpty }) => !isEmpty);
    for (const [index, { stem }] of telling.entries()) {
      const joined = stem + (telling[index + 1]?.stem ?? '');
      if (this.rarity.has(stem)) asked.set(stem, 1);
      else if (stem.length >= shortestMisspelt && /^[a-z]+$/.test(stem)) {
        const meant = nearest(stem, this.vocabulary);
        if (meant !== undefined && !asked.has(meant)) asked.set(meant, misspeltWeight);
      }
      // `pre market` for `premarket`.
      if (this.rarity.has(joined)) asked.set(joined, 1);
    }
    return asked;
  }

  private ofWords(counts: ReadonlyMap<string, number>, asked: ReadonlyMap<string, number>): number {
    let sum = 0;
    for (const [stem, weight] of asked) {
      const count = counts.get(stem);
      if (count !== undefined) sum += (weight * this.rarity.get(stem)! * count) / (saturation + count);
    }
    return sum;
  }

  private rarityOf(words: readonly Word[]): number {
    return words.reduce((sum, { stem, isEmpty }) => sum + (isEmpty ? emptyRarity : (this.rarity.get(stem) ?? 0)), 0);
  }

  /** The best phrase counts whole, the others less and less, so that many alike are no more than one that is right. */
  private ofPhrases(phrases: readonly Phrase[], sequence: readonly string[]): number {
    const present = new Set(sequence);
    const found = phrases.flatMap(({ words, value }) => {
      const telling = words.filter(({ isEmpty }) => !isEmpty);
      if (!telling.every(({ stem }) => present.has(stem))) return [];
      if (isWithin(words, sequence)) return [phraseWeight * value];
      return telling.length > 1 ? [scatteredWeight * this.rarityOf(telling)] : [];
    });
    return found.toSorted((a, b) => b - a).reduce((sum, one, index) => sum + one / 4 ** index, 0);
  }
}

function spell(words: readonly Word[]): string {
  return words.map(({ stem }) => stem).join(' ');
}

function isWithin(phrase: readonly Word[], sequence: readonly string[]): boolean {
  return sequence.some((_, at) => phrase.every(({ stem }, index) => sequence[at + index] === stem));
}

function fieldsOf({
  name,
  title,
  description,
  synonyms,
  asked,
  parameters,
  columns,
}: Operation): Record<Field, string[]> {
  return {
    synonyms: synonyms.filter(synonym => !synonym.includes(' ')).flatMap(stemsIn),
    phrases: synonyms.filter(synonym => synonym.includes(' ')).flatMap(stemsIn),
    asked: stemsIn(asked),
    title: stemsIn(title),
    name: stemsIn(name.replaceAll('_', ' ')),
    description: stemsIn(description),
    arguments: parameters.flatMap(({ argument, about }) => stemsIn(`${argument.replaceAll('_', ' ')} ${about}`)),
    columns: columns.flatMap(({ name: column, about = '' }) => stemsIn(`${column.replaceAll('_', ' ')} ${about}`)),
  };
}

function meanLengths(all: readonly Record<Field, string[]>[]): Record<Field, number> {
  const mean = (field: Field): number => all.reduce((sum, one) => sum + one[field].length, 0) / all.length || 1;
  return Object.fromEntries(fieldNames.map(field => [field, mean(field)])) as Record<Field, number>;
}

const fieldNames = Object.keys(fields) as Field[];
/** What people say has words of any kind, and is no list of those that can be misspelt. */
const textFields = fieldNames.filter(field => field !== 'asked');

function countsOf(of: Record<Field, string[]>, mean: Record<Field, number>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const field of fieldNames) {
    const { weight, lengthPart } = fields[field];
    const counted = weight / (1 - lengthPart + lengthPart * (of[field].length / mean[field]));
    // Within a field a word counts for its presence, not for how often the synonyms repeat it.
    for (const stem of new Set(of[field])) counts.set(stem, (counts.get(stem) ?? 0) + counted);
  }
  return counts;
}
