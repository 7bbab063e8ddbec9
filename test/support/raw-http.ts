import { connect, type Socket } from 'node:net';

/** A connection on which a test can write what no client would. */
export class RawConnection {
  /** Everything received, as Latin-1. */
  received = '';
  readonly closed: Promise<void>;
  private constructor(readonly socket: Socket) {
    socket.setEncoding('latin1');
    socket.on('data', data => {
      this.received += data;
    });
    socket.on('error', () => {});
    this.closed = new Promise(resolve => socket.once('close', () => resolve()));
  }

  /** Resolves when the connection is open or refused. */
  static open(url: string): Promise<RawConnection> {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    const connection = new RawConnection(socket);
    return new Promise(resolve => {
      socket.once('connect', () => resolve(connection));
      socket.once('close', () => resolve(connection));
    });
  }

  /** Waits for the status of the first answer; 0 if the connection ends without one. */
  async status(patienceMs = 5_000): Promise<number> {
    const found = (): number | undefined => {
      const [, status] = /^HTTP\/1\.1 (\d{3})/.exec(this.received) ?? [];
      return status === undefined ? undefined : Number(status);
    };
    const endMs = performance.now() + patienceMs;
    while (found() === undefined && !this.socket.closed && performance.now() < endMs) {
      await new Promise(resolve => setTimeout(resolve, 2));
    }
    return found() ?? 0;
  }

  close(): void {
    this.socket.destroy();
  }
}

/** Sends a text on a new connection, then closes it. @returns the status of the answer; 0 if there is none */
export async function statusOf(url: string, text: string | Buffer): Promise<number> {
  const connection = await RawConnection.open(url);
  if (typeof text === 'string') connection.socket.write(text, 'latin1');
  else connection.socket.write(text);
  const status = await connection.status();
  connection.close();
  return status;
}

/** The bytes of a request; leaves out headers that are null. */
export function rawRequest(
  url: string,
  method: string,
  headers: Readonly<Record<string, string | readonly string[] | null>> = {},
  body = '',
): string {
  const { host, pathname } = new URL(url);
  const all = { host, connection: 'close', ...headers };
  const lines = Object.entries(all).flatMap(([name, value]) =>
    value === null ? [] : [value].flat().map(one => `${name}: ${one}`),
  );
  return [`${method} ${pathname} HTTP/1.1`, ...lines, '', body].join('\r\n');
}
