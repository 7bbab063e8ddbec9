import type { StopAnswer } from '../../../generated/types.js';
import type { Market } from '../../contract/market.js';
import { isWanted } from '../../feed/state.js';
import { commonAnswer } from '../../reading/answer.js';
import type { HubView } from '../../stream/view.js';

export async function stop(hub: HubView, market: Market) {
  const stream = hub.stream(market.name);
  const wanted = isWanted(stream.state);
  if (stream.state !== 'idle') await stream.stop();
  return {
    ...commonAnswer(stream, wanted ? [] : ['It was not running.']),
    messages_received: stream.totals.received,
    duration_s: Math.round(stream.durationMs / 100) / 10,
  } satisfies StopAnswer;
}
