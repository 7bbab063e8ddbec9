import type { StopAllAnswer } from '../../../generated/types.js';
import { isWanted } from '../../feed/state.js';
import type { HubView } from '../../stream/view.js';
import { stop } from './stop.js';

/** Stops the client's streams, of whichever market. */
export async function stopAll(hub: HubView) {
  const running = hub.markets.filter(({ name }) => isWanted(hub.stream(name).state));
  const stopped = await Promise.all(running.map(market => stop(hub, market)));
  return {
    notes: stopped.length > 0 ? [] : ['No stream was running.'],
    stopped: stopped.map(({ market, messages_received, duration_s }) => ({ market, messages_received, duration_s })),
  } satisfies StopAllAnswer;
}
