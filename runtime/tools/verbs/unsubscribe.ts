import type { UnsubscribeAnswer, UnsubscribeArguments } from '../../../generated/types.js';
import type { Market } from '../../contract/market.js';
import { commonAnswer } from '../../reading/answer.js';
import type { HubView } from '../../stream/view.js';
import { parseChannels } from '../../symbols/channels.js';
import { allRejected } from './channel-report.js';
import { requireStarted } from './running.js';

/** @throws StreamError NOT_STARTED, CHANNELS_REJECTED when no name is a channel of the market */
export function unsubscribe(hub: HubView, market: Market, { channels }: UnsubscribeArguments) {
  const stream = requireStarted(hub, market);
  const parsed = parseChannels(market, channels, stream.buffer.knows);
  if (parsed.names.length === 0) throw allRejected(hub, stream, parsed, parsed.rejected);
  const { removed, notHeld } = stream.unsubscribe(parsed.names.map(({ name }) => name));
  const { listed } = hub.suite.limits;
  const unheld = [...notHeld, ...parsed.rejected.map(({ channel }) => channel)];
  return {
    ...commonAnswer(stream, parsed.notes),
    removed: removed.slice(0, listed),
    not_held: unheld.slice(0, listed),
    subscription_count: stream.subscriptions.size,
  } satisfies UnsubscribeAnswer;
}
