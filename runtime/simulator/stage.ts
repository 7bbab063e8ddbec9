import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import type { Channel } from '../contract/channel.js';
import type { Market } from '../contract/market.js';
import { encode } from './encode.js';
import type { SimulatedEvent } from './event.js';
import { LiveConnection } from './live-connection.js';
import type { SimulatedFeedOptions } from './options.js';
import { Tape } from './tape.js';
import { splitChannel } from './vendor-session.js';

const minuteMs = 60_000;

/** How long before the next minute a market begins to play. */
const leadMs = 3_000;

/** Symbols that are played in one step: a new one first plays a minute in silence, which takes about a millisecond. */
const symbolsAtOnce = 20;

/** One market of the feed: its connections and their common tape. */
export class Stage {
  readonly connections = new Set<LiveConnection>();
  private readonly tape: Tape;
  private readonly channels: ReadonlyMap<string, Channel>;
  /** How far the market's clock is behind the feed's; undefined until a channel is held. */
  private lagMs: number | undefined;
  /** The symbols that play; undefined after every request, to be computed again. */
  private playing: ReadonlySet<string> | undefined;

  constructor(
    readonly market: Market,
    private readonly options: SimulatedFeedOptions,
  ) {
    this.tape = new Tape(market, options.seed ?? 1);
    this.channels = new Map(market.channels.map(channel => [channel.prefix, channel]));
  }

  welcome(socket: WebSocket, tcp: Socket): void {
    const connection = new LiveConnection(this.market, this.options, socket, tcp, {
      admitted: key => this.makeRoom(connection, key),
      changed: () => {
        this.playing = undefined;
      },
    });
    this.connections.add(connection);
    socket.on('close', () => {
      this.connections.delete(connection);
      this.playing = undefined;
    });
    connection.greet();
  }

  /** Plays an interval of virtual time, some symbols per step. */
  *play(fromMs: number, toMs: number): Generator<void> {
    this.playing ??= this.symbolsToPlay();
    if (this.playing.size === 0) return;
    this.lagMs ??= (fromMs % minuteMs) + leadMs;
    const [beginMs, endMs] = [fromMs - this.lagMs, toMs - this.lagMs];
    const symbols = [...this.playing];
    for (let first = 0; first < symbols.length; first += symbolsAtOnce) {
      this.deliver(this.tape.play(symbols.slice(first, first + symbolsAtOnce), beginMs, endMs));
      yield;
    }
  }

  private deliver(events: readonly SimulatedEvent[]): void {
    const texts = new Map<SimulatedEvent, string>();
    for (const connection of this.connections) {
      const wanted = events.filter(event => connection.wants(event));
      for (const event of wanted) {
        if (!texts.has(event)) texts.set(event, encode(event, this.channels.get(event.prefix)!));
      }
      connection.deliver(wanted.map(event => texts.get(event)!));
    }
  }

  /** All listed instruments play if anything is held, so that their path does not depend on what is held. */
  private symbolsToPlay(): ReadonlySet<string> {
    const held = [...this.connections].flatMap(connection => [...connection.held]);
    if (held.length === 0) return new Set();
    const listed = this.market.simulation.instruments.map(({ symbol }) => symbol);
    return new Set([...listed, ...held.map(channel => splitChannel(channel)[1])]);
  }

  private makeRoom(newcomer: LiveConnection, key: string): void {
    const rivals = [...this.connections].filter(connection => connection !== newcomer && connection.key === key);
    const kept = (this.options.maxConnections ?? 1) - 1;
    for (const rival of rivals.slice(0, Math.max(0, rivals.length - kept))) rival.evict();
  }
}
