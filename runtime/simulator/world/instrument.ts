/** The life of one instrument, at any moment of it. */
import { Random, seedOf } from '../random.js';
import type { Grid } from './grid.js';
import type { Habits } from './habits.js';
import { hash } from './hash.js';
import { type Happening, MinutePattern, minuteMs, risen } from './minute-pattern.js';
import { minuteMove, type PricePath } from './price-path.js';
import { RunningBar } from './running-bar.js';

const hourMinutes = 60;

/** How busy an hour is, and how many patterns its minutes are taken from. */
const activities = [1, 1, 1, 2, 3];
const patternsPerActivity = 16;

/** Prices at the turns of minutes are multiples of this fraction of a typical move, so that few rises are different. */
const stepsPerMove = 8;

/** Fewest ticks of a price, so that it can go both ways. */
const fewestTicks = 4;

/** What happened at a moment. Prices are in ticks. */
export interface Occurrence {
  readonly happening: Happening;
  /** Unix ms. */
  readonly atMs: number;
  readonly price: number;
  readonly ask: number;
  /** Follows from the instrument and the moment; details are made of it. */
  readonly seed: number;
}

/** A bar in ticks and units of the grid. */
export interface TickBar {
  readonly startMs: number;
  readonly endMs: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly units: number;
  /** Sum of price times units, and the mean price by units. */
  readonly notional: number;
  readonly mean: number;
  readonly trades: number;
}

/** Forgets patterns, so that a market of many instruments stays small; whoever needs one again makes it again. */
export class PatternShelf {
  private readonly forget: (() => void)[] = [];
  private next = 0;

  constructor(private readonly size = 1_024) {}

  add(forget: () => void): void {
    this.forget[this.next]?.();
    this.forget[this.next] = forget;
    this.next = (this.next + 1) % this.size;
  }
}

/** What instruments of a market have in common. */
export interface Surroundings {
  readonly seed: number;
  readonly marketName: string;
  readonly grid: Grid;
  readonly habits: Habits;
  readonly shelf: PatternShelf;
}

/** A minute of an instrument. Levels are ticks above home. */
interface Minute {
  readonly pattern: MinutePattern;
  readonly level: number;
  readonly rise: number;
}

export class Instrument {
  /** The price around which it moves, in ticks. */
  readonly home: number;
  readonly seed: number;
  private readonly step: number;
  private readonly patterns: (MinutePattern | undefined)[] = [];

  constructor(
    readonly symbol: string,
    price: number,
    private readonly path: PricePath,
    private readonly around: Surroundings,
  ) {
    this.home = Math.max(fewestTicks, Math.round(price / around.grid.tickSize));
    this.step = Math.max(1, Math.round((this.home * minuteMove) / stepsPerMove));
    this.seed = seedOf(`${around.seed} ${around.marketName} ${symbol}`);
  }

  /** What happens from a moment to before another, Unix ms. */
  *occurrences(fromMs: number, untilMs: number): Generator<Occurrence> {
    for (let minute = Math.floor(fromMs / minuteMs); minute * minuteMs < untilMs; minute++) {
      const startMs = minute * minuteMs;
      const { pattern, level, rise } = this.minute(minute);
      const end = pattern.indexAt(untilMs - startMs);
      for (let index = pattern.indexAt(fromMs - startMs); index < end; index++) {
        yield this.occurrence(minute, index, pattern, level, rise);
      }
    }
  }

  /** The newest of a kind before a moment, which was less than a few minutes ago. */
  lastBefore(atMs: number, kind: Happening['kind']): Occurrence | undefined {
    const newest = Math.floor(atMs / minuteMs);
    for (let minute = newest; minute > newest - 5; minute--) {
      const { pattern, level, rise } = this.minute(minute);
      for (let index = pattern.indexAt(atMs - minute * minuteMs) - 1; index >= 0; index--) {
        if (pattern.happenings[index]!.kind === kind) return this.occurrence(minute, index, pattern, level, rise);
      }
    }
    return undefined;
  }

  /** The bar of what is printed from a moment to before another; undefined where nothing moved the price. */
  bar(fromMs: number, untilMs: number): TickBar | undefined {
    const bar = new RunningBar();
    this.addTo(bar, fromMs, untilMs);
    return this.show(bar, fromMs, untilMs);
  }

  show(bar: RunningBar, startMs: number, endMs: number): TickBar | undefined {
    if (!bar.hasPrice) return undefined;
    const { home } = this;
    return {
      startMs,
      endMs,
      open: home + bar.open,
      high: home + bar.high,
      low: home + bar.low,
      close: home + bar.close,
      units: bar.units,
      notional: home * bar.units + bar.notional,
      mean: home + bar.notional / bar.units,
      trades: bar.trades,
    };
  }

  /** Adds what is printed from a moment to before another, relative to home. Whole minutes are added as such. */
  addTo(bar: RunningBar, fromMs: number, untilMs: number): void {
    let minute = Math.floor(fromMs / minuteMs);
    let level = this.levelAt(minute);
    for (; minute * minuteMs < untilMs; minute++) {
      const startMs = minute * minuteMs;
      const next = this.levelAt(minute + 1);
      const pattern = this.patternAt(minute);
      if (fromMs <= startMs && startMs + minuteMs <= untilMs) bar.addSums(pattern.sumsOf(next - level), level);
      else {
        const [from, until] = [pattern.indexAt(fromMs - startMs), pattern.indexAt(untilMs - startMs)];
        bar.addSums(pattern.sumsBetween(from, until, next - level), level);
      }
      level = next;
    }
  }

  private occurrence(minute: number, index: number, pattern: MinutePattern, level: number, rise: number): Occurrence {
    const happening = pattern.happenings[index]!;
    const shift = this.home + level + risen(rise, happening.setMs);
    return {
      happening,
      atMs: minute * minuteMs + happening.atMs,
      price: happening.price + shift,
      ask: happening.ask + shift,
      seed: hash(hash(this.seed, minute), index),
    };
  }

  private minute(minute: number): Minute {
    const level = this.levelAt(minute);
    return { pattern: this.patternAt(minute), level, rise: this.levelAt(minute + 1) - level };
  }

  private levelAt(minute: number): number {
    // As a small integer, which also has no negative zero: sums are found by differences of levels.
    return (this.step * Math.round((this.home * this.path.at(minute)) / this.step)) | 0;
  }

  private patternAt(minute: number): MinutePattern {
    const activity = hash(this.seed ^ 0x5bd1e995, Math.floor(minute / hourMinutes)) % activities.length;
    const number = activity * patternsPerActivity + (hash(this.seed, minute) % patternsPerActivity);
    let pattern = this.patterns[number];
    if (!pattern) {
      const { grid, habits, shelf } = this.around;
      const random = new Random(hash(this.seed, -1 - number));
      pattern = new MinutePattern({ grid, habits, home: this.home, activity: activities[activity]! }, random);
      this.patterns[number] = pattern;
      shelf.add(() => {
        this.patterns[number] = undefined;
      });
    }
    return pattern;
  }
}
