import { simulatedFeed } from '../config/feed-names.js';
import type { Settings } from '../config/settings.js';
import type { Market } from '../contract/market.js';
import type { Feed, Suite } from '../contract/suite.js';
import { StreamError } from '../core/errors.js';
import { kindOf } from '../core/kind.js';
import { nearest, suggest } from '../core/nearest.js';
import { wayOutOf } from '../symbols/way-out.js';
import { isReplay, parseReplay, parseReplayFeed, type ReplayRequest, replayFeed } from './replay-request.js';

/** Where a stream connects to. */
export interface Endpoint {
  /** Feed name, or `custom` for a URL that belongs to no feed. */
  readonly feed: string;
  /** What to pass as `endpoint` to get the same place again. */
  readonly spelled: string;
  /** URLs that serve the same data, tried in this order; still empty for the simulated feed and for replays. */
  readonly urls: readonly string[];
  readonly simulated: boolean;
  /** Delay of the data; null if unknown. */
  readonly delayMinutes: number | null;
  /** Present for a replay. */
  readonly replay?: ReplayRequest;
}

/** Of an address that belongs to no feed of the vendor. */
export const customFeed = 'custom';

const plainPath = /^(?:\/[a-z0-9]{1,24}){0,4}\/?$/i;

/** Its URL is found later. */
const nowhere = { urls: [], simulated: false } as const;

/**
 * Decides where `endpoint` leads before anything is opened.
 *
 * @param wanted feed name or URL; absent: the operator's feed
 * @throws StreamError ENDPOINT_NOT_ALLOWED
 */
export function resolveEndpoint(suite: Suite, market: Market, settings: Settings, wanted?: string): Endpoint {
  const text = (wanted ?? '').trim() || settings.feed;
  if (text.toLowerCase() === simulatedFeed)
    return { ...nowhere, feed: simulatedFeed, spelled: simulatedFeed, simulated: true, delayMinutes: 0 };
  if (isReplay(text)) return replayed(settings, text);
  if (/^[a-z0-9-]+$/i.test(text)) return namedFeed(suite, market, text.toLowerCase());
  const url = parseUrl(market, text);
  if (text === settings.feed) return operatorFeed(market, url);
  return allowedUrl(suite, market, settings, url);
}

/** Whether the operator's feed needs no key. */
export function isKeyless(feed: string): boolean {
  return feed.toLowerCase() === simulatedFeed || isReplay(feed);
}

/** An agent can name recordings in the operator's folder, but no other folder. */
function replayed({ feed, record }: Settings, text: string): Endpoint {
  const own = isReplay(feed) ? parseReplayFeed(feed, record) : undefined;
  const recorded = record === undefined ? [] : [{ folder: record, title: '' }];
  const replay = text === feed && own ? own : parseReplay(text, own?.places ?? recorded);
  return { ...nowhere, feed: replayFeed, spelled: text, delayMinutes: null, replay };
}

/**
 * If any market lists the feed, only markets that list it have it; other feeds are open to all markets.
 * @see polygon-docs/websockets/quickstart.md:13 `delayed`
 */
function namedFeed(suite: Suite, market: Market, name: string): Endpoint {
  const feed = suite.feeds.find(other => other.name === name);
  if (!feed || !serves(feed, market)) throw refuseFeed(market, name, feed !== undefined);
  const urls = feed.hosts.map(host => `wss://${host}${market.paths[0]}`);
  return { feed: name, spelled: name, urls, simulated: false, delayMinutes: delayOf(market, name) };
}

function serves(feed: Feed, market: Market): boolean {
  return !feed.listed || market.feeds.some(other => other.feed === feed.name);
}

/** @param isOurs whether another market has a feed of this name, so that the answer may repeat it */
function refuseFeed(market: Market, name: string, isOurs: boolean): StreamError {
  const known = [...market.feeds.map(({ feed }) => feed), simulatedFeed];
  const what = `${market.title} has no ${isOurs ? `feed "${name}"` : 'such feed'}; it has ${known.join(', ')}`;
  return refuse(what + (suggest(nearest(name, known)) || '.'), market);
}

function operatorFeed(market: Market, base: URL): Endpoint {
  if (!isSecure(base) && !isLoopback(base))
    throw refuse('POLYGON_FEED must be a wss:// URL, or ws:// on loopback.', market);
  const path = base.pathname.replace(/\/+$/, '');
  return custom(`${base.protocol}//${base.host}${path}${market.paths[0]}`);
}

function allowedUrl(suite: Suite, market: Market, settings: Settings, url: URL): Endpoint {
  const feed = suite.feeds.find(({ hosts }) => hosts.includes(url.hostname));
  const operator = isUrl(settings.feed) && !isReplay(settings.feed) ? parseUrl(market, settings.feed) : undefined;
  const ownOrigin = operator !== undefined && operator.protocol === url.protocol && operator.host === url.host;
  // `URL` omits the default port of the protocol; the operator's list may have it.
  const explicit = `${url.hostname}:${url.port || (isSecure(url) ? 443 : 80)}`;
  const listed = settings.allowedHosts.some(host => host === explicit || host === url.hostname);
  if (!isSecure(url) && !(isLoopback(url) && (ownOrigin || listed))) {
    throw refuse('An endpoint must be a wss:// URL of the vendor.', market);
  }
  if (ownOrigin || listed) {
    // Answers show the path, so it must be a plain one that can carry no other text.
    if (!plainPath.test(url.pathname)) throw refuse('The path of the endpoint is too long, or no plain path.', market);
    return custom(`${url.protocol}//${url.host}${url.pathname}`);
  }
  if (!feed) throw refuse("The host of the endpoint is not one of the vendor's; the key would leak to it.", market);
  if (url.port !== '') throw refuse('An endpoint of the vendor has no port.', market);
  if (!market.paths.includes(url.pathname)) {
    throw refuse(`The path of ${market.title} is ${market.paths.join(' or ')}, and another one came.`, market);
  }
  if (!serves(feed, market)) throw refuseFeed(market, feed.name, true);
  // The feed's other hosts are the fallback.
  const hosts = [url.hostname, ...feed.hosts.filter(host => host !== url.hostname)];
  const urls = hosts.map(host => `wss://${host}${url.pathname}`);
  return { feed: feed.name, spelled: urls[0]!, urls, simulated: false, delayMinutes: delayOf(market, feed.name) };
}

function parseUrl(market: Market, text: string): URL {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw refuse(`The endpoint, ${kindOf(text)}, is neither a feed name nor a URL.`, market);
  }
  if (url.protocol !== 'wss:' && url.protocol !== 'ws:') throw refuse('An endpoint must be a wss:// URL.', market);
  if (url.username !== '' || url.password !== '')
    throw refuse('An endpoint must not carry a user or a password.', market);
  if (url.search !== '' || url.hash !== '') throw refuse('An endpoint must not carry a query or a fragment.', market);
  return url;
}

function isUrl(text: string): boolean {
  return URL.canParse(text);
}

function isSecure(url: URL): boolean {
  return url.protocol === 'wss:';
}

/** Whether a URL leads to this machine. */
export function isLoopback({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}

function delayOf(market: Market, feed: string): number | null {
  return market.feeds.find(other => other.feed === feed)?.delayMinutes ?? null;
}

/** What is served at each of these URLs. */
export interface Reachable {
  readonly urls: readonly string[];
}

/** Whether both serve the same data; the order of the hosts does not matter. */
export function isSamePlace(one: Reachable, other: Reachable): boolean {
  return one.urls.toSorted().join() === other.urls.toSorted().join();
}

/** The delay, in a few words. */
export function describeDelay({ simulated, replay, delayMinutes }: Endpoint): string {
  if (simulated) return 'made-up data';
  if (replay) return 'recorded data';
  if (delayMinutes === null) return 'delay unknown';
  return delayMinutes === 0 ? 'real time' : `${delayMinutes} minutes late`;
}

function custom(url: string): Endpoint {
  return { feed: customFeed, spelled: url, urls: [url], simulated: false, delayMinutes: null };
}

function refuse(message: string, market: Market): StreamError {
  return new StreamError('ENDPOINT_NOT_ALLOWED', message, wayOutOf(market, 'ENDPOINT_NOT_ALLOWED'));
}
