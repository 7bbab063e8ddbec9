import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Market } from '../../runtime/contract/market.js';
import { Random } from '../../runtime/simulator/random.js';
import { Differential } from '../support/differential.js';

/** Others get their turn after so many frames of each market. */
const framesAtOnce = 10;

/** Has the scanner and `JSON.parse` read the same random frames of all markets. */
export class FrameTrial {
  frames = 0;
  /** Frames that were not read alike. */
  readonly disagreements: string[] = [];
  private readonly differentials: readonly Differential[];

  constructor(markets: readonly Market[], seed: number) {
    this.differentials = markets.map((market, index) => new Differential(market, new Random(seed + index)));
  }

  async run(durationMs: number): Promise<void> {
    const endMs = performance.now() + durationMs;
    do {
      for (const differential of this.differentials) this.try(differential);
      await nextTurn();
    } while (performance.now() < endMs);
  }

  private try(differential: Differential): void {
    for (let count = 0; count < framesAtOnce; count++) {
      const disagreement = differential.try();
      if (disagreement) this.disagreements.push(disagreement.frame);
    }
    this.frames += framesAtOnce;
  }
}
