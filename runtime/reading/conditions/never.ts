/** Why a condition can never hold, whatever comes. */
import type { Market } from '../../contract/market.js';
import { fieldKinds } from '../../symbols/field-kinds.js';
import { type Condition, isEdge, isRich, type Leaf } from './condition.js';
import { channelsFor, rangeOf } from './operand.js';

/** @returns a sentence, where that is certain */
export function whyNever(market: Market, condition: Condition): string | undefined {
  const reason = findNever(market, condition);
  return reason && `The condition can never hold: ${reason}.`;
}

function findNever(market: Market, condition: Condition): string | undefined {
  if ('any' in condition) {
    const reasons = condition.any.map(part => findNever(market, part));
    return reasons.every(reason => reason !== undefined) ? reasons[0] : undefined;
  }
  if (!('all' in condition)) return beyondRange(condition);
  const within = condition.all.map(part => findNever(market, part)).find(reason => reason !== undefined);
  const together = joined(condition);
  return within ?? contradiction(market, together) ?? differentMessages(market, together);
}

/** The comparisons that must all hold at once. */
function joined(condition: Condition): Leaf[] {
  if ('all' in condition) return condition.all.flatMap(joined);
  return 'any' in condition ? [] : [condition];
}

function beyondRange(leaf: Leaf): string | undefined {
  if (!isRich(leaf) || typeof leaf.value !== 'number') return undefined;
  const [least, most] = rangeOf(leaf.left);
  const { from, to } = boundsOf(leaf, leaf.value);
  if (!isEmpty(later(from, { at: least, isIn: true }), earlier(to, { at: most, isIn: true }))) return undefined;
  return Number.isFinite(most)
    ? `${leaf.field} is always from ${least} to ${most}`
    : `${leaf.field} is never below ${least}`;
}

/** An end of an interval, and whether it belongs to it. */
interface End {
  readonly at: number;
  readonly isIn: boolean;
}

interface Bounds {
  readonly from: End;
  readonly to: End;
}

const everywhere: Bounds = {
  from: { at: Number.NEGATIVE_INFINITY, isIn: true },
  to: { at: Number.POSITIVE_INFINITY, isIn: true },
};

/** Where a number is while the comparison holds. */
function boundsOf({ op }: Leaf, at: number): Bounds {
  switch (op) {
    case '>':
    case 'crosses_above':
      return { ...everywhere, from: { at, isIn: false } };
    case '>=':
      return { ...everywhere, from: { at, isIn: true } };
    case '<':
    case 'crosses_below':
      return { ...everywhere, to: { at, isIn: false } };
    case '<=':
      return { ...everywhere, to: { at, isIn: true } };
    case '==':
      return { from: { at, isIn: true }, to: { at, isIn: true } };
    default:
      return everywhere;
  }
}

function later(one: End, other: End): End {
  return one.at > other.at || (one.at === other.at && !one.isIn) ? one : other;
}

function earlier(one: End, other: End): End {
  return one.at < other.at || (one.at === other.at && !one.isIn) ? one : other;
}

function isEmpty(from: End, to: End): boolean {
  return from.at > to.at || (from.at === to.at && !(from.isIn && to.isIn));
}

/** Two comparisons of the same number of the same messages that exclude each other. */
function contradiction(market: Market, leaves: readonly Leaf[]): string | undefined {
  const numbers = leaves.filter(({ field, value }) => typeof value === 'number' && !isList(market, field));
  for (const [index, one] of numbers.entries()) {
    for (const other of numbers.slice(index + 1)) {
      if (one.field !== other.field || one.symbol !== other.symbol) continue;
      const [a, b] = [boundsOf(one, one.value as number), boundsOf(other, other.value as number)];
      if (isEmpty(later(a.from, b.from), earlier(a.to, b.to)))
        return `its comparisons of ${one.field} exclude each other`;
    }
  }
  return undefined;
}

function isList({ channels }: Market, field: string): boolean {
  return channels.some(channel => fieldKinds(channel).get(field)?.includes('list') ?? false);
}

/** Two comparisons that only the message itself can fulfil, of which no message has both sides. */
function differentMessages(market: Market, leaves: readonly Leaf[]): string | undefined {
  const momentary = leaves.filter(leaf => leaf.field !== 'state' && (isEdge[leaf.op] || leaf.symbol === undefined));
  for (const [index, one] of momentary.entries()) {
    for (const other of momentary.slice(index + 1)) {
      const isOther = one.symbol !== undefined && other.symbol !== undefined && one.symbol !== other.symbol;
      if (isOther) return `a message is never of both ${one.symbol} and ${other.symbol}`;
      const prefixes = prefixesOf(market, other);
      if (prefixesOf(market, one).some(prefix => prefixes.includes(prefix))) continue;
      const edge = [one, other].find(({ op }) => isEdge[op]);
      const advice = edge ? '' : '; where each names its symbol, the newest of each counts';
      return `no message has both ${one.field} and ${other.field}${advice}`;
    }
  }
  return undefined;
}

const unknownEvent = 'UNKNOWN';

/** Of the channels whose messages have what a comparison looks at. */
export function prefixesOf(market: Market, leaf: Leaf): string[] {
  if (isRich(leaf)) return channelsFor(leaf.left, market).map(({ prefix }) => prefix);
  const having = market.channels.filter(channel => fieldKinds(channel).has(leaf.field));
  if (leaf.field !== 'event') return having.map(({ prefix }) => prefix);
  return [...market.channels.map(({ prefix }) => prefix), unknownEvent];
}
