import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import type { Market } from '../contract/market.js';
import type { SimulatedEvent } from './event.js';
import type { SimulatedFeedOptions } from './options.js';
import { VendorSession } from './vendor-session.js';

const maxEventsPerFrame = 1_000;
const policyViolation = 1008;

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

/** What a connection tells the stage. */
export interface Cues {
  /** The key was accepted. */
  admitted(key: string): void;
  /** It may hold other channels than before. */
  changed(): void;
}

export class LiveConnection implements LiveSession {
  readonly market: string;
  /** The key whose connections it counts among. */
  key: string | undefined;
  private readonly session: VendorSession;
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
    this.session = new VendorSession(market, options, {
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
