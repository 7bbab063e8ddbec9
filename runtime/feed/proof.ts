/** Data of a channel proves that the feed serves it, whatever it said. */
import type { Market } from '../contract/market.js';
import { column, columns, type Events } from '../decode/event-list.js';
import type { SymbolTable } from '../symbols/symbol-table.js';
import type { Subscriptions } from './subscriptions.js';

/** Events of a frame, and how their symbols are numbered. */
export interface Arrival {
  readonly market: Market;
  readonly symbols: SymbolTable;
  readonly events: Events;
}

/**
 * Confirms what the events can have been brought by in one way alone.
 *
 * @returns whether any name was confirmed by them
 */
export function proveByData(subscriptions: Subscriptions, arrival: Arrival): boolean {
  const { market, events } = arrival;
  let proved = false;
  for (const prefix of [...subscriptions.unprovenPrefixes]) {
    const channel = market.channels.findIndex(one => one.prefix === prefix);
    for (let base = 0; base < events.count * columns; base += columns) {
      // Most often a whole channel is refused, and nothing of it comes.
      if (events.rows[base + column.channel] !== channel) continue;
      const ways = waysOf(arrival, base);
      // Of a symbol that is not told apart nobody can say in how many ways it can have come.
      const name = ways.length === 2 ? subscriptions.provenOf(ways) : undefined;
      if (name === undefined) continue;
      subscriptions.proved(name);
      proved = true;
    }
  }
  return proved;
}

const mostLookedAt = 100;

/** Whether any of the events is of what is subscribed; a few of them suffice to tell. */
export function isAwaited(subscriptions: Subscriptions, arrival: Arrival): boolean {
  const count = Math.min(arrival.events.count, mostLookedAt);
  for (let base = 0; base < count * columns; base += columns) {
    if (waysOf(arrival, base).some(name => subscriptions.stateOf(name) !== undefined)) return true;
  }
  return false;
}

/** Names of the channels that bring an event, as far as it is known without a look into it. */
function waysOf({ market, symbols, events: { rows } }: Arrival, base: number): string[] {
  const prefix = market.channels[rows[base + column.channel]!]?.prefix;
  if (prefix === undefined) return [];
  const symbol = symbols.nameOf(rows[base + column.symbol]!);
  return [...(symbol === undefined ? [] : [`${prefix}.${symbol}`]), `${prefix}.*`];
}
