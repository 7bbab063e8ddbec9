/** Evaluates conditions message by message. */
import type { Entry, MessageBuffer } from '../buffer/message-buffer.js';
import type { Market } from '../contract/market.js';
import type { StateName } from '../feed/state.js';
import { channelOf, fieldValue, formatMessage, type Message } from '../market/format.js';
import { type Condition, isEdge, isWide, type Leaf } from './condition.js';

/** Evaluates a condition along a stream; remembers earlier values for crossings, and levels of other symbols. */
export class ConditionTracker {
  /** Last value, by leaf, then by channel and symbol. */
  private readonly previous = new Map<Leaf, Map<string, unknown>>();
  /** Whether a leaf that names a symbol held in that symbol's last message. */
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
    // Judge every leaf, even where one decides: each remembers its value.
    if ('all' in condition) return condition.all.map(part => this.evaluate(part, judge)).every(Boolean);
    if ('any' in condition) return condition.any.map(part => this.evaluate(part, judge)).some(Boolean);
    return judge(condition);
  }

  private judgeMessage(leaf: Leaf, entry: Entry, message: Message): boolean {
    if (leaf.field === 'state') return this.state !== undefined && compare(leaf, this.state, this.state);
    const value = fieldValue(message, leaf.field);
    const elsewhere = leaf.symbol !== undefined && leaf.symbol !== entry.symbol;
    // With a message of another symbol, a level that was reached still counts, but an edge is over.
    if (elsewhere || value === undefined) return !isEdge[leaf.op] && (this.truths.get(leaf) ?? false);
    const truth = compare(leaf, value, this.replacePrevious(leaf, entry, value));
    if (leaf.symbol !== undefined) this.truths.set(leaf, truth);
    return truth;
  }

  /** Remembers the value for later edges. @returns the value before it */
  private replacePrevious(leaf: Leaf, entry: Entry, value: unknown): unknown {
    if (!isEdge[leaf.op]) return undefined;
    const values = this.previous.get(leaf) ?? new Map<string, unknown>();
    const key = `${entry.ev} ${entry.symbol}`;
    const before = values.has(key) ? values.get(key) : this.valueBefore(leaf, entry);
    this.previous.set(leaf, values.set(key, value));
    return before;
  }

  /** The value in the last message of the same channel and symbol before this one, if the buffer still holds it. */
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
      return equals(now, value);
    case '!=':
      return !equals(now, value);
    case 'changes':
      return before !== undefined && JSON.stringify(before) !== JSON.stringify(now);
  }
  const [number, earlier] = [now, before].map(size => (isWide(size) ? Number(size) : size));
  if (typeof number !== 'number' || typeof value !== 'number') return false;
  switch (op) {
    case '>':
      return number > value;
    case '>=':
      return number >= value;
    case '<':
      return number < value;
    case '<=':
      return number <= value;
    case 'crosses_above':
      return typeof earlier === 'number' && earlier <= value && number > value;
    case 'crosses_below':
      return typeof earlier === 'number' && earlier >= value && number < value;
  }
}

/** A list equals each of its items. */
function equals(now: unknown, value: unknown): boolean {
  return Array.isArray(now) ? now.includes(value) : now === value;
}
