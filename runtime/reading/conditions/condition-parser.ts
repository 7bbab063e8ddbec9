/** Parses conditions, and refuses those that could never hold. */
import type { Comparison, Operator } from '../../../generated/types.js';
import type { Market } from '../../contract/market.js';
import { readBoolean, readNumber, readObject } from '../../core/argument-forms.js';
import type { StreamError } from '../../core/errors.js';
import { kindOf } from '../../core/kind.js';
import { nearest, suggest } from '../../core/nearest.js';
import { stateNames } from '../../feed/state.js';
import { symbolOf } from '../../symbols/channels.js';
import type { Kind } from '../../symbols/field-kinds.js';
import { describeReadings } from '../../symbols/hints.js';
import { type Condition, isEdge, isWide, type Leaf, operators, type Scalar } from './condition.js';
import { describeOperand } from './operand.js';
import { parseLeft, parseRight, requireSymbols } from './operand-parser.js';
import { parseField, refuse, type Subject, type Terms, termsOf } from './terms.js';

/** An indicator stands where a field does; some name it as what it is. */
const parts: readonly (keyof Comparison | 'indicator')[] = [
  'field',
  'op',
  'value',
  'symbol',
  'move_pct',
  'window_s',
  'interval',
  'indicator',
];

/**
 * @param most comparisons that it may have, and levels to which it may nest
 * @throws StreamError BAD_CONDITION if it is malformed or can clearly never hold; the message does not quote it
 */
export function parseCondition(subject: Subject, given: unknown, most: number): Condition {
  const terms = termsOf(subject);
  const bad = (message: string): StreamError => refuse(subject.market, message);
  let leaves = 0;
  const parse = (value: unknown, depth: number, place: string): Condition => {
    if (depth > most) throw bad(`A condition nests at most ${most} deep.`);
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw bad(`${place} must be an object, and ${kindOf(value)} came.`);
    const { all, any } = value as { all?: unknown; any?: unknown };
    const group = all ?? any;
    if (group === undefined || group === null) {
      if (++leaves > most) throw bad(`A condition has at most ${most} comparisons.`);
      return parseLeaf(terms, value as Record<string, unknown>, place);
    }
    const others = Object.entries(value).filter(([, item]) => item !== group && item !== null && item !== '');
    if (others.length > 0) throw bad(`${place} is either all, or any, or one comparison.`);
    const name = all ? 'all' : 'any';
    if (!Array.isArray(group) || group.length === 0) throw bad(`${place}.${name} needs a list of conditions.`);
    const list = group.map((part, index) => parse(part, depth + 1, `${place}.${name}[${index}]`));
    return name === 'any' ? { any: list } : { all: list };
  };
  return parse(given, 0, 'condition');
}

function parseLeaf(terms: Terms, leaf: Record<string, unknown>, place: string): Leaf {
  const unknown = Object.keys(leaf).find(key => !parts.some(part => part === key) && !isGroup(key));
  if (unknown !== undefined) {
    const meant = suggest(nearest(unknown, parts)) || '.';
    throw refuse(terms.market, `${place} has field, op, value and symbol, and another part came${meant}`);
  }
  const operand = parseLeft(terms, leaf, place);
  const field = operand ? describeOperand(operand) : parseField(terms, leaf.field, place);
  const op = parseOperator(terms, leaf.op, place);
  const kinds = operand ? onlyNumber : terms.kinds.get(field)!;
  const right = canHaveRight(op, kinds, leaf.value) ? parseRight(terms, leaf, place) : undefined;
  const value = right ? undefined : parseValue(terms, { field, kinds, op, given: leaf.value, place });
  const symbol = parseSymbol(terms, leaf.symbol, place);
  const left = operand ?? (right && { kind: 'field' as const, field });
  for (const side of [left, right]) requireSymbols(terms, side, symbol);
  return {
    field,
    op,
    ...(value === undefined ? {} : { value }),
    ...(symbol === undefined ? {} : { symbol }),
    ...(left ? { left } : {}),
    ...(right ? { right } : {}),
  };
}

const onlyNumber: ReadonlySet<Kind> = new Set(['number']);

/** What equals a text is a text itself, unless it is named as a field. */
function canHaveRight(op: Operator, kinds: ReadonlySet<Kind>, given: unknown): boolean {
  if (op === 'changes' || !kinds.has('number')) return false;
  return (op !== '==' && op !== '!=') || !kinds.has('text') || typeof readObject(given) === 'object';
}

function isOperator(given: unknown): given is Operator {
  return typeof given === 'string' && Object.hasOwn(isEdge, given);
}

/** Operators as other languages, or words, spell them. */
const otherwise: Readonly<Record<string, Operator>> = {
  '=': '==',
  '===': '==',
  eq: '==',
  '!==': '!=',
  '<>': '!=',
  ne: '!=',
  '=>': '>=',
  '≥': '>=',
  gte: '>=',
  ge: '>=',
  '=<': '<=',
  '≤': '<=',
  lte: '<=',
  le: '<=',
  gt: '>',
  above: '>',
  over: '>',
  lt: '<',
  below: '<',
  under: '<',
};

function operatorMeant(given: string): string | undefined {
  const word = given.trim().toLowerCase();
  return Object.hasOwn(otherwise, word) ? otherwise[word] : nearest(word, operators);
}

function parseOperator({ market }: Terms, given: unknown, place: string): Operator {
  if (isOperator(given)) return given;
  const meant = typeof given === 'string' ? suggest(operatorMeant(given)) : '';
  throw refuse(market, `${place}.op must be one of ${operators.join(', ')}, and ${kindOf(given)} came${meant || '.'}`);
}

/** A comparison whose value is not checked yet. */
interface Unjudged {
  readonly field: string;
  /** What its values can be. */
  readonly kinds: ReadonlySet<Kind>;
  readonly op: Operator;
  readonly given: unknown;
  readonly place: string;
}

function parseValue(terms: Terms, { field, kinds, op, given, place }: Unjudged): Scalar | undefined {
  const { market } = terms;
  if (op === 'changes') {
    if (given !== undefined && given !== null && given !== '')
      throw refuse(market, `${place}: changes takes no value.`);
    return undefined;
  }
  const value = readValue(given, kinds);
  if (op === '==' || op === '!=') {
    if (!isScalar(value)) {
      throw refuse(market, `${place}: ${op} needs a text, a number, true, false or null as value.`);
    }
    requireKind(market, field, value, kinds);
    requireWord(terms, field, value);
    return value;
  }
  if (!kinds.has('number')) throw refuse(market, `${field} is no number; compare it with ==, != or changes.`);
  const number = readNumber(value) ?? value;
  if (typeof number === 'number' && Number.isFinite(number)) return number;
  throw refuse(market, `${place}: ${op} needs a number as value, and ${kindOf(value)} came.`);
}

/** A comparison may have an empty `all` or `any`, since some hosts fill in every key. */
function isGroup(key: string): boolean {
  return key === 'all' || key === 'any';
}

/** Where a field is never a text, a number, `true`, `false` and `null` may be written as text. */
function readValue(value: unknown, kinds: ReadonlySet<Kind>): unknown {
  if (typeof value !== 'string' || kinds.has('text')) return value;
  if (value.trim() === 'null') return null;
  return kinds.has('boolean') ? (readBoolean(value) ?? value) : (readNumber(value) ?? value);
}

function isScalar(value: unknown): value is Scalar {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}

/** @throws StreamError BAD_CONDITION if the field never has a value of this kind */
function requireKind(market: Market, field: string, value: Scalar, kinds: ReadonlySet<Kind>): void {
  if (value === null) return;
  const fits =
    (typeof value === 'number' && (kinds.has('number') || kinds.has('list'))) ||
    (typeof value === 'string' && (kinds.has('text') || kinds.has('list') || isWide(value))) ||
    (typeof value === 'boolean' && kinds.has('boolean'));
  if (fits) return;
  const names = [...kinds].map(kind => kindNames[kind]).join(' or ');
  throw refuse(market, `${field} is ${names}, never ${kindOf(value)}.`);
}

const kindNames: Readonly<Record<Kind, string>> = {
  number: 'a number',
  text: 'a text',
  boolean: 'true or false',
  list: 'a list, which equals what it holds',
};

/** @throws StreamError BAD_CONDITION if the field has a fixed list of values, and this is not on it */
function requireWord({ market, events }: Terms, field: string, value: Scalar): void {
  const words: readonly string[] | undefined = field === 'state' ? stateNames : field === 'event' ? events : undefined;
  if (!words || (typeof value === 'string' && words.includes(value))) return;
  const meant = typeof value === 'string' ? (nearest(value, words) ?? nearest(value.toUpperCase(), words)) : undefined;
  throw refuse(
    market,
    `${field} must be one of ${words.join(', ')}, and ${kindOf(value)} came${suggest(meant) || '.'}`,
  );
}

/** @throws StreamError BAD_CONDITION if it is no symbol, or one that `channels` leaves out */
function parseSymbol({ market, symbols, delivered }: Terms, given: unknown, place: string): string | undefined {
  if (given === undefined || given === null || given === '') return undefined;
  const symbol = typeof given === 'string' ? symbolOf(market, given, delivered) : undefined;
  if (symbol === undefined) {
    const hint = typeof given === 'string' ? describeReadings(market, given) : '';
    throw refuse(
      market,
      `${place}.symbol, ${kindOf(given)}, is no symbol of ${market.title}: write ${market.symbol.description}${hint}.`,
    );
  }
  if (!symbols || symbols.has(symbol)) return symbol;
  throw refuse(market, `channels leaves out ${symbol}, so the condition could never hold.`);
}
