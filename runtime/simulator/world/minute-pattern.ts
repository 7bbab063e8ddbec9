/** What can happen in a minute: the prints, quotes and reports of one of a few hundred minutes that recur. */
import type { EventKind } from '../../contract/channel.js';
import type { Random } from '../random.js';
import type { Grid } from './grid.js';
import { buy, type Habits, oddLot, sell } from './habits.js';
import { minuteMove } from './price-path.js';
import type { Sums } from './running-bar.js';

export const minuteMs = 60_000;
const secondMs = 1_000;
const seconds = 60;

/** Bars that a pattern remembers; few rises are so far that there are more. */
const mostSums = 256;

/** Typical spread, as a fraction of the price. */
const typicalSpread = 0.0001;
/** Typical move per tick of a minute of some 256 of them, and that on a coarse grid, up to `coarseSteps` ticks. */
const tickMove = minuteMove / 16;
const coarseTickMove = 0.0002;
const coarseSteps = 0.4;
/** How far below the level of a minute a price may go, as a fraction of home: less than what is left of it. */
const deepest = 0.7;
const largestGap = 20;

/** Something that happens in a minute. Prices are ticks above the level at which the minute begins. */
export interface Happening {
  readonly kind: EventKind;
  /** ms since the minute began. */
  readonly atMs: number;
  /** When its prices were set: they move on with the price of the minute until then. */
  readonly setMs: number;
  /** Of a trade, value or band the price; of a quote and what follows from it the bid. */
  readonly price: number;
  readonly ask: number;
  readonly units: number;
  /** Whether its size grows with the activity of the minute. */
  readonly grows: boolean;
  readonly conditions: readonly number[] | undefined;
  /** Whether it moves the price of a bar; else it is volume alone. */
  readonly moves: boolean;
  readonly sequence: number;
}

/** What a pattern is made for: prices near `home`, and none below `lowest`, in ticks. */
export interface PatternShape {
  readonly habits: Habits;
  readonly grid: Grid;
  readonly home: number;
  readonly lowest: number;
}

/** What bars are built of, side by side, so that a year of bars is added up in a moment. */
interface Prints {
  /** How many there are before each happening, and in all. */
  readonly before: Uint16Array;
  readonly setMs: Uint16Array;
  readonly prices: Float64Array;
  readonly units: Float64Array;
  readonly grows: Uint8Array;
  readonly moves: Uint8Array;
}

export class MinutePattern {
  readonly happenings: readonly Happening[];
  private readonly prints: Prints;
  /** Index of the first happening of each second, and of the end. */
  private readonly firstOfSecond: Uint16Array;
  private readonly sums = new Map<number, Sums>();

  constructor(shape: PatternShape, random: Random) {
    this.happenings = happeningsOf(shape, random);
    this.prints = printsOf(this.happenings, shape.habits.pulse);
    this.firstOfSecond = new Uint16Array(seconds + 1).fill(this.happenings.length);
    for (let index = this.happenings.length - 1; index >= 0; index--) {
      this.firstOfSecond[Math.floor(this.happenings[index]!.atMs / secondMs)] = index;
    }
    for (let second = seconds - 1; second >= 0; second--) {
      this.firstOfSecond[second] = Math.min(this.firstOfSecond[second]!, this.firstOfSecond[second + 1]!);
    }
  }

  /** Index of the first happening at this moment of the minute or later. */
  indexAt(ms: number): number {
    const { happenings, firstOfSecond } = this;
    let index = firstOfSecond[Math.max(0, Math.min(seconds, Math.floor(ms / secondMs)))]!;
    while (index < happenings.length && happenings[index]!.atMs < ms) index++;
    return index;
  }

  /** @param rise of the price from this minute to the next, in ticks */
  sumsOf(rise: number): Sums {
    let sums = this.sums.get(rise);
    if (!sums) {
      if (this.sums.size >= mostSums) this.sums.clear();
      sums = this.sumsBetween(0, this.happenings.length, rise);
      this.sums.set(rise, sums);
    }
    return sums;
  }

  /** What is printed from one index to before another. */
  sumsBetween(from: number, until: number, rise: number): Sums {
    const { before, setMs, prices, units: sizes, grows, moves } = this.prints;
    let [open, high, low, close] = [0, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, 0];
    let [units, notional, fixedUnits, fixedNotional, hasPrice] = [0, 0, 0, 0, false];
    const [first, end] = [before[from]!, before[until]!];
    for (let index = first; index < end; index++) {
      const price = prices[index]! + risen(rise, setMs[index]!);
      const size = sizes[index]!;
      if (grows[index] === 0) {
        fixedUnits += size;
        fixedNotional += price * size;
      } else {
        units += size;
        notional += price * size;
      }
      if (moves[index] === 0) continue;
      if (!hasPrice) open = price;
      hasPrice = true;
      if (price > high) high = price;
      if (price < low) low = price;
      close = price;
    }
    const trades = end - first;
    return { open, high, low, close, units, notional, fixedUnits, fixedNotional, trades, hasPrice };
  }
}

function printsOf(happenings: readonly Happening[], pulse: EventKind): Prints {
  const before = new Uint16Array(happenings.length + 1);
  const prints = happenings.filter(({ kind }, index) => {
    before[index + 1] = before[index]! + (kind === pulse ? 1 : 0);
    return kind === pulse;
  });
  return {
    before,
    setMs: Uint16Array.from(prints, ({ setMs }) => setMs),
    prices: Float64Array.from(prints, ({ price, ask }) => (pulse === 'QUOTE' ? (price + ask) / 2 : price)),
    units: Float64Array.from(prints, ({ units }) => units),
    grows: Uint8Array.from(prints, ({ grows }) => (grows ? 1 : 0)),
    moves: Uint8Array.from(prints, ({ moves }) => (moves ? 1 : 0)),
  };
}

/** How much of the rise of a minute has come at a moment of it, in whole ticks. */
export function risen(rise: number, ms: number): number {
  return Math.round((rise * ms) / minuteMs);
}

interface Due {
  readonly kind: EventKind;
  readonly atMs: number;
}

function happeningsOf(shape: PatternShape, random: Random): Happening[] {
  const { habits, grid, home, lowest } = shape;
  const due = planOf(habits, random);
  const values = bridge(due.length, home, random);
  const floor = 1 - Math.floor(lowest * deepest);
  const tradedSeconds = new Set<number>();
  let [bid, ask, quotedMs] = [0, 1, 0];
  let [last, lastSetMs] = [0, 0];
  let sequence = 0;
  return due.map(({ kind, atMs }, index): Happening => {
    const value = Math.max(floor, values[index]!);
    sequence += random.integer(1, largestGap);
    if (kind === 'QUOTE') {
      const spread = Math.max(1, Math.round(home * typicalSpread * (0.4 + random.next())));
      bid = Math.max(floor, Math.round(value - spread / 2));
      ask = bid + spread;
      quotedMs = atMs;
      if (habits.pulse === 'QUOTE') [last, lastSetMs] = [bid, atMs];
      return plain(kind, atMs, sequence, atMs, bid, ask, grid.updateUnits);
    }
    if (kind === 'TRADE') {
      // At the bid, at the ask or between, preferably on the side nearer to the value.
      const bought = random.chance(0.25 + (0.5 * (value - bid)) / (ask - bid));
      const outside = bought ? ask : bid;
      last = random.chance(0.1) ? random.integer(bid, ask) : outside;
      lastSetMs = quotedMs;
      const second = Math.floor(atMs / secondMs);
      const { units, grows, conditions, moves } = printOf(shape, random, bought, !tradedSeconds.has(second));
      tradedSeconds.add(second);
      return { kind, atMs, setMs: quotedMs, price: last, ask: last, units, grows, conditions, moves, sequence };
    }
    if (kind === 'INDEX_VALUE') {
      [last, lastSetMs] = [Math.round(value), atMs];
      return plain(kind, atMs, sequence, atMs, last, last, grid.updateUnits);
    }
    const follows = kind === 'FAIR_MARKET_VALUE' && habits.pulse !== 'INDEX_VALUE';
    return follows
      ? plain(kind, atMs, sequence, quotedMs, bid, ask, 0)
      : plain(kind, atMs, sequence, lastSetMs, last, last, 0);
  });
}

/** One shape for all, since a market makes hundreds of thousands. */
function plain(
  kind: EventKind,
  atMs: number,
  sequence: number,
  setMs: number,
  price: number,
  ask: number,
  units: number,
): Happening {
  return { kind, atMs, setMs, price, ask, units, grows: false, conditions: undefined, moves: true, sequence };
}

/** The kinds of happenings and their times; a quote comes before the first trade. */
function planOf({ ticks, kinds }: Habits, random: Random): Due[] {
  const due: Due[] = [];
  const shortMs = random.integer(40, 70);
  const tickWait = () => (random.chance(0.15) ? random.integer(1, 9) : random.integer(shortMs, 8 * shortMs));
  for (let atMs = random.integer(1, 40); atMs < minuteMs; atMs += tickWait()) {
    due.push({ kind: due.length === 0 ? ticks[0]! : random.pick(ticks), atMs });
  }
  for (const [kind, lowMs, highMs] of reports) {
    if (!kinds.has(kind)) continue;
    const wait = () => random.integer(lowMs, highMs);
    for (let atMs = random.integer(due[0]!.atMs, highMs); atMs < minuteMs; atMs += wait()) due.push({ kind, atMs });
  }
  return due.sort((one, other) => one.atMs - other.atMs);
}

/** What comes at times of its own, and the shortest and longest time until it comes again. */
const reports: readonly (readonly [kind: EventKind, lowMs: number, highMs: number])[] = [
  ['FAIR_MARKET_VALUE', 500, 2_000],
  ['LULD', 8_000, 25_000],
  ['IMBALANCE', 5_000, 15_000],
];

/** A random walk from 0 to 0: where a minute ends is up to the price path. */
function bridge(length: number, home: number, random: Random): Float64Array {
  const step = Math.max(home * tickMove, Math.min(home * coarseTickMove, coarseSteps));
  const values = new Float64Array(length);
  let value = 0;
  for (let index = 0; index < length; index++) {
    values[index] = value;
    value += random.bell() * step;
  }
  for (let index = 0; index < length; index++) values[index]! -= (value * index) / length;
  return values;
}

/** Size and conditions of a trade. @param isFirst of its second: then it moves the price, so that every bar has one */
function printOf({ grid, habits }: PatternShape, random: Random, bought: boolean, isFirst: boolean) {
  const units = grid.tradeUnits(random, isFirst);
  const conditions = conditionsOf(grid, habits, units, bought, random);
  const moves = habits.rules.effectOf(conditions, undefined).window.last;
  return { units, grows: conditions !== oddLot, conditions, moves };
}

function conditionsOf(grid: Grid, habits: Habits, units: number, bought: boolean, random: Random) {
  if (!grid.whole) return bought ? buy : sell;
  if (grid.roundLots && units < grid.lotUnits) return oddLot;
  return habits.conditions.length > 0 && random.chance(0.2) ? random.pick(habits.conditions) : undefined;
}
