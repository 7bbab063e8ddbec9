/** Finds out which market each channel or symbol of a call is of. */
import { meantBy, readFilter } from '../../buffer/selection.js';
import { StreamError } from '../../core/errors.js';
import { kindOf } from '../../core/kind.js';
import type { StreamView } from '../../stream/view.js';
import { type Filter, spellFilter, symbolOf } from '../../symbols/channels.js';
import { exampleChannel, exampleSymbol, spellJson } from '../../symbols/example.js';
import { describeReadings } from '../../symbols/hints.js';

/** What a call names, by the place of a stream. */
export interface Assigned<T> {
  /** Absent where the call names nothing; empty where nothing that it names is of this market. */
  readonly of: readonly (readonly T[] | undefined)[];
  /** What was rewritten, and what is of some of the markets alone. */
  readonly notes: readonly string[];
}

/** How names are read and written. */
interface Reading<T> {
  read(stream: StreamView, text: string): T | undefined;
  spell(named: T): string;
  /** The error where the text is a name in no market. */
  refuse(text: string, index: number): StreamError;
}

const namesShown = 5;

function assign<T>(
  streams: readonly StreamView[],
  texts: readonly string[] | undefined,
  { read, spell, refuse }: Reading<T>,
): Assigned<T> {
  if (!texts) return { of: streams.map(() => undefined), notes: [] };
  const of = streams.map((): Map<string, T> => new Map());
  const rewritten = new Set<string>();
  const only = new Map<string, Set<string>>();
  for (const [index, text] of texts.entries()) {
    const takers = streams.filter((stream, place) => {
      const named = read(stream, text);
      if (named === undefined) return false;
      const spelled = spell(named);
      of[place]!.set(spelled, named);
      if (spelled !== text) rewritten.add(`${text} is read as ${spelled}`);
      return true;
    });
    const [taker] = takers;
    if (!taker) throw refuse(text, index);
    if (takers.length === streams.length) continue;
    const markets = takers.map(({ market }) => market.name).join(', ');
    only.set(markets, (only.get(markets) ?? new Set()).add(spell(read(taker, text)!)));
  }
  return { of: of.map(named => [...named.values()]), notes: [...rewritten, ...[...only].map(noteOnly)] };
}

/** `Of stocks alone: T.AAPL and 3 more`. */
function noteOnly([markets, names]: readonly [string, ReadonlySet<string>]): string {
  const more = names.size - namesShown;
  return `Of ${markets} alone: ${[...names].slice(0, namesShown).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/**
 * @param texts `T.AAPL`, `T.*` or `AAPL`
 * @throws StreamError INVALID_CHANNEL for one that is in no market
 */
export function filtersIn(streams: readonly StreamView[], texts: readonly string[] | undefined): Assigned<Filter> {
  const markets = streams.map(({ market }) => market);
  const all = (show: (market: (typeof markets)[number]) => string): string => markets.map(show).join(', ');
  return assign<Filter>(streams, texts, {
    read: ({ market, buffer }, text) => readFilter(market, text, buffer.knows),
    spell: spellFilter,
    refuse: (text, index) => {
      const meant = markets.map(market => meantBy(market, text)).find(hint => hint !== '');
      return new StreamError(
        'INVALID_CHANNEL',
        `channels[${index}], ${kindOf(text)}, is neither a channel nor a symbol of ${titlesOf(streams)}${meant ?? '.'}`,
        `Select by channel (${all(exampleChannel)}), by kind (${all(({ channels }) => `${channels[0]!.prefix}.*`)}) or by symbol (${all(exampleSymbol)}).`,
      );
    },
  });
}

/** @throws StreamError INVALID_CHANNEL for one that is in no market */
export function symbolsIn(streams: readonly StreamView[], texts: readonly string[] | undefined): Assigned<string> {
  return assign(streams, texts, {
    read: ({ market, buffer }, text) => symbolOf(market, text, buffer.knows),
    spell: symbol => symbol,
    refuse: (text, index) => {
      const meant = streams.map(({ market }) => describeReadings(market, text)).find(hint => hint !== '');
      const symbols = streams.map(({ market }) => exampleSymbol(market));
      return new StreamError(
        'INVALID_CHANNEL',
        `symbols[${index}], ${kindOf(text)}, is no symbol of ${titlesOf(streams)}${meant ?? ''}.`,
        `Write symbols as their market does, such as ${spellJson({ symbols })}.`,
      );
    },
  });
}

/** `US stocks or Crypto`. */
function titlesOf(streams: readonly StreamView[]): string {
  return streams.map(({ market }) => market.title).join(' or ');
}
