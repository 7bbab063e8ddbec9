import { setImmediate as nextTurn } from 'node:timers/promises';
import type { WebSocket } from 'ws';
import { markets, suite } from '../../generated/suite.js';
import type { Options } from '../../runtime/config/options.js';
import type { Clock } from '../../runtime/core/clock.js';
import { systemClock } from '../../runtime/pacing/system-clock.js';
import type { Client } from '../../runtime/stream/client.js';
import type { ClientStream } from '../../runtime/stream/client-stream.js';
import { callOn, hubOn } from './bench.js';
import { greeting, RawFeed, type RawFeedScript, statusFrame } from './raw-feed.js';

export type Answer = Readonly<Record<string, unknown>>;

/** A clock that a test sets: wall time may jump, monotonic time only advances. Timers are real. */
export class Hands {
  wallMs = Date.UTC(2026, 8, 9, 15);
  private passedMs = 0;

  readonly clock: Clock = { ...systemClock, now: () => this.wallMs, elapsed: () => this.passedMs };

  async pass(ms: number): Promise<void> {
    this.passedMs += ms;
    await this.jump(ms);
  }

  async jump(ms: number): Promise<void> {
    this.wallMs += ms;
    // The process reads the clock once in a turn of the event loop.
    await nextTurn();
  }
}

export const granted = (name: string): string => statusFrame('success', `subscribed to: ${name}`);
export const denied = statusFrame('error', 'not authorized');
export const trade = (p: number, sym = 'AAPL') => ({ ev: 'T', sym, x: 4, i: '1', z: 3, p, s: 100 });

/** A stocks feed that answers as a test says, and a client of it. */
export class Scene {
  private constructor(
    readonly feed: RawFeed,
    readonly hub: Client,
    private readonly sockets: readonly WebSocket[],
  ) {}

  /** @param answer what the feed answers to a channel, if anything */
  static async open(
    answer: (name: string) => string | undefined = granted,
    options: Partial<Options> = {},
    clock?: Clock,
    script: RawFeedScript = {},
    log: (line: string) => void = () => {},
  ): Promise<Scene> {
    const sockets: WebSocket[] = [];
    const feed = await RawFeed.open({
      open(socket) {
        sockets.push(socket);
        socket.send(greeting);
      },
      message(socket, { action, params }) {
        if (action === 'auth') socket.send(statusFrame('auth_success', 'authenticated'));
        if (action === 'subscribe')
          for (const text of params.split(',').flatMap(name => answer(name) ?? [])) socket.send(text);
      },
      ...script,
    });
    return new Scene(feed, hubOn(suite, markets, feed.url, options, clock, log), sockets);
  }

  get stream(): ClientStream {
    return this.hub.stream('stocks');
  }

  /** The newest connection. */
  get socket(): WebSocket {
    return this.sockets.at(-1)!;
  }

  async call(name: string, args: object = {}): Promise<Answer> {
    return (await callOn(this.hub, name, args)).structured;
  }

  start(...channels: readonly string[]): Promise<Answer> {
    return this.call('start_stocks_stream', { channels });
  }

  status(): Promise<Answer> {
    return this.call('get_stocks_stream_status');
  }

  /** @throws Error if `done` does not become true */
  async until(done: () => boolean): Promise<void> {
    if (!(await this.stream.changes.until(done, 10_000))) throw new Error(`it did not come true: ${done}`);
  }

  /** Makes the feed send events in one frame, and waits for their arrival. */
  async send(...events: readonly object[]): Promise<void> {
    const due = this.stream.totals.received + events.filter(event => !('status' in event)).length;
    this.socket.send(JSON.stringify(events));
    await this.until(() => this.stream.totals.received >= due);
  }

  /** Cuts the connection, and waits until every channel is accepted again. */
  async cut(): Promise<void> {
    const { size } = this.stream.subscriptions;
    this.socket.terminate();
    await this.until(() => this.stream.state === 'retrying');
    await this.until(() => this.stream.subscriptions.namesIn('accepted').length === size);
  }

  async close(): Promise<void> {
    await this.hub.close();
    await this.feed.close();
  }
}
