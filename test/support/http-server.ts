import { markets, suite } from '../../generated/suite.js';
import type { Options } from '../../runtime/config/options.js';
import { readSettings } from '../../runtime/config/settings.js';
import type { Clock } from '../../runtime/core/clock.js';
import { HttpServer } from '../../runtime/mcp/http/server.js';
import { systemClock } from '../../runtime/pacing/system-clock.js';
import type { Hub } from '../../runtime/stream/hub.js';
import { Pages } from '../../runtime/tools/pages.js';
import { sharedHubOn } from './bench.js';
import { ScriptedMarket } from './scripted-market.js';

export interface HttpBenchOptions {
  readonly tokens?: readonly string[];
  readonly options?: Partial<Options>;
  readonly clock?: Clock;
}

/** The HTTP server in this process, on a scripted feed. */
export class HttpBench {
  private constructor(
    readonly feed: ScriptedMarket,
    readonly hub: Hub,
    readonly server: HttpServer,
  ) {}

  static async open({ tokens = [], options = {}, clock = systemClock }: HttpBenchOptions = {}): Promise<HttpBench> {
    const feed = await ScriptedMarket.open();
    const hub = sharedHubOn(suite, markets, feed.url, { port: 0, ...options }, clock);
    const env = { MCP_POLYGON_TRANSPORT: 'http', MCP_POLYGON_HTTP_TOKENS: tokens.join() };
    const { http } = readSettings(env, []).settings;
    const pages = new Pages(new URL('../../spec/polygon-docs/', import.meta.url));
    return new HttpBench(feed, hub, await HttpServer.listen({ hub, pages, version: '1' }, http!));
  }

  get url(): string {
    return this.server.url;
  }

  /** Channels that the feed serves, once everything sent has arrived. */
  async held(): Promise<string[]> {
    await this.feed.barrier();
    return [...(this.feed.session?.held ?? [])].sort();
  }

  /** Makes the feed send trades, and waits for their arrival. */
  async trade(symbol: string, count = 1): Promise<void> {
    this.feed.trade(symbol, count);
    await this.feed.barrier();
  }

  async close(): Promise<void> {
    this.server.close();
    await this.hub.close();
    await this.feed.close();
  }
}
