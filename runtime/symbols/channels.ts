/** Reads names of channels and filters. */
import type { Channel } from '../contract/channel.js';
import type { Market } from '../contract/market.js';
import type { ErrorCode } from '../core/errors.js';
import { exampleChannel } from './example.js';
import { canonicalSymbol, type Delivered, findChannel, isSendable, namedSymbol } from './forms.js';
import { describeElsewhere, describeReadings, meantSymbol, readingsOf } from './hints.js';

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

/**
 * What fails this never goes onto the wire.
 *
 * @param delivered which symbols came in messages; these may be asked for in any form
 */
export function parseChannels(market: Market, texts: readonly string[], delivered?: Delivered): ParsedChannels {
  const names = new Map<string, ChannelName>();
  const rejected: Rejection[] = [];
  const notes = new Set<string>();
  for (const [index, text] of texts.entries()) {
    const parsed = parseChannel(market, text, `channels[${index}]`, delivered);
    if ('code' in parsed) {
      rejected.push(parsed);
      continue;
    }
    names.set(parsed.name, parsed);
    if (parsed.name !== text) notes.add(`${text} is sent as ${parsed.name}`);
    if (canonicalSymbol(market, parsed.symbol) === undefined) {
      notes.add(`${parsed.name} is of a form that is not documented for subscriptions: the feed decides`);
    }
  }
  return { names: [...names.values()], rejected, notes: [...notes] };
}

/**
 * Reads `PREFIX.SYMBOL`; the first dot separates. Text that is not a channel name is not repeated.
 *
 * @param place what to call it in a refusal
 * @see polygon-docs/websockets/quickstart.md:109 `T.BRK.B`
 */
export function parseChannel(
  market: Market,
  text: string,
  place = 'this',
  delivered?: Delivered,
): ChannelName | Rejection {
  const reject = (message: string, channel = place): Rejection => ({ channel, code: 'INVALID_CHANNEL', message });
  const dot = text.indexOf('.');
  if (text.length > 2 * longestName || dot < 1) return reject(describeUnprefixed(market, text));

  const prefix = text.slice(0, dot);
  const rest = text.slice(dot + 1);
  const channel = findChannel(market, prefix);
  if (!channel) return reject(describeUnknownPrefix(market, text));

  const symbol = namedSymbol(market, rest, delivered);
  if (symbol === '*') {
    if (!channel.wildcard) {
      const star = `${channel.prefix}.*`;
      return reject(`${star} is not served: ${channel.wildcardNote}`, star);
    }
  } else if (rest.includes('*')) {
    return reject(
      `the feed acknowledges a partial wildcard and then sends nothing; name whole symbols${channel.wildcard ? ` or use ${channel.prefix}.*` : ''}`,
    );
  }
  if (symbol === undefined || (symbol !== '*' && !isSendable(symbol))) {
    const readings = readingsOf(market, rest);
    const hint = describeReadings(market, rest, channel.prefix);
    const example = readings.length > 0 ? '' : `, such as ${exampleChannel(market)}`;
    return reject(`the symbols of ${market.title} are written as ${market.symbol.description}${example}${hint}`);
  }
  return { channel, symbol, name: `${channel.prefix}.${symbol}` };
}

/** A symbol, alone or in a channel (`T.AAPL`); undefined if it is not one. */
export function symbolOf(market: Market, text: string, delivered?: Delivered): string | undefined {
  return parseFilter(market, text, delivered)?.symbol;
}

function describeUnprefixed(market: Market, text: string): string {
  const { prefix } = market.channels[0]!;
  const other = describeElsewhere(market, text);
  const meant = other !== '' || findChannel(market, text) ? [] : meantSymbols(market, text);
  const examples = meant.length > 0 ? meant.map(symbol => `${prefix}.${symbol}`) : [exampleChannel(market)];
  return `expected PREFIX.SYMBOL, such as ${examples.join(' or ')}${other}`;
}

function describeUnknownPrefix(market: Market, text: string): string {
  const dot = text.indexOf('.');
  const [prefix, rest] = [text.slice(0, dot), text.slice(dot + 1)];
  const legacy = market.legacy.find(other => other.prefix === prefix);
  if (legacy) return `${legacy.title}: ${legacy.instead}`;
  const known = market.channels.map(channel => channel.prefix).join(', ');
  return `${market.title} has no channel of that prefix; it has ${known}${hintOnPrefix(market, prefix, rest)}`;
}

/** The prefix may be misspelled, belong to another market, or be a part of the symbol. */
function hintOnPrefix(market: Market, prefix: string, rest: string): string {
  const meant = findChannel(market, prefix.toUpperCase());
  const symbol = rest === '*' ? rest : meantSymbol(market, rest);
  if (meant) return `; did you mean ${meant.prefix}${symbol ? `.${symbol}` : ''}?`;
  const symbols = meantSymbols(market, `${prefix}.${rest}`);
  if (symbols.length > 0)
    return `; did you mean ${symbols.map(one => `${market.channels[0]!.prefix}.${one}`).join(' or ')}?`;
  return describeElsewhere(market, rest);
}

/** What a text can mean that may be a symbol without a prefix. */
function meantSymbols(market: Market, text: string): readonly string[] {
  const readings = readingsOf(market, text);
  return readings.length > 0 ? readings : [meantSymbol(market, text) ?? []].flat();
}

/** Selects messages on reading: `T.AAPL`, `T.*` or `AAPL`. */
export interface Filter {
  readonly prefix?: string;
  readonly symbol?: string;
}

/**
 * @param delivered which symbols came in messages; these may be named in any form
 * @returns the filter, or nothing if the text names neither a channel nor a symbol of the market
 */
export function parseFilter(market: Market, text: string, delivered?: Delivered): Filter | undefined {
  const dot = text.indexOf('.');
  const channel = dot > 0 ? findChannel(market, text.slice(0, dot)) : undefined;
  const symbol = namedSymbol(market, channel ? text.slice(dot + 1) : text, delivered);
  if (symbol === undefined) return undefined;
  return { ...(channel ? { prefix: channel.prefix } : {}), ...(symbol === '*' ? {} : { symbol }) };
}

/** A filter as it is written. */
export function spellFilter({ prefix, symbol = '*' }: Filter): string {
  return prefix === undefined ? symbol : `${prefix}.${symbol}`;
}
