import type { ListAnswer } from '../../../generated/types.js';
import type { Market } from '../../contract/market.js';
import { commonAnswer, doubtsOf } from '../../reading/answer.js';
import type { HubView } from '../../stream/view.js';

export function list(hub: HubView, market: Market) {
  const stream = hub.stream(market.name);
  const groups: Record<string, string[]> = {};
  for (const { prefix, title } of market.channels) {
    const names = stream.subscriptions.names.filter(name => name.startsWith(`${prefix}.`)).toSorted();
    if (names.length > 0) groups[title] = names;
  }
  return {
    ...commonAnswer(stream, doubtsOf(stream)),
    subscriptions: groups,
    subscription_count: stream.subscriptions.size,
  } satisfies ListAnswer;
}
