/** Reports refusals that the feed sent unasked, and which channels they may mean. */

import { isoOrNull } from '../core/time.js';
import type { StreamView } from '../stream/view.js';
import { parseChannels } from '../symbols/channels.js';

const namesShown = 5;

/** Names as possibly meant the channels that are still subscribed and have brought nothing since. */
export function notesOnUnasked(stream: StreamView): string[] {
  const { unasked, market, subscriptions } = stream;
  if (!unasked) return [];
  const held = unasked.names.filter(name => subscriptions.stateOf(name) !== undefined);
  const silent = parseChannels(market, held, stream.buffer.knows).names.filter(
    channel => stream.buffer.newestOf(channel) < unasked.seq,
  );
  const list = silent.slice(0, namesShown).map(({ name }) => name);
  const more = silent.length > namesShown ? ' and others' : '';
  const repeated =
    unasked.mayRepeat || subscriptions.rejections.length > 0 ? ' It may be an earlier refusal, said again.' : '';
  const doubt = ` It does not say which channels it means: ${list.join(', ')}${more} may no longer be served.${repeated}`;
  return [
    `At ${isoOrNull(unasked.atMs)} the feed said, without being asked: ${unasked.text}.${list.length > 0 ? doubt : ''}`,
  ];
}
