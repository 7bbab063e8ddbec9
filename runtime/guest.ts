/** One of many clients of a hub: streams of its own to look at, upstream connections in common. */
import type { Clock } from './clock.js';
import type { Market, Suite } from './contract.js';
import type { Redactor } from './foreign.js';
import type { Hub } from './hub.js';
import type { Log } from './log.js';
import type { Recorder } from './recording/recorder.js';
import type { Settings } from './settings.js';
import { Share } from './share.js';
import type { Target } from './stream.js';
import type { HubView } from './view.js';
import { Waits } from './waits.js';

/** The shares of every market's stream, by the market's name; one for all guests of a hub. */
export type Shares = ReadonlyMap<string, Set<Share>>;

export class Guest implements HubView {
  readonly suite: Suite;
  readonly markets: readonly Market[];
  readonly settings: Settings;
  readonly clock: Clock;
  readonly log: Log;
  readonly redactor: Redactor;
  readonly recorder: Recorder | undefined;
  readonly process: string;
  private readonly shares: ReadonlyMap<string, Share>;
  private readonly waits: Waits;

  constructor(
    private readonly hub: Hub,
    all: Shares,
  ) {
    const { suite, markets, settings, clock, log, redactor, recorder, process } = hub;
    this.suite = suite;
    this.markets = markets;
    this.settings = settings;
    this.clock = clock;
    this.log = log;
    this.redactor = redactor;
    this.recorder = recorder;
    this.process = process;
    this.waits = new Waits(settings.options.httpWaits);
    this.shares = new Map(markets.map(({ name }) => [name, new Share(hub.stream(name), clock, all.get(name)!)]));
  }

  /** @throws StreamError INVALID_ARGUMENT for a market that is not served */
  stream(market: string): Share {
    return this.shares.get(this.hub.stream(market).market.name)!;
  }

  target(market: Market, endpoint: string | undefined, apiKey: string | undefined): Promise<Target> {
    return this.hub.target(market, endpoint, apiKey);
  }

  /** @throws StreamError LIMIT_EXCEEDED */
  duringWait<T>(call: () => Promise<T>): Promise<T> {
    return this.waits.during(call);
  }

  /** Lets go of everything that it holds. */
  async close(): Promise<void> {
    await Promise.all([...this.shares.values()].map(share => share.close()));
  }
}
