/** Explains to an agent why nothing comes. */

import { ChannelIndex } from '../buffer/channel-index.js';
import type { Hours, Market } from '../contract/market.js';
import { count } from '../core/count.js';
import { isoOrNull } from '../core/time.js';
import { isWanted, type StateName } from '../feed/state.js';
import { hoursOf } from '../market/product-hours.js';
import { reportTrading, type TradingReport } from '../market/trading-hours.js';
import { type Filter, spellFilter } from '../symbols/channels.js';
import { exampleChannel, exampleSymbol, spellJson } from '../symbols/example.js';
import { type Aged, agesOf, describeAges } from './ages.js';

/** What is known of a silent stream. */
export interface Silence {
  readonly market: Market;
  /** Whether the caller may start and subscribe nothing. */
  readonly readOnly?: boolean | undefined;
  /** Of the market. */
  readonly hours: Hours;
  readonly state: StateName;
  readonly simulated: boolean;
  /** The symbols that the simulated feed has; absent for others. */
  readonly listed?: ReadonlySet<string> | undefined;
  readonly delayMinutes: number;
  /** Why the recording that a replay plays is silent. */
  readonly replay?: string | undefined;
  readonly nowMs: number;
  /** Wall clock ms, and how long ago that was. */
  readonly liveSinceMs?: number | undefined;
  readonly liveForMs?: number | undefined;
  /** Wall clock ms, and how long ago that was. */
  readonly lastMessageAtMs?: number | undefined;
  readonly newestAgeMs?: number | undefined;
  readonly nextRetryAtMs?: number | undefined;
  /** Failed attempts since the last stable connection. */
  readonly attempts: number;
  /** Why the stream last went down. */
  readonly fault?: { readonly message: string; readonly wayOut: string } | undefined;
  /** Names of the subscribed channels. */
  readonly subscriptions: readonly string[];
  /** Those that the feed has not answered yet, and those that it did not acknowledge in time. */
  readonly pending: readonly string[];
  readonly unconfirmed: readonly string[];
  /** Sentences on why the feed may not serve some of the channels. */
  readonly doubts: readonly string[];
  readonly rejected: number;
  /** Sentences on what the caller probably meant by a channel that looks misspelled. */
  readonly suspects: readonly string[];
  /** Absent: the call looked for any message. */
  readonly sought?: Sought | undefined;
}

/** What a call looked for in vain, and what it saw instead. */
export interface Sought extends Aged {
  /** Messages that a filter selected. */
  readonly seen: number;
  /** Messages that no filter selected. */
  readonly passed: number;
  /** Values of the fields of the condition, in the last message that a filter selected. */
  readonly last?: Readonly<Record<string, unknown>> | undefined;
}

const justLiveMs = 5_000;
const namesShown = 5;

export function explainSilence(silence: Silence): string {
  const lack = isWanted(silence.state) ? explainLack(silence) : undefined;
  const state = explainState(silence);
  if (state !== undefined) return lack === undefined ? state : `${lack} ${state}`;
  return (
    explainSubscriptions(silence) ??
    lack ??
    explainSearch(silence) ??
    silence.replay ??
    [explainMarket(silence), ...explainDoubts(silence)].join(' ')
  );
}

/** The client whose streams a reader looks at. */
const starts = 'the client whose streams these are can start it';
const subscribes = 'the client whose streams these are can subscribe it';

function explainState({ state, market, readOnly, fault, attempts, nextRetryAtMs }: Silence): string | undefined {
  const why = fault ? ` ${fault.message}` : '';
  switch (state) {
    case 'idle':
      return `The stream was not started: ${readOnly ? starts : `call start_${market.name}_stream`}.`;
    case 'stopped':
      return `The stream is stopped: ${readOnly ? starts : `call start_${market.name}_stream`}.`;
    case 'refused':
      return `The feed refused the stream, and it stays down.${why}${fault ? ` ${fault.wayOut}` : ''}`;
    case 'retrying':
      return `The connection is down; the next attempt is ${nextRetryAtMs === undefined ? 'due' : `at ${isoOrNull(nextRetryAtMs)}`}.${why}`;
    case 'connecting':
    case 'authenticating':
      return attempts > 0 ? `Reconnecting to the feed.${why}` : 'Connecting to the feed.';
    case 'live':
      return undefined;
  }
}

function explainSubscriptions(silence: Silence): string | undefined {
  const { subscriptions, pending, unconfirmed, doubts, rejected, market, readOnly } = silence;
  if (subscriptions.length === 0) {
    const call = readOnly ? `${subscribes}.` : `call subscribe_${market.name}_channels.`;
    return rejected > 0
      ? `The stream is live, but every channel was rejected (see rejected): ${call}`
      : `The stream is live, but nothing is subscribed: ${callFor(silence)}`;
  }
  if (pending.length === subscriptions.length)
    return `The feed was asked for ${listed(pending)}, and has not answered.`;
  if (unconfirmed.length < subscriptions.length) return undefined;
  return [describeUnconfirmed(unconfirmed), ...doubts].join(' ');
}

function describeUnconfirmed(names: readonly string[]): string {
  return `The feed did not acknowledge ${listed(names)}; ${names.length === 1 ? 'it' : 'they'} may not be served.`;
}

/** Other possible reasons. */
function explainDoubts({ unconfirmed, pending, doubts, suspects }: Silence): string[] {
  return [
    ...(unconfirmed.length > 0 ? [describeUnconfirmed(unconfirmed)] : []),
    ...(pending.length > 0 ? [`The feed has not answered for ${listed(pending)} yet.`] : []),
    ...doubts,
    ...suspects,
  ];
}

/** Says so if nothing that the call looked for is subscribed. */
function explainLack(silence: Silence): string | undefined {
  const { subscriptions, sought } = silence;
  const { filters = [] } = sought ?? {};
  const unheld = unheldOf(subscriptions, filters);
  if (filters.length === 0 || subscriptions.length === 0 || unheld.length < filters.length) return undefined;
  return `Nothing of ${listed(unheld)} is subscribed: ${callFor(silence)}`;
}

/** The call that subscribes what was looked for, cut to the length of a sentence. */
function callFor({ market, readOnly, sought }: Silence): string {
  if (readOnly) return `${subscribes}.`;
  const { filters = [] } = sought ?? {};
  const channels = filters.slice(0, namesShown).map(filter => channelFor(market, filter));
  const shown = channels.length > 0 ? [...new Set(channels)] : [exampleChannel(market)];
  return `call subscribe_${market.name}_channels with ${spellJson({ channels: shown })}.`;
}

/** A channel that brings what a filter selects. */
function channelFor(market: Market, { prefix, symbol }: Filter): string {
  const channel = market.channels.find(one => one.prefix === prefix) ?? market.channels[0]!;
  const all = channel.wildcard && prefix !== undefined ? '*' : exampleSymbol(market);
  return `${channel.prefix}.${symbol ?? all}`;
}

/** Why a call found nothing although the stream may be fine. */
function explainSearch(silence: Silence): string | undefined {
  const { subscriptions, unconfirmed, doubts, sought } = silence;
  if (!sought) return undefined;
  const { filters = [], seen, passed, last } = sought;
  const unheld = unheldOf(subscriptions, filters);
  const doubtful = seen === 0 ? allUnconfirmed(subscriptions, unconfirmed, filters) : [];
  if (doubtful.length > 0) return [describeUnconfirmed(doubtful), ...doubts].join(' ');
  const found = describeFindings(filters, seen, passed, last);
  if (!found) return found;
  const ages = seen === 0 ? describeAges(silence.sought, silence.newestAgeMs) : [];
  const missing = seen === 0 ? explainUnlisted(silence) : undefined;
  return [found, ...ages, ...noteUnheld(unheld), ...(missing === undefined ? [] : [missing])].join(' ');
}

/** The filters that no subscribed channel can satisfy, as the caller would write them. */
export function unheldOf(subscriptions: readonly string[], filters: readonly Filter[]): string[] {
  const channelIndex = new ChannelIndex(subscriptions);
  return filters.filter(filter => !channelIndex.has(filter)).map(spellFilter);
}

/** The channels that bring what the filters select, if the feed acknowledged none of them. */
function allUnconfirmed(
  subscriptions: readonly string[],
  unconfirmed: readonly string[],
  filters: readonly Filter[],
): string[] {
  if (unconfirmed.length === 0) return [];
  const channelIndex = new ChannelIndex(subscriptions);
  const chosen = [...new Set(filters.flatMap(filter => channelIndex.of(filter)))];
  const unanswered = new Set(unconfirmed);
  return chosen.every(name => unanswered.has(name)) ? chosen : [];
}

export function noteUnheld(unheld: readonly string[]): string[] {
  return unheld.length > 0 ? [`Nothing of ${listed(unheld)} is subscribed.`] : [];
}

function describeFindings(
  filters: readonly Filter[],
  seen: number,
  passed: number,
  last: Sought['last'],
): string | undefined {
  if (seen > 0) {
    const values = Object.entries(last ?? {}).map(([field, value]) => `${field} ${JSON.stringify(value)}`);
    const had = values.length > 0 ? ` The last one had ${values.join(', ')}.` : '';
    return `${count(seen, 'message')} came, and none made the condition true.${had}`;
  }
  if (passed === 0) return undefined;
  return `${count(passed, 'message')} came, and none of ${listed(filters.map(spellFilter))}.`;
}

function listed(names: readonly string[]): string {
  return `${names.slice(0, namesShown).join(', ')}${names.length > namesShown ? ' and others' : ''}`;
}

const listedShown = 3;

/** Which of the symbols the simulated feed does not have, and which it has. */
function explainUnlisted(silence: Silence): string | undefined {
  const { listed: all } = silence;
  const unlisted = [...new Set(symbolsOf(silence))].filter(symbol => symbol !== '*' && all?.has(symbol) === false);
  if (all === undefined || unlisted.length === 0) return undefined;
  return `The simulated feed does not have ${listed(unlisted)}. ${describeListed(all)}`;
}

function describeListed(all: ReadonlySet<string>): string {
  const shown = [...all].slice(0, listedShown);
  const more = all.size - shown.length;
  return `It has ${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}.`;
}

function explainMarket(silence: Silence): string {
  const { market, hours, simulated, delayMinutes, nowMs, liveSinceMs, liveForMs = 0 } = silence;
  // A delayed feed stays silent after the opening for as long as its delay.
  const marketMs = nowMs - delayMinutes * 60_000;
  const reports = simulated
    ? []
    : hoursOf(market, hours, symbolsOf(silence)).map(named => reportTrading(named, marketMs));
  const closed = reports.filter(({ open }) => !open).map(report => explainClosed(report, delayMinutes));
  if (closed.length > 0 && closed.length === reports.length) return closed.join(' ');
  const ages = agesOf(silence.sought);
  const own = ages.length > 0 ? Math.min(...ages.map(({ ageMs }) => ageMs)) : undefined;
  const lastMessageAtMs = own === undefined ? silence.lastMessageAtMs : nowMs - own;
  const newestAgeMs = own ?? silence.newestAgeMs ?? Number.POSITIVE_INFINITY;
  const cameSince = newestAgeMs < liveForMs;
  const missing = explainUnlisted(silence);
  if (liveForMs < justLiveMs && !cameSince) {
    if (missing !== undefined) return missing;
    return lastMessageAtMs === undefined
      ? 'The stream has just become live; nothing has come yet.'
      : 'The stream has just become live again; nothing has come since.';
  }
  const since = lastMessageAtMs === undefined ? 'since it was started' : `since ${isoOrNull(lastMessageAtMs)}`;
  const gap = lastMessageAtMs === undefined || cameSince ? '' : `, and it was down until ${isoOrNull(liveSinceMs)}`;
  return [
    `Live and subscribed, but no event came ${since}${gap}.`,
    ...describeAges(silence.sought, silence.newestAgeMs),
    ...closed,
    ...(missing === undefined ? explainQuiet(reports.filter(({ open }) => open)) : [missing]),
    ...(simulated ? ['The simulated feed never closes.'] : []),
    ...(missing === undefined && silence.listed !== undefined ? [describeListed(silence.listed)] : []),
  ].join(' ');
}

/** Why nothing came although the market is open; no symbol is suspected on a day of little trading. */
function explainQuiet(open: readonly TradingReport[]): string[] {
  const thinDay = open.find(({ time }) => time.thinDay !== undefined)?.time.thinDay;
  const isDoubted = open.some(({ changesAtMs, time }) => changesAtMs !== undefined && time.knownTo === undefined);
  return [
    thinDay === undefined
      ? 'A quiet or misspelled symbol is silent: the feed acknowledges any symbol.'
      : `Little is traded today (${thinDay}).`,
    ...(isDoubted ? ['Or the market is closed: its holidays and daily breaks are not known here.'] : []),
  ];
}

/** Those that a call looked for, else those that are subscribed. */
function symbolsOf({ sought, subscriptions }: Silence): readonly string[] {
  const { filters = [] } = sought ?? {};
  return filters.length > 0
    ? filters.map(({ symbol = '*' }) => symbol)
    : subscriptions.map(name => name.slice(name.indexOf('.') + 1));
}

/** Since when and why the market is closed, and when messages are due. */
export function explainClosed({ of, text, doubts, time }: TradingReport, delayMinutes: number): string {
  const dueMs = time.next.opensMs + delayMinutes * 60_000;
  const late = delayMinutes > 0 ? `, ${delayMinutes} minutes late` : '';
  return [`${of}: ${text}; messages are due from ${isoOrNull(dueMs)}${late}`, ...doubts]
    .map(sentence => `${sentence}.`)
    .join(' ');
}
