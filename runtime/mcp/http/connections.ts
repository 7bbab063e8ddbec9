/** The connections of a server, up to a maximum: an idle one gives way to a new one. */
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { noteArrival } from '../../pacing/arrivals.js';

interface Connection {
  readonly socket: Socket;
  readonly address: string;
  /** Admitted requests that have not ended. */
  busy: number;
  /** Whether any of its requests was ever admitted. */
  served: boolean;
}

const refusal = [
  'HTTP/1.1 503 Service Unavailable',
  'retry-after: 10',
  'connection: close',
  'content-length: 0',
  '',
  '',
].join('\r\n');

export class Connections {
  /** In the order of last activity; busy ones are among them. */
  private readonly known = new Map<Socket, Connection>();

  /**
   * @param most connections at the same time
   * @param perAddress the same for one remote address
   * @param refused called when none can give way
   */
  constructor(
    private readonly most: number,
    private readonly perAddress: number,
    private readonly refused: () => void,
  ) {}

  get size(): number {
    return this.known.size;
  }

  /** Bounds the connections of a server. */
  guard(server: Server): void {
    server.on('connection', socket => {
      noteArrival();
      this.admit(socket);
    });
  }

  /** Keeps a connection at least until the function that is returned is called. */
  use(socket: Socket): () => void {
    const connection = this.known.get(socket);
    if (!connection) return () => {};
    connection.busy++;
    connection.served = true;
    return () => {
      connection.busy--;
      // The most recently active one is last.
      if (this.known.delete(socket)) this.known.set(socket, connection);
    };
  }

  private admit(socket: Socket): void {
    const address = (socket.remoteAddress ?? '').replace(/^::ffff:/, '');
    const full = this.known.size >= this.most;
    const own = (connection: Connection): boolean => connection.address === address;
    const crowded = this.count(own) >= this.perAddress;
    if ((crowded && !this.endIdle(own)) || (full && !crowded && !this.endIdle(() => true))) {
      this.refused();
      dismiss(socket);
      return;
    }
    this.known.set(socket, { socket, address, busy: 0, served: false });
    socket.once('close', () => this.known.delete(socket));
  }

  private count(chosen: (connection: Connection) => boolean): number {
    let count = 0;
    for (const connection of this.known.values()) if (chosen(connection)) count++;
    return count;
  }

  /** Ends an idle connection, preferably one that was never used. @returns whether there was one */
  private endIdle(chosen: (connection: Connection) => boolean): boolean {
    const idle = [...this.known.values()].filter(connection => connection.busy === 0 && chosen(connection));
    const victim = idle.find(({ served }) => !served) ?? idle[0];
    if (!victim) return false;
    this.known.delete(victim.socket);
    if (victim.served) victim.socket.destroy();
    else dismiss(victim.socket);
    return true;
  }
}

function dismiss(socket: Socket): void {
  socket.on('error', () => {});
  socket.write(refusal);
  socket.destroySoon();
}
