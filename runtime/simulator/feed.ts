import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { WebSocketServer } from 'ws';
import type { Market } from '../contract/market.js';
import type { Clock } from '../core/clock.js';
import { systemClock } from '../pacing/system-clock.js';
import type { LiveSession } from './live-connection.js';
import type { SimulatedFeedOptions } from './options.js';
import { Stage } from './stage.js';

const loopback = '127.0.0.1';
const maxRequestBytes = 1024 * 1024;

const secondMs = 1_000;

/** Time after which playing yields to the event loop. */
const sliceMs = 5;

/** Most real time that one step catches up on, so that a machine is not flooded when it wakes from sleep. */
const maxCatchUpMs = 5_000;

/** How far the clock of the machine is set back before the feed goes back with it, rather than wait. */
const maxWaitMs = 2_000;

/**
 * A WebSocket server on loopback that speaks the vendor's protocol for the markets it is given, with invented data.
 *
 * It sends what happens in the simulated world when it happens there: at speed 1, what was just now by the clock.
 * Markets never close. A market without held channels does not play. The same options, calls of `advance` and requests
 * give the same frames.
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
  private readonly clock: Pick<Clock, 'now'>;
  private nowMs: number;
  private base: Promise<string> | undefined;
  private server: Server | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    markets: readonly Market[],
    private readonly options: SimulatedFeedOptions = {},
  ) {
    this.clock = options.clock ?? systemClock;
    this.nowMs = options.startAtMs ?? this.clock.now();
    this.stages = markets.map(market => new Stage(market, options));
  }

  /** Listens and, unless `stepMs` is 0, plays. @returns the base URL, to which a market's path is added */
  listen(): Promise<string> {
    this.base ??= this.open();
    return this.base;
  }

  /** Plays this much virtual time at once; sends a frame or more per second of it to connections with channels. */
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

  /** The same, but yields to the event loop, which the server shares. */
  private async advanceInTurns(virtualMs: number): Promise<void> {
    let beganMs = performance.now();
    for (const _ of this.playing(virtualMs)) {
      if (performance.now() - beganMs < sliceMs) continue;
      await nextTurn();
      beganMs = performance.now();
    }
  }

  /** Open connections of a market, oldest first. */
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
    const { stepMs = 100, speed = 1, startAtMs } = this.options;
    if (stepMs <= 0) return;
    const [beganMs, beganAt] = [this.nowMs, performance.now()];
    const followsClock = speed === 1 && startAtMs === undefined;
    const dueMs = () => (followsClock ? this.clock.now() : beganMs + (performance.now() - beganAt) * speed);
    let playing = false;
    this.timer = setInterval(() => {
      // The next step makes up for one that takes longer than the time it plays.
      if (playing) return;
      playing = true;
      void this.playUntil(dueMs(), speed).finally(() => {
        playing = false;
      });
    }, stepMs);
    this.timer.unref();
  }

  private async playUntil(dueMs: number, speed: number): Promise<void> {
    const behindMs = dueMs - this.nowMs;
    if (behindMs < -maxWaitMs) this.nowMs = dueMs;
    else if (behindMs > maxCatchUpMs * speed) this.nowMs = dueMs - maxCatchUpMs * speed;
    await this.advanceInTurns(dueMs - this.nowMs);
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
