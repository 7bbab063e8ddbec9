/** The ways out of errors, each one possible in its market: for an agent, and for a person at a shell. */

import type { Market } from './contract.js';
import { type ErrorCode, hintFor, type StreamError } from './errors.js';
import { exampleChannel, exampleCondition, spellJson } from './example.js';
import { simulatedFeed } from './feednames.js';
import { ReplayRefusal } from './recording/refusal.js';
import { replayFeed } from './recording/request.js';

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
      return `The stream was stopped meanwhile; call start_${name}_stream if it is still wanted.`;
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

/** The same for a stream that goes on by itself: nothing has to be started again. */
export function wayOutOfPassing(market: Market, code: ErrorCode): string {
  switch (code) {
    case 'CONNECT_FAILED':
      return 'It goes on trying by itself; if it stays so, check the network and the endpoint.';
    case 'AUTH_TIMEOUT':
      return 'It tries once more by itself; if that fails too, check the key.';
    default:
      return wayOutOf(market, code);
  }
}

/** What an agent can do about an error that says nothing better itself. */
export function hintOf(error: StreamError, market: Market | undefined): string {
  return market && error.hint === hintFor(error.code) ? wayOutOf(market, error.code) : error.hint;
}

/** Where nothing is recorded. */
export const wayToRecordings = `Record it with --record FOLDER, or name another folder with --feed ${replayFeed}:FOLDER.`;

/** What a person at a shell can do about an error. */
export function operatorsWayOut(error: StreamError, market: Market): string {
  if (error instanceof ReplayRefusal) return wayToRecording(error);
  if (error.hint === wayOutOf(market, 'INVALID_CHANNEL')) return operatorsWayOutOf(market, 'INVALID_CHANNEL');
  return error.hint === hintFor(error.code) || error.hint === wayOutOf(market, error.code)
    ? operatorsWayOutOf(market, error.code)
    : error.hint;
}

/** The same for a code alone. */
export function operatorsWayOutOf(market: Market | undefined, code: ErrorCode): string {
  switch (code) {
    case 'NO_API_KEY':
      return `Set POLYGON_API_KEY in the environment, or add --feed ${simulatedFeed}, which needs no key.`;
    case 'ENDPOINT_NOT_ALLOWED':
      return `Name another feed with --feed, such as realtime or ${simulatedFeed}.`;
    case 'CONNECT_FAILED':
      return 'Check the network, proxies and the feed (--feed, POLYGON_FEED), then try again.';
    case 'PLAN_NOT_REALTIME':
      if (!market || hasDelayed(market)) return 'The plan has delayed data only: add --feed delayed.';
      return `${market.title} has no delayed feed: the plan must include real-time data; --feed ${simulatedFeed} plays made-up data.`;
    case 'CHANNELS_REJECTED':
      return 'Correct them, and watch again.';
    case 'INVALID_CHANNEL':
      return market ? `Write channels as PREFIX.SYMBOL, such as ${exampleChannel(market)}.` : hintFor(code);
    default:
      return hintFor(code);
  }
}

/** A feed that is late, which plans without real-time data have. */
export function hasDelayed({ feeds }: Market): boolean {
  return feeds.some(({ feed }) => feed === 'delayed');
}

function wayToRecording({ offered }: ReplayRefusal): string {
  const feeds = offered?.titles.map(title => `--feed "${replayFeed}:${offered.folder}/${title}"`) ?? [];
  return feeds.length > 0 ? `Name one: ${feeds.join(', ')}.` : wayToRecordings;
}
