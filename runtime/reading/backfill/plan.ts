/** Which outage is meant, and which of the channels of the time can be asked for. */
import { parseFilters } from '../../buffer/selection.js';
import type { Channel } from '../../contract/channel.js';
import { StreamError } from '../../core/errors.js';
import { kindOf } from '../../core/kind.js';
import type { Outage } from '../../stream/outages.js';
import type { StreamView } from '../../stream/view.js';
import { type Filter, spellFilter } from '../../symbols/channels.js';
import { findChannel } from '../../symbols/forms.js';
import { requestFor } from './request.js';

/** An outage that is over. */
export type EndedOutage = Outage & { readonly toMs: number };

export interface WantedChannel {
  readonly channel: Channel;
  readonly symbol: string;
  readonly name: string;
}

export interface Wanted {
  /** In the order of the outage, or of the request. */
  readonly channels: readonly WantedChannel[];
  readonly unavailable: readonly string[];
  readonly wildcards: readonly string[];
  /** What was asked for and not subscribed then. */
  readonly unsubscribed: readonly string[];
}

/** A caller may round; what is shown of an outage is shown to the ms. */
const roundedMs = 1_000;

/**
 * The outage that begins then, else the newest that is over.
 *
 * @throws StreamError INVALID_ARGUMENT
 */
export function findOutage({ outages }: StreamView, fromMs: number | undefined): Outage | undefined {
  if (fromMs === undefined) return outages.all.findLast(isOver);
  const distance = (outage: Outage): number => Math.abs(outage.fromMs - fromMs);
  const [nearest] = outages.all.toSorted((one, other) => distance(one) - distance(other));
  if (nearest && distance(nearest) < roundedMs) return nearest;
  const known = outages.all.slice(-3).map(outage => new Date(outage.fromMs).toISOString());
  throw new StreamError(
    'INVALID_ARGUMENT',
    'No outage of this stream that is still listed begins then.',
    known.length > 0
      ? `Name the from of one of the newest: ${known.join(', ')}; or leave outage out for the newest that is over.`
      : 'Leave outage out; the stream has had none since its start.',
  );
}

export function isOver(outage: Outage): outage is EndedOutage {
  return outage.toMs !== undefined;
}

/** @throws StreamError INVALID_ARGUMENT */
export function readOutage(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const atMs = /^\d{13}$/.test(text) ? Number(text) : /^\d{4}-\d\d-\d\dT/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(atMs)) return atMs;
  throw new StreamError(
    'INVALID_ARGUMENT',
    `outage, ${kindOf(text)}, is no time.`,
    'Give the from of an outage as answers show it, such as {"outage": "2026-11-23T14:30:00.000Z"}, or leave it out.',
  );
}

/** @throws StreamError INVALID_CHANNEL */
export function chooseChannels({ market, buffer }: StreamView, outage: Outage, texts?: readonly string[]): Wanted {
  const held = outage.channels.flatMap(name => {
    const dot = name.indexOf('.');
    const channel = findChannel(market, name.slice(0, dot));
    return channel ? [{ channel, symbol: name.slice(dot + 1), name }] : [];
  });
  const filters = parseFilters(market, texts, buffer.knows);
  const unsubscribed: string[] = [];
  const chosen = new Map<string, WantedChannel>();
  for (const filter of filters ?? [{}]) {
    const found = coveredBy(held, market.channels, filter);
    if (found.length === 0 && filters) unsubscribed.push(spellFilter(filter));
    for (const one of found) chosen.set(one.name, one);
  }
  const all = [...chosen.values()];
  const isKept = ({ channel }: WantedChannel): boolean => requestFor(market, channel) !== undefined;
  const isWildcard = ({ symbol }: WantedChannel): boolean => symbol === '*';
  return {
    channels: all.filter(one => isKept(one) && !isWildcard(one)),
    wildcards: all.filter(one => isKept(one) && isWildcard(one)).map(({ name }) => name),
    unavailable: all.filter(one => !isKept(one)).map(({ name }) => name),
    unsubscribed,
  };
}

/** What of the subscribed a filter selects; one of a symbol also selects within wildcards. */
function coveredBy(
  held: readonly WantedChannel[],
  channels: readonly Channel[],
  { prefix, symbol }: Filter,
): WantedChannel[] {
  const ofKind = held.filter(({ channel }) => (prefix ?? channel.prefix) === channel.prefix);
  if (symbol === undefined) return ofKind;
  return channels.flatMap(channel => {
    const isCovered = ofKind.some(one => one.channel === channel && (one.symbol === symbol || one.symbol === '*'));
    return isCovered ? [{ channel, symbol, name: `${channel.prefix}.${symbol}` }] : [];
  });
}
