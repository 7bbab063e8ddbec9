/** Pings a silent peer, and gives it up if it stays silent. */
import type { Clock } from '../core/clock.js';

/** The other side of a connection. */
export interface Peer {
  ping(): void;
  /** Bytes received so far. Any byte is a sign of life, even within a slow frame. Undefined if unknown. */
  bytesRead(): number | undefined;
  /** It sent nothing for `silentMs`, not even an answer to a ping. */
  died(silentMs: number): void;
}

export interface HeartbeatOptions {
  /** Silence after which it is pinged. */
  readonly pingIntervalMs: number;
  /** How long the answer may take. */
  readonly pongTimeoutMs: number;
}

export class Heartbeat {
  /** Monotonic ms. */
  private heardMs = 0;
  /** Whether a ping is unanswered. */
  private pinged = false;
  private cancel: () => void = () => {};

  constructor(
    private readonly clock: Clock,
    private readonly options: HeartbeatOptions,
    private readonly peer: Peer,
  ) {}

  /**
   * The peer gave a sign of life.
   *
   * @param atMs monotonic
   */
  heard(atMs: number): void {
    this.heardMs = atMs;
    if (this.pinged) this.start();
  }

  start(): void {
    const { pingIntervalMs } = this.options;
    this.stop();
    this.after(Math.max(pingIntervalMs - this.silentMs, 1), () => {
      if (this.silentMs < pingIntervalMs) this.start();
      else this.ping();
    });
  }

  stop(): void {
    this.cancel();
    this.pinged = false;
  }

  private get silentMs(): number {
    return this.clock.elapsed() - this.heardMs;
  }

  private ping(): void {
    const { pingIntervalMs, pongTimeoutMs } = this.options;
    const bytesBefore = this.peer.bytesRead();
    this.pinged = true;
    this.peer.ping();
    this.after(pongTimeoutMs, () => {
      // One more turn of the event loop: after a stall, unread frames may be waiting.
      this.after(1, () => {
        if (this.peer.bytesRead() !== bytesBefore) this.start();
        else this.peer.died(pingIntervalMs + pongTimeoutMs);
      });
    });
  }

  private after(delayMs: number, callback: () => void): void {
    this.cancel = this.clock.after(delayMs, callback);
  }
}

/** A socket that receives pings and sends pongs. */
export interface PingedSocket {
  on(event: 'ping', listener: (data: Buffer) => void): unknown;
  pong(data: Buffer, mask: undefined, sent: () => void): void;
}

/** Answers one ping at a time, and skips all but the last of those that arrive meanwhile: a flood piles up nothing. */
export function answerPings(socket: PingedSocket): void {
  let busy = false;
  let latest: Buffer | undefined;
  const answer = (data: Buffer): void => {
    if (busy) {
      latest = data;
      return;
    }
    busy = true;
    socket.pong(data, undefined, () => {
      busy = false;
      const next = latest;
      latest = undefined;
      if (next) answer(next);
    });
  };
  socket.on('ping', answer);
}
