/** Examples of contracts that never expire: those of the spec, moved to later years once they are about to. */
import type { Market } from '../contract/market.js';
import type { Clock } from '../core/clock.js';
import { laterContract } from './expiry.js';

const dayMs = 24 * 60 * 60 * 1_000;

/** The markets of a process, and all texts that show contracts. */
export class FreshExamples {
  readonly markets: readonly Market[];
  private readonly written: readonly { readonly market: Market; readonly symbol: string }[];
  private readonly now: () => number;
  private known: { readonly day: number; readonly symbols: ReadonlyMap<string, string> } | undefined;

  constructor(markets: readonly Market[], clock: Pick<Clock, 'now'>) {
    this.now = () => clock.now();
    this.written = markets
      .filter(({ symbol }) => symbol.expiry !== undefined)
      .flatMap(market => market.simulation.instruments.map(({ symbol }) => ({ market, symbol })));
    this.markets = markets.map(market => (market.symbol.expiry ? this.living(market) : market));
  }

  /** A text with the contracts of today. */
  text(text: string): string {
    return [...this.symbols()].reduce((fresh, [old, later]) => fresh.replaceAll(old, later), text);
  }

  /** The same for something that is all data. */
  data<T>(value: T): T {
    return this.symbols().size === 0 ? value : JSON.parse(this.text(JSON.stringify(value)));
  }

  /** The market, whose examples and simulated instruments are those of the moment at which they are asked for. */
  private living(market: Market): Market {
    const { symbol, simulation } = market;
    return Object.defineProperties({ ...market } as Market, {
      symbol: {
        enumerable: true,
        get: () => this.cached(symbol, () => ({ ...symbol, description: this.text(symbol.description) })),
      },
      simulation: { enumerable: true, get: () => this.cached(simulation, () => this.data(simulation)) },
    });
  }

  private readonly parts = new Map<object, { readonly symbols: object; readonly made: object }>();

  /** What was made of a part of the spec, until the contracts change. */
  private cached<T extends object>(part: T, make: () => T): T {
    const symbols = this.symbols();
    if (symbols.size === 0) return part;
    let known = this.parts.get(part);
    if (known?.symbols !== symbols) {
      known = { symbols, made: make() };
      this.parts.set(part, known);
    }
    return known.made as T;
  }

  /** Later contracts by those of the spec that are about to expire; the same map all day. */
  private symbols(): ReadonlyMap<string, string> {
    const nowMs = this.now();
    const day = Math.floor(nowMs / dayMs);
    if (this.known?.day !== day) {
      const moved = this.written.flatMap(({ market, symbol }) => {
        const later = laterContract(market, symbol, nowMs);
        return later === symbol ? [] : [[symbol, later] as const];
      });
      this.known = { day, symbols: new Map(moved) };
    }
    return this.known.symbols;
  }
}
