/** What a person at a shell can do about an error. */
import { simulatedFeed } from '../config/feed-names.js';
import type { Market } from '../contract/market.js';
import { type ErrorCode, hintFor, type StreamError } from '../core/errors.js';
import { replayFeed } from '../feed/replay-request.js';
import { ReplayRefusal } from '../recording/refusal.js';
import { exampleChannel } from '../symbols/example.js';
import { hasDelayed, wayOutOf } from '../symbols/way-out.js';

/** The way out where there are no recordings. */
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
      return 'Correct them and try again.';
    case 'INVALID_CHANNEL':
      return market ? `Write channels as PREFIX.SYMBOL, such as ${exampleChannel(market)}.` : hintFor(code);
    default:
      return hintFor(code);
  }
}

function wayToRecording({ offered }: ReplayRefusal): string {
  const feeds = offered?.titles.map(title => `--feed "${replayFeed}:${offered.folder}/${title}"`) ?? [];
  return feeds.length > 0 ? `Name one: ${feeds.join(', ')}.` : wayToRecordings;
}
