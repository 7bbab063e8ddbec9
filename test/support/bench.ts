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
  // A test that asks for previous closes says so.
  restJoinMs: 0,
};

export const testKey = 'test-key-0123456789';

/** Key, URLs and feed of a target, for the vendor or a server in its place. */
export function routeTo(...urls: readonly string[]) {
  const route = { urls, key: new Secret(testKey) };
  return { ...route, open: vendorFeed(route) };
}

/** The only client of a hub on a feed at another address, such as a scripted one. */
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

/** An answer as it came; a test must check a key before it uses it. */
export type Answered = Readonly<Record<string, unknown>>;

/** The result of a call, after a round trip through JSON. */
export interface Called {
  readonly structured: Answered;
  readonly text: string;
  readonly isError: boolean;
}

/** The defaults of a read. */
export const plainRead = { limit: 50, max_bytes: 20_000, detail: 'summary', names: false, format: 'json' } as const;

/** Calls a tool and returns the answer after a round trip through JSON. */
export async function callOn(hub: HubView, name: string, args: unknown = {}, abort?: AbortSignal): Promise<Called> {
  const owned = listTools(hub).find(({ tool }) => tool.name === name);
  if (!owned) throw new Error(`no tool ${name}`);
  return JSON.parse(JSON.stringify(await callTool(hub, owned, args, abort)));
}

export interface BenchOptions {
  readonly suite: Suite;
  /** Markets that have tools. */
  readonly markets: readonly Market[];
  /** Markets that the feed plays; by default the same. */
  readonly played?: readonly Market[];
  readonly feed?: SimulatedFeedOptions;
  readonly options?: Partial<Options>;
  /** Of the hub; by default it shows the moment at which the feed starts, so that no contract has expired. */
  readonly clock?: Clock;
}

/** The clock of the process, which shows another moment at its first use, in whole ms. */
export function clockFrom(wallMs: number): Clock {
  const beganMs = systemClock.elapsed();
  return { ...systemClock, now: () => wallMs + Math.floor(systemClock.elapsed() - beganMs) };
}

const startAtMs = Date.UTC(2026, 10, 23, 15);

/** A hub on its own feed: real sockets, no MCP. */
export class Bench {
  private constructor(
    readonly feed: SimulatedFeed,
    readonly hub: Client,
  ) {}

  static async open(given: BenchOptions): Promise<Bench> {
    const { suite, markets, played = markets, feed: feedOptions, options, clock = clockFrom(startAtMs) } = given;
    const feed = new SimulatedFeed(played, { stepMs: 0, startAtMs, ...feedOptions });
    return new Bench(feed, hubOn(suite, markets, await feed.listen(), options, clock));
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
