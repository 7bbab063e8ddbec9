/** Conditions over formatted messages: checked when they are given, evaluated message by message. */
import type { Entry, MessageBuffer } from './buffer.js';
import { canonicalSymbol } from './channels.js';
import type { Channel, Market } from './contract.js';
import { StreamError } from './errors.js';
import { quoteForeign } from './foreign.js';
import { channelOf, fieldNames, fieldValue, formatMessage, type Message, numericNames } from './format.js';
import { type StateName, stateNames } from './state.js';

const operators = ['>', '>=', '<', '<=', '==', '!=', 'crosses_above', 'crosses_below', 'changes'] as const;
type Operator = (typeof operators)[number];

type Scalar = string | number | boolean | null;

interface Leaf {
  readonly field: string;
  readonly op: Operator;
  readonly value?: Scalar;
  readonly symbol?: string;
}

/** A leaf, or several of which all or any must hold. */
export type Condition = Leaf | { readonly all: readonly Condition[] } | { readonly any: readonly Condition[] };

const mostLeaves = 8;
const deepest = 8;
const edges: readonly Operator[] = ['crosses_above', 'crosses_below', 'changes'];

/**
 * @param channels those whose messages will be looked at
 * @throws StreamError BAD_CONDITION
 */
export function parseCondition(market: Market, channels: readonly Channel[], given: unknown): Condition {
  const fields = ['state', 'event', ...new Set(channels.flatMap(fieldNames))];
  const numbers = new Set(channels.flatMap(numericNames));
  let leaves = 0;
  const parse = (value: unknown, depth: number): Condition => {
    if (depth > deepest) throw bad(`A condition nests at most ${deepest} deep.`);
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw bad('A condition must be an object.');
    const { all, any } = value as { all?: unknown; any?: unknown };
    const group = all ?? any;
    if (group === undefined) {
      if (++leaves > mostLeaves) throw bad(`A condition has at most ${mostLeaves} comparisons.`);
      return parseLeaf(market, { fields, numbers }, value as Record<string, unknown>);
    }
    if (Object.keys(value).length > 1) throw bad('A condition is either all, or any, or one comparison.');
    if (!Array.isArray(group) || group.length === 0) throw bad('all and any need a list of conditions.');
    const parts = group.map(part => parse(part, depth + 1));
    return all === undefined ? { any: parts } : { all: parts };
  };
  return parse(given, 0);
}

/** Names that a comparison may use, and those of them that stand for numbers. */
interface Names {
  readonly fields: readonly string[];
  readonly numbers: ReadonlySet<string>;
}

function parseLeaf(market: Market, { fields, numbers }: Names, leaf: Record<string, unknown>): Leaf {
  const unknown = Object.keys(leaf).find(key => !['field', 'op', 'value', 'symbol'].includes(key));
  if (unknown) throw bad(`A comparison has field, op, value and symbol, but not ${quoteForeign(unknown)}.`);
  const { field, op, value, symbol } = leaf;
  if (typeof field !== 'string' || !fields.includes(field)) {
    throw bad(
      `There is no field ${quoteForeign(typeof field === 'string' ? field : typeof field)} in these messages; they have ${fields.join(', ')}.`,
    );
  }
  if (!operators.includes(op as Operator)) throw bad(`op must be one of ${operators.join(', ')}.`);
  requireValue(field, op as Operator, value, numbers);
  const canonical = typeof symbol === 'string' ? canonicalSymbol(market, symbol) : undefined;
  if (symbol !== undefined && (canonical === undefined || canonical === '*')) {
    throw bad(
      `${quoteForeign(typeof symbol === 'string' ? symbol : typeof symbol)} is no symbol of ${market.title}: write ${market.symbol.description}.`,
    );
  }
  return {
    field,
    op: op as Operator,
    ...(value === undefined ? {} : { value: value as Scalar }),
    ...(canonical === undefined ? {} : { symbol: canonical }),
  };
}

/** @throws StreamError BAD_CONDITION where the operator does not suit the field, or the value the operator */
function requireValue(field: string, op: Operator, value: unknown, numbers: ReadonlySet<string>): void {
  const needsNumber = op !== '==' && op !== '!=' && op !== 'changes';
  if (needsNumber && (typeof value !== 'number' || !Number.isFinite(value)))
    throw bad(`${op} needs a number as value.`);
  if (needsNumber && !numbers.has(field)) throw bad(`${field} is no number; compare it with ==, != or changes.`);
  if (field === 'state' && op !== 'changes' && !stateNames.includes(value as StateName))
    throw bad(`state is one of ${stateNames.join(', ')}.`);
  if (!needsNumber && op !== 'changes' && !isScalar(value))
    throw bad(`${op} needs a text, a number, true, false or null as value.`);
  if (op === 'changes' && value !== undefined) throw bad('changes takes no value.');
}

function isScalar(value: unknown): value is Scalar {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}

function bad(message: string): StreamError {
  return new StreamError('BAD_CONDITION', message);
}

/**
 * The symbols whose messages alone can make a condition true; nothing where any message, or the state, can.
 * Levels that were reached are remembered, and would have been enough when they were.
 */
export function symbolsOf(condition: Condition): ReadonlySet<string> | undefined {
  const leaves = leavesOf(condition);
  const symbols = new Set(leaves.flatMap(({ symbol }) => symbol ?? []));
  return leaves.every(({ symbol, field }) => symbol !== undefined && field !== 'state') ? symbols : undefined;
}

function leavesOf(condition: Condition): Leaf[] {
  if ('all' in condition) return condition.all.flatMap(leavesOf);
  return 'any' in condition ? condition.any.flatMap(leavesOf) : [condition];
}

/** Evaluates a condition along a stream; remembers what crossings and several symbols need. */
export class ConditionWatch {
  /** Last value per leaf, and in it per channel and symbol. */
  private readonly previous = new Map<Leaf, Map<string, unknown>>();
  /** Truth of the leaves that name a symbol, from that symbol's last message. */
  private readonly truths = new Map<Leaf, boolean>();
  private state: StateName | undefined;

  constructor(
    private readonly market: Market,
    private readonly condition: Condition,
    private readonly buffer: MessageBuffer,
  ) {}

  /** @returns whether the condition holds with this message */
  sees(entry: Entry, message: Message): boolean {
    return this.evaluate(this.condition, leaf => this.judgeMessage(leaf, entry, message));
  }

  /** @returns whether the condition holds with this state of the stream */
  seesState(state: StateName): boolean {
    const before = this.state;
    this.state = state;
    return this.evaluate(this.condition, leaf => leaf.field === 'state' && compare(leaf, state, before));
  }

  private evaluate(condition: Condition, judge: (leaf: Leaf) => boolean): boolean {
    // Every leaf is judged, since each has something to remember.
    if ('all' in condition) return condition.all.map(part => this.evaluate(part, judge)).every(Boolean);
    if ('any' in condition) return condition.any.map(part => this.evaluate(part, judge)).some(Boolean);
    return judge(condition);
  }

  private judgeMessage(leaf: Leaf, entry: Entry, message: Message): boolean {
    if (leaf.field === 'state') return this.state !== undefined && compare(leaf, this.state, this.state);
    const value = fieldValue(message, leaf.field);
    const elsewhere = leaf.symbol !== undefined && leaf.symbol !== entry.symbol;
    // A level that another symbol's message reached still counts; an edge is over.
    if (elsewhere || value === undefined) return !edges.includes(leaf.op) && (this.truths.get(leaf) ?? false);
    const truth = compare(leaf, value, this.replacePrevious(leaf, entry, value));
    if (leaf.symbol !== undefined) this.truths.set(leaf, truth);
    return truth;
  }

  /** Remembers the value for an edge to come, and gives the one before it. */
  private replacePrevious(leaf: Leaf, entry: Entry, value: unknown): unknown {
    if (!edges.includes(leaf.op)) return undefined;
    const values = this.previous.get(leaf) ?? new Map<string, unknown>();
    const key = `${entry.ev} ${entry.symbol}`;
    const before = values.has(key) ? values.get(key) : this.valueBefore(leaf, entry);
    this.previous.set(leaf, values.set(key, value));
    return before;
  }

  /** The value in the last message of the same channel and symbol before this one, if it is still held. */
  private valueBefore(leaf: Leaf, { seq, ev }: Entry): unknown {
    if (!channelOf(this.market, ev)) return undefined;
    for (let earlier = this.buffer.before(seq); earlier !== undefined; earlier = this.buffer.before(earlier)) {
      const message = formatMessage(this.market, this.buffer.at(earlier)!, 'summary');
      const value = fieldValue(message, leaf.field);
      if (value !== undefined) return value;
    }
    return undefined;
  }
}

function compare({ op, value }: Leaf, now: unknown, before: unknown): boolean {
  switch (op) {
    case '==':
      return now === value;
    case '!=':
      return now !== value;
    case 'changes':
      return before !== undefined && JSON.stringify(before) !== JSON.stringify(now);
  }
  if (typeof now !== 'number' || typeof value !== 'number') return false;
  switch (op) {
    case '>':
      return now > value;
    case '>=':
      return now >= value;
    case '<':
      return now < value;
    case '<=':
      return now <= value;
    case 'crosses_above':
      return typeof before === 'number' && before <= value && now > value;
    case 'crosses_below':
      return typeof before === 'number' && before >= value && now < value;
  }
}
