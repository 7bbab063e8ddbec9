/**
 * What a symbol in another notation would be written as. A hint is made of parts that a rule found, and each has a form that
 * the vendor writes; nothing else of a text is repeated.
 *
 * @see polygon-docs/market/symbols.md#stocks-as-others-write-them
 */
import type { Market, SymbolElsewhere } from '../contract/market.js';
import { canonicalSymbol, findChannel, isUsual, matches, regex } from './forms.js';

/** An option contract has 21 characters, and may have blanks between its parts. */
const longestRead = 24;
/** With what people put around it. */
const longestWrapped = 40;
/** Such as a prefix that stands twice, before an exchange, before a sign. */
const mostWrappers = 3;

/** The symbols that a text in another notation can mean, the likelier first; none if it is not clear, or right as it is. */
export function readingsOf(market: Market, text: string): readonly string[] {
  const bare = unwrap(market, text);
  if (bare === undefined) return [];
  if (bare === text) return rewritten(market, text);
  const symbol = canonicalSymbol(market, bare);
  return symbol !== undefined && isUsual(market, symbol) ? [symbol] : rewritten(market, bare);
}

/**
 * To be added to a refusal: what a symbol would be written as here, or in which market it is at home.
 *
 * @param prefix of the channel whose symbol it is; absent for a symbol alone
 * @returns an empty text if there is nothing to say
 */
export function describeReadings(market: Market, text: string, prefix?: string): string {
  const hint = hintOn(market, text, prefix);
  return hint === undefined ? '' : `; ${hint}`;
}

/** To be added to a refusal of a channel: in which market its symbol is at home; an empty text if in none that is known. */
export function describeElsewhere(market: Market, text: string): string {
  const other = elsewhere(market, text);
  return other === undefined ? '' : `; ${spellElsewhere(other)}`;
}

/** Nobody reads more of them, and a look at thousands would hold everything up. */
const mostSuspicious = 400;

/**
 * Sentences on channels that a feed acknowledges like any other, but whose symbols the vendor writes otherwise: on the
 * first few hundred that look so.
 *
 * @param names of channels, such as `T.aapl`
 */
export function suspect(market: Market, names: readonly string[]): string[] {
  const found: string[] = [];
  let looks = 0;
  for (const name of names) {
    const dot = name.indexOf('.');
    const symbol = name.slice(dot + 1);
    if (!isSuspicious(market, symbol)) continue;
    if (looks++ >= mostSuspicious) break;
    const hint = hintOn(market, symbol, name.slice(0, dot));
    if (hint !== undefined) found.push(`${name}: ${hint}.`);
  }
  return found;
}

/** A channel with a lower-case prefix, as it was probably meant; undefined for any other. */
export function suggestPrefix(market: Market, text: string): string | undefined {
  const dot = text.indexOf('.');
  const prefix = text.slice(0, Math.max(dot, 0));
  const meant = findChannel(market, prefix) ? undefined : findChannel(market, prefix.toUpperCase());
  const symbol = meant && (text.slice(dot + 1) === '*' ? '*' : meantSymbol(market, text.slice(dot + 1)));
  return symbol && `${meant.prefix}.${symbol}`;
}

/** The one symbol that a text is or can mean. */
export function meantSymbol(market: Market, text: string): string | undefined {
  const [reading, second] = readingsOf(market, text);
  if (second !== undefined) return undefined;
  if (reading !== undefined || text.length > longestRead) return reading;
  const symbol = canonicalSymbol(market, text);
  return symbol !== undefined && isUsual(market, symbol) ? symbol : undefined;
}

function hintOn(market: Market, text: string, prefix: string | undefined): string | undefined {
  const other = elsewhere(market, text);
  if (other) return spellElsewhere(prefix === undefined ? [other[0], symbolIn(other[1])] : other);
  const readings = readingsOf(market, text).map(symbol => (prefix === undefined ? symbol : `${prefix}.${symbol}`));
  return readings.length === 0 ? undefined : `it would be written ${readings.join(' or ')}`;
}

/** A rule for symbols of another market, and what is written there. */
type Elsewhere = readonly [rule: SymbolElsewhere, written: string];

function spellElsewhere([{ kind, market }, written]: Elsewhere): string {
  return `that is ${kind}: in the ${market} market it would be written ${written}`;
}

function symbolIn(channel: string): string {
  return channel.slice(channel.indexOf('.') + 1);
}

/** The rule by which a text is a symbol of another market, and its channel there. */
function elsewhere(market: Market, text: string): Elsewhere | undefined {
  const bare = unwrap(market, text);
  if (bare === undefined) return undefined;
  for (const upper of [text.toUpperCase(), bare.toUpperCase()]) {
    const rule = market.symbol.elsewhere.find(({ pattern }) => matches(pattern, upper));
    const channel = rule && upper.replace(regex(rule.pattern), rule.meant);
    if (channel && matches(rule.form, symbolIn(channel))) return [rule, channel];
  }
  return undefined;
}

/** By the first rule that fits. What can be right as it stands has no other reading that is sure. */
function rewritten(market: Market, text: string): readonly string[] {
  const upper = text.toUpperCase();
  const slip = market.symbol.slips.find(({ pattern }) => matches(pattern, upper));
  const readings = slip?.meant.map(meant => upper.replace(regex(slip.pattern), meant)) ?? [];
  return readings.includes(text) ? [] : readings.filter(symbol => isUsual(market, symbol));
}

/** A symbol without what people put around it, and without a second prefix; undefined if it is too long, or not of ASCII. */
function unwrap(market: Market, text: string): string | undefined {
  if (text.length > longestWrapped || !/^[ -~]+$/.test(text)) return undefined;
  let bare = text;
  for (let count = 0; count < mostWrappers; count++) {
    const inner = withoutPrefix(market, bare) ?? withoutWrapper(market, bare);
    if (inner === undefined) break;
    bare = inner;
  }
  return bare.length > longestRead ? undefined : bare;
}

/** `AAPL` of `T.AAPL`, but nothing of `T.WS`, a warrant of T. */
function withoutPrefix(market: Market, text: string): string | undefined {
  const upper = text.toUpperCase();
  const dot = text.indexOf('.');
  if (dot < 1 || !findChannel(market, upper.slice(0, dot))) return undefined;
  return isUsual(market, upper) || rewritten(market, upper).length > 0 ? undefined : text.slice(dot + 1);
}

function withoutWrapper({ symbol: { wrappers } }: Market, text: string): string | undefined {
  const wrapper = wrappers.find(pattern => regex(pattern, 'iu').test(text));
  return wrapper && text.replace(regex(wrapper, 'iu'), '$1');
}

/** Whether a symbol that is accepted looks as if something else was meant. */
function isSuspicious(market: Market, symbol: string): boolean {
  if (symbol === '*') return false;
  const { usual, elsewhere: rules } = market.symbol;
  if (usual !== undefined) return !matches(usual, symbol);
  return /^(?:[A-Z]:)?[^A-Z]*[a-z][^A-Z]*$/.test(symbol) || rules.some(({ pattern }) => matches(pattern, symbol));
}
