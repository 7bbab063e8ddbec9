/** Puts symbols in an order, and remembers how far a reader came. */
import type { SummarizeArguments } from '../../../generated/types.js';
import type { Clock } from '../../core/clock.js';
import { StreamError } from '../../core/errors.js';
import { Heap } from '../../core/heap.js';
import { basisPoints, percentChange } from '../../market/ratios.js';
import type { SymbolState } from '../../market/totals/symbol-state.js';
import { TimeSlice } from '../../pacing/time-slice.js';

export type Sort = SummarizeArguments['sort'];
type Order = NonNullable<SummarizeArguments['order']>;

/** A place in a ranking: the row after which the next page begins. */
export interface Rank {
  /** Null where the symbol has no such value; those come last. */
  readonly key: number | null;
  readonly symbol: string;
  /** Where rows of several markets are ranked. */
  readonly market?: string;
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

/** What is ranked: symbols, and their market where there are several. */
export interface Field {
  readonly states: Iterable<SymbolState>;
  readonly market?: string;
}

/**
 * Symbols in order, found one by one: most readers want the first few of many.
 *
 * @param after the place behind which to begin
 */
export async function rank(
  clock: Clock,
  fields: readonly Field[],
  ranking: Ranking,
  after?: Rank,
): Promise<Heap<Ranked>> {
  const slice = new TimeSlice(clock);
  const before = comparing(ranking);
  const heap = new Heap<Ranked>(before);
  await slice.begin();
  for (const { states, ...of } of fields) {
    for (const state of states) {
      if (slice.spent()) await slice.rest();
      // More messages may come meanwhile, so the key is kept.
      const ranked = { state, symbol: state.symbol, key: keys[ranking.sort](state), ...of };
      if (!after || before(after, ranked)) heap.add(ranked);
    }
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
    if (one.symbol === other.symbol) return (one.market ?? '') < (other.market ?? '');
    return one.symbol < other.symbol === (sort !== 'symbol' || order === 'asc');
  };
}

/**
 * A place as an opaque text.
 *
 * @param markets those that are ranked, where there are several
 */
export function encodeRank(
  { sort, order }: Ranking,
  { key, symbol, market = '' }: Rank,
  markets: readonly string[] = [],
): string {
  const place = [sort, order, key, symbol];
  const parts = markets.length > 0 ? [severalMark, ...place, market, ...markets] : [mark, ...place];
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

/** Tell such texts from others: of one market, and of several. */
const mark = 'rank';
const severalMark = 'ranks';
const longestText = 1_000;

/**
 * @param markets those that are ranked, where there are several
 * @throws StreamError BAD_CURSOR where it is none, or of a summary in another order or of other markets
 */
export function decodeRank(text: string, { sort, order }: Ranking, markets: readonly string[] = []): Rank {
  const place = text.length <= longestText ? readPlace(text) : undefined;
  if (!place) throw bad('Unknown cursor: no summary answered it.');
  const { key, symbol, market, markets: ranked } = place;
  if (ranked.length !== markets.length || !markets.every(name => ranked.includes(name))) {
    throw bad(
      `The cursor belongs to a summary of ${ranked.length > 0 ? 'several markets' : 'one market'}, and not of what is asked for.`,
      'Pass it with the market or markets of the summary that answered it, or call summarize_stream without a cursor for the first rows.',
    );
  }
  if (place.sort !== sort || place.order !== order)
    throw bad('The cursor belongs to a summary with another sort or order.');
  return { key, symbol, ...(market === undefined ? {} : { market }) };
}

interface Place extends Rank {
  readonly sort: unknown;
  readonly order: unknown;
  readonly markets: readonly unknown[];
}

function readPlace(text: string): Place | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(text, 'base64url').toString());
  } catch {
    // The error's message quotes the text.
    return undefined;
  }
  if (!Array.isArray(parsed)) return undefined;
  const [given, sort, order, key, symbol, market, ...markets] = parsed;
  if ((key !== null && typeof key !== 'number') || typeof symbol !== 'string') return undefined;
  const place = { sort, order, key, symbol };
  if (given === mark) return parsed.length === 5 ? { ...place, markets: [] } : undefined;
  const isOfSeveral = given === severalMark && typeof market === 'string' && markets.includes(market);
  return isOfSeveral && new Set(markets).size === markets.length ? { ...place, market, markets } : undefined;
}

function bad(message: string, hint = 'Call summarize_stream without a cursor for the first rows.'): StreamError {
  return new StreamError('BAD_CURSOR', message, hint);
}
