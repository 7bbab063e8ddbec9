/** What a question says: its words, and the symbols, days and numbers that a call can take from it. */
import type { OperationGroup } from '../../contract/operation.js';
import { type AskedDays, readDays, withoutDays } from './days.js';
import { Lexicon, type NamedSymbol, pairOf } from './lexicon.js';
import { type Word, wordsIn } from './words.js';

export interface Question extends AskedDays {
  readonly words: readonly Word[];
  /** Each symbol once, in its order. */
  readonly symbols: readonly NamedSymbol[];
  /** Groups that it is about; empty where it names none. */
  readonly markets: ReadonlySet<string>;
  /** Whether it asks for what is newest. */
  readonly isOfNow: boolean;
  /** `5 minute`, `50 day`. */
  readonly bar?: { readonly count: number; readonly unit: string };
  /** Of a currency. */
  readonly amount?: number;
  /** A number beside a word, by the stem of the word: `strike 200`. */
  readonly numbers: ReadonlyMap<string, number>;
}

const numberBefore = /\$?(\d{1,9}(?:\.\d{1,6})?)\s?(k|m)?\s{0,3}$/i;
const number = '\\$?(\\d{1,9}(?:\\.\\d{1,6})?)(k|m)?';
const barForm =
  /(?<!\b(?:last|past|previous|trailing)\s{1,3})\b(\d{1,4})?[-\s]?(second|minute|min|hour|day|week|month|quarter|year)(?:ly)?s?\b(?!\s{1,3}ago)/gi;
const adverbs: Readonly<Record<string, string>> = { hourly: 'hour', daily: 'day', weekly: 'week', monthly: 'month' };

export class QuestionReader {
  private readonly lexicon: Lexicon;
  private readonly codes = new Map<string, string>();

  constructor(groups: readonly OperationGroup[]) {
    this.lexicon = new Lexicon(groups);
    for (const { name, names } of groups.toReversed())
      for (const code of Object.keys(names)) this.codes.set(code, name);
  }

  /** @param today where the exchanges are */
  read(text: string, today: string): Question {
    const named = this.lexicon.symbolsIn(text);
    const { amount, symbols } = this.pairIn(text, named);
    const said = this.lexicon.marketsIn(blank(text, named));
    // A currency alone says no more than what something costs.
    const own = symbols
      .filter(({ group, symbol }) => group !== 'forex' || symbol.includes(':'))
      .map(({ group }) => group);
    const all = [...said, ...own];
    const others = all.filter(group => group !== 'stocks');
    const span = barIn(text);
    return {
      ...readDays(text, today),
      words: wordsIn(withoutDays(blank(text, named))),
      symbols,
      isOfNow: /\b(?:now|currently|current|live|latest|newest|today|at the moment|trading at)\b/i.test(text),
      markets: new Set(others.length > 0 ? others : all),
      ...(span ? { bar: span } : {}),
      ...(amount === undefined ? {} : { amount }),
      numbers: numbersIn(text),
    };
  }

  /** Two codes are a pair: the one beside an amount is what is converted, else the first. */
  private pairIn(text: string, named: readonly NamedSymbol[]): { amount?: number; symbols: NamedSymbol[] } {
    const unique = named.filter(({ symbol }, index) => named.findIndex(one => one.symbol === symbol) === index);
    const codes = unique.filter(
      ({ group, symbol }) => (group === 'forex' || group === 'crypto') && !symbol.includes(':'),
    );
    const isCounted = ({ at }: NamedSymbol): boolean => numberBefore.test(text.slice(0, at));
    const counted = codes.find(isCounted);
    const [, digits, times] = (counted && numberBefore.exec(text.slice(0, counted.at))) ?? [];
    const amount = digits === undefined ? undefined : numberOf(digits, times);
    const [one, other] = counted ? [counted, codes.find(code => code !== counted)] : codes;
    const coin = codes.find(({ group }) => group === 'crypto');
    const [from, to] = coin && one?.group === 'forex' ? [coin, one] : [one, other];
    const pair = pairOf(from?.symbol, to?.symbol ?? (from?.group === 'crypto' ? 'USD' : undefined), this.codes);
    const given = amount === undefined ? {} : { amount };
    if (!pair || !from) return { ...given, symbols: unique };
    const { at, length } = from;
    const rest = unique.filter(code => code !== from && code !== to);
    return { ...given, symbols: [...rest, { ...pair, at, length }] };
  }
}

function blank(text: string, spans: readonly NamedSymbol[]): string {
  return spans.reduce((left, { at, length }) => left.slice(0, at) + ' '.repeat(length) + left.slice(at + length), text);
}

function numbersIn(text: string): Map<string, number> {
  const found = new Map<string, number>();
  const plain = text.replace(/\d{4}-\d\d-\d\d/g, ' ');
  for (const [, value, times, word] of plain.matchAll(new RegExp(`${number}\\s*([a-z]{4,20})\\b`, 'gi')))
    add(word!, numberOf(value!, times));
  for (const [, word, value, times] of plain.matchAll(
    new RegExp(`\\b([a-z]{4,20})(?:\\s+(?:of|at|is|price))?\\s+${number}\\b`, 'gi'),
  ))
    add(word!, numberOf(value!, times));
  return found;

  function add(word: string, value: number): void {
    const [one] = wordsIn(word);
    if (one && !found.has(one.stem)) found.set(one.stem, value);
  }
}

/** `5 minute`, `50-day`, `daily`. */
function barIn(text: string): Question['bar'] | undefined {
  for (const [adverb, unit] of Object.entries(adverbs)) {
    if (new RegExp(`\\b${adverb}\\b`, 'i').test(text)) return { count: 1, unit };
  }
  const [found] = [...text.matchAll(barForm)].filter(([, count]) => count !== undefined);
  if (!found) return undefined;
  const unit = found[2]!.toLowerCase();
  return { count: Number(found[1]), unit: unit === 'min' ? 'minute' : unit };
}

/** `2.5k` is 2500. */
function numberOf(digits: string, times?: string): number {
  return Number(digits) * ({ k: 1_000, m: 1_000_000 }[times?.toLowerCase() ?? ''] ?? 1);
}
