/** A row for each symbol, side by side in an array of doubles: its range, counts, and where its newest messages are. */
import type { EventKind } from '../../contract/channel.js';
import { part, Ranges, rangeCells, repeat } from './ranges.js';
import type { RangeValues } from './symbol-state.js';

/**
 * Of a symbol, behind its range: counts, seqs of the newest messages (-1 where none came), whether it is halted. What
 * trades and quotes touch lies together.
 */
export const cell = {
  messages: rangeCells,
  trades: rangeCells + 1,
  last: rangeCells + 2,
  lastSeq: rangeCells + 3,
  quotes: rangeCells + 4,
  quoteSeq: rangeCells + 5,
  ineligible: rangeCells + 6,
  halted: rangeCells + 7,
  valueSeq: rangeCells + 8,
  bandSeq: rangeCells + 9,
  fairValueSeq: rangeCells + 10,
  imbalanceSeq: rangeCells + 11,
} as const;
/** Whole lines of the processor's cache. */
export const cells = 24;
/** In place of a seq: no such message came. */
export const none = -1;
const seqs = ['lastSeq', 'quoteSeq', 'valueSeq', 'bandSeq', 'fairValueSeq', 'imbalanceSeq'] as const;
const fewestSymbols = 256;

/** What the messages of a symbol come to, bars aside. */
export interface SymbolValues extends RangeValues {
  readonly messages: number;
  readonly trades: number;
  /** Trades that their conditions keep from the last price. */
  readonly ineligible: number;
  readonly quotes: number;
  /** Null where no message said it. */
  readonly halted: boolean | null;
  /** Price of the last trade that may set it; null where there is none, or it has no price. */
  readonly last: number | null;
  /** Seqs of the newest messages of a kind, -1 where none came; `lastSeq` is of the trade that set `last`. */
  readonly lastSeq: number;
  readonly quoteSeq: number;
  readonly valueSeq: number;
  readonly bandSeq: number;
  readonly fairValueSeq: number;
  readonly imbalanceSeq: number;
}

/** What symbols can be sorted by. */
export type SortKey = RangeKey | 'messages' | 'trades' | 'quotes' | 'ineligible' | 'halted' | 'last' | SeqKey;
export type RangeKey = 'open' | 'high' | 'low' | 'volume' | 'turnover';
type SeqKey = (typeof seqs)[number];

/** Where the seq of the newest message of a kind is. Bars have their own. */
export const seqKeys: Readonly<Partial<Record<EventKind, SeqKey>>> = {
  TRADE: 'lastSeq',
  QUOTE: 'quoteSeq',
  INDEX_VALUE: 'valueSeq',
  LULD: 'bandSeq',
  FAIR_MARKET_VALUE: 'fairValueSeq',
  IMBALANCE: 'imbalanceSeq',
};
const rangeKeys: ReadonlySet<SortKey> = new Set<RangeKey>(['open', 'high', 'low', 'volume', 'turnover']);

export function isOfRange(key: SortKey): key is RangeKey {
  return rangeKeys.has(key);
}

export class TotalsTable {
  readonly ranges = new Ranges();
  /** `cells` for each symbol, by its number; another array when there is room for more. */
  state = new Float64Array(0);

  /** Makes room for symbols up to a number. */
  reserve(symbol: number): void {
    const { state } = this;
    if ((symbol + 1) * cells <= state.length) return;
    const wider = new Float64Array(2 ** Math.ceil(Math.log2(Math.max(symbol + 1, fewestSymbols))) * cells);
    wider.set(state);
    const at = state.length;
    this.ranges.clear(wider, at);
    wider[at + cell.last] = Number.NaN;
    wider[at + cell.halted] = Number.NaN;
    for (const seq of seqs) wider[at + cell[seq]] = none;
    repeat(wider, at, cells);
    this.state = wider;
  }

  /** Numbers of the symbols that had a message. */
  *symbols(): Generator<number> {
    for (let symbol = 1; (symbol + 1) * cells <= this.state.length; symbol++)
      if (this.state[symbol * cells + cell.messages]! > 0) yield symbol;
  }

  /** @returns nothing where the symbol had no message */
  of(symbol: number): SymbolValues | undefined {
    const at = symbol * cells;
    const numberOf = (name: keyof typeof cell): number => this.state[at + cell[name]]!;
    if (!(numberOf('messages') > 0)) return undefined;
    const last = numberOf('last');
    return {
      ...this.ranges.valuesOf(this.state, at),
      messages: numberOf('messages'),
      trades: numberOf('trades'),
      ineligible: numberOf('ineligible'),
      halted: Number.isNaN(numberOf('halted')) ? null : numberOf('halted') === 1,
      quotes: numberOf('quotes'),
      last: Number.isNaN(last) ? null : last,
      lastSeq: numberOf('lastSeq'),
      quoteSeq: numberOf('quoteSeq'),
      valueSeq: numberOf('valueSeq'),
      bandSeq: numberOf('bandSeq'),
      fairValueSeq: numberOf('fairValueSeq'),
      imbalanceSeq: numberOf('imbalanceSeq'),
    };
  }

  /** One number of a symbol as a double, to sort by; NaN where there is none. */
  sortable(symbol: number, by: SortKey): number {
    const at = symbol * cells;
    if (by in part) return this.ranges.nearestOf(this.state, at, by as RangeKey);
    return this.state[at + cell[by as Exclude<SortKey, RangeKey>]] ?? Number.NaN;
  }

  /** Seq of a newest message, -1 where none came. */
  seqOf(symbol: number, key: SeqKey): number {
    return this.state[symbol * cells + cell[key]] ?? none;
  }
}
