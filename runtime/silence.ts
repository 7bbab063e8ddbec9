/** Why nothing comes, in a sentence for an agent. */
import type { Market } from './contract.js';
import { nextOpening, sessionAt } from './hours.js';
import type { StateName } from './state.js';
import { isoOrNull } from './time.js';

/** What is known of a stream that is silent. */
export interface Silence {
  readonly market: Market;
  readonly state: StateName;
  readonly simulated: boolean;
  readonly delayMinutes: number;
  /** Why the recording that is played is silent. */
  readonly replay?: string | undefined;
  readonly nowMs: number;
  readonly liveSinceMs?: number | undefined;
  readonly lastMessageAtMs?: number | undefined;
  readonly nextRetryAtMs?: number | undefined;
  readonly fault?: string | undefined;
  readonly subscriptions: number;
  readonly unconfirmed: readonly string[];
  readonly rejected: number;
}

const justLiveMs = 5_000;
const namesShown = 5;

export function explainSilence(silence: Silence): string {
  return explainState(silence) ?? explainSubscriptions(silence) ?? silence.replay ?? explainMarket(silence);
}

function explainState({ state, market, fault, nextRetryAtMs }: Silence): string | undefined {
  switch (state) {
    case 'idle':
      return `The stream was not started: call start_${market.name}_stream.`;
    case 'stopped':
      return `The stream is stopped: call start_${market.name}_stream.`;
    case 'refused':
      return `The feed refused the stream, and it stays down. ${fault ?? ''}`.trim();
    case 'retrying':
      return `The connection is down; the next attempt is at ${isoOrNull(nextRetryAtMs) ?? 'any moment'}. ${fault ?? ''}`.trim();
    case 'connecting':
    case 'authenticating':
      return 'The connection is being made.';
    case 'live':
      return undefined;
  }
}

function explainSubscriptions({ subscriptions, unconfirmed, rejected, market }: Silence): string | undefined {
  if (subscriptions === 0) {
    const why = rejected > 0 ? 'every channel was rejected (see rejected)' : 'nothing is subscribed';
    return `The stream is live, but ${why}: call subscribe_${market.name}_channels.`;
  }
  if (unconfirmed.length === 0 || unconfirmed.length < subscriptions) return undefined;
  const names = unconfirmed.slice(0, namesShown).join(', ');
  return `The feed did not acknowledge ${names}${unconfirmed.length > namesShown ? ' and others' : ''}; they may not be served.`;
}

function explainMarket(silence: Silence): string {
  const { market, simulated, delayMinutes, nowMs, liveSinceMs = nowMs, lastMessageAtMs } = silence;
  // A delayed feed is silent until its delay after the opening has passed.
  const marketMs = nowMs - delayMinutes * 60_000;
  if (!simulated && !sessionAt(market.hours, marketMs)) {
    const opensMs = nextOpening(market.hours, marketMs) + delayMinutes * 60_000;
    const late = delayMinutes > 0 ? ` (${delayMinutes} minutes late)` : '';
    return `${market.title} is outside its hours; messages are due from ${isoOrNull(opensMs)}${late}. Holidays are not known here.`;
  }
  if (nowMs - liveSinceMs < justLiveMs) return 'The stream has just become live; nothing has come yet.';
  const since = lastMessageAtMs === undefined ? 'since it was started' : `since ${isoOrNull(lastMessageAtMs)}`;
  return `Live and subscribed, but no event came ${since}. A quiet or misspelled symbol is silent: the feed acknowledges any symbol.`;
}
