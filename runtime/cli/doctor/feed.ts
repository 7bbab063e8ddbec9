/** Checks the feed, and whether there is anything to replay. */
import { escapeText } from '../../core/quoting.js';
import { isReplay, parseReplayFeed } from '../../feed/replay-request.js';
import { Catalogue } from '../../recording/catalogue.js';
import { ReplayRefusal } from '../../recording/refusal.js';
import type { HubView } from '../../stream/view.js';
import { operatorsWayOut, wayToRecordings } from '../way-out.js';
import type { Finding } from './finding.js';

export async function judgeFeed({ settings, markets }: HubView): Promise<Finding> {
  const { feed, record } = settings;
  const found = { check: 'feed', facts: { feed } } as const;
  if (!isReplay(feed)) return { ...found, result: 'ok', message: feed };
  try {
    const catalogue = await Catalogue.open(parseReplayFeed(feed, record).places);
    const recorded = catalogue.markets(catalogue.title);
    const message = `${escapeText(feed)}; recorded: ${recorded.join(', ') || 'nothing'}`;
    if (markets.some(({ name }) => recorded.includes(name))) return { ...found, result: 'ok', message };
    return { ...found, result: 'fail', message, toDo: adviceOn(recorded) };
  } catch (error) {
    if (!(error instanceof ReplayRefusal)) throw error;
    return { ...found, result: 'fail', message: error.message, toDo: operatorsWayOut(error, markets[0]!) };
  }
}

function adviceOn(recorded: readonly string[]): string {
  if (recorded.length === 0) return wayToRecordings;
  return `Serve what was recorded (--markets ${recorded.join()}), record the markets that are served (--record FOLDER), or name another folder with --feed replay:FOLDER.`;
}
