import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import type { Channel } from '../contract/channel.js';
import type { Market } from '../contract/market.js';
import { encode } from './encode.js';
import type { SimulatedEvent } from './event.js';
import { LiveConnection } from './live-connection.js';
import type { SimulatedFeedOptions } from './options.js';
import type { Wants } from './player.js';
import { Tape } from './tape.js';
import { splitChannel } from './vendor-session.js';

/** Symbols that are played in one step. */
const symbolsAtOnce = 20;

/** What the connections hold together. */
interface Held {
  readonly channels: ReadonlySet<string>;
  /** Those that are held with `*`. */
  readonly prefixes: ReadonlySet<string>;
  readonly symbols: readonly string[];
  readonly wants: Wants;
}

/** One market of the feed: its connections and their common tape. */
export class Stage {
  readonly connections = new Set<LiveConnection>();
  private readonly tape: Tape;
  private readonly channels: ReadonlyMap<string, Channel>;
  private readonly wildcards: ReadonlySet<string>;
  /** Undefined after every request, to be computed again. */
  private held: Held | undefined;

  constructor(
    readonly market: Market,
    private readonly options: SimulatedFeedOptions,
  ) {
    this.tape = new Tape(market, options.seed ?? 1);
    this.channels = new Map(market.channels.map(channel => [channel.prefix, channel]));
    this.wildcards = new Set(market.channels.filter(({ wildcard }) => wildcard).map(({ prefix }) => prefix));
  }

  welcome(socket: WebSocket, tcp: Socket): void {
    const connection = new LiveConnection(this.market, this.options, socket, tcp, {
      admitted: key => this.makeRoom(connection, key),
      changed: () => {
        this.held = undefined;
      },
    });
    this.connections.add(connection);
    socket.on('close', () => {
      this.connections.delete(connection);
      this.held = undefined;
    });
    connection.greet();
  }

  /** Plays an interval of virtual time, some symbols per step. */
  *play(fromMs: number, toMs: number): Generator<void> {
    this.held ??= this.allHeld();
    const { channels, prefixes, symbols, wants } = this.held;
    if (channels.size === 0) return;
    const playing = prefixes.size === 0 ? symbols : [...this.tape.world.listings(toMs).keys()];
    for (const symbol of playing) if (this.tape.prepare(symbol, fromMs, wants)) yield;
    for (let first = 0; first < playing.length; first += symbolsAtOnce) {
      this.deliver(this.tape.play(playing.slice(first, first + symbolsAtOnce), fromMs, toMs, wants));
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

  private allHeld(): Held {
    const channels = new Set([...this.connections].flatMap(connection => [...connection.held]));
    const parts = [...channels].map(splitChannel);
    const starred = parts.filter(([prefix, symbol]) => symbol === '*' && this.wildcards.has(prefix));
    const prefixes = new Set(starred.map(([prefix]) => prefix));
    return {
      channels,
      prefixes,
      symbols: [...new Set(parts.map(([, symbol]) => symbol))],
      wants: (prefix, symbol) => prefixes.has(prefix) || channels.has(`${prefix}.${symbol}`),
    };
  }

  private makeRoom(newcomer: LiveConnection, key: string): void {
    const rivals = [...this.connections].filter(connection => connection !== newcomer && connection.key === key);
    const kept = (this.options.maxConnections ?? 1) - 1;
    for (const rival of rivals.slice(0, Math.max(0, rivals.length - kept))) rival.evict();
  }
}
