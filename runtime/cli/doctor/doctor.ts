/** `mcp-polygon doctor`: checks everything that can be wrong outside the server, and says what to do. */

import type { Options } from '../../config/options.js';
import type { Environment, Settings } from '../../config/settings.js';
import type { Clock } from '../../core/clock.js';
import { StreamError } from '../../core/errors.js';
import { resolveEndpoint } from '../../feed/endpoint.js';
import { dialVia, type Proxies, readProxies, straight } from '../../feed/proxy.js';
import { systemClock } from '../../pacing/system-clock.js';
import type { Client } from '../../stream/client.js';
import { Hub } from '../../stream/hub.js';
import type { Setup } from '../setup.js';
import { judgeEvents } from './events.js';
import { judgeFeed } from './feed.js';
import { type Finding, isFine } from './finding.js';
import { judgeHost, judgeProxy, type Probe, probe } from './host.js';
import { judgeClock, judgeKey, judgeNode, judgeVariables } from './machine.js';
import { examineMarket } from './market.js';
import { judgeRecord } from './record.js';
import { describeEnd, describeFinding, showReport } from './report.js';
import { judgeRest } from './rest.js';

/** Prints findings as they come, or as one JSON document, and ends the process: 0 fine, 1 something to do. */
export async function runDoctor(setup: Setup, version: string): Promise<void> {
  const { json } = setup.command;
  const proxies = await readProxies(process.env);
  const hub = hubOf(setup, systemClock, proxies);
  const write = (text: string): void => void process.stdout.write(text);
  const findings: Finding[] = [];
  process.stdout.on('error', () => process.exit(1));
  if (!json) write(`mcp-polygon ${version} doctor\n\n`);
  const { connect, listenSeconds } = setup.command;
  for await (const finding of examine(hub, connect, process.env, listenSeconds, proxies)) {
    findings.push(finding);
    if (!json) write(describeFinding(finding));
  }
  await hub.close();
  write(
    json ? `${JSON.stringify(showReport(version, systemClock.now(), findings), null, 2)}\n` : describeEnd(findings),
  );
  // A pending DNS lookup would keep the process alive for long.
  process.stdout.write('', () => process.exit(isFine(findings) ? 0 : 1));
}

/** A client of a hub that neither logs, since the report has it all, nor records. */
export function hubOf({ suite, markets, settings }: Setup, clock: Clock, proxies: Proxies = straight): Client {
  const bounded: Settings = { ...settings, options: boundOptions(settings.options) };
  const { find } = proxies;
  const services = { clock, write: () => {}, recording: false, dial: dialVia(find), findProxy: find };
  return new Hub(suite, markets, bounded, services).client({ alone: true });
}

const connectMs = 10_000;
const authMs = 10_000;
const ackMs = 5_000;

/** Shorter time-outs than the server's, and one channel at a time, to know which is refused. */
function boundOptions(options: Options): Options {
  return {
    ...options,
    connectTimeoutMs: Math.min(options.connectTimeoutMs, connectMs),
    authTimeoutMs: Math.min(options.authTimeoutMs, authMs),
    ackTimeoutMs: Math.min(options.ackTimeoutMs, ackMs),
    restTimeoutMs: Math.min(options.restTimeoutMs, authMs),
    framePairs: 1,
  };
}

/**
 * @param connect whether the markets may be asked with the key
 * @param listenSeconds how long to listen to the allowed channels; absent: not at all
 */
export async function* examine(
  hub: Client,
  connect: boolean,
  env: Environment,
  listenSeconds?: number,
  proxies: Proxies = straight,
): AsyncGenerator<Finding> {
  const { settings, clock, markets } = hub;
  yield judgeNode(process.versions.node);
  yield* judgeVariables(env);
  yield judgeKey(settings, env);
  const feed = await judgeFeed(hub);
  yield feed;
  if (settings.record !== undefined) yield await judgeRecord(settings.record);

  const urls = [...urlsOf(hub).values()];
  yield* judgeProxy(proxies, urls);
  const { connectTimeoutMs } = settings.options;
  const probes = await Promise.all(urls.map(url => probe(url, clock, connectTimeoutMs, proxies.find(url))));
  yield* probes.map(found => judgeHost(found, probes));
  yield judgeClock(probes);
  yield await judgeRest(hub, connect ? undefined : 'by --no-connect');

  const skipped = feed.result === 'fail' ? 'there is nothing to replay' : reasonNotToAsk(hub, connect, probes);
  if (skipped === undefined && probes.length > 0) yield caution;
  const asked = markets.map(market => examineMarket(hub, market, skipped));
  for (const finding of asked) yield await finding;
  if (listenSeconds === undefined) return;
  const listened = markets.map(async (market, at) => judgeEvents(hub, market, await asked[at]!, listenSeconds));
  for (const finding of listened) yield await finding;
}

const caution: Finding = {
  check: 'caution',
  result: 'note',
  message:
    'now connecting; a plan for individuals has one connection per market, so another program with this key loses its stream (--no-connect asks without the key)',
};

/** One URL for each host of the feed. */
function urlsOf({ suite, markets, settings }: Client): Map<string, URL> {
  const urls = new Map<string, URL>();
  for (const market of markets) {
    try {
      for (const text of resolveEndpoint(suite, market, settings).urls) urls.set(new URL(text).host, new URL(text));
    } catch (error) {
      // The market's own finding says that it lacks the feed.
      if (!(error instanceof StreamError)) throw error;
    }
  }
  return urls;
}

function reasonNotToAsk({ settings }: Client, connect: boolean, probes: readonly Probe[]): string | undefined {
  if (!connect) return 'by --no-connect';
  if (probes.length === 0) return undefined;
  if (!settings.key) return 'there is no key';
  return probes.every(({ trouble }) => trouble !== undefined) ? 'no host can be reached' : undefined;
}
