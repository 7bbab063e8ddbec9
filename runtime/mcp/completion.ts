/** Suggests values for the variables of resource templates and for the arguments of prompts. */
import type { Market } from '../contract/market.js';
import type { HubView } from '../stream/view.js';
import { listTools } from '../tools/tools.js';

const mostValues = 100;

export interface Completion {
  readonly values: string[];
  readonly total: number;
  readonly hasMore: boolean;
}

/** The value to complete. */
export interface Typed {
  readonly name: string;
  readonly value: string;
}

/** @param others values that are filled in already, by name */
export function complete(
  hub: HubView,
  { name, value }: Typed,
  others: Readonly<Record<string, string>> = {},
): Completion {
  const market = hub.markets.find(other => other.name === others.market);
  const begun = value.toLowerCase();
  const fitting = suggest(hub, name, market).filter(text => text.toLowerCase().startsWith(begun));
  return { values: fitting.slice(0, mostValues), total: fitting.length, hasMore: fitting.length > mostValues };
}

function suggest(hub: HubView, name: string, market: Market | undefined): readonly string[] {
  if (name === 'tool') return listTools(hub).map(({ tool }) => tool.name);
  if (name === 'market') return hub.markets.map(other => other.name);
  if (!market) return [];
  const held = hub.stream(market.name).subscriptions.names;
  const known = market.simulation.instruments.map(({ symbol }) => symbol);
  switch (name) {
    case 'channel':
      return [...new Set([...held, ...market.channels.flatMap(({ prefix }) => known.map(to => `${prefix}.${to}`))])];
    case 'symbol':
    case 'symbols':
      return [...new Set([...held.map(symbolOf).filter(symbol => symbol !== '*'), ...known])];
    default:
      return [];
  }
}

function symbolOf(channel: string): string {
  return channel.slice(channel.indexOf('.') + 1);
}
