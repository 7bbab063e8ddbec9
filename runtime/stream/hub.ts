/** What the clients of a process share: settings, upstreams, the simulated feed and the recorder. */

import { faultOfKey } from '../config/api-key.js';
import { cleanKey, type Settings } from '../config/settings.js';
import type { Market } from '../contract/market.js';
import type { Suite } from '../contract/suite.js';
import type { Clock } from '../core/clock.js';
import { StreamError } from '../core/errors.js';
import { Log } from '../core/log.js';
import { Secret } from '../core/secret.js';
import { describeTrouble } from '../core/thrown.js';
import { type Endpoint, resolveEndpoint } from '../feed/endpoint.js';
import type { FindProxy } from '../feed/proxy.js';
import { type ReplayRequest, replayFeed } from '../feed/replay-request.js';
import type { Dial } from '../feed/socket.js';
import { vendorFeed } from '../feed/vendor-feed.js';
import { type HoursSource, specHours } from '../market/trading-hours.js';
import { LoopBudget } from '../pacing/loop-budget.js';
import { Slots } from '../pacing/slots.js';
import type { RecordedTitle } from '../recording/catalogue.js';
import type { Ownership } from '../recording/owner.js';
import { Recorder } from '../recording/recorder.js';
import type { RestClient } from '../rest/client.js';
import { restEndpoint } from '../rest/endpoint.js';
import { Flights } from '../rest/flights.js';
import type { SimulatedFeed } from '../simulator/feed.js';
import { FreshExamples } from '../symbols/fresh-examples.js';
import { ByteBudget } from './byte-budget.js';
import { Client, type ClientHost, type ClientOptions } from './client.js';
import { openSimulatedRest, RestKeys, type RestServices, type RestTarget } from './rest-keys.js';
import type { Target } from './target.js';
import { Upstreams } from './upstreams.js';

export interface HubServices {
  readonly clock: Clock;
  readonly write: (line: string) => void;
  /** Opens sockets to hosts; absent: without a proxy. */
  readonly dial?: Dial;
  /** Finds the proxy to a host of the REST API; absent: none. */
  readonly findProxy?: FindProxy;
  /** Whether to record if the settings name a folder for it; default true. */
  readonly recording?: boolean;
  /** When the markets trade; default: as the spec has it. */
  readonly hours?: HoursSource;
}

/** For feeds that need no key. */
const noKey = new Secret('none');

export class Hub implements ClientHost {
  readonly log: Log;
  readonly clock: Clock;
  readonly hours: HoursSource;
  readonly examples: FreshExamples;
  readonly markets: readonly Market[];
  /** Absent if nothing is recorded. */
  readonly recorder: Recorder | undefined;
  /** Shared by all connections. */
  readonly loopBudget: LoopBudget;
  readonly upstreams: Upstreams;
  /** Bounds the buffers of all clients. */
  readonly byteBudget: ByteBudget;
  private readonly clients = new Set<Client>();
  private readonly lookUps = new Flights<readonly RecordedTitle[]>();
  private readonly lookUpPlaces = new Slots(1);
  private readonly dial: Dial | undefined;
  private readonly restServices: RestServices;
  private readonly restKeys: RestKeys;
  private simulatedRest: Promise<RestClient> | undefined;
  private simulator: Promise<{ feed: SimulatedFeed; url: string }> | undefined;

  constructor(
    readonly suite: Suite,
    markets: readonly Market[],
    readonly settings: Settings,
    { clock, write, dial, findProxy, recording = true, hours = specHours }: HubServices,
  ) {
    this.clock = clock;
    this.hours = hours;
    this.examples = new FreshExamples(markets, clock);
    this.markets = this.examples.markets;
    this.dial = dial;
    this.log = new Log(clock, write);
    this.loopBudget = new LoopBudget(clock);
    const { options, record } = settings;
    const { log, loopBudget } = this;
    if (recording && record !== undefined) {
      this.recorder = new Recorder(record, { options, clock, log, markets: this.markets, decoding: suite });
    }
    this.upstreams = new Upstreams({ options, clock, log, loopBudget, decoding: suite, recorder: this.recorder });
    this.byteBudget = new ByteBudget(options.httpMemoryBytes);
    // Requests are not narrowed to the markets that are served.
    const all = [...markets, ...(suite.unserved ?? [])];
    this.restServices = { markets: all, settings, clock, findProxy };
    this.restKeys = new RestKeys(this.restServices, true);
  }

  /** What holds clients of the REST API for the keys that a client brings. */
  ownRestKeys(): RestKeys {
    return new RestKeys(this.restServices, false);
  }

  /** Makes a client; the caller closes it. */
  client(options: ClientOptions = {}): Client {
    const client = new Client(this, options);
    this.clients.add(client);
    return client;
  }

  /** Ends a client's streams. */
  async dismiss(client: Client): Promise<void> {
    this.clients.delete(client);
    await client.leave();
  }

  /**
   * Decides where a start leads and with which key.
   *
   * @param owner name of the caller, if it has one
   * @throws StreamError INVALID_ARGUMENT, ENDPOINT_NOT_ALLOWED, NO_API_KEY
   */
  async target(
    market: Market,
    endpoint: string | undefined,
    apiKey: string | undefined,
    owner?: string | undefined,
  ): Promise<Target> {
    const resolved = resolveEndpoint(this.suite, market, this.settings, endpoint);
    const given = judgeKey(cleanKey(apiKey));
    const usual = endpoint === undefined && given === undefined;
    if (resolved.simulated) return { ...(await this.simulatedTarget(market, resolved)), usual };
    if (resolved.replay) return this.replayTarget(market, resolved, resolved.replay, owner);
    const key = given ?? this.settings.key?.value;
    if (key === undefined) {
      throw new StreamError('NO_API_KEY', `The feed ${resolved.feed} needs an API key, and none is set.`);
    }
    const isOther = given !== undefined && !this.settings.key?.value.equals(given);
    const ownership: Ownership = isOther ? { of: 'caller', owner } : { of: 'all' };
    return { endpoint: resolved, ...this.vendorRoute(resolved.urls, key), ownership, usual };
  }

  /**
   * Decides who answers a request, and with which key.
   *
   * @param own of the caller
   * @throws StreamError INVALID_ARGUMENT, ENDPOINT_NOT_ALLOWED, NO_API_KEY
   */
  async restTarget(endpoint: string | undefined, apiKey: string | undefined, own: RestKeys): Promise<RestTarget> {
    const resolved = restEndpoint(this.suite, this.settings, endpoint);
    const given = judgeKey(cleanKey(apiKey));
    if (resolved === 'replay') return { endpoint: resolved };
    if (resolved === 'simulated') return this.simulatedRestTarget();
    const key = given ?? this.settings.key?.value;
    if (key === undefined) {
      throw new StreamError('NO_API_KEY', 'The REST API needs an API key, and none is set.');
    }
    return { endpoint: resolved, api: await this.restApi(key, own) };
  }

  /**
   * Who answers requests in the world of a stream, and with its key; nobody beside a recording, nor beside a feed of the
   * operator's choice unless the operator says where its REST API is.
   */
  async restBeside({ endpoint, key, replay }: Target, own: RestKeys): Promise<RestTarget> {
    if (replay) return { endpoint: 'replay' };
    if (endpoint.simulated) return this.simulatedRestTarget();
    const isVendor = this.suite.feeds.some(({ name }) => name === endpoint.feed);
    if (!isVendor && this.settings.restUrl === undefined) return { endpoint: 'vendor' };
    return { endpoint: 'vendor', api: await this.restApi(key, own) };
  }

  private restApi(key: Secret, own: RestKeys): Promise<RestClient> {
    return (this.settings.key?.value.equals(key) ? this.restKeys : own).of(key);
  }

  private async simulatedRestTarget(): Promise<RestTarget> {
    this.simulatedRest ??= openSimulatedRest(this.restServices);
    return { endpoint: 'simulated', api: await this.simulatedRest };
  }

  /** Callers at the same time share a look into a folder, which may hold many files; it is never at two at once. */
  recorded(owner: string | undefined): Promise<readonly RecordedTitle[]> {
    const whose = owner ?? '';
    const look = () => this.lookUp(owner);
    return this.lookUps.join(whose, async () => (await this.lookUpPlaces.with(whose, look)) ?? []);
  }

  private async lookUp(owner: string | undefined): Promise<readonly RecordedTitle[]> {
    const { suite, markets, settings } = this;
    try {
      const { replay } = resolveEndpoint(suite, markets[0]!, settings, replayFeed);
      const { Catalogue } = await import('../recording/catalogue.js');
      const { recorded } = await Catalogue.open(replay!.places, owner);
      return recorded.filter(({ market }) => markets.some(({ name }) => name === market));
    } catch (error) {
      // There is no folder, none yet, or one that cannot be read: a start says which.
      if (error instanceof StreamError) return [];
      throw error;
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.clients].map(client => this.dismiss(client)));
    await this.recorder?.close();
    await this.restKeys.close();
    await (await this.simulator?.catch(() => undefined))?.feed.close();
  }

  /** The first stream starts the simulated feed, which never gets a real key. */
  private async simulatedTarget(market: Market, endpoint: Endpoint): Promise<Target> {
    this.simulator ??= this.startSimulator().catch(error => {
      // The next start tries again.
      this.simulator = undefined;
      throw new StreamError('CONNECT_FAILED', `The simulated feed could not be started: ${describeTrouble(error)}.`);
    });
    const { url } = await this.simulator;
    return { endpoint, ...this.vendorRoute([`${url}${market.paths[0]}`], noKey), ownership: { of: 'all' } };
  }

  private async replayTarget(
    market: Market,
    endpoint: Endpoint,
    request: ReplayRequest,
    owner: string | undefined,
  ): Promise<Target> {
    const { Replay } = await import('../recording/replay.js');
    const { maxFrameBytes } = this.settings.options;
    await this.recorder?.flush();
    const replay = await Replay.find(market, this.suite, request, this.clock, maxFrameBytes, owner);
    const found = { ...endpoint, spelled: replay.url, simulated: replay.simulated };
    const { url, open } = replay;
    return { endpoint: found, urls: [url], key: noKey, ownership: { of: 'all' }, open, replay };
  }

  private vendorRoute(urls: readonly string[], key: Secret) {
    return { urls, key, open: vendorFeed({ urls, key, dial: this.dial }) };
  }

  private async startSimulator(): Promise<{ feed: SimulatedFeed; url: string }> {
    const { SimulatedFeed: Feed } = await import('../simulator/feed.js');
    const feed = new Feed(this.markets, { clock: this.clock });
    return { feed, url: await feed.listen() };
  }
}

/** @throws StreamError INVALID_ARGUMENT, without showing the key */
function judgeKey(key: string | undefined): Secret | undefined {
  if (key === undefined) return undefined;
  const fault = faultOfKey(key);
  if (fault !== undefined) throw new StreamError('INVALID_ARGUMENT', `api_key ${fault}.`, keyHint);
  return new Secret(key);
}

const keyHint = 'Give the key as the dashboard of the vendor shows it, or leave api_key out to use that of the server.';
