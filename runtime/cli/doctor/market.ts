/** Checks what the key can do in a market: subscribes to each channel for a moment. */

import type { Channel } from '../../contract/channel.js';
import type { Market } from '../../contract/market.js';
import { type ErrorCode, StreamError } from '../../core/errors.js';
import { isoOrNull } from '../../core/time.js';
import { describeDelay, type Endpoint, resolveEndpoint } from '../../feed/endpoint.js';
import { hoursOf } from '../../market/product-hours.js';
import { reportTrading, spellReport } from '../../market/trading-hours.js';
import { ReplayRefusal } from '../../recording/refusal.js';
import type { HubView, StreamView } from '../../stream/view.js';
import type { Rejection } from '../../symbols/channels.js';
import { hasDelayed } from '../../symbols/way-out.js';
import { start } from '../../tools/verbs/start.js';
import { stop } from '../../tools/verbs/stop.js';
import { operatorsWayOut, operatorsWayOutOf } from '../way-out.js';
import type { Facts, Finding } from './finding.js';

/** An eviction or a refusal may come after the acknowledgements. */
const lingerMs = 1_000;

/** @param skipped why not to connect to the market, if so */
export async function examineMarket(hub: HubView, market: Market, skipped?: string): Promise<Finding> {
  const common = { check: 'market', name: market.name } as const;
  const endpoint = endpointOf(hub, market);
  if (endpoint instanceof StreamError) {
    return { ...common, result: 'note', message: `${endpoint.message} A start must name one as its endpoint.` };
  }
  const { opening, facts } = describePlace(hub, market, endpoint);
  if (skipped !== undefined) return { ...common, result: 'skip', message: `not asked, ${skipped}; ${opening}`, facts };
  const refusal = await refusalOf(hub, market, endpoint);
  if (refusal && !refusal.offered?.markets.includes(market.name)) {
    return { ...common, result: 'note', message: refusal.message, facts };
  }
  if (refusal)
    return { ...common, result: 'fail', message: refusal.message, toDo: operatorsWayOut(refusal, market), facts };
  const outcome = await ask(hub, market);
  const { trouble } = outcome;
  const details = describeChannels(outcome.channels);
  const told = {
    ...facts,
    authenticated: isAuthenticated(trouble),
    error: trouble ?? null,
    channels: outcome.channels.map(showChannel),
  };
  if (trouble) {
    const message = `${trouble.code}: ${trouble.message} ${capitalized(opening)}`;
    return {
      ...common,
      result: 'fail',
      message,
      details,
      toDo: adviceOn(hub, market, endpoint, trouble.code),
      facts: told,
    };
  }
  const silent = outcome.channels.some(({ result }) => result === 'unanswered');
  return {
    ...common,
    result: silent ? 'note' : 'ok',
    message: `${isLocal(endpoint) ? 'answers' : 'the key is accepted'}; ${opening}`,
    details,
    facts: told,
  };
}

function endpointOf({ suite, settings }: HubView, market: Market): Endpoint | StreamError {
  try {
    return resolveEndpoint(suite, market, settings);
  } catch (error) {
    if (error instanceof StreamError) return error;
    throw error;
  }
}

/** Why the market cannot be replayed, if so; the recordings of others may be fine. */
async function refusalOf(hub: HubView, market: Market, { replay }: Endpoint): Promise<ReplayRefusal | undefined> {
  try {
    if (replay) await hub.target(market, undefined, undefined);
    return undefined;
  } catch (error) {
    if (error instanceof ReplayRefusal) return error;
    throw error;
  }
}

function describePlace(hub: HubView, market: Market, endpoint: Endpoint): { opening: string; facts: Facts } {
  const { feed, delayMinutes } = endpoint;
  const delay = describeDelay(endpoint);
  const known = { feed, delayed_minutes: delayMinutes };
  if (isLocal(endpoint)) {
    const text = endpoint.simulated ? 'open: it never closes' : `open (${feed})`;
    return { opening: `${delay}; ${text}`, facts: { ...known, open: true, session: feed, opens_at: null } };
  }
  const [named] = hoursOf(market, hub.hours.of(market), [askedSymbol(market)]);
  const report = reportTrading(named!, hub.clock.now());
  const { of, open, time } = report;
  const whose = of === market.title ? '' : `${of} `;
  return {
    opening: `${delay}; ${whose}${spellReport(report)}`,
    facts: {
      ...known,
      open,
      session: time.session?.name ?? null,
      opens_at: open ? null : isoOrNull(time.next.opensMs),
      holiday: time.holiday ?? null,
      holidays_known_to: time.knownTo ?? null,
    },
  };
}

/** The symbol that the market is asked for. */
function askedSymbol({ simulation }: Market): string {
  return simulation.instruments[0]!.symbol;
}

/** With a capital, to begin a sentence. */
function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function isLocal({ simulated, replay }: Endpoint): boolean {
  return simulated || replay !== undefined;
}

interface Trouble {
  readonly code: ErrorCode;
  readonly message: string;
}

/** A channel, and the name by which it was asked for. */
interface AskedChannel {
  readonly channel: Channel;
  readonly name: string;
}

/** What became of one channel. */
interface ChannelOutcome extends AskedChannel {
  readonly result: 'allowed' | 'refused' | 'unanswered';
  readonly rejection?: Rejection;
}

interface Outcome {
  readonly trouble?: Trouble;
  readonly channels: readonly ChannelOutcome[];
}

async function ask(hub: HubView, market: Market): Promise<Outcome> {
  const stream = hub.stream(market.name);
  const symbol = askedSymbol(market);
  const names = market.channels.map(channel => ({ channel, name: `${channel.prefix}.${symbol}` }));
  try {
    await start(hub, market, { channels: names.map(({ name }) => name) });
    await stream.changes.until(() => stream.state !== 'live', lingerMs);
    const trouble = troubleOf(stream);
    return trouble ? { trouble, channels: [] } : { channels: names.map(wanted => outcomeOf(stream, wanted)) };
  } catch (error) {
    if (!(error instanceof StreamError)) throw error;
    const rejected = (error.details.rejected ?? []) as readonly Rejection[];
    const channels = names.flatMap(({ channel, name }): ChannelOutcome[] => {
      const rejection = rejected.find(other => other.channel === name);
      return rejection ? [{ channel, name, result: 'refused', rejection }] : [];
    });
    return { trouble: { code: error.code, message: error.message }, channels };
  } finally {
    await stop(hub, market);
  }
}

function outcomeOf({ subscriptions }: StreamView, { channel, name }: AskedChannel): ChannelOutcome {
  if (subscriptions.stateOf(name) === 'accepted') return { channel, name, result: 'allowed' };
  const rejection = subscriptions.rejectionOf(name);
  return rejection ? { channel, name, result: 'refused', rejection } : { channel, name, result: 'unanswered' };
}

function troubleOf({ state, lastFault }: StreamView): Trouble | undefined {
  if (state === 'live') return undefined;
  if (lastFault) return { code: lastFault.code as ErrorCode, message: lastFault.message };
  return { code: 'CONNECT_FAILED', message: 'The feed took too long.' };
}

/** Whether the feed accepted the key; null if it was not asked. */
function isAuthenticated(trouble: Trouble | undefined): boolean | null {
  switch (trouble?.code) {
    case 'CONNECT_FAILED':
      return null;
    case 'AUTH_FAILED':
    case 'AUTH_TIMEOUT':
    case 'PLAN_NO_WEBSOCKET':
      return false;
    default:
      return true;
  }
}

function describeChannels(channels: readonly ChannelOutcome[]): string[] {
  const named = (result: ChannelOutcome['result']): string[] => {
    const some = channels.filter(outcome => outcome.result === result).map(({ channel }) => channel.prefix);
    return some.length > 0 ? [`${result}: ${some.join(', ')}`] : [];
  };
  const refused = channels.filter(({ result }) => result === 'refused');
  return [
    ...named('allowed'),
    ...named('unanswered'),
    ...refused.map(
      ({ channel, rejection }) =>
        `refused: ${channel.prefix} ${channel.title} (${rejection?.code}); plans: ${channel.plans}`,
    ),
  ];
}

function showChannel({ channel, name, result, rejection }: ChannelOutcome): Facts {
  return {
    channel: name,
    title: channel.title,
    result,
    ...(rejection ? { code: rejection.code, message: rejection.message, plans: channel.plans } : {}),
  };
}

/** Which feed it is about. */
export interface FeedName {
  readonly feed: string;
}

/** The way out for the operator, who unlike the agent can change settings. */
export function adviceOn({ settings }: HubView, market: Market, { feed }: FeedName, code: ErrorCode): string {
  const leaveOut =
    'Leave out the markets that the plan does not have (--markets, MCP_POLYGON_MARKETS), or change the plan.';
  const delayed = feed === 'realtime' && hasDelayed(market);
  switch (code) {
    case 'AUTH_FAILED':
      return `Compare ${settings.key?.from} with the key in the dashboard of the vendor.`;
    case 'PLAN_NO_WEBSOCKET':
      return leaveOut;
    case 'PLAN_NOT_REALTIME':
    case 'CHANNELS_REJECTED':
      return delayed ? 'Set the feed to delayed (--feed delayed, POLYGON_FEED=delayed), or change the plan.' : leaveOut;
    case 'MAX_CONNECTIONS':
      return 'End the other program that uses this key on these markets, then run doctor again.';
    case 'CONNECT_FAILED':
      return 'Check the network, proxies and the feed (--feed, POLYGON_FEED), then run doctor again.';
    default:
      return operatorsWayOutOf(market, code);
  }
}
