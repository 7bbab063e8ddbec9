/** What words and symbols of a question stand for, as the spec has them. */
import type { OperationGroup } from '../../contract/operation.js';

/** A symbol or code that a question names. */
export interface NamedSymbol {
  /** Group of the REST API that it belongs to: a coin to crypto, a currency to forex. */
  readonly group: string;
  /** `AAPL`, `O:SPY281215C00700000`, `X:BTCUSD`, `I:SPX`, `ESZ7`; a coin, currency or product by its code alone. */
  readonly symbol: string;
  /** Where it stands. */
  readonly at: number;
  readonly length: number;
}

const prefixes: Readonly<Record<string, string>> = { O: 'options', X: 'crypto', C: 'forex', I: 'indices' };
const prefixed = /(?<![\w:])(?:O:[A-Z.]{1,6}\d{6}[CP]\d{8}|[XCI]:[A-Z0-9-]{2,12})(?![\w:])/gi;
const capitals = /(?<![\w:$.&/'-])\$?[A-Z]{1,5}(?:\.[A-Z])?(?![\w:&'-]|\.\w)/g;
const contract = /(?<![\w:])([A-Z0-9]{1,3})[FGHJKMNQUVXZ]\d{1,2}(?![\w:])/g;
const joined = /(?<![\w:])([A-Z]{6,8})(?![\w:])|(?<![\w:])([A-Z]{3,5})[/-]([A-Z]{3,5})(?![\w:])/g;

export class Lexicon {
  private readonly named = new Map<string, { readonly group: string; readonly symbol: string }>();
  private readonly codes = new Map<string, string>();
  private readonly names: RegExp;
  private readonly marketWords = new Map<string, string>();
  private readonly markets: RegExp;
  /** Words in capitals that are none of a symbol. */
  private readonly notSymbols = new Set<string>();

  constructor(groups: readonly OperationGroup[]) {
    for (const { name: group, words, names, notSymbols, operations } of groups) {
      for (const [symbol, spoken] of Object.entries(names)) {
        if (!this.codes.has(symbol)) this.codes.set(symbol, group);
        for (const one of spoken) this.named.set(one, { group, symbol });
      }
      for (const word of words) this.marketWords.set(word, group);
      const texts = operations.flatMap(({ title, synonyms }) => [title, ...synonyms]);
      for (const [word] of [...notSymbols.map(word => word.toUpperCase()), ...texts].join(' ').matchAll(/[A-Z]+/g))
        this.notSymbols.add(word);
    }
    this.names = anyOf([...this.named.keys()]);
    this.markets = anyOf([...this.marketWords.keys()]);
  }

  /** Groups that the words name, however they are written. */
  marketsIn(text: string): string[] {
    return [...new Set([...text.toLowerCase().matchAll(this.markets)].map(([word]) => this.marketWords.get(word)!))];
  }

  /** In the order in which they stand. */
  symbolsIn(text: string): NamedSymbol[] {
    const found: NamedSymbol[] = [];
    const add = (group: string, symbol: string, at: number, length: number): void => {
      const isFree = found.every(one => at >= one.at + one.length || one.at >= at + length);
      if (isFree) found.push({ group, symbol, at, length });
    };
    for (const { 0: text_, index } of text.matchAll(prefixed)) {
      add(prefixes[text_[0]!.toUpperCase()]!, text_.toUpperCase(), index, text_.length);
    }
    for (const { 0: whole, 1: six, 2: first, 3: second, index } of text.matchAll(joined)) {
      const [one, other] = six === undefined ? [first!, second!] : [six.slice(0, -3), six.slice(-3)];
      const pair = pairOf(this.codes.get(one) && one, this.codes.get(other) && other, this.codes);
      if (pair) add(pair.group, pair.symbol, index, whole.length);
    }
    for (const { 0: whole, 1: root, index } of text.matchAll(contract)) {
      if (this.codes.get(root!) === 'futures') add('futures', whole, index, whole.length);
    }
    const lower = text.toLowerCase();
    for (const { 0: name, index } of lower.matchAll(this.names)) {
      const { group, symbol } = this.named.get(name)!;
      add(group, symbol, index, name.length);
    }
    // Where all is in capitals, words are, too.
    const isShouted = !/[a-z]/.test(text) && /\s/.test(text.trim());
    for (const { 0: whole, index } of text.matchAll(capitals)) this.addCapitals(whole, index, isShouted, add);
    return found.toSorted((a, b) => a.at - b.at);
  }

  private addCapitals(
    whole: string,
    index: number,
    isShouted: boolean,
    add: (group: string, symbol: string, at: number, length: number) => void,
  ): void {
    const symbol = whole.replace('$', '');
    const group = this.codes.get(symbol);
    if (group !== undefined) add(group, symbol, index, whole.length);
    else if (whole.startsWith('$') || (!isShouted && symbol.length > 1 && !this.notSymbols.has(symbol)))
      add('stocks', symbol, index, whole.length);
  }
}

/** The symbol of two codes: currencies, or a coin and a currency. */
export function pairOf(
  from: string | undefined,
  to: string | undefined,
  groups: ReadonlyMap<string, string>,
): { readonly group: string; readonly symbol: string } | undefined {
  if (from === undefined || to === undefined || groups.get(to) !== 'forex') return undefined;
  const group = groups.get(from);
  if (group === 'crypto') return { group, symbol: `X:${from}${to}` };
  return group === 'forex' && from !== to ? { group, symbol: `C:${from}${to}` } : undefined;
}

function anyOf(texts: readonly string[]): RegExp {
  const escaped = texts
    .toSorted((a, b) => b.length - a.length)
    .map(text => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`(?<![\\w&])(?:${escaped.join('|') || '(?!)'})(?![\\w&])`, 'g');
}
