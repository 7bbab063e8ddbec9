/** The life of one instrument, at any moment of it. */
import type { EventKind } from '../../contract/channel.js';
import { seedOf } from '../random.js';
import { hash } from './hash.js';
import { type Happening, type MinutePattern, minuteMs, risen } from './minute-pattern.js';
import type { PatternFamily, Patterns } from './patterns.js';
import type { PricePath } from './price-path.js';
import { RunningBar } from './running-bar.js';

const hourMinutes = 60;

/** How many times as much is traded in an hour as in a quiet one, and in a minute as in others of its hour. */
const hourActivities = [1, 1, 1, 2, 3];
const minuteActivities = [1, 1, 1, 2];

/** Tell apart what is drawn for the same minute. */
const hourSalt = 0x5bd1e995;
const minuteSalt = 0x1b873593;

/** Fewest ticks of a price, so that it can go both ways. */
const fewestTicks = 4;

/** What happened at a moment. Prices are in ticks. */
export interface Occurrence {
  readonly happening: Happening;
  /** Unix ms. */
  readonly atMs: number;
  readonly price: number;
  readonly ask: number;
  readonly units: number;
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

/** What instruments of a market have in common. */
export interface Surroundings {
  readonly seed: number;
  readonly marketName: string;
  readonly tickSize: number;
  readonly patterns: Patterns;
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
  private readonly family: PatternFamily;

  constructor(
    readonly symbol: string,
    price: number,
    private readonly path: PricePath,
    { seed, marketName, tickSize, patterns }: Surroundings,
  ) {
    this.home = Math.max(fewestTicks, Math.round(price / tickSize));
    this.family = patterns.near(this.home);
    this.seed = seedOf(`${seed} ${marketName} ${symbol}`);
  }

  /** Visits what happens from a moment to before another, Unix ms. @param isSought leaves kinds out */
  visit(
    fromMs: number,
    untilMs: number,
    isSought: (kind: EventKind) => boolean,
    visit: (one: Occurrence) => void,
  ): void {
    for (let minute = Math.floor(fromMs / minuteMs); minute * minuteMs < untilMs; minute++) {
      const startMs = minute * minuteMs;
      const { pattern, level, rise } = this.minute(minute);
      const end = pattern.indexAt(untilMs - startMs);
      for (let index = pattern.indexAt(fromMs - startMs); index < end; index++) {
        if (isSought(pattern.happenings[index]!.kind)) visit(this.occurrence(minute, index, pattern, level, rise));
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
      const activity = this.activityAt(minute);
      if (fromMs <= startMs && startMs + minuteMs <= untilMs) bar.add(pattern.sumsOf(next - level), level, activity);
      else {
        const [from, until] = [pattern.indexAt(fromMs - startMs), pattern.indexAt(untilMs - startMs)];
        bar.add(pattern.sumsBetween(from, until, next - level), level, activity);
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
      units: happening.grows ? happening.units * this.activityAt(minute) : happening.units,
      seed: hash(hash(this.seed, minute), index),
    };
  }

  private minute(minute: number): Minute {
    const level = this.levelAt(minute);
    return { pattern: this.patternAt(minute), level, rise: this.levelAt(minute + 1) - level };
  }

  private levelAt(minute: number): number {
    // As a small integer, which also has no negative zero: sums are found by differences of levels.
    const { step } = this.family;
    return (step * Math.round((this.home * this.path.at(minute)) / step)) | 0;
  }

  private activityAt(minute: number): number {
    const hour = hash(this.seed ^ hourSalt, Math.floor(minute / hourMinutes));
    const own = hash(this.seed ^ minuteSalt, minute);
    return hourActivities[hour % hourActivities.length]! * minuteActivities[own % minuteActivities.length]!;
  }

  private patternAt(minute: number): MinutePattern {
    return this.family.pattern(hash(this.seed, minute));
  }
}
