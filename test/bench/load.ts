/** Events as the feed sends them: what the simulated feed plays, spread over as many symbols as wanted. */
import type { EventKind } from '../../runtime/contract/channel.js';
import type { Market } from '../../runtime/contract/market.js';
import { encode } from '../../runtime/simulator/encode.js';
import { Tape } from '../../runtime/simulator/tape.js';

/** What fills the wire on a busy day. */
const loudKinds: readonly EventKind[] = ['TRADE', 'QUOTE', 'INDEX_VALUE'];
const openingMs = Date.UTC(2026, 10, 23, 15);
const stretchMs = 10_000;
const letters = 26;

/** @param index below 26 to the third */
function nameOf(index: number): string {
  return [letters ** 2, letters, 1]
    .map(step => String.fromCharCode(65 + (Math.floor(index / step) % letters)))
    .join('');
}

const spellings: Readonly<Record<string, (name: string) => string>> = {
  stocks: name => `A${name}`,
  options: name => `O:${name}261218C00670000`,
  futures: name => `${name}Z6`,
  indices: name => `I:${name}`,
  forex: name => `${name}/USD`,
  crypto: name => `${name}-USD`,
};

/** The markets of which as many symbols as wanted can be made up; whoever adds a market may spell its symbols above. */
export const spelledMarkets: readonly string[] = Object.keys(spellings);

/** Canonical symbol of a market by its number; a market whose symbols nobody has spelled here has those that it plays. */
export function symbolOf({ name, simulation: { instruments } }: Market, index: number): string {
  return spellings[name]?.(nameOf(index)) ?? instruments[index % instruments.length]!.symbol;
}

/** Channels of trades, quotes and values with all their symbols. */
export function loudChannels({ channels }: Market): string[] {
  return channels.filter(({ wildcard, event }) => wildcard && isLoud(event)).map(({ prefix }) => `${prefix}.*`);
}

function isLoud(event: EventKind): boolean {
  return loudKinds.includes(event);
}

/** @returns trades, quotes and values as JSON, or what else a market has without them; their symbols take turns */
export function eventsOf(market: Market, symbols: number, count: number): string[] {
  const channels = new Map(market.channels.map(channel => [channel.prefix, channel]));
  const tape = new Tape(market, 1);
  const hasLoud = market.channels.some(({ event }) => isLoud(event));
  const players = market.simulation.instruments.map(({ symbol }) => symbol);
  const events: string[] = [];
  for (let atMs = openingMs; events.length < count; atMs += stretchMs) {
    for (const event of tape.play(players, atMs, atMs + stretchMs)) {
      const channel = channels.get(event.prefix)!;
      if (hasLoud && !isLoud(channel.event)) continue;
      events.push(shorten(encode({ ...event, symbol: symbolOf(market, events.length % symbols) }, channel)));
    }
  }
  return events.slice(0, count);
}

/** Most exchanges number their trades; the simulated feed has a UUID for each. */
function shorten(event: string): string {
  return event.replace(/"i":"(\w{5})[\w-]{31}"/, (_, start) => `"i":"${Number.parseInt(start, 16)}"`);
}

/** @returns frames of so many events each */
export function framesOf(events: readonly string[], batch: number): string[] {
  return Array.from({ length: Math.floor(events.length / batch) }, (_, index) =>
    inFrame(events.slice(index * batch, (index + 1) * batch)),
  );
}

export function inFrame(events: readonly string[]): string {
  return `[${events.join(',')}]`;
}
