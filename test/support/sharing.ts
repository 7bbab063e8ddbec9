/** Two clients on one hub and a scripted feed. */
import { afterEach, beforeEach, expect } from 'vitest';
import { markets, suite } from '../../generated/suite.js';
import type { Options } from '../../runtime/config/options.js';
import type { Clock } from '../../runtime/core/clock.js';
import type { Client } from '../../runtime/stream/client.js';
import type { Hub } from '../../runtime/stream/hub.js';
import type { HubView } from '../../runtime/stream/view.js';
import { callOn, sharedHubOn } from './bench.js';
import { ScriptedMarket } from './scripted-market.js';

export type Answer = Readonly<Record<string, unknown>>;

export let feed: ScriptedMarket;

export let hub: Hub;

export let ann: Client;

export let bob: Client;

export async function ask(who: HubView, name: string, args: unknown = {}): Promise<Answer> {
  const { structured, isError, text } = await callOn(who, name, args);
  expect(isError, text).toBe(false);
  return structured;
}

export async function refusalOf(who: HubView, name: string, args: unknown = {}): Promise<Answer> {
  const { structured, isError } = await callOn(who, name, args);
  expect(isError).toBe(true);
  return structured.error as Answer;
}

export const start = (who: HubView, ...channels: readonly string[]) => ask(who, 'start_stocks_stream', { channels });

export const stop = (who: HubView) => ask(who, 'stop_stocks_stream');

export const unsubscribe = (who: HubView, ...channels: readonly string[]) =>
  ask(who, 'unsubscribe_stocks_channels', { channels });

export const status = (who: HubView) => ask(who, 'get_stocks_stream_status');

export async function held(): Promise<string[]> {
  await feed.barrier();
  return [...feed.session!.held].sort();
}

/** Makes the feed send trades, and waits for their arrival. */
export async function trade(symbol: string, count: number): Promise<void> {
  feed.trade(symbol, count);
  await feed.barrier();
}

export function trades(...symbols: readonly string[]): string {
  return JSON.stringify(symbols.map(sym => ({ ev: 'T', sym, p: 1, s: 1 })));
}

export async function symbolsRead(who: HubView, args: object = {}): Promise<unknown[]> {
  const { messages } = await ask(who, 'read_stream_messages', { market: 'stocks', ...args });
  return (messages as Answer[]).map(({ symbol }) => symbol);
}

/** Replaces the two clients. */
export function goOnWith(...both: readonly [ann: Client, bob: Client]): void {
  [ann, bob] = both;
}

/** Replaces the two clients by those of a hub with these options. */
export async function reopenWith(options: Partial<Options>, clock?: Clock): Promise<void> {
  await hub.close();
  hub = sharedHubOn(suite, markets, feed.url, options, clock);
  goOnWith(hub.client(), hub.client());
}

/** Registers hooks for each test of the calling file. */
export function setUp(): void {
  beforeEach(async () => {
    feed = await ScriptedMarket.open();
    hub = sharedHubOn(suite, markets, feed.url, { httpWaits: 2 });
    [ann, bob] = [hub.client(), hub.client()];
  });

  afterEach(async () => {
    await hub.close();
    await feed.close();
  });
}
