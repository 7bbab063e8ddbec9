import type { Simulation } from '../../contract/market.js';
import type { Random } from '../random.js';

/** Prices as whole ticks and sizes as whole units, so that sums are exact; and the way back to clean decimals. */
export class Grid {
  readonly tickSize: number;
  /** Decimals of a price. */
  readonly decimals: number;
  /** Whether sizes are whole numbers, as of shares, and not fractions, as of a coin. */
  readonly whole: boolean;
  /** Whether most sizes are multiples of the lot. */
  readonly roundLots: boolean;
  readonly sizeDecimals: number;
  readonly lotUnits: number;
  /** What an update adds to the volume where volume counts updates. */
  readonly updateUnits: number;

  constructor({ tickSize, lotSize }: Simulation) {
    this.tickSize = tickSize;
    this.decimals = decimalsOf(tickSize);
    this.whole = Number.isInteger(lotSize);
    this.roundLots = this.whole && lotSize >= 10;
    this.sizeDecimals = this.whole ? 0 : decimalsOf(lotSize) + 4;
    this.updateUnits = 10 ** this.sizeDecimals;
    this.lotUnits = Math.round(lotSize * this.updateUnits);
  }

  price(ticks: number): number {
    return Number.isInteger(ticks) ? round(ticks * this.tickSize, this.decimals) : this.finePrice(ticks);
  }

  /** With one more decimal, for the middle of a quote. */
  finePrice(ticks: number): number {
    return round(ticks * this.tickSize, this.decimals + 1);
  }

  size(units: number): number {
    return round(units / this.updateUnits, this.sizeDecimals);
  }

  sizeText(units: number): string {
    return this.size(units).toFixed(Math.max(1, this.sizeDecimals));
  }

  /** @param inLots whether it is at least a lot, where there are lots */
  tradeUnits(random: Random, inLots: boolean): number {
    const lot = this.lotUnits;
    const roll = random.next();
    if (!this.roundLots) return 1 + Math.floor(roll * roll * 3 * lot);
    if (roll < 0.35 && !inLots) return random.integer(1, lot - 1);
    return lot * (roll < 0.95 ? random.pick([1, 1, 1, 2, 2, 3, 5]) : random.integer(6, 40));
  }

  quoteUnits(random: Random): number {
    return this.roundLots ? this.lotUnits * random.integer(1, 12) : random.integer(1, 12 * this.lotUnits);
  }

  /** @param ticks a mean, with a fraction */
  mean(ticks: number): number {
    return round(ticks * this.tickSize, Math.max(4, this.decimals + 2));
  }

  /** @param notional ticks times units */
  turnover(notional: number): number {
    return round((notional * this.tickSize) / this.updateUnits, this.decimals + this.sizeDecimals);
  }
}

function decimalsOf(step: number): number {
  let decimals = 0;
  while (decimals < 12 && Number(step.toFixed(decimals)) !== step) decimals++;
  return decimals;
}

/** Rounds by dividing a whole number by a power of ten, so that the float prints as the exact decimal. */
export function round(value: number, decimals: number): number {
  const power = 10 ** decimals;
  return Math.round(value * power) / power;
}
