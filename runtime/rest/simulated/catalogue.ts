/** What the simulated world lists, by the tickers of the REST API. */
import type { Market } from '../../contract/market.js';
import { wallTimeAt } from '../../core/wall-time.js';
import { SimulatedHistory } from '../../simulator/history.js';
import { nameOf } from './names.js';

/** An instrument, and the past of its market. */
export interface Listed {
  readonly ticker: string;
  /** As the feed spells it. */
  readonly symbol: string;
  readonly name: string;
  readonly place: MarketPlace;
}

export interface MarketPlace {
  readonly market: Market;
  readonly history: SimulatedHistory;
  /** As reference and snapshots call it. */
  readonly assetClass: string;
  readonly type: string;
  readonly timeZone: string;
}

/** How the API spells and calls what the feed has. */
const forms: Readonly<Record<string, { prefix: string; separator?: string; assetClass: string }>> = {
  stocks: { prefix: '', assetClass: 'stocks' },
  options: { prefix: 'O:', assetClass: 'options' },
  crypto: { prefix: 'X:', separator: '-', assetClass: 'crypto' },
  forex: { prefix: 'C:', separator: '/', assetClass: 'fx' },
  indices: { prefix: 'I:', assetClass: 'indices' },
  futures: { prefix: '', assetClass: 'futures' },
};

export class Catalogue {
  private readonly places: ReadonlyMap<string, MarketPlace>;
  private readonly known = new Map<string, { readonly date: string; readonly listed: ReadonlyMap<string, Listed> }>();

  constructor(markets: readonly Market[]) {
    this.places = new Map(
      markets.flatMap(market => {
        const form = forms[market.name];
        if (!form) return [];
        const { assetClass } = form;
        const history = new SimulatedHistory(market);
        return [[market.name, { market, history, assetClass, type: assetClass, timeZone: market.hours.timeZone }]];
      }),
    );
  }

  place(market: string): MarketPlace | undefined {
    return this.places.get(market);
  }

  /** What is listed in a market at a moment, by ticker. */
  of(market: string, atMs: number): ReadonlyMap<string, Listed> {
    const place = this.places.get(market);
    if (!place) return new Map();
    const { date } = wallTimeAt(place.timeZone, atMs);
    const known = this.known.get(market);
    if (known?.date === date) return known.listed;
    const { separator = '', prefix } = forms[market]!;
    const listed = new Map(
      place.history.symbols(atMs).map((symbol): [string, Listed] => {
        const plain = separator === '' ? symbol : symbol.replace(separator, '');
        const ticker = plain.startsWith(prefix) ? plain : `${prefix}${plain}`;
        return [ticker, { ticker, symbol, name: nameOf(market, symbol), place }];
      }),
    );
    this.known.set(market, { date, listed });
    return listed;
  }

  /** The instrument of a ticker, which also says its market; futures are asked for apart, since they look like stocks. */
  find(ticker: string, atMs: number): Listed | undefined {
    return this.of(marketOf(ticker), atMs).get(ticker);
  }
}

/** By the prefix of a ticker. */
export function marketOf(ticker: string): string {
  const prefix = /^[A-Z]:/.exec(ticker)?.[0];
  return Object.entries(forms).find(([, form]) => form.prefix === prefix)?.[0] ?? 'stocks';
}
