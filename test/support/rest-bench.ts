/** A client of the whole server whose REST API is a host on this machine. */
import { markets, suite } from '../../generated/suite.js';
import { serveOnly } from '../../runtime/config/served.js';
import { Secret } from '../../runtime/core/secret.js';
import { systemClock } from '../../runtime/pacing/system-clock.js';
import type { Client } from '../../runtime/stream/client.js';
import { Hub } from '../../runtime/stream/hub.js';
import { type Called, callOn } from './bench.js';
import { open } from './closing.js';
import { defaultOptions } from './options.js';
import { RestHost, restKey, type Scripted } from './rest-host.js';

export interface RestBench {
  readonly host: RestHost;
  readonly hub: Hub;
  readonly client: Client;
  call(name: string, args?: unknown, abort?: AbortSignal): Promise<Called>;
}

export interface RestBenchOptions {
  /** False: none. */
  readonly key?: false;
  readonly feed?: string;
  readonly wallMs?: number;
  /** Those that are served; absent: all. */
  readonly markets?: readonly string[];
}

/** @param script what the host answers, the last one again and again */
export async function restBench(script: readonly Scripted[] = [], given: RestBenchOptions = {}): Promise<RestBench> {
  const host = await RestHost.open();
  if (script.length > 0) host.answer(...script);
  const settings = {
    ...(given.key === false ? {} : { key: { value: new Secret(restKey), from: 'POLYGON_API_KEY' } }),
    feed: given.feed ?? 'realtime',
    restUrl: host.url,
    allowedHosts: [],
    options: defaultOptions,
  };
  const { wallMs } = given;
  const clock = wallMs === undefined ? systemClock : { ...systemClock, now: () => wallMs };
  const served = serveOnly({ suite, markets }, given.markets);
  const hub = new Hub(served.suite, served.markets, settings, { clock, write: () => {} });
  const client = hub.client();
  open.push(host, hub);
  return { host, hub, client, call: (name, args, abort) => callOn(client, name, args, abort) };
}

/** A path, and what the query has, whatever its order. */
export function partsOf(url: string): { readonly path: string; readonly query: Readonly<Record<string, string>> } {
  const { pathname, searchParams } = new URL(url, 'http://host.invalid');
  return { path: pathname, query: Object.fromEntries(searchParams) };
}
