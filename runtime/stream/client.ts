/** One client of a hub: its own streams, on shared upstreams. */
import { randomBytes } from 'node:crypto';
import type { Settings } from '../config/settings.js';
import type { Market } from '../contract/market.js';
import type { Suite } from '../contract/suite.js';
import type { Clock } from '../core/clock.js';
import { StreamError } from '../core/errors.js';
import type { Log } from '../core/log.js';
import { nearest, suggest } from '../core/nearest.js';
import { isWanted } from '../feed/state.js';
import type { HoursSource } from '../market/trading-hours.js';
import type { LoopBudget } from '../pacing/loop-budget.js';
import type { RecordedTitle } from '../recording/catalogue.js';
import { feedTitleOf } from '../recording/name.js';
import type { Recorder } from '../recording/recorder.js';
import type { FreshExamples } from '../symbols/fresh-examples.js';
import type { ByteBudget } from './byte-budget.js';
import { ClientStream } from './client-stream.js';
import type { RestKeys, RestTarget } from './rest-keys.js';
import type { Target } from './target.js';
import type { Upstreams } from './upstreams.js';
import type { HubView, RecordingView } from './view.js';
import { Waits } from './waits.js';

export interface ClientOptions {
  /**
   * Whether nobody else uses the hub. Then the client gets all events of the feeds, asked for or not, has no limit of
   * waiting calls, and closes the hub when it closes.
   */
  readonly alone?: boolean;
  /** Name of the caller, which marks its recordings; absent if it has none. */
  readonly owner?: string | undefined;
}

/** What a client needs of its hub. */
export interface ClientHost {
  readonly suite: Suite;
  readonly markets: readonly Market[];
  readonly settings: Settings;
  readonly clock: Clock;
  readonly log: Log;
  readonly hours: HoursSource;
  readonly examples: FreshExamples;
  readonly loopBudget: LoopBudget;
  readonly upstreams: Upstreams;
  /** Bounds the buffers of all clients. */
  readonly byteBudget: ByteBudget;
  /** Absent if nothing is recorded. */
  readonly recorder: Recorder | undefined;
  target(
    market: Market,
    endpoint: string | undefined,
    apiKey: string | undefined,
    owner: string | undefined,
  ): Promise<Target>;
  ownRestKeys(): RestKeys;
  restTarget(endpoint: string | undefined, apiKey: string | undefined, own: RestKeys): Promise<RestTarget>;
  restBeside(target: Target, own: RestKeys): Promise<RestTarget>;
  /** What a caller may replay, the newest first. */
  recorded(owner: string | undefined): Promise<readonly RecordedTitle[]>;
  /** Ends a client's streams. */
  dismiss(client: Client): Promise<void>;
  close(): Promise<void>;
}

export class Client implements HubView {
  readonly suite: Suite;
  readonly markets: readonly Market[];
  readonly settings: Settings;
  readonly clock: Clock;
  readonly log: Log;
  readonly hours: HoursSource;
  readonly examples: FreshExamples;
  readonly owner: string | undefined;
  readonly process = randomBytes(4).toString('hex');
  private readonly streams: ReadonlyMap<string, ClientStream>;
  private readonly waits: Waits;
  private readonly restKeys: RestKeys;

  constructor(
    private readonly hub: ClientHost,
    private readonly options: ClientOptions,
  ) {
    const { suite, markets, settings, clock, log, loopBudget, upstreams } = hub;
    this.suite = suite;
    this.markets = markets;
    this.settings = settings;
    this.clock = clock;
    this.log = log;
    this.hours = hub.hours;
    this.examples = hub.examples;
    this.owner = options.owner;
    this.restKeys = hub.ownRestKeys();
    this.waits = new Waits(settings.options.httpWaits);
    const byteBudget = options.alone ? {} : { byteBudget: hub.byteBudget };
    // One who is not known must not keep all others from the feed of the operator.
    const spareBuffers = options.owner === undefined ? markets.length : 0;
    const { numberKernel } = suite;
    const shared = { options: settings.options, clock, log, numberKernel, loopBudget, upstreams };
    const services = { ...shared, spareBuffers, ...byteBudget };
    this.streams = new Map(markets.map(market => [market.name, new ClientStream(market, services)]));
  }

  stream(market: string): ClientStream {
    const stream = this.streams.get(market);
    if (!stream) {
      const names = [...this.streams.keys()];
      throw new StreamError(
        'INVALID_ARGUMENT',
        `market is one of ${names.join(', ')}${suggest(nearest(market.toLowerCase(), names)) || '.'}`,
      );
    }
    return stream;
  }

  target(market: Market, endpoint: string | undefined, apiKey: string | undefined): Promise<Target> {
    return this.hub.target(market, endpoint, apiKey, this.owner);
  }

  restTarget(endpoint: string | undefined, apiKey: string | undefined): Promise<RestTarget> {
    return this.hub.restTarget(endpoint, apiKey, this.restKeys);
  }

  restBeside(target: Target): Promise<RestTarget> {
    return this.hub.restBeside(target, this.restKeys);
  }

  /** A client that is not alone gets notes only on its own recordings. */
  notesOnRecording(market: string): readonly string[] {
    const { target } = this.stream(market);
    const isOwn = this.options.alone || target?.ownership.of === 'caller';
    return isOwn ? (this.hub.recorder?.notesOn(market, target) ?? []) : [];
  }

  /** A client that is not alone is not told which recordings of others go on. */
  async recordings(most: number): Promise<{ readonly newest: readonly RecordingView[]; readonly count: number }> {
    const recorded = await this.hub.recorded(this.owner);
    const written = new Set(this.written());
    const newest = recorded
      .slice(0, most)
      .map(({ market, title }) => ({ market, title, isWritten: written.has(`${market}/${title}`) }));
    return { newest, count: recorded.length };
  }

  /** Market and title of the recordings of its running streams. */
  private written(): string[] {
    const { owner, hub, options } = this;
    if (!options.alone && owner === undefined) return [];
    const names = hub.recorder?.writing(options.alone ? undefined : owner) ?? [];
    return names.flatMap(name => {
      const { state, target } = this.stream(name.market);
      const goesOn = isWanted(state) && !target?.replay && target?.endpoint.feed === name.feed;
      return goesOn ? [`${name.market}/${feedTitleOf(name)}`] : [];
    });
  }

  /** @throws StreamError LIMIT_EXCEEDED if it is not alone and has too many waiting calls */
  duringWait<T>(call: () => Promise<T>): Promise<T> {
    return this.options.alone ? call() : this.waits.during(call);
  }

  /** Releases everything that it holds. */
  close(): Promise<void> {
    return this.options.alone ? this.hub.close() : this.hub.dismiss(this);
  }

  /** Ends its streams, and forgets its keys. */
  async leave(): Promise<void> {
    await this.restKeys.close();
    await Promise.all([...this.streams.values()].map(stream => stream.close()));
  }
}
