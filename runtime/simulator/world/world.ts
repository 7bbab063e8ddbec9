/** The simulated world of a market: a pure function of seed, symbol and time. */
import type { Market } from '../../contract/market.js';
import { seedOf } from '../random.js';
import { Grid } from './grid.js';
import { type Habits, habitsOf } from './habits.js';
import { Instrument, type Surroundings } from './instrument.js';
import { Patterns } from './patterns.js';
import { PricePath } from './price-path.js';
import { type Listing, universeOf } from './universe.js';

export class World {
  readonly grid: Grid;
  readonly habits: Habits;
  private readonly around: Surroundings;
  private readonly instruments = new Map<string, Instrument>();

  constructor(
    readonly market: Market,
    readonly seed = 1,
  ) {
    this.grid = new Grid(market.simulation);
    this.habits = habitsOf(market);
    const { grid, habits } = this;
    const { name } = market;
    const patterns = new Patterns(`${seed} ${name}`, { grid, habits });
    this.around = { seed, marketName: name, tickSize: grid.tickSize, patterns };
  }

  /** What is listed at a moment, by symbol. */
  listings(atMs: number): ReadonlyMap<string, Listing> {
    return universeOf(this.market).at(atMs);
  }

  /** @returns undefined for what is not listed at that moment: unknown tickers and contracts that have expired */
  find(symbol: string, atMs: number): Instrument | undefined {
    const listing = this.listings(atMs).get(symbol);
    return listing && this.instrument(listing);
  }

  private instrument({ symbol, price, family }: Listing): Instrument {
    let instrument = this.instruments.get(symbol);
    if (!instrument) {
      // A path remembers where it was read last, so that each instrument has one of its own.
      const path = new PricePath(seedOf(`${this.seed} ${this.market.name} ${family}`));
      instrument = new Instrument(symbol, price, path, this.around);
      this.instruments.set(symbol, instrument);
    }
    return instrument;
  }
}
