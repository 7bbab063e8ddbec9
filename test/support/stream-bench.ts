/** Hubs on simulated and on scripted feeds, closed after each test. */
import { afterEach } from 'vitest';
import { markets, suite } from '../../generated/suite.js';
import type { Client } from '../../runtime/stream/client.js';
import { Bench, type BenchOptions, hubOn } from './bench.js';
import { RawFeed, type RawFeedScript } from './raw-feed.js';

export const open: { close(): Promise<void> }[] = [];

export async function bench(options: Partial<BenchOptions> = {}): Promise<Bench> {
  const made = await Bench.open({ suite, markets, ...options });
  open.push(made);
  return made;
}

export async function scripted(script: RawFeedScript, options = {}): Promise<{ hub: Client; feed: RawFeed }> {
  const feed = await RawFeed.open(script);
  const hub = hubOn(suite, markets, feed.url, options);
  open.push(feed, hub);
  return { hub, feed };
}

export function until(hub: Client, market: string, done: () => boolean): Promise<boolean> {
  return hub.stream(market).changes.until(done, 10_000);
}

export const trade = (price: number, symbol = 'AAPL'): string =>
  JSON.stringify([{ ev: 'T', sym: symbol, x: 4, i: '1', z: 3, p: price, s: 100, t: 1_790_000_000_000, q: 1 }]);

/** Registers hooks for each test of the calling file. */
export function setUp(): void {
  afterEach(async () => {
    for (const item of open.splice(0).reverse()) await item.close();
  });
}
