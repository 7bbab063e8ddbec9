/** How far a price is from its home at any minute, without a walk from the start. */
import { bell, hash, uniform } from './hash.js';

/** Typical move in a minute, as a fraction of the price: 0.76 per cent in a day. */
export const minuteMove = 0.0002;

/** Moments that are 2 to this power of minutes apart, 45 days, lie anywhere within `anchorRange` of home. */
const topLevel = 16;
const anchorRange = 0.06;
/** No price goes further from home. */
const farthest = 0.25;

/** Minutes that are computed at once: 2 to this power. */
const blockLevel = 10;
const blockMinutes = 2 ** blockLevel;

/** What the middle of two moments that are 2^(level + 1) minutes apart may differ from their mean. */
const spreadOf = Float64Array.from({ length: topLevel }, (_, level) => (minuteMove * Math.sqrt(2 ** (level + 1))) / 2);

/**
 * A random walk that is halved, not walked: between two moments lies their mean and a bell-shaped number that follows
 * from the seed and the moment between them, down to the minute. It comes back to its home about every 45 days.
 */
export class PricePath {
  /** The block that was asked for last. */
  private values: Float64Array | undefined;
  private first = 0;

  constructor(private readonly seed: number) {}

  /** @param minute since the epoch. @returns 0.01 where the price is one per cent above its home */
  at(minute: number): number {
    let place = minute - this.first;
    if (this.values === undefined || place < 0 || place > blockMinutes) {
      place = ((minute % blockMinutes) + blockMinutes) % blockMinutes;
      this.first = minute - place;
      this.values = this.compute(this.first);
    }
    return Math.max(-farthest, Math.min(farthest, this.values[place]!));
  }

  private compute(first: number): Float64Array {
    const values = new Float64Array(blockMinutes + 1);
    values[0] = this.edge(first);
    values[blockMinutes] = this.edge(first + blockMinutes);
    for (let level = blockLevel - 1; level >= 0; level--) {
      const half = 2 ** level;
      for (let index = half; index < blockMinutes; index += 2 * half) {
        values[index] = this.between(values[index - half]!, values[index + half]!, first + index, level);
      }
    }
    return values;
  }

  /** The value at a minute that is a multiple of a block. */
  private edge(minute: number): number {
    let low = Math.floor(minute / 2 ** topLevel) * 2 ** topLevel;
    let [before, after] = [this.anchor(low), this.anchor(low + 2 ** topLevel)];
    for (let level = topLevel - 1; low !== minute; level--) {
      const middle = low + 2 ** level;
      const value = this.between(before, after, middle, level);
      if (middle <= minute) [low, before] = [middle, value];
      else after = value;
    }
    return before;
  }

  private anchor(minute: number): number {
    return anchorRange * (2 * uniform(hash(this.seed, minute)) - 1);
  }

  private between(before: number, after: number, minute: number, level: number): number {
    return (before + after) / 2 + spreadOf[level]! * bell(hash(this.seed, minute));
  }
}
