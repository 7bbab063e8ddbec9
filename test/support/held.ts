import { suite } from '../../generated/suite.js';
import { type Entry, MessageBuffer } from '../../runtime/buffer/message-buffer.js';
import type { Market } from '../../runtime/contract/market.js';
import { FrameReader } from '../../runtime/decode/frame-reader.js';
import type { RawEvent, Status } from '../../runtime/decode/protocol.js';
import { channelOf } from '../../runtime/market/format.js';
import { symbolKeyOf } from '../../runtime/symbols/forms.js';

/** The result of decoding a frame. */
export interface Taken {
  readonly statuses: readonly Status[];
  readonly events: readonly RawEvent[];
  readonly malformed: number;
}

/** A buffer that is filled from frames, as in a stream. */
export class Held {
  readonly buffer: MessageBuffer;
  private readonly reader: FrameReader;

  constructor(
    private readonly market: Market,
    maxMessages = 1_000,
    maxBytes = 1_000_000,
  ) {
    this.buffer = new MessageBuffer(market, maxMessages, maxBytes);
    this.reader = new FrameReader(market, suite, this.buffer.symbols);
  }

  take(frame: string | Buffer, atMs = 0): Taken {
    const data = Buffer.from(frame);
    if (this.reader.read(data) !== 'in pieces') return this.takePiece(data, atMs);
    const pieces = Array.from(this.reader.pieces(data), piece => this.takePiece(piece, atMs));
    return {
      statuses: pieces.flatMap(({ statuses }) => statuses),
      events: pieces.flatMap(({ events }) => events),
      malformed: pieces.reduce((sum, { malformed }) => sum + malformed, 0),
    };
  }

  private takePiece(data: Buffer, atMs: number): Taken {
    const { buffer } = this;
    const { events, statuses, malformed } = this.reader;
    const { count } = events;
    buffer.append(data, events, atMs);
    buffer.trim();
    const entries = Array.from({ length: count }, (_, index) => buffer.at(buffer.nextSeq - count + index));
    return { statuses, events: entries.map(entry => entry!.raw), malformed };
  }

  /** @returns the event as the buffer holds it */
  add(ev: string, symbol: string, raw: Readonly<Record<string, unknown>> = {}): Entry {
    const channel = channelOf(this.market, ev);
    this.take(JSON.stringify([{ ev, ...(channel ? { [symbolKeyOf(channel)]: symbol } : {}), ...raw }]));
    return this.buffer.at(this.buffer.nextSeq - 1)!;
  }
}
