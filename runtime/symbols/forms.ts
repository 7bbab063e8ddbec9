/** How symbols are written: the documented forms of a market, those that it tolerates, and what its feed has sent. */
import type { Channel } from '../contract/channel.js';
import type { Market } from '../contract/market.js';
import { escapeText } from '../core/quoting.js';

/** The longest symbol, as in the table of symbols. */
const longestSymbol = 64;

/** Whether a symbol, spelled exactly so, came in a message. */
export type Delivered = (symbol: string) => boolean;

/** The channel of a prefix or of one of its aliases. */
export function findChannel(market: Market, prefix: string): Channel | undefined {
  return market.channels.find(channel => channel.prefix === prefix || channel.aliases.includes(prefix));
}

/** The wire key under which the events of a channel name their symbol. */
export function symbolKeyOf({ fields }: Channel): string {
  return fields.find(({ role }) => role === 'symbol')!.key;
}

/** The spelling in which a symbol is sent, kept and answered; undefined if the market documents no such form. */
export function canonicalSymbol(market: Market, text: string): string | undefined {
  const { pattern, spellings, stars } = market.symbol;
  if (text.length > longestSymbol) return undefined;
  if (text === '*' || stars.includes(text)) return '*';
  if (matches(pattern, text)) return text;
  const spelling = spellings.find(other => matches(other.pattern, text));
  return spelling && text.replace(regex(spelling.pattern), spelling.canonical);
}

/** The same for forms that are tolerated, and for whatever came in a message; those are taken as they are. */
export function namedSymbol(market: Market, text: string, delivered: Delivered = never): string | undefined {
  const symbol = canonicalSymbol(market, text);
  if (symbol !== undefined || text.length > longestSymbol) return symbol;
  const isKnown = market.symbol.tolerated.some(form => matches(form, text)) || (isPlain(text) && delivered(text));
  return isKnown ? text : undefined;
}

/** Whether a symbol can stand in a request, where commas separate channels and a star means all. */
export function isSendable(symbol: string): boolean {
  return !/[^ -~]|[",\\*]|^ | $/.test(symbol);
}

/** Whether the vendor writes symbols so; its pattern may accept more. */
export function isUsual({ symbol: { pattern, usual = pattern } }: Market, text: string): boolean {
  return matches(usual, text) && matches(pattern, text);
}

export function matches(pattern: string, text: string): boolean {
  return regex(pattern).test(text);
}

/** By the pattern itself, since a joined key would be hashed anew each time. */
const compiled = { u: new Map<string, RegExp>(), iu: new Map<string, RegExp>() };

export function regex(pattern: string, flags: keyof typeof compiled = 'u'): RegExp {
  let expression = compiled[flags].get(pattern);
  if (!expression) {
    expression = new RegExp(pattern, flags);
    compiled[flags].set(pattern, expression);
  }
  return expression;
}

/** Whether it reads the same wherever it is shown. */
function isPlain(text: string): boolean {
  return escapeText(text) === text;
}

function never(): boolean {
  return false;
}
