/** A feed and a host of the REST API on this machine, and clients of a hub that uses both. */
import type { WebSocket } from 'ws';
import { markets, suite } from '../../generated/suite.js';
import type { Options } from '../../runtime/config/options.js';
import type { Clock } from '../../runtime/core/clock.js';
import { Secret } from '../../runtime/core/secret.js';
import { systemClock } from '../../runtime/pacing/system-clock.js';
import type { Client } from '../../runtime/stream/client.js';
import { Hub } from '../../runtime/stream/hub.js';
import { type Answered, callOn, testKey, testOptions } from './bench.js';
import { open } from './closing.js';
import { greeting, RawFeed, statusFrame } from './raw-feed.js';
import { RestHost, type Scripted } from './rest-host.js';

export interface RestSceneOptions {
  readonly options?: Partial<Options>;
  readonly clock?: Clock;
  /** Whether the settings say where the REST API is; default true. */
  readonly isNamed?: boolean;
}

export class RestScene {
  private constructor(
    readonly feed: RawFeed,
    readonly host: RestHost,
    readonly hub: Hub,
    private readonly sockets: readonly WebSocket[],
  ) {}

  /** @param script what the host of the REST API answers */
  static async open(script: readonly Scripted[], given: RestSceneOptions = {}): Promise<RestScene> {
    const { options, clock = systemClock, isNamed = true } = given;
    const sockets: WebSocket[] = [];
    const feed = await RawFeed.open({
      open(socket) {
        sockets.push(socket);
        socket.send(greeting);
      },
      message(socket, { action, params }) {
        if (action === 'auth') socket.send(statusFrame('auth_success', 'authenticated'));
        if (action !== 'subscribe') return;
        for (const name of params.split(',')) socket.send(statusFrame('success', `subscribed to: ${name}`));
      },
    });
    const host = await RestHost.open();
    host.answer(...script);
    const settings = {
      key: { value: new Secret(testKey), from: 'POLYGON_API_KEY' },
      feed: feed.url,
      ...(isNamed ? { restUrl: host.url } : {}),
      allowedHosts: [],
      options: { ...testOptions, restJoinMs: 1_500, ...options },
    };
    const hub = new Hub(suite, markets, settings, { clock, write: () => {} });
    const scene = new RestScene(feed, host, hub, sockets);
    open.push(scene);
    return scene;
  }

  /** Keys that came with the requests, in their order. */
  get keys(): (string | undefined)[] {
    return this.host.asked.map(({ headers }) => headers.authorization?.replace('Bearer ', ''));
  }

  client(): Client {
    return this.hub.client({ alone: false });
  }

  /** Starts a stream, and has the feed send it events. */
  async play(client: Client, market: string, args: object, events: readonly object[]): Promise<void> {
    await this.call(client, `start_${market}_stream`, args);
    await this.send(client, market, events);
  }

  /** Has the feed send events over the newest connection. */
  async send(client: Client, market: string, events: readonly object[]): Promise<void> {
    const stream = client.stream(market);
    const due = stream.totals.received + events.length;
    this.sendLast(events);
    await stream.changes.until(() => stream.totals.received >= due, 5_000);
  }

  /** The same without a look at who gets them. */
  sendLast(events: readonly object[]): void {
    this.sockets.at(-1)!.send(JSON.stringify(events));
  }

  /** Cuts the newest connection, and waits for the next one. */
  async cut(client: Client, market: string): Promise<void> {
    const stream = client.stream(market);
    const { size } = stream.subscriptions;
    this.sockets.at(-1)!.terminate();
    await stream.changes.until(() => stream.state === 'retrying', 5_000);
    await stream.changes.until(() => stream.subscriptions.namesIn('accepted').length === size, 5_000);
  }

  async call(client: Client, name: string, args: object, abort?: AbortSignal): Promise<Answered> {
    return (await callOn(client, name, args, abort)).structured;
  }

  async close(): Promise<void> {
    await this.hub.close();
    await this.feed.close();
    await this.host.close();
  }
}
