/** A hub whose streams of stocks and crypto take in trades, each with a price of its own that grows from 1. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { markets, suite } from '../../generated/suite.js';
import type { Options } from '../../runtime/config/options.js';
import { systemClock } from '../../runtime/pacing/system-clock.js';
import type { Client } from '../../runtime/stream/client.js';
import { type Answered, callOn, hubOn } from './bench.js';
import { handFrame } from './hand-feed.js';

export type MarketName = 'stocks' | 'crypto';
export const both: readonly MarketName[] = ['stocks', 'crypto'];

export class TwoMarkets {
  readonly hub: Client;
  private passedMs = 1_000;
  private price = 1;

  constructor(options: Partial<Options> = {}) {
    const clock = { ...systemClock, elapsed: () => this.passedMs };
    this.hub = hubOn(suite, markets, 'realtime', options, clock);
  }

  /** A ms later, one trade for each symbol arrives in one frame. */
  async trade(market: MarketName, ...symbols: readonly string[]): Promise<void> {
    await this.take(
      market,
      symbols.map(symbol => this.tradeOf(market, symbol)),
    );
  }

  async trades(market: MarketName, count: number): Promise<void> {
    for (let left = count; left > 0; left--) await this.trade(market, market === 'stocks' ? 'AAPL' : 'BTC-USD');
  }

  /** A trade of so many conditions. */
  async longTrade(market: MarketName, conditions: number): Promise<void> {
    const event = this.tradeOf(market, market === 'stocks' ? 'AAPL' : 'BTC-USD');
    await this.take(market, [{ ...event, c: Array.from({ length: conditions }, () => 1) }]);
  }

  private tradeOf(market: MarketName, symbol: string): object {
    const p = this.price++;
    return market === 'stocks' ? { ev: 'T', sym: symbol, p, s: 1 } : { ev: 'XT', pair: symbol, p, s: 1 };
  }

  private async take(market: MarketName, events: readonly object[]): Promise<void> {
    this.passedMs++;
    // The process reads the clock once in a turn of the event loop.
    await nextTurn();
    handFrame(this.hub.stream(market), JSON.stringify(events));
  }

  /** @throws Error where the call fails */
  async call(name: string, args: object): Promise<Answered> {
    const { structured, isError, text } = await callOn(this.hub, name, args);
    if (isError) throw new Error(text);
    return structured;
  }

  read(args: object = {}): Promise<Answered> {
    return this.call('read_stream_messages', { markets: both, ...args });
  }

  summarize(args: object = {}): Promise<Answered> {
    return this.call('summarize_stream', { markets: both, ...args });
  }
}

/** Prices of the messages of an answer, of all markets or one. */
export function pricesIn({ messages }: Answered, market?: string): number[] {
  const list = messages as readonly { readonly market: string; readonly price: number }[];
  return list.filter(message => market === undefined || message.market === market).map(({ price }) => price);
}

/** What an answer says of the stream of a market. */
export function streamIn({ streams }: Answered, market: string): Answered {
  const found = (streams as readonly Answered[]).find(stream => stream.market === market);
  if (!found) throw new Error(`the answer says nothing of ${market}`);
  return found;
}
