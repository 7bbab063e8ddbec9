/** Clients of the REST API by key: those of the operator, or of a client that brings keys of its own. */
import type { Options } from '../config/options.js';
import type { Settings } from '../config/settings.js';
import type { Market } from '../contract/market.js';
import type { Clock } from '../core/clock.js';
import { Secret } from '../core/secret.js';
import type { FindProxy } from '../feed/proxy.js';
import type { RestClient } from '../rest/client.js';
import type { RestEndpoint } from '../rest/endpoint.js';

export interface RestServices {
  /** All that there are, for the world that is made up. */
  readonly markets: readonly Market[];
  readonly settings: Settings;
  readonly clock: Clock;
  readonly findProxy?: FindProxy | undefined;
}

/** Who answers the requests of a call. */
export interface RestTarget {
  readonly endpoint: RestEndpoint;
  /** Absent for a replay, of which there is nothing to ask. */
  readonly api?: RestClient;
}

interface Kept {
  readonly key: Secret;
  readonly api: Promise<RestClient>;
}

/** Of one who brings more, the one that was not used for longest is forgotten, with its answers. */
const mostKeys = 4;
/** Bytes of answers that are kept for a key that is not the operator's. */
const ownCacheBytes = 2 ** 20;

export class RestKeys {
  /** The one that was used last comes last. */
  private readonly kept: Kept[] = [];

  /** @param isOperators whether they are the operator's, of whose answers more are kept */
  constructor(
    private readonly services: RestServices,
    private readonly isOperators: boolean,
  ) {}

  /** The only one that asks with this key. */
  of(key: Secret): Promise<RestClient> {
    const index = this.kept.findIndex(one => one.key.equals(key));
    const found = index < 0 ? { key, api: this.open(key) } : this.kept.splice(index, 1)[0]!;
    this.kept.push(found);
    // What it still asks is answered; its idle connections end by themselves.
    if (this.kept.length > mostKeys) this.kept.shift();
    return found.api;
  }

  async close(): Promise<void> {
    for (const { api } of this.kept.splice(0)) (await api).close();
  }

  /** Whoever never makes a request does not load what makes them. */
  private async open(key: Secret): Promise<RestClient> {
    const [{ RestClient: Api }, { placeOf }] = await Promise.all([
      import('../rest/client.js'),
      import('../rest/place.js'),
    ]);
    const { settings, clock, findProxy } = this.services;
    return new Api({ place: placeOf(settings.restUrl), key, options: this.options, clock, findProxy });
  }

  private get options(): Options {
    const { options } = this.services.settings;
    const restCacheBytes = Math.min(options.restCacheBytes, ownCacheBytes);
    return this.isOperators ? options : { ...options, restCacheBytes };
  }
}

/** Asks a world that is made up, which gets no key. */
export async function openSimulatedRest({ markets, settings, clock }: RestServices): Promise<RestClient> {
  const [{ RestClient: Api }, { simulatedPlace }, { SimulatedRest }] = await Promise.all([
    import('../rest/client.js'),
    import('../rest/world.js'),
    import('../rest/simulated/world.js'),
  ]);
  const { options } = settings;
  const world = new SimulatedRest(markets, clock);
  return new Api({ place: simulatedPlace, key: new Secret('none'), options, clock, world });
}
