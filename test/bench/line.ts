import type { Duplex } from 'node:stream';
import { setImmediate as loopBudget, setTimeout as pause } from 'node:timers/promises';
import { inFrame } from './load.js';
import { stampUs } from './stamp.js';
import { wireFrame } from './wire.js';

/** An event cut where its sequence number stands, which is sent as a stamp. */
type Cut = readonly [before: string, after: string];

const mostEventsAFrame = 1_000;

/** One connection, and what flows on it. It writes past the WebSocket, whose own sending would be the bottleneck. */
export class Line {
  private flow: Promise<void> | undefined;
  private stopping = false;

  constructor(
    /** As the client asked for it, such as `/parse/stocks`. */
    readonly path: string,
    private readonly socket: Duplex,
  ) {}

  /** Sends these bytes over and over, as fast as the peer takes them. */
  blast(bytes: Buffer): void {
    this.begin(async () => {
      await this.write(bytes);
      await loopBudget();
    });
  }

  /** Sends so many events a second, each frame with what a millisecond brought. */
  pace(events: readonly Cut[], perSecond: number): void {
    const beganUs = stampUs();
    let sent = 0;
    this.begin(async () => {
      const due = Math.floor(((stampUs() - beganUs) / 1e6) * perSecond) - sent;
      const count = Math.min(due, mostEventsAFrame);
      if (count > 0) {
        const chosen = Array.from({ length: count }, (_, index) => events[(sent + index) % events.length]!);
        const stamp = stampUs();
        sent += count;
        await this.write(wireFrame(inFrame(chosen.map(([before, after]) => `${before}"q":${stamp}${after}`))));
      }
      await pause(1);
    });
  }

  /** Resolves when the last frame is out. */
  async halt(): Promise<void> {
    this.stopping = true;
    await this.flow;
    this.flow = undefined;
  }

  private begin(step: () => Promise<void>): void {
    if (this.flow) throw new Error(`${this.path} flows already`);
    this.stopping = false;
    const flow = async (): Promise<void> => {
      while (!this.stopping && this.socket.writable) await step();
    };
    this.flow = flow();
  }

  private write(bytes: Buffer): Promise<void> {
    return new Promise(resolve => this.socket.write(bytes, () => resolve()));
  }
}

export function cutAtSequence(event: string): Cut {
  const [before, after, ...more] = event.split(/"q":\d+/);
  if (before === undefined || after === undefined || more.length > 0) throw new Error(`no sequence in ${event}`);
  return [before, after];
}
