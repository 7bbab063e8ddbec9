/** Whether the other side of a connection still lives: one that is silent is pinged, one that stays silent is given up. */
import type { Clock } from '../core/clock.js';

/** What is watched, and told. */
export interface Peer {
  ping(): void;
  /** Bytes that came over the wire so far: any is a sign of life, of a slow frame too; absent where nobody knows. */
  bytesRead(): number | undefined;
  /** It sent nothing for so long, not even an answer to a ping. */
  died(silentMs: number): void;
}

export interface HeartbeatOptions {
  /** Silence after which it is pinged, ms. */
  readonly pingIntervalMs: number;
  /** How long an answer may take, ms. */
  readonly pongTimeoutMs: number;
}

export class Heartbeat {
  /** Monotonic ms. */
  private heardMs = 0;
  /** A ping waits for a sign of life. */
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
    if (this.pinged) this.watch();
  }

  /** Watches from now on. */
  watch(): void {
    const { pingIntervalMs } = this.options;
    this.stop();
    this.after(Math.max(pingIntervalMs - this.silentMs, 1), () => {
      if (this.silentMs < pingIntervalMs) this.watch();
      else this.ping();
    });
  }

  /** Watches no more. */
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
      // One more turn of the loop: after a stall, frames may be waiting to be read.
      this.after(1, () => {
        if (this.peer.bytesRead() !== bytesBefore) this.watch();
        else this.peer.died(pingIntervalMs + pongTimeoutMs);
      });
    });
  }

  private after(delayMs: number, callback: () => void): void {
    this.cancel = this.clock.after(delayMs, callback);
  }
}

/** Where pings come from, and answers go. */
export interface PingedSocket {
  on(event: 'ping', listener: (data: Buffer) => void): unknown;
  pong(data: Buffer, mask: undefined, sent: () => void): void;
}

/** Answers pings one at a time, and of those that come meanwhile the last, so that no flood of them piles up answers. */
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
