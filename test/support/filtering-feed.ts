import { once } from 'node:events';
import type { WebSocket } from 'ws';
import { greeting, RawFeed, statusFrame } from './raw-feed.js';

/** An authenticated connection, with its key. */
interface Session {
  readonly key: string;
  readonly held: Set<string>;
  readonly socket: WebSocket;
}

/** An event, and the channels that bring it. */
export interface Sent {
  readonly event: object;
  readonly channels: readonly string[];
}

/** A feed that, like the vendor's, sends each connection only what it subscribed, in one frame. */
export class FilteringFeed {
  private readonly sessions = new Set<Session>();

  private constructor(
    private readonly feed: RawFeed,
    private readonly denied: ReadonlySet<string>,
  ) {}

  /** @param denied channels that the feed refuses to every key */
  static async open(denied: readonly string[]): Promise<FilteringFeed> {
    const known = new Map<WebSocket, Session>();
    const feed: FilteringFeed = new FilteringFeed(
      await RawFeed.open({
        open: socket => socket.send(greeting),
        message(socket, { action, params }) {
          const session = known.get(socket);
          if (action === 'auth') {
            const admitted = { key: params, held: new Set<string>(), socket };
            known.set(socket, admitted);
            feed.sessions.add(admitted);
            socket.once('close', () => feed.sessions.delete(admitted));
            socket.send(statusFrame('auth_success', 'authenticated'));
          } else if (action === 'subscribe') feed.subscribe(session!, params.split(','));
          else for (const name of params.split(',')) session!.held.delete(name);
        },
      }),
      new Set(denied),
    );
    return feed;
  }

  get url(): string {
    return this.feed.url;
  }

  /** Keys of the open connections. */
  get keys(): string[] {
    return [...this.sessions].map(({ key }) => key);
  }

  /** Resolves when every side has received everything sent before. */
  async send(...sent: readonly Sent[]): Promise<void> {
    for (const { held, socket } of this.sessions) {
      const mine = sent.filter(({ channels }) => channels.some(name => held.has(name)));
      if (mine.length > 0) socket.send(JSON.stringify(mine.map(({ event }) => event)));
    }
    await this.settle();
  }

  /** Cuts every connection. */
  cut(): void {
    for (const { socket } of this.sessions) socket.terminate();
  }

  async settle(): Promise<void> {
    await Promise.all([...this.sessions].map(({ socket }) => pongOf(socket)));
  }

  async close(): Promise<void> {
    await this.feed.close();
  }

  private subscribe({ held, socket }: Session, names: readonly string[]): void {
    for (const name of names.filter(one => !held.has(one))) {
      if (this.denied.has(name)) {
        socket.send(statusFrame('error', 'not authorized'));
        continue;
      }
      held.add(name);
      socket.send(statusFrame('success', `subscribed to: ${name}`));
    }
  }
}

async function pongOf(socket: WebSocket): Promise<void> {
  if (socket.readyState !== 1) return;
  const gone = new AbortController();
  const { signal } = gone;
  const heard = Promise.race([once(socket, 'pong', { signal }), once(socket, 'close', { signal })]);
  socket.ping();
  await heard;
  gone.abort();
}
