import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';

/** What the feed does on each event; a test may replace any of them while the feed runs. */
export interface RawFeedScript {
  /** Answers the upgrade instead of the feed. @returns whether it did */
  upgrade?: (request: IncomingMessage, socket: Duplex, attempt: number) => boolean;
  /** Called when a connection is open. */
  open?: (socket: WebSocket, attempt: number) => void;
  /** Called with each frame of a client. */
  message?: (socket: WebSocket, frame: { action: string; params: string }, attempt: number) => void;
}

const transports = new WeakMap<WebSocket, Duplex>();

/** The TCP socket below a WebSocket of a raw feed. */
export function tcpOf(socket: WebSocket): Duplex {
  return transports.get(socket)!;
}

/** A WebSocket server that does only what the test says; it does not even answer pings. */
export class RawFeed {
  readonly received: string[] = [];
  attempts = 0;
  private readonly sockets = new Set<Duplex>();

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async open(script: RawFeedScript): Promise<RawFeed> {
    const server = createServer((_, response) => response.writeHead(426).end());
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const feed = new RawFeed(server, `ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const upgrader = new WebSocketServer({ noServer: true, perMessageDeflate: false, autoPong: false });
    server.on('connection', socket => {
      feed.sockets.add(socket);
      socket.on('close', () => feed.sockets.delete(socket));
      socket.on('error', () => {});
    });
    server.on('upgrade', (request, socket, head) => {
      const attempt = ++feed.attempts;
      if (script.upgrade?.(request, socket, attempt)) return;
      upgrader.handleUpgrade(request, socket, head, client => {
        transports.set(client, socket);
        client.on('error', () => {});
        client.on('message', data => {
          feed.received.push(String(data));
          script.message?.(client, JSON.parse(String(data)), attempt);
        });
        script.open?.(client, attempt);
      });
    });
    return feed;
  }

  /** Open TCP connections. */
  get connections(): number {
    return this.sockets.size;
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise(resolve => this.server.close(resolve));
  }
}

export function statusFrame(status: string, message: string): string {
  return JSON.stringify([{ ev: 'status', status, message }]);
}

export const greeting = statusFrame('connected', 'Connected Successfully');

/** Greets, accepts every key, and acknowledges every channel. */
export const polite: Required<Pick<RawFeedScript, 'open' | 'message'>> = {
  open: socket => socket.send(greeting),
  message(socket, { action, params }) {
    if (action === 'auth') socket.send(statusFrame('auth_success', 'authenticated'));
    else if (action === 'subscribe') {
      const acks = params
        .split(',')
        .map(name => ({ ev: 'status', status: 'success', message: `subscribed to: ${name}` }));
      socket.send(JSON.stringify(acks));
    }
  },
};
