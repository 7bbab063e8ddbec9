/** Why nothing comes, in a sentence for an agent. */
import { brings, type Filter, spellFilter } from './channels.js';
import type { Market } from './contract.js';
import { count } from './count.js';
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
  /** Names of the channels that are held. */
  readonly subscriptions: readonly string[];
  readonly unconfirmed: readonly string[];
  readonly rejected: number;
  /** What was probably meant by channels of which nothing came. */
  readonly suspects: readonly string[];
  /** What a call looked for; absent: any message. */
  readonly sought?: Sought | undefined;
}

/** What a call looked for in vain, and what it saw instead. */
export interface Sought {
  readonly filters: readonly Filter[] | undefined;
  /** Messages of these filters that were looked at. */
  readonly seen: number;
  /** Messages that no filter chose. */
  readonly passed: number;
  /** What the condition asks for, in the last message of the filters. */
  readonly last?: Readonly<Record<string, unknown>> | undefined;
}

const justLiveMs = 5_000;
const namesShown = 5;

export function explainSilence(silence: Silence): string {
  return (
    explainState(silence) ??
    explainSubscriptions(silence) ??
    explainSearch(silence) ??
    silence.replay ??
    [explainMarket(silence), ...silence.suspects].join(' ')
  );
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
  if (subscriptions.length === 0) {
    const why = rejected > 0 ? 'every channel was rejected (see rejected)' : 'nothing is subscribed';
    return `The stream is live, but ${why}: call subscribe_${market.name}_channels.`;
  }
  if (unconfirmed.length === 0 || unconfirmed.length < subscriptions.length) return undefined;
  return `The feed did not acknowledge ${listed(unconfirmed)}; they may not be served.`;
}

/** Why a call found nothing although the stream may be alive. */
function explainSearch({ market, subscriptions, sought }: Silence): string | undefined {
  if (!sought) return undefined;
  const { filters = [], seen, passed, last } = sought;
  const unheld = unheldOf(subscriptions, filters);
  if (filters.length > 0 && unheld.length === filters.length) {
    return `Nothing of ${listed(unheld)} is subscribed: call subscribe_${market.name}_channels.`;
  }
  const found = describeFindings(filters, seen, passed, last);
  return found && [found, ...noteUnheld(unheld)].join(' ');
}

/** Filters that nothing of what is subscribed can satisfy, as they are written. */
export function unheldOf(subscriptions: readonly string[], filters: readonly Filter[]): string[] {
  return filters.filter(filter => !subscriptions.some(name => brings(name, filter))).map(spellFilter);
}

export function noteUnheld(unheld: readonly string[]): string[] {
  return unheld.length > 0 ? [`Nothing of ${listed(unheld)} is subscribed.`] : [];
}

function describeFindings(
  filters: readonly Filter[],
  seen: number,
  passed: number,
  last: Sought['last'],
): string | undefined {
  if (seen > 0) {
    const values = Object.entries(last ?? {}).map(([field, value]) => `${field} ${JSON.stringify(value)}`);
    const had = values.length > 0 ? ` The last one had ${values.join(', ')}.` : '';
    return `${count(seen, 'message')} came, and none made the condition true.${had}`;
  }
  if (passed === 0) return undefined;
  return `${count(passed, 'message')} came, and none of ${listed(filters.map(spellFilter))}.`;
}

function listed(names: readonly string[]): string {
  return `${names.slice(0, namesShown).join(', ')}${names.length > namesShown ? ' and others' : ''}`;
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
  if (nowMs - liveSinceMs < justLiveMs && (lastMessageAtMs ?? 0) < liveSinceMs) {
    return lastMessageAtMs === undefined
      ? 'The stream has just become live; nothing has come yet.'
      : 'The stream has just become live again; nothing has come since.';
  }
  const since = lastMessageAtMs === undefined ? 'since it was started' : `since ${isoOrNull(lastMessageAtMs)}`;
  return `Live and subscribed, but no event came ${since}. A quiet or misspelled symbol is silent: the feed acknowledges any symbol.`;
}
