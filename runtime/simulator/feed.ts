import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Channel, Market } from '../contract/contract.js';
import { encode } from './encode.js';
import type { SimulatedEvent } from './event.js';
import { Tape } from './tape.js';
import { Session, type SessionPolicy, splitChannel } from './vendor-session.js';

const loopback = '127.0.0.1';
const maxRequestBytes = 1024 * 1024;
const maxEventsPerFrame = 1_000;
const policyViolation = 1008;

const secondMs = 1_000;
const minuteMs = 60_000;

/** How long before the turn of a minute a market begins to play. */
const leadMs = 3_000;

/** So many symbols are played at once; with more of them, others get their turn in between. */
const symbolsAtOnce = 100;
/** After so long they do. */
const sliceMs = 5;

/** Real time that one step makes up for at most, so that a machine that slept is not drowned when it wakes. */
const maxCatchUpMs = 5_000;

export interface SimulatedFeedOptions extends SessionPolicy {
  /** Port on loopback; default 0, any free one. */
  readonly port?: number;
  /** Names the course of all events; default 1. */
  readonly seed?: number;
  /** Virtual time at construction, ms since the epoch; default now. */
  readonly startAtMs?: number;
  /** Virtual milliseconds per real millisecond; default 1. */
  readonly speed?: number;
  /** Real interval at which the feed plays, in ms; default 100. With 0 it plays by `advance` alone. */
  readonly stepMs?: number;
  /** Connections per key and market; default 1. A newcomer evicts the oldest. */
  readonly maxConnections?: number;
  /** Real time within which a connection must authenticate, in ms; default 10,000. */
  readonly authTimeoutMs?: number;
  /** Bytes that may wait for one connection before it is cut off without a close frame; default 16 MiB. */
  readonly slowConsumerBytes?: number;
}

/** One connection as tests see it. */
export interface LiveSession {
  readonly market: string;
  /** Channels with canonical symbols. */
  readonly held: ReadonlySet<string>;
  readonly socket: WebSocket;
  /** Sends a text frame as it is. */
  send(rawText: string): void;
  close(code: number, reason?: string): void;
  /** Cuts the connection without a close frame. */
  terminate(): void;
}

/**
 * A WebSocket server on loopback that speaks the vendor's protocol for the markets it is given, with invented data.
 *
 * Virtual time starts at `startAtMs` and knows no closed market. Each market lags behind it by a constant of 3 to 63
 * seconds, fixed when somebody first holds a channel there, such that the next minute begins 3 s later; the minute
 * before that was played in silence, so complete minute bars come within seconds. A market in which nobody holds
 * anything does not play. The same options, calls of `advance` and requests give the same frames.
 */
export class SimulatedFeed {
  private readonly stages: readonly Stage[];
  private readonly sockets = new Set<Socket>();
  private readonly upgrader = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: maxRequestBytes,
  });
  private nowMs: number;
  private base: Promise<string> | undefined;
  private server: Server | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    markets: readonly Market[],
    private readonly options: SimulatedFeedOptions = {},
  ) {
    this.nowMs = options.startAtMs ?? Date.now();
    this.stages = markets.map(market => new Stage(market, options));
  }

  /** Starts to listen and, unless `stepMs` is 0, to play; answers the base URL, to which a market's path is added. */
  listen(): Promise<string> {
    this.base ??= this.open();
    return this.base;
  }

  /** Plays so much virtual time at once; whoever holds channels is sent a frame or more per second of it. */
  advance(virtualMs: number): void {
    for (const _ of this.playing(virtualMs));
  }

  private *playing(virtualMs: number): Generator<void> {
    for (let left = virtualMs; left > 0; left -= secondMs) {
      const toMs = this.nowMs + Math.min(left, secondMs);
      for (const stage of this.stages) yield* stage.play(this.nowMs, toMs);
      this.nowMs = toMs;
    }
  }

  /** The same in turns of the event loop, which is that of the server as well. */
  private async advanceInTurns(virtualMs: number): Promise<void> {
    let beganMs = performance.now();
    for (const _ of this.playing(virtualMs)) {
      if (performance.now() - beganMs < sliceMs) continue;
      await nextTurn();
      beganMs = performance.now();
    }
  }

  /** Open connections of a market, the oldest first. */
  sessions(market: string): readonly LiveSession[] {
    return this.stages.filter(stage => stage.market.name === market).flatMap(stage => [...stage.connections]);
  }

  /** Cuts all connections and stops; no timer and no socket is left. */
  async close(): Promise<void> {
    await this.base?.catch(() => undefined);
    clearInterval(this.timer);
    const server = this.server;
    this.server = undefined;
    if (server === undefined) return;
    await new Promise<void>(resolve => {
      server.close(() => resolve());
      for (const socket of this.sockets) socket.destroy();
    });
  }

  private async open(): Promise<string> {
    const server = createServer((request, response) => {
      response.writeHead(this.stageOf(request) === undefined ? 404 : 426, { connection: 'close' }).end();
    });
    server.on('connection', socket => {
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket));
    });
    server.on('upgrade', (request, socket, head) => this.upgrade(request, socket, head));
    this.server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(this.options.port ?? 0, loopback, resolve);
    });
    this.startPlaying();
    return `ws://${loopback}:${(server.address() as AddressInfo).port}`;
  }

  private startPlaying(): void {
    const { stepMs = 100, speed = 1 } = this.options;
    if (stepMs <= 0) return;
    let playedAt = performance.now();
    let playing = false;
    this.timer = setInterval(() => {
      // A step that takes longer than the time it plays is made up for by the next one.
      if (playing) return;
      playing = true;
      const now = performance.now();
      void this.advanceInTurns(Math.min(now - playedAt, maxCatchUpMs) * speed).finally(() => {
        playing = false;
      });
      playedAt = now;
    }, stepMs);
    this.timer.unref();
  }

  private stageOf(request: IncomingMessage): Stage | undefined {
    const path = request.url?.split('?')[0] ?? '';
    return this.stages.find(({ market }) => market.paths.includes(path));
  }

  private upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    const stage = this.stageOf(request);
    if (stage === undefined) {
      socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    this.upgrader.handleUpgrade(request, socket, head, client => stage.welcome(client, socket as Socket));
  }
}

/** A market while it is played: its connections and the tape that they share. */
class Stage {
  readonly connections = new Set<Connection>();
  private readonly tape: Tape;
  private readonly channels: ReadonlyMap<string, Channel>;
  /** How far the market's clock is behind the feed's; unknown until somebody holds a channel. */
  private lagMs: number | undefined;
  /** Who plays, worked out anew after every request. */
  private cast: ReadonlySet<string> | undefined;

  constructor(
    readonly market: Market,
    private readonly options: SimulatedFeedOptions,
  ) {
    this.tape = new Tape(market, options.seed ?? 1);
    this.channels = new Map(market.channels.map(channel => [channel.prefix, channel]));
  }

  welcome(socket: WebSocket, tcp: Socket): void {
    const connection = new Connection(this.market, this.options, socket, tcp, {
      admitted: key => this.makeRoom(connection, key),
      changed: () => {
        this.cast = undefined;
      },
    });
    this.connections.add(connection);
    socket.on('close', () => {
      this.connections.delete(connection);
      this.cast = undefined;
    });
    connection.greet();
  }

  /** Plays a stretch of time, some of the symbols in each step. */
  *play(fromMs: number, toMs: number): Generator<void> {
    this.cast ??= this.whoPlays();
    if (this.cast.size === 0) return;
    this.lagMs ??= (fromMs % minuteMs) + leadMs;
    const [beginMs, endMs] = [fromMs - this.lagMs, toMs - this.lagMs];
    const symbols = [...this.cast];
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

  /** The listed instruments play whenever anything is held, so that their course does not depend on what it is. */
  private whoPlays(): ReadonlySet<string> {
    const held = [...this.connections].flatMap(connection => [...connection.held]);
    if (held.length === 0) return new Set();
    const listed = this.market.simulation.instruments.map(({ symbol }) => symbol);
    return new Set([...listed, ...held.map(channel => splitChannel(channel)[1])]);
  }

  private makeRoom(newcomer: Connection, key: string): void {
    const rivals = [...this.connections].filter(connection => connection !== newcomer && connection.key === key);
    const kept = (this.options.maxConnections ?? 1) - 1;
    for (const rival of rivals.slice(0, Math.max(0, rivals.length - kept))) rival.evict();
  }
}

/** What a connection tells the stage. */
interface Cues {
  /** The key was accepted. */
  admitted(key: string): void;
  /** It may hold other channels than before. */
  changed(): void;
}

class Connection implements LiveSession {
  readonly market: string;
  /** The key under which it occupies a place. */
  key: string | undefined;
  private readonly session: Session;
  private readonly slowConsumerBytes: number;

  constructor(
    market: Market,
    options: SimulatedFeedOptions,
    readonly socket: WebSocket,
    tcp: Socket,
    cues: Cues,
  ) {
    this.market = market.name;
    this.slowConsumerBytes = options.slowConsumerBytes ?? 16 * 1024 * 1024;
    this.session = new Session(market, options, {
      send: text => socket.send(text),
      drop: () => tcp.destroySoon(),
      admitted: key => {
        clearTimeout(patience);
        this.key = key;
        cues.admitted(key);
      },
    });
    const patience = setTimeout(() => this.session.expire(), options.authTimeoutMs ?? 10_000).unref();
    socket.on('close', () => clearTimeout(patience));
    socket.on('error', () => socket.terminate());
    socket.on('message', data => {
      this.session.receive(String(data));
      cues.changed();
    });
  }

  get held(): ReadonlySet<string> {
    return this.session.held;
  }

  greet(): void {
    this.session.greet();
  }

  wants({ prefix, symbol }: SimulatedEvent): boolean {
    return this.session.wants(prefix, symbol);
  }

  deliver(events: readonly string[]): void {
    if (this.socket.bufferedAmount > this.slowConsumerBytes) {
      this.terminate();
      return;
    }
    for (let index = 0; index < events.length; index += maxEventsPerFrame) {
      this.socket.send(`[${events.slice(index, index + maxEventsPerFrame).join(',')}]`);
    }
  }

  evict(): void {
    this.key = undefined;
    this.session.evict();
    this.socket.close(policyViolation);
  }

  send(rawText: string): void {
    this.socket.send(rawText);
  }

  close(code: number, reason?: string): void {
    this.socket.close(code, reason);
  }

  terminate(): void {
    this.socket.terminate();
  }
}
