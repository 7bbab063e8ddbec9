/** Evaluates conditions message by message. */
import type { Entry, MessageBuffer } from '../../buffer/message-buffer.js';
import type { Channel } from '../../contract/channel.js';
import type { Hours, Market } from '../../contract/market.js';
import type { StateName } from '../../feed/state.js';
import type { Message } from '../../market/format.js';
import { ProductHours } from '../../market/product-hours.js';
import { tradeRulesOf } from '../../market/trade-rules.js';
import type { TimeSlice } from '../../pacing/time-slice.js';
import type { OutagesView } from '../../stream/view.js';
import { Breaks } from './breaks.js';
import { type Condition, edgesOf, isEdge, isRich, isWide, type Leaf, leavesOf } from './condition.js';
import { EarlierValues } from './earlier-values.js';
import { FieldReader } from './field-reader.js';
import { compareExact } from './ratio.js';
import { RichLeaf } from './rich-leaf.js';
import type { Setting } from './series.js';
import { Room } from './span.js';

/** What a condition is evaluated in, where it compares more than fields with constants. */
export interface Surroundings {
  /** Of the market; absent: those of the spec. */
  readonly hours?: Hours;
  /** Absent: there were none. */
  readonly outages?: Pick<OutagesView, 'all' | 'newestSeq'>;
  /** Whether a channel of a symbol is subscribed; absent: each is. */
  covers?(channel: Channel, symbol: string): boolean;
  /** Needed where an indicator is asked for. */
  readonly compute?: Setting['compute'];
}

/**
 * Evaluates a condition along a stream; remembers earlier values for crossings, levels of other symbols, and what its
 * operands are made of. It never waits.
 */
export class ConditionTracker {
  private readonly edges: readonly Leaf[];
  private readonly earlier: EarlierValues;
  private readonly fields: FieldReader;
  /** Whether a leaf that names a symbol held in that symbol's last message. */
  private readonly truths = new Map<Leaf, boolean>();
  private readonly rich: ReadonlyMap<Leaf, RichLeaf>;
  private readonly room = new Room();
  private readonly breaks: Breaks;
  private state: StateName | undefined;

  /** @param everyPrint whether the price of every trade counts, whatever its conditions */
  constructor(
    market: Market,
    private readonly condition: Condition,
    buffer: MessageBuffer,
    everyPrint = false,
    around: Surroundings = {},
  ) {
    this.edges = edgesOf(condition);
    this.fields = new FieldReader(market, everyPrint);
    const sought = [...new Set(this.edges.map(({ field }) => field))];
    this.earlier = new EarlierValues(market, buffer, this.fields, sought);
    this.breaks = new Breaks(around.outages);
    const setting: Setting = {
      market,
      fields: this.fields,
      rules: everyPrint ? undefined : tradeRulesOf(market),
      hours: new ProductHours(market, around.hours ?? market.hours),
      breaks: this.breaks,
      room: this.room,
      covers: (channel, symbol) => around.covers?.(channel, symbol) ?? true,
      compute: around.compute,
    };
    this.rich = new Map(
      leavesOf(condition)
        .filter(isRich)
        .map(leaf => [leaf, new RichLeaf(leaf, setting)]),
    );
  }

  /** Whether an earlier value was too far back to be looked for. */
  get isCut(): boolean {
    return this.earlier.isCut;
  }

  /** Whether values of a span had to go before its end, since there were too many. */
  get isCrowded(): boolean {
    return this.room.isCut;
  }

  /** The messages before this one were not looked at. */
  lostBefore(seq: number): void {
    this.breaks.lostBefore(seq);
  }

  /** Takes in a message from before the first one that is judged. */
  remember(entry: Entry, message: Message): void {
    for (const leaf of this.rich.values()) {
      leaf.take(entry, message);
      leaf.judge(entry);
    }
  }

  /** Takes in a message that is not to be judged. */
  takeBeside(entry: Entry, message: Message): void {
    for (const leaf of this.rich.values()) leaf.takeBeside(entry, message);
  }

  /** What is compared beside fields and constants, as it is after a message. */
  show(entry: Entry): Readonly<Record<string, unknown>> {
    return Object.assign({}, ...[...this.rich.values()].map(leaf => leaf.show(entry)));
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
    for (const leaf of this.rich.values()) leaf.take(entry, message);
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
    const rich = this.rich.get(leaf);
    if (rich) {
      const truth = rich.judge(entry);
      return truth === undefined ? this.heldBefore(leaf) : this.note(leaf, truth);
    }
    const value = this.fields.read(entry, message, leaf.field);
    // With a message of another symbol, a level that was reached still counts, but an edge is over.
    if (!isAbout(leaf, entry) || value === undefined) return this.heldBefore(leaf);
    return this.note(leaf, compare(leaf, value, isEdge[leaf.op] ? this.earlier.before(entry, leaf.field) : undefined));
  }

  private heldBefore(leaf: Leaf): boolean {
    return !isEdge[leaf.op] && (this.truths.get(leaf) ?? false);
  }

  private note(leaf: Leaf, truth: boolean): boolean {
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
  if (typeof value !== 'number') return false;
  const [order, earlier] = [now, before].map(size =>
    typeof size === 'number' || isWide(size) ? compareExact(size, value) : Number.NaN,
  ) as [number, number];
  switch (op) {
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case 'crosses_above':
      return earlier <= 0 && order > 0;
    case 'crosses_below':
      return earlier >= 0 && order < 0;
  }
}

/** A list equals each of its items. */
function equals(now: unknown, value: unknown): boolean {
  return Array.isArray(now) ? now.includes(value) : now === value;
}
