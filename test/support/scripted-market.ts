import { once } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { WebSocket } from 'ws';
import { greeting, RawFeed, statusFrame } from './raw-feed.js';

/** A connection, and everything that the feed sent on it. */
export interface FeedSession {
  readonly held: Set<string>;
  readonly sent: number[];
  readonly socket: WebSocket;
  /** Answers that are held back. */
  readonly kept: object[];
  /** Answers to send, one in each turn of the event loop. */
  readonly due: object[];
}

const trade = { ev: 'T', x: 4, i: '1', z: 3, p: 200.5, s: 100, t: 1_790_000_000_000 };

const granted = (name: string) => ({ ev: 'status', status: 'success', message: `subscribed to: ${name}` });
const released = (name: string) => ({ ev: 'status', status: 'success', message: `unsubscribed to: ${name}` });
const denial = { ev: 'status', status: 'error', message: 'not authorized' };

/** A feed of one market that keeps to the protocol, but answers each channel in its own frame and its own turn. */
export class ScriptedMarket {
  /** Channels that the feed refuses. */
  denied: ReadonlySet<string> = new Set();
  /** Whether to hold back the answers to subscriptions. */
  mute = false;
  /** Channels that the feed ever refused. */
  readonly refused = new Set<string>();
  /** The keys of all sessions. */
  readonly keys: string[] = [];
  /** Every authenticated session, the newest last. */
  readonly sessions: FeedSession[] = [];
  private serial = 0;

  private constructor(private readonly feed: RawFeed) {}

  static async open(): Promise<ScriptedMarket> {
    const known = new Map<WebSocket, FeedSession>();
    const market: ScriptedMarket = new ScriptedMarket(
      await RawFeed.open({
        open: socket => socket.send(greeting),
        message(socket, { action, params }) {
          const session = known.get(socket);
          if (action === 'auth') {
            const admitted = { held: new Set<string>(), sent: [], socket, kept: [], due: [] };
            known.set(socket, admitted);
            market.sessions.push(admitted);
            market.keys.push(params);
            socket.send(statusFrame('auth_success', 'authenticated'));
          } else if (action === 'subscribe') market.subscribe(session!, params.split(','));
          else for (const name of params.split(',')) market.unsubscribe(session!, name);
        },
      }),
    );
    return market;
  }

  get url(): string {
    return this.feed.url;
  }

  get connections(): number {
    return this.feed.connections;
  }

  /** The newest session, if it is open. */
  get session(): FeedSession | undefined {
    const last = this.sessions.at(-1);
    return last?.socket.readyState === 1 ? last : undefined;
  }

  /** Sends trades, subscribed or not, each with its own number. */
  trade(symbol: string, count: number): void {
    const { session } = this;
    for (let left = count; session && left > 0; left--) {
      session.sent.push(this.serial);
      session.socket.send(JSON.stringify([{ ...trade, sym: symbol, q: this.serial++ }]));
    }
  }

  /** Sends the answers that were held back. */
  answer(): void {
    const { session } = this;
    if (session) this.say(session);
  }

  /** Ends the session for good. */
  refuse(status: string, message: string): void {
    const { socket } = this.session!;
    socket.send(statusFrame(status, message));
    socket.close(1008);
  }

  /** Resolves when each side has received everything that the other one sent; at once if nobody is connected. */
  async barrier(session = this.session): Promise<void> {
    if (!session) return;
    const gone = new AbortController();
    const { signal } = gone;
    while (session.due.length > 0) await nextTurn();
    session.socket.ping();
    await Promise.race([once(session.socket, 'pong', { signal }), once(session.socket, 'close', { signal })]);
    gone.abort();
  }

  async close(): Promise<void> {
    await this.feed.close();
  }

  private subscribe(session: FeedSession, names: readonly string[]): void {
    const { held, kept } = session;
    for (const name of names.filter(one => !held.has(one))) {
      const denied = this.denied.has(name);
      (denied ? this.refused : held).add(name);
      kept.push(denied ? denial : granted(name));
    }
    if (!this.mute) this.say(session);
  }

  private unsubscribe({ held, socket }: FeedSession, name: string): void {
    if (held.delete(name)) socket.send(JSON.stringify([released(name)]));
  }

  private say({ kept, due, socket }: FeedSession): void {
    due.push(...kept.splice(0));
    const speak = (): void => {
      const answer = due.shift();
      if (answer === undefined) return;
      if (socket.readyState === 1) socket.send(JSON.stringify([answer]));
      setImmediate(speak);
    };
    setImmediate(speak);
  }
}
