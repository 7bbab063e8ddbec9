/** What a person at a shell can do about an error; an agent, who can change no setting, has the hint of the error. */
import { type ErrorCode, hintFor, type StreamError } from './errors.js';
import { ReplayRefusal } from './recording/refusal.js';
import { replayFeed } from './recording/request.js';

const hints: Readonly<Partial<Record<ErrorCode, string>>> = {
  NO_API_KEY: 'Set POLYGON_API_KEY in the environment, or add --feed simulated, which needs no key.',
  ENDPOINT_NOT_ALLOWED: 'Name another feed with --feed, such as realtime or simulated.',
  CONNECT_FAILED: 'Check the network, proxies and the feed (--feed, POLYGON_FEED), then try again.',
  PLAN_NOT_REALTIME: 'The plan has delayed data only: add --feed delayed.',
  CHANNELS_REJECTED: 'Correct them, and watch again.',
};

/** Where nothing is recorded. */
export const wayToRecordings = `Record it with --record FOLDER, or name another folder with --feed ${replayFeed}:FOLDER.`;

export function wayOut(error: StreamError): string {
  if (error instanceof ReplayRefusal) return wayToRecording(error);
  return error.hint === hintFor(error.code) ? wayOutOf(error.code) : error.hint;
}

export function wayOutOf(code: ErrorCode): string {
  return hints[code] ?? hintFor(code);
}

function wayToRecording({ offered }: ReplayRefusal): string {
  const feeds = offered?.titles.map(title => `--feed "${replayFeed}:${offered.folder}/${title}"`) ?? [];
  return feeds.length > 0 ? `Name one: ${feeds.join(', ')}.` : wayToRecordings;
}
