/** Data of a channel proves that the feed serves it, whatever the feed answered. */
import type { Market } from '../contract/market.js';
import { column, columns, type Events } from '../decode/event-list.js';
import type { SymbolTable } from '../symbols/symbol-table.js';
import type { Subscriptions } from './subscriptions.js';

/** The events of a frame, and the table of their symbols. */
export interface Arrival {
  readonly market: Market;
  readonly symbols: SymbolTable;
  readonly events: Events;
}

/**
 * Confirms each subscription that alone can have brought one of the events.
 *
 * @returns whether this confirmed any name
 */
export function proveByData(subscriptions: Subscriptions, arrival: Arrival): boolean {
  const { market, events } = arrival;
  let proved = false;
  for (const prefix of [...subscriptions.unprovenPrefixes]) {
    const channel = market.channels.findIndex(one => one.prefix === prefix);
    for (let base = 0; base < events.count * columns; base += columns) {
      // Usually a whole prefix is refused, and no event of it arrives.
      if (events.rows[base + column.channel] !== channel) continue;
      const ways = waysOf(arrival, base);
      // A symbol beyond the table's limit has no exact list of channels.
      const name = ways.length === 2 ? subscriptions.provenOf(ways) : undefined;
      if (name === undefined) continue;
      subscriptions.proved(name);
      proved = true;
    }
  }
  return proved;
}

const mostLookedAt = 100;

/** Whether any event belongs to a subscribed channel; checks only the first few. */
export function isAwaited(subscriptions: Subscriptions, arrival: Arrival): boolean {
  const count = Math.min(arrival.events.count, mostLookedAt);
  for (let base = 0; base < count * columns; base += columns) {
    if (waysOf(arrival, base).some(name => subscriptions.stateOf(name) !== undefined)) return true;
  }
  return false;
}

/** Names of the channels that bring an event, as far as the table of symbols tells. */
function waysOf({ market, symbols, events: { rows } }: Arrival, base: number): string[] {
  const prefix = market.channels[rows[base + column.channel]!]?.prefix;
  if (prefix === undefined) return [];
  const symbol = symbols.nameOf(rows[base + column.symbol]!);
  return [...(symbol === undefined ? [] : [`${prefix}.${symbol}`]), `${prefix}.*`];
}
