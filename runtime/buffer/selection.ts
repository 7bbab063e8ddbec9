import type { Market } from '../contract/market.js';
import { StreamError } from '../core/errors.js';
import { kindOf } from '../core/kind.js';
import { suggest } from '../core/nearest.js';
import { type Filter, parseFilter, spellFilter } from '../symbols/channels.js';
import { exampleChannel, exampleSymbol } from '../symbols/example.js';
import { type Delivered, findChannel } from '../symbols/forms.js';
import { describeReadings, suggestPrefix } from '../symbols/hints.js';
import type { MessageBuffer } from './message-buffer.js';

/** Chooses held messages by channel and symbol. */
export type Selection = (buffer: MessageBuffer, seq: number) => boolean;

/**
 * @param texts `T.AAPL`, `T.*` or `AAPL`; nothing selects every message
 * @param delivered which symbols came in messages; these may be named in any form
 * @throws StreamError INVALID_CHANNEL
 */
export function parseFilters(
  market: Market,
  texts: readonly string[] | undefined,
  delivered?: Delivered,
): Filter[] | undefined {
  return texts?.map((text, index) => {
    const filter = readFilter(market, text, delivered);
    if (filter) return filter;
    throw new StreamError(
      'INVALID_CHANNEL',
      `channels[${index}], ${kindOf(text)}, is neither a channel nor a symbol of ${market.title}${meantBy(market, text) || '.'}`,
      `Select by channel (${exampleChannel(market)}), by kind (${market.channels[0]!.prefix}.*) or by symbol (${exampleSymbol(market)}).`,
    );
  });
}

/** A channel or symbol of the market; nothing where it is none. */
export function readFilter(market: Market, text: string, delivered?: Delivered): Filter | undefined {
  return suggestPrefix(market, text) === undefined ? parseFilter(market, text, delivered) : undefined;
}

/** The end of a sentence that says what was probably meant by a text that is no filter; empty where nothing is likely. */
export function meantBy(market: Market, text: string): string {
  return suggest(suggestPrefix(market, text)) || hintOnFilter(market, text);
}

function hintOnFilter(market: Market, text: string): string {
  const dot = text.indexOf('.');
  const channel = dot > 0 ? findChannel(market, text.slice(0, dot)) : undefined;
  const hint = channel ? describeReadings(market, text.slice(dot + 1), channel.prefix) : describeReadings(market, text);
  return hint && `${hint}.`;
}

/** Notes on filters that were rewritten. */
export function notesOnFilters(texts: readonly string[] = [], filters: readonly Filter[] = []): string[] {
  return filters.flatMap((filter, index) => {
    const [given, read] = [texts[index]!, spellFilter(filter)];
    return given === read ? [] : [`${given} is read as ${read}`];
  });
}

/** @param filters absent: every message */
export function selectionOf(filters: readonly Filter[] | undefined): Selection {
  return filters ? chooseBy(filters) : everything;
}

function everything(): boolean {
  return true;
}

function chooseBy(filters: readonly Filter[]): Selection {
  const whole = new Set(filters.filter(({ symbol }) => symbol === undefined).map(({ prefix }) => prefix));
  // A filter with neither is `*`.
  if (whole.has(undefined)) return everything;
  const anywhere = new Set<string>();
  const pairs = new Map<string | undefined, Set<string>>();
  for (const { prefix, symbol } of filters) {
    if (symbol === undefined) continue;
    if (prefix === undefined) anywhere.add(symbol);
    else pairs.set(prefix, (pairs.get(prefix) ?? new Set()).add(symbol));
  }
  return (buffer, seq) => {
    const prefix = buffer.prefixAt(seq);
    if (prefix !== undefined && whole.has(prefix)) return true;
    const wanted = pairs.get(prefix);
    if (!wanted && anywhere.size === 0) return false;
    const symbol = buffer.symbolAt(seq);
    return symbol !== null && (anywhere.has(symbol) || (wanted?.has(symbol) ?? false));
  };
}
