import type { Options } from '../../runtime/config/options.js';
import type { Market } from '../../runtime/contract/market.js';
import type { Suite } from '../../runtime/contract/suite.js';
import type { Clock } from '../../runtime/core/clock.js';
import { Secret } from '../../runtime/core/secret.js';
import { vendorFeed } from '../../runtime/feed/vendor-feed.js';
import { systemClock } from '../../runtime/pacing/system-clock.js';
import { SimulatedFeed } from '../../runtime/simulator/feed.js';
import type { LiveSession } from '../../runtime/simulator/live-connection.js';
import type { SimulatedFeedOptions } from '../../runtime/simulator/options.js';
import type { Client } from '../../runtime/stream/client.js';
import { Hub } from '../../runtime/stream/hub.js';
import type { HubView } from '../../runtime/stream/view.js';
import { callTool, listTools } from '../../runtime/tools/tools.js';
import { defaultOptions } from './options.js';

/** Times short enough for a test and long enough for a busy machine. */
export const testOptions: Options = {
  ...defaultOptions,
  connectTimeoutMs: 5_000,
  authTimeoutMs: 5_000,
  ackTimeoutMs: 500,
  backoffInitialMs: 20,
  backoffMaxMs: 200,
};

export const testKey = 'test-key-0123456789';

/** Where a target leads that is the vendor's, or stands in for it. */
export function routeTo(...urls: readonly string[]) {
  const route = { urls, key: new Secret(testKey) };
  return { ...route, open: vendorFeed(route) };
}

/** The client of a hub that nobody else uses, and whose feed is somewhere else, such as a scripted one. */
export function hubOn(...where: Parameters<typeof sharedHubOn>): Client {
  return sharedHubOn(...where).client({ alone: true });
}

/** A hub for many clients. */
export function sharedHubOn(
  suite: Suite,
  markets: readonly Market[],
  url: string,
  options: Partial<Options> = {},
  clock: Clock = systemClock,
  write: (line: string) => void = () => {},
): Hub {
  const settings = {
    key: { value: new Secret(testKey), from: 'POLYGON_API_KEY' },
    feed: url,
    allowedHosts: [],
    options: { ...testOptions, ...options },
  };
  return new Hub(suite, markets, settings, { clock, write });
}

/** An answer as it came, which a test takes for nothing before it has looked. */
export type Answered = Readonly<Record<string, unknown>>;

/** What a call came to, out of JSON. */
export interface Called {
  readonly structured: Answered;
  readonly text: string;
  readonly isError: boolean;
}

/** What a read takes where a caller leaves everything out. */
export const plainRead = { limit: 50, max_bytes: 20_000, detail: 'summary', format: 'json' } as const;

/** Calls a tool and gives the answer as it would come out of JSON. */
export async function callOn(hub: HubView, name: string, args: unknown = {}, abort?: AbortSignal): Promise<Called> {
  const owned = listTools(hub).find(({ tool }) => tool.name === name);
  if (!owned) throw new Error(`no tool ${name}`);
  return JSON.parse(JSON.stringify(await callTool(hub, owned, args, abort)));
}

export interface BenchOptions {
  readonly suite: Suite;
  /** Markets that the tools serve. */
  readonly markets: readonly Market[];
  /** Markets that the feed plays, if not the same. */
  readonly played?: readonly Market[];
  readonly feed?: SimulatedFeedOptions;
  readonly options?: Partial<Options>;
}

/** A hub on a feed of its own: real sockets, no MCP. */
export class Bench {
  private constructor(
    readonly feed: SimulatedFeed,
    readonly hub: Client,
  ) {}

  static async open({ suite, markets, played = markets, feed: feedOptions, options }: BenchOptions): Promise<Bench> {
    const feed = new SimulatedFeed(played, { stepMs: 0, startAtMs: Date.UTC(2026, 10, 23, 15), ...feedOptions });
    return new Bench(feed, hubOn(suite, markets, await feed.listen(), options));
  }

  call(name: string, args: unknown = {}, abort?: AbortSignal): Promise<Called> {
    return callOn(this.hub, name, args, abort);
  }

  /** The one connection of a market. */
  session(market: string): LiveSession {
    const [session, ...others] = this.feed.sessions(market);
    if (!session || others.length > 0) throw new Error(`${this.feed.sessions(market).length} sessions of ${market}`);
    return session;
  }

  async close(): Promise<void> {
    await this.hub.close();
    await this.feed.close();
  }
}
