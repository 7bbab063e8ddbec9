/** Finds the operations that answer a question, with the call to make. */
import type { Operation, OperationGroup } from '../../contract/operation.js';
import { CallMaker, type FittingCall, type Fresh } from './example-call.js';
import { OperationIndex } from './operation-index.js';
import { type Question, QuestionReader } from './question.js';
import { SlotFinder } from './slots.js';

export interface Found {
  readonly operation: Operation;
  readonly call: FittingCall;
  readonly score: number;
}

export interface FindOptions {
  /** Only operations that take symbols of this group. */
  readonly market?: string | undefined;
  readonly limit: number;
  /** The date where the exchanges are. */
  readonly today: string;
  /** Keeps contracts of examples from expiring. */
  readonly fresh: Fresh;
}

export interface Answer {
  /** The best first; none where no word of the question is known. */
  readonly found: readonly Found[];
  readonly question: Question;
}

/** Factors on what the words say. */
const factors = {
  otherMarket: 0.35,
  onlyThisMarket: 1.15,
  notOfStocks: 0.7,
  symbols: { all: 1.2, some: 0.6, none: 0.5 },
  /** Of its market, but in another form: a product where a contract is needed. */
  otherForm: 0.85,
  lacksSymbol: 0.8,
  takesDay: 1.2,
  missesDay: 0.85,
  ofSpan: 1.5,
  takesSpan: 1.1,
  missesSpan: 0.65,
  ofNow: 1.15,
  takesBar: 1.1,
  takesCountedBar: 1.35,
  missesBar: 0.9,
  /** Parts of a day, of which an operation of days has none. */
  missesShortBar: 0.4,
  /** Where an operation is for several symbols, and the question has several or one. */
  forSeveral: 1.4,
  forOne: 0.9,
  takesAmount: 1.5,
  /** Of two that do the same, the one that is a tool of its own. */
  withoutTool: 0.97,
} as const;
/** What counts where the words say nothing: that it takes the symbols, and tells how they stand, or stood. */
const bySymbols = { several: 1.2, asked: 0.6, others: 0.2 } as const;
const newest: readonly string[] = ['snapshot', 'never'];

export class OperationFinder {
  private readonly index: OperationIndex;
  private readonly reader: QuestionReader;
  private readonly calls: CallMaker;

  constructor(groups: readonly OperationGroup[]) {
    this.index = new OperationIndex(groups.flatMap(({ operations }) => operations));
    this.reader = new QuestionReader(groups);
    this.calls = new CallMaker(new SlotFinder(groups));
  }

  find(text: string, { market, limit, today, fresh }: FindOptions): Answer {
    const read = this.reader.read(text, today);
    const question = market === undefined ? read : { ...read, markets: new Set([market]) };
    const found = this.index
      .score(question.words)
      .filter(({ operation }) => market === undefined || operation.markets.includes(market))
      .map(({ operation, score }) => {
        const call = this.calls.make(operation, question, fresh);
        return {
          operation,
          call,
          score: (score + baseOf(operation, question, call)) * factorOf(operation, question, call),
        };
      })
      .filter(({ score }) => score > 0)
      .toSorted((a, b) => b.score - a.score)
      .slice(0, limit)
      .map(one => ({ ...one, call: this.calls.sound(one.operation, one.call, fresh) }));
    return { found, question };
  }
}

function baseOf({ freshness }: Operation, { span, symbols }: Question, call: FittingCall): number {
  if (call.symbols !== 'all') return 0;
  if (call.isForSeveral && symbols.length > 1) return bySymbols.several;
  return bySymbols[(span ? call.isOfSpan : newest.includes(freshness)) ? 'asked' : 'others'];
}

function factorOf({ markets, isTool, freshness }: Operation, question: Question, call: FittingCall): number {
  const { symbols, amount } = question;
  const all = [
    marketFactor(markets, question.markets),
    call.symbols === 'none' && symbols.every(({ group }) => markets.includes(group))
      ? factors.otherForm
      : call.symbols
        ? factors.symbols[call.symbols]
        : 1,
    call.lacksSymbol ? factors.lacksSymbol : 1,
    dayFactor(question, call),
    barFactor(question, call),
    call.isForSeveral ? factors[symbols.length > 1 ? 'forSeveral' : 'forOne'] : 1,
    amount !== undefined && Object.hasOwn(call.arguments, 'amount') ? factors.takesAmount : 1,
    question.isOfNow && newest.includes(freshness) ? factors.ofNow : 1,
    isTool ? 1 : factors.withoutTool,
  ];
  return all.reduce((product, factor) => product * factor, 1);
}

const ofADay = ['second', 'minute', 'hour'];

function barFactor({ bar }: Question, { takesBar, takesCount }: FittingCall): number {
  if (!bar) return 1;
  if (takesBar) return factors[takesCount ? 'takesCountedBar' : 'takesBar'];
  return factors[ofADay.includes(bar.unit) ? 'missesShortBar' : 'missesBar'];
}

function dayFactor({ span, isRelative }: Question, { takesDays, isOfSpan }: FittingCall): number {
  if (takesDays === undefined) return 1;
  if (!span) return takesDays ? factors.takesDay : isRelative ? 1 : factors.missesDay;
  return isOfSpan ? factors.ofSpan : takesDays ? factors.takesSpan : factors.missesSpan;
}

function marketFactor(markets: readonly string[], asked: ReadonlySet<string>): number {
  if (asked.size === 0) return markets.includes('stocks') || markets.includes('economy') ? 1 : factors.notOfStocks;
  if (!markets.some(market => asked.has(market))) return factors.otherMarket;
  // What takes any symbol takes stocks before all.
  return markets.length === 1 && !markets.includes('stocks') ? factors.onlyThisMarket : 1;
}
