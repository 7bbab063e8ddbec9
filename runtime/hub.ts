/** All streams of a process, and what some of them may play on: the simulated feed, or recordings. */
import { randomBytes } from 'node:crypto';
import type { Clock } from './clock.js';
import type { Market, Suite } from './contract.js';
import { type Endpoint, resolveEndpoint } from './endpoint.js';
import { StreamError } from './errors.js';
import { quoteForeign, Redactor } from './foreign.js';
import { faultOfKey } from './key.js';
import { Log } from './log.js';
import { nearest, suggest } from './nearest.js';
import { Recorder } from './recording/recorder.js';
import type { ReplayRequest } from './recording/request.js';
import { cleanKey, type Settings, secretsOf } from './settings.js';
import type { SimulatedFeed } from './simulator/feed.js';
import type { Dial } from './socket.js';
import { Stream, type Target } from './stream.js';
import { Turn } from './turn.js';
import type { HubView } from './view.js';
import { vocabularyOf } from './vocabulary.js';

export interface HubServices {
  readonly clock: Clock;
  readonly write: (line: string) => void;
  /** Opens sockets to hosts; absent: straight. */
  readonly dial?: Dial;
  /** Whether to record where the settings name a folder for it; it is, unless this says otherwise. */
  readonly recording?: boolean;
}

/** Stands for the key where none is needed. */
const noKey = 'none';
/** All are looked for in every answer. */
const mostCallerKeys = 1_000;

export class Hub implements HubView {
  readonly redactor = new Redactor(() => this.vocabulary);
  readonly log: Log;
  /** Names this process in cursors. */
  readonly process = randomBytes(4).toString('hex');
  readonly clock: Clock;
  /** Absent where nothing is recorded. */
  readonly recorder: Recorder | undefined;
  private readonly streams: ReadonlyMap<string, Stream>;
  private readonly callerKeys = new Set<string>();
  private words: ReadonlySet<string> | undefined;
  private simulator: Promise<{ feed: SimulatedFeed; url: string }> | undefined;

  constructor(
    readonly suite: Suite,
    readonly markets: readonly Market[],
    readonly settings: Settings,
    { clock, write, dial, recording = true }: HubServices,
  ) {
    this.clock = clock;
    this.log = new Log(clock, this.redactor, write);
    for (const secret of secretsOf(settings)) this.redactor.add(secret);
    const turn = new Turn(clock);
    const { options, record } = settings;
    const { log, redactor } = this;
    if (recording && record !== undefined) this.recorder = new Recorder(record, { options, clock, log, redactor });
    const services = { options, clock, log, turn, decoding: suite, dial, recorder: this.recorder };
    this.streams = new Map(markets.map(market => [market.name, new Stream(market, services)]));
  }

  /** @throws StreamError INVALID_ARGUMENT for a market that is not served */
  stream(market: string): Stream {
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

  /**
   * Decides where a start leads and with which key.
   *
   * @throws StreamError INVALID_ARGUMENT, ENDPOINT_NOT_ALLOWED, NO_API_KEY
   */
  async target(market: Market, endpoint: string | undefined, apiKey: string | undefined): Promise<Target> {
    // From here on the key is known, so that no refusal can show it.
    const given = this.judgeKey(cleanKey(apiKey));
    const resolved = resolveEndpoint(this.suite, market, this.settings, endpoint);
    if (resolved.simulated) return this.simulatedTarget(market, resolved);
    if (resolved.replay) return this.replayTarget(market, resolved, resolved.replay);
    const key = given ?? this.settings.key?.value;
    if (key === undefined) {
      throw new StreamError('NO_API_KEY', `The feed ${resolved.feed} needs an API key, and none is set.`);
    }
    return { endpoint: resolved, urls: resolved.urls, key };
  }

  /** Every waiting call passes through here. */
  duringWait<T>(call: () => Promise<T>): Promise<T> {
    return call();
  }

  async close(): Promise<void> {
    await Promise.all([...this.streams.values()].map(stream => stream.stop()));
    await this.recorder?.close();
    await (await this.simulator?.catch(() => undefined))?.feed.close();
  }

  private judgeKey(key: string | undefined): string | undefined {
    if (key === undefined) return undefined;
    const fault = faultOfKey(key, this.vocabulary);
    if (fault !== undefined) throw new StreamError('INVALID_ARGUMENT', `api_key ${fault}.`);
    this.callerKeys.add(key);
    if (this.callerKeys.size > mostCallerKeys) {
      this.callerKeys.delete(key);
      throw new StreamError(
        'LIMIT_EXCEEDED',
        `Callers have used ${mostCallerKeys} different keys, and none is forgotten, so that none is shown.`,
        'Use one of them, or the key of the server.',
      );
    }
    this.redactor.add(key);
    return key;
  }

  private get vocabulary(): ReadonlySet<string> {
    this.words ??= vocabularyOf(this.suite, this.markets);
    return this.words;
  }

  /** The feed starts with the first stream that asks for it, and never gets a real key. */
  private async simulatedTarget(market: Market, endpoint: Endpoint): Promise<Target> {
    this.simulator ??= this.startSimulator().catch(error => {
      // The next start tries anew.
      this.simulator = undefined;
      throw new StreamError('CONNECT_FAILED', `The simulated feed could not be started: ${describeError(error)}.`);
    });
    const { url } = await this.simulator;
    return { endpoint, urls: [`${url}${market.paths[0]}`], key: noKey };
  }

  private async replayTarget(market: Market, endpoint: Endpoint, request: ReplayRequest): Promise<Target> {
    const { Replay } = await import('./recording/replay.js');
    const replay = await Replay.find(market, this.suite, request, this.clock, this.settings.options.maxFrameBytes);
    const found = { ...endpoint, spelled: replay.url, simulated: replay.simulated };
    return { endpoint: found, urls: [replay.url], key: noKey, replay };
  }

  private async startSimulator(): Promise<{ feed: SimulatedFeed; url: string }> {
    const { SimulatedFeed: Feed } = await import('./simulator/feed.js');
    const feed = new Feed(this.markets);
    return { feed, url: await feed.listen() };
  }
}

function describeError(error: unknown): string {
  return quoteForeign(error instanceof Error ? error.message : String(error));
}
