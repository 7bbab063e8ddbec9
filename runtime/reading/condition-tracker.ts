/** Evaluates conditions message by message. */
import type { Entry, MessageBuffer } from '../buffer/message-buffer.js';
import type { Market } from '../contract/market.js';
import type { StateName } from '../feed/state.js';
import type { Message } from '../market/format.js';
import type { TimeSlice } from '../pacing/time-slice.js';
import { type Condition, edgesOf, isEdge, isWide, type Leaf } from './condition.js';
import { EarlierValues } from './earlier-values.js';
import { FieldReader } from './field-reader.js';

/** Evaluates a condition along a stream; remembers earlier values for crossings, and levels of other symbols. */
export class ConditionTracker {
  private readonly edges: readonly Leaf[];
  private readonly earlier: EarlierValues;
  private readonly fields: FieldReader;
  /** Whether a leaf that names a symbol held in that symbol's last message. */
  private readonly truths = new Map<Leaf, boolean>();
  private state: StateName | undefined;

  /** @param everyPrint whether the price of every trade counts, whatever its conditions */
  constructor(
    market: Market,
    private readonly condition: Condition,
    buffer: MessageBuffer,
    everyPrint = false,
  ) {
    this.edges = edgesOf(condition);
    this.fields = new FieldReader(market, everyPrint);
    const sought = [...new Set(this.edges.map(({ field }) => field))];
    this.earlier = new EarlierValues(market, buffer, this.fields, sought);
  }

  /** Whether an earlier value was too far back to be looked for. */
  get isCut(): boolean {
    return this.earlier.isCut;
  }

  /**
   * Looks for the earlier values that a message is compared with, as long as the slice has time.
   *
   * @returns whether `sees` may be called; if not, this must be, after a rest
   */
  looksBack(entry: Entry, message: Message, slice: Pick<TimeSlice, 'spent'>): boolean {
    const edges = this.edges.filter(leaf => isAbout(leaf, entry));
    if (edges.length === 0) return true;
    const fields = edges
      .map(({ field }) => field)
      .filter(field => this.fields.read(entry, message, field) !== undefined);
    return this.earlier.find(entry, fields, slice);
  }

  /** Call `looksBack` before. @returns whether the condition holds with this message */
  sees(entry: Entry, message: Message): boolean {
    const holds = this.evaluate(this.condition, leaf => this.judgeMessage(leaf, entry, message));
    if (this.edges.some(leaf => isAbout(leaf, entry))) this.earlier.remember(entry, message);
    return holds;
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
    const value = this.fields.read(entry, message, leaf.field);
    // With a message of another symbol, a level that was reached still counts, but an edge is over.
    if (!isAbout(leaf, entry) || value === undefined) return !isEdge[leaf.op] && (this.truths.get(leaf) ?? false);
    const truth = compare(leaf, value, isEdge[leaf.op] ? this.earlier.before(entry, leaf.field) : undefined);
    if (leaf.symbol !== undefined) this.truths.set(leaf, truth);
    return truth;
  }
}

/** Whether a message has the symbol of a comparison. */
function isAbout({ symbol }: Leaf, entry: Entry): boolean {
  return symbol === undefined || symbol === entry.symbol;
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
