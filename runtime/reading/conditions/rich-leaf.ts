/** A comparison of which a side is more than a field of the message against a constant. */
import type { Entry } from '../../buffer/message-buffer.js';
import type { Message } from '../../market/format.js';
import { isEdge, type Leaf, type Rich } from './condition.js';
import { IndicatorSeries } from './indicator-series.js';
import { channelsFor, describeOperand, hasOneSource, type Operand } from './operand.js';
import { compareExact, type Exact, showExact } from './ratio.js';
import type { Series, Setting } from './series.js';
import { ChangeSeries, MoveSeries, VolumeSeries } from './span-series.js';
import { FieldSeries, SpreadSeries } from './value-series.js';

function seriesOf(operand: Operand, setting: Setting): Series {
  const channels = hasOneSource(operand) ? channelsFor(operand, setting.market) : [];
  switch (operand.kind) {
    case 'field':
      return new FieldSeries(setting, operand.field);
    case 'spread_bps':
    case 'spread_pips':
      return new SpreadSeries(setting, operand.kind);
    case 'move_pct':
      return new MoveSeries(setting, operand.field, operand.windowMs);
    case 'window_change_pct':
      return new ChangeSeries(setting, channels, operand.windowMs);
    case 'indicator':
      return new IndicatorSeries(setting, channels, operand);
    default:
      return new VolumeSeries(setting, channels, operand.windowMs, operand.kind === 'window_volume_ratio');
  }
}

/** Values before, of so many symbols and channels at most. */
const mostBefore = 100_000;

/** What both sides are at a message. */
interface Sides {
  readonly left: Exact;
  readonly right: Exact;
}

export class RichLeaf {
  private readonly left: Series;
  private readonly right: Series | undefined;
  /** By channel and symbol: the sides at the message before. */
  private readonly before = new Map<string, Sides>();
  private isTouched = false;

  constructor(
    private readonly leaf: Leaf & Rich,
    setting: Setting,
  ) {
    this.left = seriesOf(leaf.left, setting);
    this.right = leaf.right && seriesOf(leaf.right, setting);
  }

  /** Takes in a message, which is judged next or never. */
  take(entry: Entry, message: Message): void {
    this.isTouched = this.isAbout(entry) && this.left.take(entry, message);
    this.takeBeside(entry, message);
  }

  /** Takes in a message that is not judged, since it was not selected. */
  takeBeside(entry: Entry, message: Message): void {
    if (this.right && this.isAbout(entry)) this.right.take(entry, message);
  }

  /** @returns whether it holds with the message that was taken in; undefined where that says nothing about it */
  judge(entry: Entry): boolean | undefined {
    if (!this.isTouched) return undefined;
    const { op } = this.leaf;
    const sides = this.sidesAt(entry);
    if (!sides) return false;
    if (!isEdge[op]) return holds(op, compareExact(sides.left, sides.right));
    const key = `${entry.ev} ${entry.symbol}`;
    const before = this.before.get(key);
    if (before || this.before.size < mostBefore) this.before.set(key, sides);
    if (!before) return false;
    if (op === 'changes') return compareExact(before.left, sides.left) !== 0;
    const [was, is] = [compareExact(before.left, before.right), compareExact(sides.left, sides.right)];
    return op === 'crosses_above' ? was <= 0 && is > 0 : was >= 0 && is < 0;
  }

  /** Both sides after a message as they are shown, by what they are. */
  show(entry: Entry): Readonly<Record<string, unknown>> {
    if (!this.isAbout(entry)) return {};
    const { left, right } = this.leaf;
    const values = [this.left.valueAfter(entry), this.right?.valueAfter(entry)];
    return Object.fromEntries(
      [left, right].flatMap((operand, index) => {
        const value = values[index];
        return operand && value !== undefined ? [[describeOperand(operand), showExact(value)] as const] : [];
      }),
    );
  }

  private isAbout({ symbol }: Entry): boolean {
    return this.leaf.symbol === undefined || this.leaf.symbol === symbol;
  }

  private sidesAt(entry: Entry): Sides | undefined {
    const left = this.left.valueAfter(entry);
    const { op, value } = this.leaf;
    const right = this.right ? this.right.valueAfter(entry) : op === 'changes' ? 0 : (value as Exact);
    return left === undefined || right === undefined ? undefined : { left, right };
  }
}

/** @param order below 0, 0 or above 0 */
function holds(op: Leaf['op'], order: number): boolean {
  switch (op) {
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '!=':
      return order !== 0;
    default:
      return order === 0;
  }
}
