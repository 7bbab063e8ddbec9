/** What an agent, who can change no setting, can do about an error: each way is possible in its market. */

import { simulatedFeed } from '../config/feed-names.js';
import type { Market } from '../contract/market.js';
import { type ErrorCode, hintFor, type StreamError } from '../core/errors.js';
import { exampleChannel, exampleCondition, spellJson } from './example.js';

/** What an agent, who can change no setting, can do about an error in a market. */
export function wayOutOf(market: Market, code: ErrorCode): string {
  const { name, title, feeds, channels } = market;
  const channel = exampleChannel(market);
  switch (code) {
    case 'ENDPOINT_NOT_ALLOWED':
      return `Name a feed of ${title} (${[...feeds.map(({ feed }) => feed), simulatedFeed].join(', ')}), or leave endpoint out.`;
    case 'PLAN_NOT_REALTIME':
      return hasDelayed(market)
        ? hintFor(code)
        : `${title} has no delayed feed: the plan must include real-time data; made-up data has endpoint "${simulatedFeed}".`;
    case 'INVALID_CHANNEL': {
      const star = channels.find(({ wildcard }) => wildcard);
      const all = star ? `, or ${star.prefix}.* for all of a kind` : '';
      return `Write channels as PREFIX.SYMBOL, such as ${spellJson({ channels: [channel] })}${all}.`;
    }
    case 'NOT_STARTED':
      return `Call start_${name}_stream with ${spellJson({ channels: [channel] })} first.`;
    case 'STOPPED':
      return `The stream was stopped during the call; call start_${name}_stream if it is still wanted.`;
    case 'ALREADY_STARTED':
      return `Call stop_${name}_stream first, or start without endpoint and api_key to add channels.`;
    case 'LIMIT_EXCEEDED':
      return `Call unsubscribe_${name}_channels for what is no longer needed, then subscribe again.`;
    case 'BAD_CONDITION':
      return `Write it as ${spellJson({ condition: exampleCondition(market) })}, or as all or any of several.`;
    default:
      return hintFor(code);
  }
}

/** The same for a stream that retries by itself and need not be started again. */
export function wayOutOfPassing(market: Market, code: ErrorCode): string {
  switch (code) {
    case 'CONNECT_FAILED':
      return 'The server keeps trying; if this lasts, check the network and the endpoint.';
    case 'AUTH_TIMEOUT':
      return 'The server tries once more; if that fails too, check the key.';
    default:
      return wayOutOf(market, code);
  }
}

/** Errors whose way out is to start a stream. */
const needStart: readonly ErrorCode[] = ['NOT_STARTED', 'STOPPED'];

/**
 * What an agent can do about an error that has no better advice of its own.
 *
 * @param readOnly whether it may start nothing
 */
export function hintOf(error: StreamError, market: Market | undefined, readOnly = false): string {
  if (readOnly && needStart.includes(error.code)) return hintFor('READ_ONLY');
  return market && error.hint === hintFor(error.code) ? wayOutOf(market, error.code) : error.hint;
}

/** A delayed feed, for plans without real-time data. */
export function hasDelayed({ feeds }: Market): boolean {
  return feeds.some(({ feed }) => feed === 'delayed');
}
