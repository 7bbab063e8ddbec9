/** Frames of a source on their way to whoever listens: read once, and a large one piece by piece. */
import { FrameReader } from '../decode/frame-reader.js';
import type { Status } from '../decode/protocol.js';
import type { Steps } from './intake.js';
import type { FeedListener, SourceServices } from './source.js';

/** What in a frame is for the source itself. */
export interface FrameOwner {
  /** A status stood among the events. */
  hear(status: Status): void;
  /** The bytes of a frame were no text. */
  refuseText(): void;
}

export class FrameUnpacker {
  private readonly reader: FrameReader;

  constructor(
    private readonly services: SourceServices,
    private readonly listener: FeedListener,
    private readonly owner: FrameOwner,
  ) {
    this.reader = new FrameReader(services.market, services.decoding, services.symbols);
  }

  /** @returns what is left to do about a large frame */
  unpack(frame: Buffer): Steps | undefined {
    const { listener } = this;
    const arrivedMs = this.services.loopBudget.elapsedMs;
    const reading = this.reader.read(frame);
    if (reading === 'no text') {
      listener.delivered();
      this.owner.refuseText();
      return undefined;
    }
    listener.came?.(frame);
    if (reading === 'in pieces') return this.unpackPieces(frame, arrivedMs);
    this.give(frame, arrivedMs);
    return undefined;
  }

  private *unpackPieces(frame: Buffer, arrivedMs: number): Generator<void> {
    for (const piece of this.reader.pieces(frame)) {
      this.give(piece, arrivedMs);
      // What it costs falls to the turn in which the piece was read.
      this.listener.delivered();
      yield;
    }
  }

  /** @param frame of which the reader tells, or a piece of one */
  private give(frame: Buffer, arrivedMs: number): void {
    const { reader, listener, owner } = this;
    const { statuses } = reader;
    if (statuses.length > 0) {
      // What came before a status counts before it.
      listener.delivered();
      for (const status of statuses) owner.hear(status);
    }
    listener.take(frame, reader, arrivedMs);
  }
}
