import type { EventKind } from '../contract/channel.js';
import type { Market, Simulation } from '../contract/market.js';
import { canonicalSymbol } from '../symbols/forms.js';
import type { SimulatedEvent } from './event.js';
import { Grid } from './grid.js';
import { Instrument } from './instrument.js';
import { Random, seedOf } from './random.js';

/**
 * One market in virtual time. Each instrument has its own random numbers, so its path depends on the seed, on its
 * symbol and on the minute in which it first plays, never on other instruments.
 */
export class Tape {
  private readonly instruments = new Map<string, Instrument>();
  private readonly prefixes = new Map<EventKind, string[]>();
  private readonly grid: Grid;

  constructor(
    private readonly market: Market,
    private readonly seed: number,
  ) {
    this.grid = new Grid(market.simulation);
    for (const { event, prefix } of market.channels) {
      this.prefixes.set(event, [...(this.prefixes.get(event) ?? []), prefix]);
    }
  }

  /**
   * The events of these symbols after `fromMs`, up to and including `toMs`, by time; a malformed symbol has none. An
   * instrument that did not play until `fromMs` plays the minute of `fromMs` in silence, so that its next minute bar is
   * complete; it has no events before that minute.
   */
  play(symbols: Iterable<string>, fromMs: number, toMs: number): SimulatedEvent[] {
    const events: SimulatedEvent[] = [];
    for (const symbol of new Set(symbols)) {
      this.find(symbol)?.play(fromMs, toMs, event => events.push(event));
    }
    return events.sort((a, b) => a.atMs - b.atMs || (a.symbol < b.symbol ? -1 : a.symbol > b.symbol ? 1 : 0));
  }

  private find(symbol: string): Instrument | undefined {
    const known = this.instruments.get(symbol);
    if (known !== undefined || symbol === '*' || canonicalSymbol(this.market, symbol) !== symbol) return known;
    const random = new Random(seedOf(`${this.seed} ${this.market.name} ${symbol}`));
    const price = priceOf(symbol, this.market.simulation, random);
    const instrument = new Instrument(symbol, price, random, this.grid, this.prefixes);
    this.instruments.set(symbol, instrument);
    return instrument;
  }
}

/** The listed price, or one within the market's usual range. */
function priceOf(symbol: string, simulation: Simulation, random: Random): number {
  const scale = 0.3 + 1.4 * random.next();
  const listed = simulation.instruments.find(instrument => instrument.symbol === symbol);
  if (listed !== undefined) return listed.price;
  const prices = simulation.instruments.map(({ price }) => price).sort((a, b) => a - b);
  return scale * (prices[Math.floor(prices.length / 2)] ?? 100);
}
