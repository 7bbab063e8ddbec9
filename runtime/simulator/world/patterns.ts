/** The minutes that recur, shared by all instruments of a market whose prices have about as many ticks. */
import { Random, seedOf } from '../random.js';
import type { Grid } from './grid.js';
import type { Habits } from './habits.js';
import { hash } from './hash.js';
import { MinutePattern } from './minute-pattern.js';
import { minuteMove } from './price-path.js';

/** How many different minutes there are. Each instrument takes them in an order of its own. */
const count = 32;

/** Prices at the turns of minutes are multiples of this part of a typical move, so that few rises are different. */
const stepsPerMove = 8;

/** Where a family lies between the powers of four that bound it. */
const middle = 2;

export class PatternFamily {
  /** Prices at the turns of minutes are so many ticks apart, or multiples of that. */
  readonly step: number;
  private readonly made: (MinutePattern | undefined)[] = [];

  /** @param lowest price in ticks, a power of four; the highest is less than four times that */
  constructor(
    private readonly lowest: number,
    private readonly seed: number,
    private readonly of: { readonly grid: Grid; readonly habits: Habits },
  ) {
    this.step = Math.max(1, Math.round((lowest * middle * minuteMove) / stepsPerMove));
  }

  pattern(bits: number): MinutePattern {
    const number = bits % count;
    let pattern = this.made[number];
    if (!pattern) {
      const { lowest, seed, of } = this;
      pattern = new MinutePattern({ ...of, lowest, home: lowest * middle }, new Random(hash(seed, number)));
      this.made[number] = pattern;
    }
    return pattern;
  }
}

export class Patterns {
  private readonly families = new Map<number, PatternFamily>();

  constructor(
    private readonly name: string,
    private readonly of: { readonly grid: Grid; readonly habits: Habits },
  ) {}

  /** @param home price in whole ticks */
  near(home: number): PatternFamily {
    const power = (31 - Math.clz32(home)) >> 1;
    let family = this.families.get(power);
    if (!family) {
      family = new PatternFamily(4 ** power, seedOf(`${this.name} ${power}`), this.of);
      this.families.set(power, family);
    }
    return family;
  }
}
