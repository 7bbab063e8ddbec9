/** A bare client of the simulated feed. */
import { afterEach } from 'vitest';
import { WebSocket } from 'ws';
import type { Market } from '../../runtime/contract/market.js';
import { SimulatedFeed } from '../../runtime/simulator/feed.js';
import type { SimulatedFeedOptions } from '../../runtime/simulator/options.js';
import { forex, options, stocks } from './tables.js';

export const START_MS = Date.UTC(2026, 9, 14, 15, 4, 31, 250);

export type Message = Record<string, unknown>;

/** A plain client that keeps the received frames. */
export class Client {
  readonly socket: WebSocket;
  readonly frames: string[] = [];
  /** Close code, once closed; 1006 means that there was no close frame. */
  readonly closed: Promise<number>;
  #taken = 0;
  #wake: (() => void) | undefined;

  constructor(url: string) {
    this.socket = new WebSocket(url);
    this.closed = new Promise(resolve => this.socket.on('close', resolve));
    this.socket.on('error', () => {});
    this.socket.on('message', data => {
      this.frames.push(String(data));
      this.#wake?.();
    });
  }

  /** Takes the next frame. */
  async next(): Promise<Message[]> {
    while (this.#taken === this.frames.length) {
      await new Promise<void>(resolve => {
        this.#wake = resolve;
      });
    }
    return JSON.parse(this.frames[this.#taken++]!);
  }

  request(action: string, params: string): void {
    this.socket.send(JSON.stringify({ action, params }));
  }

  /** Waits until both sides have received everything. @returns the messages that were not taken yet */
  async rest(): Promise<Message[]> {
    const pong = new Promise(resolve => this.socket.once('pong', resolve));
    this.socket.ping();
    await pong;
    const texts = this.frames.slice(this.#taken);
    this.#taken = this.frames.length;
    return texts.flatMap(text => JSON.parse(text));
  }

  async authenticate(key = 'key'): Promise<void> {
    await this.next();
    this.request('auth', key);
    await this.next();
  }

  async subscribe(channels: string): Promise<Message[]> {
    this.request('subscribe', channels);
    return this.next();
  }
}

export const feeds: SimulatedFeed[] = [];

export function newFeed(extra: SimulatedFeedOptions = {}, markets: readonly Market[] = [stocks, forex, options]) {
  const feed = new SimulatedFeed(markets, { startAtMs: START_MS, stepMs: 0, ...extra });
  feeds.push(feed);
  return feed;
}

export async function connect(feed: SimulatedFeed, path = '/stocks'): Promise<Client> {
  return new Client(`${await feed.listen()}${path}`);
}

export async function enter(feed: SimulatedFeed, path = '/stocks', key = 'key'): Promise<Client> {
  const client = await connect(feed, path);
  await client.authenticate(key);
  return client;
}

export function split<Prefixes extends readonly string[]>(
  messages: readonly Message[],
  ...prefixes: Prefixes
): { [index in keyof Prefixes]: Message[] } {
  return prefixes.map(prefix => messages.filter(({ ev }) => ev === prefix)) as { [index in keyof Prefixes]: Message[] };
}

/** Registers hooks for each test of the calling file. */
export function setUp(): void {
  afterEach(async () => {
    await Promise.all(feeds.splice(0).map(feed => feed.close()));
  });
}
