import type { Cells } from '../decode/numbers/cell.js';
import { type Destination, type NumberReader, span, spanWords } from '../decode/numbers/number-reader.js';
import type { ColumnSegment } from './column-segment.js';
import type { MessageBuffer } from './message-buffer.js';

/** So many are gathered at a time, in some tenths of a millisecond. */
export const mostGathered = 256;
/** Larger messages are read alone. */
const pieceBytes = 2 ** 16;

/**
 * The numbers of some messages of one channel, wherever they are held, side by side: those that are in columns are
 * copied, and the others read, without columns for all that lie between.
 */
export class Gathering implements Cells, Destination {
  /** Cells of a message. */
  readonly width: number;
  readonly numbers: Float64Array;
  readonly decimals: Uint8Array;
  /** By message, what its codes let it update. */
  readonly effects = new Uint8Array(mostGathered);
  readonly seqs = new Float64Array(mostGathered);
  count = 0;
  private readonly piece = Buffer.allocUnsafeSlow(pieceBytes);
  /** Of the messages that are in the piece: the first, how many, and their bytes. */
  private first = 0;
  private waiting = 0;
  private bytes = 0;

  /** @param channel index of the channel */
  constructor(
    private readonly buffer: MessageBuffer,
    private readonly reader: NumberReader,
    private readonly channel: number,
  ) {
    this.width = reader.widths[channel]!;
    this.numbers = new Float64Array(mostGathered * this.width);
    this.decimals = new Uint8Array(mostGathered * this.width);
  }

  get isFull(): boolean {
    return this.count === mostGathered;
  }

  clear(): void {
    this.count = 0;
  }

  /** @param seq of a readable message of the channel; there is room for it */
  add(seq: number): void {
    this.seqs[this.count++] = seq;
  }

  /** Reads the numbers of the messages that were added; they stay when the messages leave. */
  read(): void {
    const { buffer, count, seqs } = this;
    for (let index = 0; index < count; index++) {
      const seq = seqs[index]!;
      const { numbers } = buffer.rows.segmentOf(seq);
      const row = buffer.rows.rowOf(seq);
      if (numbers && row < numbers.end) {
        this.readPiece();
        this.copy(numbers, row, index);
      } else this.queue(buffer.read(seq), index);
    }
    this.readPiece();
  }

  private copy({ numbers, decimals, effects, first }: ColumnSegment, row: number, index: number): void {
    const { width } = this;
    for (let cell = 0, from = first[row]!, to = index * width; cell < width; cell++, from++, to++) {
      this.numbers[to] = numbers[from]!;
      this.decimals[to] = decimals[from]!;
    }
    this.effects[index] = effects[row]!;
  }

  private queue(message: Buffer, index: number): void {
    if (this.bytes + message.length > pieceBytes) this.readPiece();
    if (message.length > pieceBytes) {
      this.describe(0, 0, message.length);
      this.reader.read(message, 1, this, index * this.width, index);
      return;
    }
    if (this.waiting === 0) this.first = index;
    this.piece.set(message, this.bytes);
    this.describe(this.waiting++, this.bytes, this.bytes + message.length);
    this.bytes += message.length;
  }

  private describe(index: number, start: number, end: number): void {
    const { spans } = this.reader;
    const at = index * spanWords;
    spans[at + span.start] = start;
    spans[at + span.end] = end;
    spans[at + span.channel] = this.channel;
  }

  private readPiece(): void {
    const { first, waiting, bytes, width } = this;
    this.waiting = 0;
    this.bytes = 0;
    if (waiting > 0) this.reader.read(this.piece.subarray(0, bytes), waiting, this, first * width, first);
  }
}
