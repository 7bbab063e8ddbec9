/** Puts symbols in an order, and remembers how far a reader came. */
import type { SummarizeArguments } from '../../generated/types.js';
import type { Clock } from '../core/clock.js';
import { StreamError } from '../core/errors.js';
import { Heap } from '../core/heap.js';
import { basisPoints, percentChange } from '../market/ratios.js';
import type { SymbolState } from '../market/totals/symbol-state.js';
import { TimeSlice } from '../pacing/time-slice.js';

export type Sort = SummarizeArguments['sort'];
type Order = NonNullable<SummarizeArguments['order']>;

/** A place in a ranking: the row after which the next page begins. */
export interface Rank {
  /** Null where the symbol has no such value; those come last. */
  readonly key: number | null;
  readonly symbol: string;
}

/** By what, and which end comes first. */
export interface Ranking {
  readonly sort: Sort;
  readonly order: Order;
}

const keys: Readonly<Record<Sort, (state: SymbolState) => number | null>> = {
  activity: ({ messages }) => messages,
  change: state => percentChange(state.compared('open'), state.compared('newest')),
  range: state => percentChange(state.compared('low'), state.compared('high')),
  volume: state => {
    const volume = state.compared('volume');
    return volume === null ? null : Number(volume);
  },
  spread: state => {
    const [bid, ask] = [state.compared('bid'), state.compared('ask')];
    return typeof bid === 'number' && typeof ask === 'number' ? basisPoints(bid, ask) : null;
  },
  symbol: () => 0,
};

/** The largest comes first unless another order is asked for; symbols begin with A. */
export function rankingOf({ sort, order }: Pick<SummarizeArguments, 'sort' | 'order'>): Ranking {
  return { sort, order: order ?? (sort === 'symbol' ? 'asc' : 'desc') };
}

/** A symbol and its place. */
export interface Ranked extends Rank {
  readonly state: SymbolState;
}

/**
 * Symbols in order, found one by one: most readers want the first few of many.
 *
 * @param after the place behind which to begin
 */
export async function rank(
  clock: Clock,
  states: Iterable<SymbolState>,
  ranking: Ranking,
  after?: Rank,
): Promise<Heap<Ranked>> {
  const slice = new TimeSlice(clock);
  const before = comparing(ranking);
  const heap = new Heap<Ranked>(before);
  await slice.begin();
  for (const state of states) {
    if (slice.spent()) await slice.rest();
    // More messages may come meanwhile, so the key is kept.
    const ranked = { state, symbol: state.symbol, key: keys[ranking.sort](state) };
    if (!after || before(after, ranked)) heap.add(ranked);
  }
  return heap;
}

function comparing({ sort, order }: Ranking): (one: Rank, other: Rank) => boolean {
  const sign = order === 'desc' ? -1 : 1;
  return (one, other) => {
    if (one.key !== other.key) {
      if (one.key === null || other.key === null) return other.key === null;
      return sign * (one.key - other.key) < 0;
    }
    if (one.symbol === other.symbol) return false;
    return one.symbol < other.symbol === (sort !== 'symbol' || order === 'asc');
  };
}

/** A place as an opaque text. */
export function encodeRank({ sort, order }: Ranking, { key, symbol }: Rank): string {
  return Buffer.from(JSON.stringify([mark, sort, order, key, symbol])).toString('base64url');
}

/** Tells such a text from another. */
const mark = 'rank';
const longestText = 500;

/** @throws StreamError BAD_CURSOR where it is none, or of a summary in another order */
export function decodeRank(text: string, { sort, order }: Ranking): Rank {
  const parts = text.length <= longestText ? readParts(text) : undefined;
  if (!parts) throw bad('Unknown cursor: no summary answered it.');
  const [sorted, ordered, key, symbol] = parts;
  if (sorted !== sort || ordered !== order) throw bad('The cursor belongs to a summary with another sort or order.');
  return { key, symbol };
}

function readParts(text: string): [unknown, unknown, number | null, string] | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(text, 'base64url').toString());
  } catch {
    // The error's message quotes the text.
    return undefined;
  }
  if (!Array.isArray(parsed) || parsed.length !== 5 || parsed[0] !== mark) return undefined;
  const [, sort, order, key, symbol] = parsed;
  const isKey = key === null || typeof key === 'number';
  return isKey && typeof symbol === 'string' ? [sort, order, key, symbol] : undefined;
}

function bad(message: string): StreamError {
  return new StreamError('BAD_CURSOR', message, 'Call summarize_stream without a cursor for the first rows.');
}
