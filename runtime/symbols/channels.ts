import type { Channel } from '../contract/channel.js';
import type { Market } from '../contract/market.js';
import type { ErrorCode } from '../core/errors.js';
import { exampleChannel } from './example.js';

/** A channel name that is fit to be sent. */
export interface ChannelName {
  readonly channel: Channel;
  /** Canonical symbol, or `*`. */
  readonly symbol: string;
  /** `PREFIX.SYMBOL` as it is sent. */
  readonly name: string;
}

/** Why a channel is not subscribed. */
export interface Rejection {
  /** Its name, or its place in the request (`channels[3]`) if it is not a channel name. */
  readonly channel: string;
  readonly code: ErrorCode;
  readonly message: string;
}

/** The result of reading a list of channel names. */
export interface ParsedChannels {
  /** Without repeats, in the order of the request. */
  readonly names: readonly ChannelName[];
  readonly rejected: readonly Rejection[];
  /** What was rewritten: aliases and other spellings. */
  readonly notes: readonly string[];
}

const longestName = 64;
/** An option contract has 21 characters, and may have blanks between its parts. */
const longestMeant = 24;

/** What fails this never goes onto the wire. */
export function parseChannels(market: Market, texts: readonly string[]): ParsedChannels {
  const names = new Map<string, ChannelName>();
  const rejected: Rejection[] = [];
  const notes = new Set<string>();
  for (const [index, text] of texts.entries()) {
    const parsed = parseChannel(market, text, `channels[${index}]`);
    if ('code' in parsed) {
      rejected.push(parsed);
      continue;
    }
    names.set(parsed.name, parsed);
    if (parsed.name !== text) notes.add(`${text} is sent as ${parsed.name}`);
  }
  return { names: [...names.values()], rejected, notes: [...notes] };
}

/**
 * Reads `PREFIX.SYMBOL`; the first dot separates. Text that is not a channel name is not repeated.
 *
 * @param place what to call it in a refusal
 * @see polygon-docs/websockets/quickstart.md:109 `T.BRK.B`
 */
export function parseChannel(market: Market, text: string, place = 'this'): ChannelName | Rejection {
  const reject = (message: string, channel = place): Rejection => ({ channel, code: 'INVALID_CHANNEL', message });
  const { prefix: first } = market.channels[0]!;
  const example = exampleChannel(market);
  const dot = text.indexOf('.');
  if (text.length > longestName || dot < 1) {
    const symbol = findChannel(market, text) ? undefined : meantSymbol(market, text);
    return reject(`expected PREFIX.SYMBOL, such as ${symbol ? `${first}.${symbol}` : example}`);
  }

  const prefix = text.slice(0, dot);
  const channel = findChannel(market, prefix);
  if (!channel) return reject(describeUnknownPrefix(market, prefix, text.slice(dot + 1)));

  const symbol = canonicalSymbol(market, text.slice(dot + 1));
  if (symbol === '*') {
    if (!channel.wildcard) {
      const star = `${channel.prefix}.*`;
      return reject(`${star} is not served: ${channel.wildcardNote}`, star);
    }
  } else if (symbol?.includes('*') || (symbol === undefined && text.includes('*'))) {
    return reject(
      `the feed acknowledges a partial wildcard and then sends nothing; name whole symbols${channel.wildcard ? ` or use ${channel.prefix}.*` : ''}`,
    );
  }
  if (symbol === undefined) {
    const meant = suggestSymbol(market, text.slice(dot + 1));
    const hint = meant ? `; did you mean ${channel.prefix}.${meant}?` : `, such as ${example}`;
    return reject(`the symbols of ${market.title} are written as ${market.symbol.description}${hint}`);
  }
  return { channel, symbol, name: `${channel.prefix}.${symbol}` };
}

/** The channel of a prefix or of one of its aliases. */
export function findChannel(market: Market, prefix: string): Channel | undefined {
  return market.channels.find(channel => channel.prefix === prefix || channel.aliases.includes(prefix));
}

/** The wire key under which the events of a channel name their symbol. */
export function symbolKeyOf({ fields }: Channel): string {
  return fields.find(({ role }) => role === 'symbol')!.key;
}

/** The spelling in which a symbol is sent, kept and answered; undefined if the market has no such symbol. */
export function canonicalSymbol(market: Market, text: string): string | undefined {
  const { pattern, spellings, stars } = market.symbol;
  if (text.length > longestName) return undefined;
  if (text === '*' || stars.includes(text)) return '*';
  if (matches(pattern, text)) return text;
  const spelling = spellings.find(other => matches(other.pattern, text));
  return spelling && text.replace(regex(spelling.pattern), spelling.canonical);
}

/** A channel with a lower-case prefix, as it was probably meant; undefined for any other. */
export function suggestPrefix(market: Market, text: string): string | undefined {
  const dot = text.indexOf('.');
  const prefix = text.slice(0, Math.max(dot, 0));
  const meant = findChannel(market, prefix) ? undefined : findChannel(market, prefix.toUpperCase());
  const symbol = meant && (text.slice(dot + 1) === '*' ? '*' : meantSymbol(market, text.slice(dot + 1)));
  return symbol && `${meant.prefix}.${symbol}`;
}

/** The symbol that a text is or was probably meant to be; undefined if it is too long. */
function meantSymbol(market: Market, text: string): string | undefined {
  if (text.length > longestMeant) return undefined;
  const symbol = suggestSymbol(market, text) ?? canonicalSymbol(market, text);
  return symbol === '*' ? undefined : symbol;
}

/** A symbol, alone or in a channel (`T.AAPL`); undefined if it is not one. */
export function symbolOf(market: Market, text: string): string | undefined {
  const symbol = parseFilter(market, text)?.symbol;
  return symbol === '*' ? undefined : symbol;
}

/** What a misspelt symbol was probably meant to be; undefined if unknown. */
export function suggestSymbol({ symbol: { slips, pattern: form } }: Market, text: string): string | undefined {
  const slip = text.length > longestMeant ? undefined : slips.find(({ pattern }) => regex(pattern, 'iu').test(text));
  const meant = slip && text.replace(regex(slip.pattern, 'iu'), slip.meant).toUpperCase();
  return meant === undefined || meant === text || !matches(form, meant) ? undefined : meant;
}

/**
 * Suggestions for channels with lower-case symbols, which a feed acknowledges like any other.
 *
 * @returns sentences
 */
export function suspect(market: Market, names: readonly string[]): string[] {
  return names.flatMap(name => {
    const dot = name.indexOf('.');
    const symbol = name.slice(dot + 1);
    if (!/^(?:[A-Z]:)?[^A-Z]*[a-z][^A-Z]*$/.test(symbol)) return [];
    const meant = suggestSymbol(market, symbol);
    return meant ? [`${name}: did you mean ${name.slice(0, dot)}.${meant}?`] : [];
  });
}

function describeUnknownPrefix(market: Market, prefix: string, rest: string): string {
  const legacy = market.legacy.find(other => other.prefix === prefix);
  if (legacy) return `${legacy.title}: ${legacy.instead}`;
  const known = market.channels.map(channel => channel.prefix).join(', ');
  const meant = findChannel(market, prefix.toUpperCase());
  const symbol = rest === '*' ? rest : meantSymbol(market, rest);
  const hint = meant ? `; did you mean ${meant.prefix}${symbol ? `.${symbol}` : ''}?` : '';
  return `${market.title} has no channel of that prefix; it has ${known}${hint}`;
}

/** Selects messages on reading: `T.AAPL`, `T.*` or `AAPL`. */
export interface Filter {
  readonly prefix?: string;
  readonly symbol?: string;
}

/** @returns the filter, or nothing if the text names neither a channel nor a symbol of the market */
export function parseFilter(market: Market, text: string): Filter | undefined {
  const dot = text.indexOf('.');
  const channel = dot > 0 ? findChannel(market, text.slice(0, dot)) : undefined;
  const symbol = canonicalSymbol(market, channel ? text.slice(dot + 1) : text);
  if (symbol === undefined) return undefined;
  return { ...(channel ? { prefix: channel.prefix } : {}), ...(symbol === '*' ? {} : { symbol }) };
}

/** A filter as it is written. */
export function spellFilter({ prefix, symbol = '*' }: Filter): string {
  return prefix === undefined ? symbol : `${prefix}.${symbol}`;
}

const compiled = new Map<string, RegExp>();

function regex(pattern: string, flags = 'u'): RegExp {
  const key = `${flags} ${pattern}`;
  let expression = compiled.get(key);
  if (!expression) {
    expression = new RegExp(pattern, flags);
    compiled.set(key, expression);
  }
  return expression;
}

function matches(pattern: string, text: string): boolean {
  return regex(pattern).test(text);
}
