/** Recordings written by hand, and hubs that replay them. */
import { expect, vi } from 'vitest';
import { markets, suite } from '../../generated/suite.js';
import type { Settings } from '../../runtime/config/settings.js';
import type { Clock } from '../../runtime/core/clock.js';
import type { Message } from '../../runtime/market/format.js';
import { systemClock } from '../../runtime/pacing/system-clock.js';
import type { Client } from '../../runtime/stream/client.js';
import { Hub } from '../../runtime/stream/hub.js';
import { type Called, callOn, testOptions } from './bench.js';
import { open } from './closing.js';
import { RecordFolder } from './recording.js';

export function folder(): RecordFolder {
  const made = new RecordFolder();
  open.push(made);
  return made;
}

/** A hub without a key and without pings, since a clock that jumps leaves no time to answer them. */
export function hubOf(settings: Partial<Settings>, clock: Clock = systemClock): Client {
  const options = { ...testOptions, recordFlushMs: 10, pingIntervalMs: 600_000, ...settings.options };
  const hub = new Hub(
    suite,
    markets,
    { feed: 'realtime', allowedHosts: [], ...settings, options },
    { clock, write: () => {} },
  ).client({ alone: true });
  open.push(hub);
  return hub;
}

export const patiently = { timeout: 10_000, interval: 5 };

export const beginMs = Date.UTC(2026, 10, 23, 14, 30);

export const title = 'stocks.2026-11-23.realtime.0001';

export const event = (price: number, sym = 'AAPL', ev = 'T') => ({
  ev,
  sym,
  x: 4,
  i: '1',
  z: 3,
  p: price,
  s: 100,
  t: beginMs,
});

export const at = (ms: number, ...events: readonly object[]) => ({ atMs: beginMs + ms, text: JSON.stringify(events) });

/** A minute with trades at the beginning, after a second, and at the end. */
export const minute = [at(0, event(1)), at(1_000, event(2)), at(60_000, event(3))];

export async function start(hub: Client, endpoint: string, channels: readonly string[] = ['T.AAPL']): Promise<Called> {
  const result = await callOn(hub, 'start_stocks_stream', { channels, endpoint });
  expect(result.structured.error).toBeUndefined();
  return result;
}

export async function messagesOf(hub: Client, args = {}): Promise<Message[]> {
  const { structured } = await callOn(hub, 'read_stream_messages', { market: 'stocks', limit: 1_000, ...args });
  return structured.messages as Message[];
}

export async function pricesOf(hub: Client): Promise<unknown[]> {
  return (await messagesOf(hub)).map(({ price }) => price);
}

export function ended(hub: Client): Promise<void> {
  return vi.waitFor(() => expect(hub.stream('stocks').isOver).toBe(true), patiently);
}

/** Expects errors of replays to cite our guide, since no page of the vendor describes them. */
export async function refusalOf(hub: Client, endpoint: string, market = 'stocks'): Promise<unknown> {
  const [channel] = markets.find(({ name }) => name === market)!.channels;
  const channels = [`${channel!.prefix}.${market === 'stocks' ? 'AAPL' : 'BTC-USD'}`];
  const { structured, text } = await callOn(hub, `start_${market}_stream`, { channels, endpoint });
  if (endpoint.startsWith('replay')) {
    const { docs, ...error } = structured.error as { code: string; docs: string };
    const page = error.code === 'ALREADY_STARTED' ? 'streaming.md#start-a-stream' : 'recording.md#replay';
    const guide = `polygon-docs://guides/${page}`;
    expect(docs).toBe(guide);
    expect(text).toContain(`See ${guide}`);
    return error;
  }
  return structured.error;
}
