import type { EventKind } from '../contract/channel.js';
import type { Market } from '../contract/market.js';
import type { SimulatedEvent } from './event.js';
import { Player, type Wants } from './player.js';
import { World } from './world/world.js';

/** The events of a market, in the order of time. */
export class Tape {
  readonly world: World;
  private readonly players = new Map<string, Player>();
  private readonly prefixes = new Map<EventKind, string[]>();

  constructor(market: Market, seed: number) {
    this.world = new World(market, seed);
    for (const { event, prefix } of market.channels) {
      this.prefixes.set(event, [...(this.prefixes.get(event) ?? []), prefix]);
    }
  }

  /** Does what takes a while before a symbol plays. @returns whether it did */
  prepare(symbol: string, atMs: number, wants: Wants): boolean {
    return this.find(symbol, atMs)?.prepare(atMs, wants) ?? false;
  }

  /** The events of these symbols after `fromMs`, up to and including `toMs`; what is not listed then has none. */
  play(symbols: Iterable<string>, fromMs: number, toMs: number, wants: Wants = everything): SimulatedEvent[] {
    const events: SimulatedEvent[] = [];
    for (const symbol of new Set(symbols)) {
      this.find(symbol, toMs)?.play(fromMs, toMs, wants, event => events.push(event));
    }
    return events.sort((a, b) => a.atMs - b.atMs || (a.symbol < b.symbol ? -1 : a.symbol > b.symbol ? 1 : 0));
  }

  private find(symbol: string, atMs: number): Player | undefined {
    const instrument = this.world.find(symbol, atMs);
    if (instrument === undefined) return undefined;
    let player = this.players.get(symbol);
    if (!player) {
      player = new Player(instrument, this.world, this.prefixes);
      this.players.set(symbol, player);
    }
    return player;
  }
}

const everything: Wants = () => true;
