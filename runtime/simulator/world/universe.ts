/** Which symbols the simulated world has at a moment. */
import type { Market } from '../../contract/market.js';
import { wallTimeAt } from '../../core/wall-time.js';
import { judgeExpiry, laterContract, nearestContracts, productOf } from '../../symbols/expiry.js';
import { seedOf } from '../random.js';
import { uniform } from './hash.js';

/** Contracts of each product of the spec that are listed beside its own, the nearest to expire first. */
const nearestMonths = 4;

/** What contracts of a product cost, as a part of the price in the spec. */
const contractFactors = { tracking: [0.995, 1.005], apart: [0.6, 1.2] } as const;

export interface Listing {
  readonly symbol: string;
  readonly price: number;
  /** What moves as one: the contracts of a future follow the same path. */
  readonly family: string;
}

/** Those of the spec, moved to later years where they have expired, and the contracts of their products that trade. */
export class Universe {
  private known:
    | { readonly date: string; readonly of: object; readonly listings: ReadonlyMap<string, Listing> }
    | undefined;

  constructor(private readonly market: Market) {}

  /** By symbol, those of the spec first; the same map all day. */
  at(nowMs: number): ReadonlyMap<string, Listing> {
    const { market } = this;
    const { date } = wallTimeAt(market.hours.timeZone, nowMs);
    const of = market.simulation.instruments;
    if (this.known?.date !== date || this.known.of !== of) {
      this.known = { date, of, listings: new Map(listingsOf(market, nowMs).map(one => [one.symbol, one])) };
    }
    return this.known.listings;
  }
}

function listingsOf(market: Market, nowMs: number): Listing[] {
  const { instruments } = market.simulation;
  if (!market.symbol.expiry) return instruments.map(({ symbol, price }) => ({ symbol, price, family: symbol }));
  const own = instruments.map(({ symbol, price }) => ({
    symbol: judgeExpiry(market, symbol, nowMs) === undefined ? symbol : laterContract(market, symbol, nowMs),
    price,
  }));
  const near = own.flatMap(({ symbol, price }) =>
    nearestContracts(market, symbol, nowMs, nearestMonths).map(other => ({ symbol: other, price })),
  );
  return [...own, ...near].map(({ symbol, price }) => contractOf(market, symbol, price));
}

/** Its price follows from its symbol and that of the spec alone, so that it stays the same as long as it trades. */
function contractOf(market: Market, symbol: string, price: number): Listing {
  const product = productOf(market, symbol);
  const [low, high] = product === undefined ? contractFactors.apart : contractFactors.tracking;
  const factor = low + (high - low) * uniform(seedOf(symbol));
  return { symbol, price: price * factor, family: product ?? symbol };
}

const universes = new WeakMap<Market, Universe>();

/** The universe of a market, made once. */
export function universeOf(market: Market): Universe {
  let universe = universes.get(market);
  if (!universe) {
    universe = new Universe(market);
    universes.set(market, universe);
  }
  return universe;
}
