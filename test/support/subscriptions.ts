/** Subscriptions by channel name. */
import { Subscriptions } from '../../runtime/feed/subscriptions.js';
import { type ChannelName, parseChannels } from '../../runtime/symbols/channels.js';
import { marketOf } from './markets.js';

export const stocks = marketOf('stocks');

export const options = marketOf('options');

export function names(...texts: string[]): readonly ChannelName[] {
  return parseChannels(stocks, texts).names;
}

export function contracts(prefix: string, from: number, count: number): readonly ChannelName[] {
  const strikes = Array.from({ length: count }, (_, index) => String(from + index).padStart(8, '0'));
  return parseChannels(
    options,
    strikes.map(strike => `${prefix}.O:SPY251219C${strike}`),
  ).names;
}

export function sent(...texts: string[]): Subscriptions {
  const subscriptions = new Subscriptions(stocks);
  subscriptions.want(names(...texts));
  subscriptions.sent(texts);
  return subscriptions;
}

export function statesOf(subscriptions: Subscriptions): Record<string, string | undefined> {
  return Object.fromEntries(subscriptions.names.map(name => [name, subscriptions.stateOf(name)]));
}
