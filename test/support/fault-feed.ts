/** A feed on loopback that does one thing wrong, down to the single byte, and then behaves. Plain TCP or TLS. */
import { createHash } from 'node:crypto';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createSecureServer } from 'node:tls';
import { Changes } from '../../runtime/pacing/changes.js';
import { systemClock } from '../../runtime/pacing/system-clock.js';

/** What a feed does wrong, at one step of a connection or at several. */
export interface Fault {
  /** Instead of reading the request. */
  readonly accept?: (socket: Socket) => void;
  /** Instead of the answer 101. */
  readonly upgrade?: (peer: Peer) => void;
  /** Instead of the greeting. */
  readonly greet?: (peer: Peer) => void;
  /** Instead of accepting the key. */
  readonly auth?: (peer: Peer, key: string) => void;
  /** Instead of acknowledging every pair. */
  readonly subscribe?: (peer: Peer, names: readonly string[]) => void;
  /** After the first acknowledgements. */
  readonly live?: (peer: Peer) => void;
  /** Instead of an answer to a ping. */
  readonly ping?: (peer: Peer) => void;
}

export interface FaultFeedOptions {
  readonly tls?: { readonly cert: string; readonly key: string };
}

export const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** How a frame differs from a whole text frame. */
export interface FrameShape {
  readonly opcode?: number;
  readonly fin?: boolean;
  /** The three reserved bits. */
  readonly reserved?: number;
  readonly masked?: boolean;
  /** Length in the header, if not that of the payload. */
  readonly declared?: bigint;
}

/** The bytes of a frame, valid or not. */
export function frame(payload: string | Buffer, shape: FrameShape = {}): Buffer {
  const { opcode = opcodes.text, fin = true, reserved = 0, masked = false } = shape;
  const body = Buffer.from(payload as string);
  const length = shape.declared ?? BigInt(body.length);
  const first = (fin ? 0x80 : 0) | (reserved << 4) | opcode;
  const maskBit = masked ? 0x80 : 0;
  let header: Buffer;
  if (length < 126n) header = Buffer.from([first, maskBit | Number(length)]);
  else if (length < 65_536n) {
    header = Buffer.from([first, maskBit | 126, 0, 0]);
    header.writeUInt16BE(Number(length), 2);
  } else {
    header = Buffer.from([first, maskBit | 127, 0, 0, 0, 0, 0, 0, 0, 0]);
    header.writeBigUInt64BE(length, 2);
  }
  // A mask of zeros leaves the payload as it is.
  return Buffer.concat(masked ? [header, Buffer.alloc(4), body] : [header, body]);
}

export function status(word: string, message: string): string {
  return JSON.stringify([{ ev: 'status', status: word, message }]);
}

/** A trade of stocks. */
export function trade(price: number, symbol = 'AAPL', more: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify([
    { ev: 'T', sym: symbol, x: 4, i: '1', z: 3, p: price, s: 100, t: 1_790_000_000_000, q: 1, ...more },
  ]);
}

/** One connection, from the side of the feed. */
export class Peer {
  /** The path of the request, such as `/stocks`. */
  path = '';
  request = '';
  /** Texts that the client sent. */
  readonly received: { readonly action: string; readonly params: string }[] = [];
  pings = 0;
  pongs = 0;
  /** Code of the client's close frame; 1005 if it has none. */
  closeCode: number | undefined;
  private rest = Buffer.alloc(0);
  private upgraded = false;
  private subscribed = false;
  private frozen = false;

  constructor(
    readonly socket: Socket,
    private readonly fault: Fault,
    feed: FaultFeed,
  ) {
    if (fault.accept) {
      fault.accept(socket);
      return;
    }
    socket.on('data', chunk => {
      if (this.frozen) return;
      this.rest = Buffer.concat([this.rest, chunk]);
      if (this.upgraded) this.readFrames();
      else this.readRequest();
      feed.changes.notify();
    });
  }

  get open(): boolean {
    return this.upgraded && !this.socket.destroyed && this.socket.writable && !this.frozen;
  }

  raw(bytes: string | Buffer): void {
    if (this.socket.writable) this.socket.write(bytes);
  }

  text(text: string): void {
    this.raw(frame(text));
  }

  /** Sends a close frame; the connection ends when the client answers it. */
  close(code?: number, reason = ''): void {
    const body = Buffer.alloc(code === undefined ? 0 : 2);
    if (code !== undefined) body.writeUInt16BE(code);
    this.raw(frame(Buffer.concat([body, Buffer.from(reason)]), { opcode: opcodes.close }));
  }

  drop(): void {
    this.socket.destroy();
  }

  /** Stops reading and writing, but keeps the TCP connection open. */
  freeze(): void {
    this.frozen = true;
    this.socket.pause();
  }

  thaw(): void {
    this.socket.resume();
  }

  accept(headers = ''): void {
    const key = /^sec-websocket-key: *(\S+)/im.exec(this.request)?.[1] ?? '';
    const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
    this.raw(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n${headers}\r\n`,
    );
    this.begin();
  }

  answer(code: number, headers = ''): void {
    this.raw(`HTTP/1.1 ${code} Fault\r\nContent-Length: 0\r\n${headers}\r\n`);
    this.socket.end();
  }

  greet(): void {
    this.text(status('connected', 'Connected Successfully'));
  }

  acceptKey(): void {
    this.text(status('auth_success', 'authenticated'));
  }

  acknowledge(names: readonly string[]): void {
    this.text(
      JSON.stringify(names.map(name => ({ ev: 'status', status: 'success', message: `subscribed to: ${name}` }))),
    );
  }

  /** Plays the fault of the live stream, once. */
  goLive(): void {
    if (this.subscribed) return;
    this.subscribed = true;
    this.fault.live?.(this);
  }

  private begin(): void {
    this.upgraded = true;
    if (this.fault.greet) this.fault.greet(this);
    else this.greet();
  }

  private readRequest(): void {
    const end = this.rest.indexOf('\r\n\r\n');
    if (end < 0) return;
    this.request = this.rest.toString('latin1', 0, end);
    this.path = this.request.split(' ')[1] ?? '';
    this.rest = this.rest.subarray(end + 4);
    if (this.fault.upgrade) this.fault.upgrade(this);
    else this.accept();
  }

  private readFrames(): void {
    while (this.rest.length >= 6) {
      const short = this.rest[1]! & 0x7f;
      const extra = short === 126 ? 2 : short === 127 ? 8 : 0;
      if (this.rest.length < 6 + extra) return;
      const length =
        extra === 0 ? short : extra === 2 ? this.rest.readUInt16BE(2) : Number(this.rest.readBigUInt64BE(2));
      const start = 6 + extra;
      if (this.rest.length < start + length) return;
      const mask = this.rest.subarray(start - 4, start);
      const payload = Buffer.from(
        this.rest.subarray(start, start + length).map((byte, index) => byte ^ mask[index & 3]!),
      );
      const opcode = this.rest[0]! & 0x0f;
      this.rest = this.rest.subarray(start + length);
      this.react(opcode, payload);
    }
  }

  private react(opcode: number, payload: Buffer): void {
    if (opcode === opcodes.pong) this.pongs++;
    else if (opcode === opcodes.ping) {
      this.pings++;
      if (this.fault.ping) this.fault.ping(this);
      else this.raw(frame(payload, { opcode: opcodes.pong }));
    } else if (opcode === opcodes.close) {
      this.closeCode = payload.length >= 2 ? payload.readUInt16BE() : 1005;
      this.socket.end(frame(payload, { opcode: opcodes.close }));
    } else this.obey(JSON.parse(payload.toString()));
  }

  private obey(request: { action: string; params: string }): void {
    this.received.push(request);
    const names = request.params.split(',');
    switch (request.action) {
      case 'auth':
        if (this.fault.auth) this.fault.auth(this, request.params);
        else this.acceptKey();
        return;
      case 'subscribe':
        if (this.fault.subscribe) this.fault.subscribe(this, names);
        else this.acknowledge(names);
        this.goLive();
        return;
    }
  }
}

export class FaultFeed {
  /** Notified of everything that clients send, and of every connection that opens or closes. */
  readonly changes = new Changes(systemClock);
  /** Every connection since the fault was armed, oldest first. */
  peers: Peer[] = [];
  /** When each of them was accepted, monotonic ms. */
  acceptedMs: number[] = [];
  private readonly sockets = new Set<Socket>();
  private fault: Fault = {};
  private times = 0;

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async open({ tls }: FaultFeedOptions = {}): Promise<FaultFeed> {
    const server: Server = tls ? createSecureServer(tls) : createServer({ allowHalfOpen: true });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const feed = new FaultFeed(server, tls ? `wss://localhost:${port}` : `ws://127.0.0.1:${port}`);
    server.on('connection', (socket: Socket) => feed.track(socket));
    server.on(tls ? 'secureConnection' : 'connection', (socket: Socket) => feed.take(socket));
    return feed;
  }

  /** The next `times` connections suffer the fault. */
  arm(fault: Fault, times = 1): void {
    this.fault = fault;
    this.times = times;
    this.peers = [];
    this.acceptedMs = [];
  }

  /** Open TCP connections. */
  get connections(): number {
    return this.sockets.size;
  }

  /** The newest connection on a path. */
  peer(path = '/stocks'): Peer | undefined {
    return this.peers.findLast(peer => peer.open && peer.path === path);
  }

  /** Everything that clients sent since the fault was armed. */
  get received(): { readonly action: string; readonly params: string }[] {
    return this.peers.flatMap(peer => peer.received);
  }

  /** @returns whether `done` became true in time */
  until(done: () => boolean, timeoutMs = 10_000): Promise<boolean> {
    return this.changes.until(done, timeoutMs);
  }

  /** Reads again on frozen connections, so that they notice that their clients are gone. */
  thaw(): void {
    for (const socket of this.sockets) socket.resume();
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise(resolve => this.server.close(resolve));
  }

  private track(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => {
      this.sockets.delete(socket);
      this.changes.notify();
    });
  }

  private take(socket: Socket): void {
    socket.on('error', () => {});
    socket.on('end', () => socket.end());
    this.acceptedMs.push(performance.now());
    const fault = this.peers.length < this.times ? this.fault : {};
    this.peers.push(new Peer(socket, fault, this));
    this.changes.notify();
  }
}
