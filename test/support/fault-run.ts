/** A hub on a feed that is about to fail, and what must hold after any fault. */
import { afterAll, beforeAll, expect } from 'vitest';
import { markets, suite } from '../../generated/suite.js';
import type { Options } from '../../runtime/config/options.js';
import { readSettings } from '../../runtime/config/settings.js';
import type { Market } from '../../runtime/contract/market.js';
import type { Clock } from '../../runtime/core/clock.js';
import type { StateName } from '../../runtime/feed/state.js';
import { systemClock } from '../../runtime/pacing/system-clock.js';
import type { Client } from '../../runtime/stream/client.js';
import type { ClientStream } from '../../runtime/stream/client-stream.js';
import { Hub } from '../../runtime/stream/hub.js';
import { type Answered, type Called, callOn, testOptions } from './bench.js';
import { FaultFeed, trade } from './fault-feed.js';

/** The key, of which no answer may hold even a part. */
export const secretKey = 'sEcReT-kEy-98765-zyx';

/** Patient with a slow machine, but quick to reconnect. */
export const faultOptions: Options = {
  ...testOptions,
  ackTimeoutMs: 2_000,
  backoffInitialMs: 10,
  backoffMaxMs: 40,
};

export interface RunOptions {
  readonly options?: Partial<Options>;
  readonly markets?: readonly Market[];
  readonly clock?: Clock;
  readonly env?: Readonly<Record<string, string>>;
}

/** A row in progress: its feed, its hub, and everything that was answered and logged. */
export class FaultRun {
  /** Every answer, as JSON. */
  readonly answers: string[] = [];
  private readonly seen: StateName[] = [];
  private closed = false;

  private constructor(
    readonly feed: FaultFeed,
    readonly hub: Client,
    /** Lines that would have gone to stderr. */
    readonly log: readonly string[],
  ) {}

  static async open({
    options,
    markets: served = markets,
    clock = systemClock,
    env,
  }: RunOptions = {}): Promise<FaultRun> {
    const feed = await FaultFeed.open();
    const environment = { POLYGON_API_KEY: secretKey, POLYGON_FEED: feed.url, ...env };
    const names = served.map(({ name }) => name);
    const settings = { ...readSettings(environment, names).settings, options: { ...faultOptions, ...options } };
    const log: string[] = [];
    const hub = new Hub(suite, served, settings, { clock, write: line => log.push(line) }).client({ alone: true });
    return new FaultRun(feed, hub, log);
  }

  get stocks(): ClientStream {
    return this.hub.stream('stocks');
  }

  /** The states of the stocks stream since `watch` was called. */
  get states(): string {
    return this.seen.join(' ');
  }

  /** Records every state of the stocks stream from now on. */
  watch(): void {
    const note = (): boolean => {
      const { state } = this.stocks;
      if (state !== this.seen.at(-1) && state !== 'idle') this.seen.push(state);
      return this.closed;
    };
    void this.stocks.changes.until(note, 120_000);
  }

  async call(name: string, args: unknown = {}, abort?: AbortSignal): Promise<Called> {
    const result = await callOn(this.hub, name, args, abort);
    this.answers.push(JSON.stringify(result));
    return result;
  }

  start(channels: readonly string[] = ['T.AAPL', 'Q.AAPL'], more = {}): Promise<Called> {
    return this.call('start_stocks_stream', { channels, ...more });
  }

  async status(market = 'stocks'): Promise<Answered> {
    return (await this.call(`get_${market}_stream_status`)).structured;
  }

  async read(args = {}): Promise<Record<string, unknown>[]> {
    const { structured } = await this.call('read_stream_messages', { market: 'stocks', ...args });
    return structured.messages as Record<string, unknown>[];
  }

  /** @throws if `done` does not become true in time */
  async until(what: string, done: () => boolean, market = 'stocks', timeoutMs = 10_000): Promise<void> {
    const came = await this.hub.stream(market).changes.until(done, timeoutMs);
    if (!came) throw new Error(`not in time: ${what}; the states were: ${this.states}`);
  }

  /** Waits for the stream to be live with everything acknowledged, and for data to arrive on it. */
  async expectData(price = 4711): Promise<void> {
    const { subscriptions } = this.stocks;
    await this.until(
      'live with every channel acknowledged',
      () => this.stocks.state === 'live' && subscriptions.namesIn('pending').length === 0,
    );
    const { buffer } = this.stocks;
    this.feed.peer()!.text(trade(price));
    await this.until('data', () => buffer.at(buffer.nextSeq - 1)?.raw.p === price);
    expect((await this.read({ limit: 1 })).at(-1)).toMatchObject({ event: 'TRADE', price });
  }

  /** Starts a market without a fault. */
  async startSibling(): Promise<void> {
    const { structured } = await this.call('start_crypto_stream', { channels: ['XT.BTC-USD'] });
    expect(structured).toMatchObject({ state: 'live', accepted: ['XT.BTC-USD'] });
  }

  async expectSiblingUnharmed(): Promise<void> {
    expect(await this.status('crypto')).toMatchObject({ state: 'live', reconnects: 0, outages: [], last_error: null });
  }

  /** Stops everything, and expects that nothing is left over and that the key appeared nowhere. */
  async finish(): Promise<void> {
    await this.hub.close();
    this.feed.thaw();
    expect(await this.feed.until(() => this.feed.connections === 0), 'no socket is left').toBe(true);
    for (const { name } of this.hub.markets) {
      const stream = this.hub.stream(name);
      expect(stream.nextRetryAtMs, name).toBeUndefined();
      expect(['stopped', 'idle', 'refused'], name).toContain(stream.state);
    }
    const said = [...this.answers, ...this.log].join('\n').toLowerCase();
    for (const spelled of [secretKey, encodeURIComponent(secretKey), secretKey.replaceAll('-', '%2D')]) {
      expect(said.includes(spelled.toLowerCase()), 'the key is in no answer').toBe(false);
    }
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  }

  async close(): Promise<void> {
    this.closed = true;
    this.stocks.changes.notify();
    await this.hub.close();
    await this.feed.close();
  }
}

/** Expects no unhandled rejection in the tests of the file. */
export function expectNoRejections(): void {
  const rejections: unknown[] = [];
  const note = (reason: unknown): void => void rejections.push(reason);
  beforeAll(() => void process.on('unhandledRejection', note));
  afterAll(() => {
    process.off('unhandledRejection', note);
    expect(rejections).toEqual([]);
  });
}
