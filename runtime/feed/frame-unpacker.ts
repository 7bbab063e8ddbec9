/** Reads frames and passes what is in them to a listener; large frames in pieces. */
import { FrameReader } from '../decode/frame-reader.js';
import type { Status } from '../decode/protocol.js';
import type { Steps } from './intake.js';
import type { FeedListener, SourceServices } from './source.js';

/** Receives what concerns the source itself. */
export interface FrameOwner {
  /** A frame contains a status. */
  hear(status: Status): void;
  /** A frame was not UTF-8. */
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

  /** @returns the steps that remain for a large frame */
  unpack(frame: Buffer): Steps | undefined {
    const { listener } = this;
    const arrivedMs = this.services.loopBudget.elapsedMs;
    const takers = listener.takers ?? 1;
    const reading = this.reader.read(frame, takers);
    if (reading === 'no text') {
      listener.delivered();
      this.owner.refuseText();
      return undefined;
    }
    listener.came?.(frame);
    if (reading === 'in pieces') return this.unpackPieces(frame, arrivedMs, takers);
    this.give(frame, arrivedMs);
    return undefined;
  }

  private *unpackPieces(frame: Buffer, arrivedMs: number, takers: number): Generator<void> {
    for (const piece of this.reader.pieces(frame, takers)) {
      this.give(piece, arrivedMs);
      // Its cost counts towards the slice in which the piece was read.
      this.listener.delivered();
      yield;
    }
  }

  /** @param frame the frame, or the piece of one, that the reader describes */
  private give(frame: Buffer, arrivedMs: number): void {
    const { reader, listener, owner } = this;
    const { statuses } = reader;
    if (statuses.length > 0) {
      // Events before a status are accounted for first.
      listener.delivered();
      for (const status of statuses) owner.hear(status);
    }
    listener.take(frame, reader, arrivedMs);
  }
}
