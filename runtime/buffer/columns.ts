/** The numbers of held messages in columns, read from the bytes when they are first asked for, and once. */
import { mostBytes, mostMessages, type NumberReader, span, spanWords } from '../decode/numbers/number-reader.js';
import { ColumnSegment } from './column-segment.js';
import type { MessageBuffer } from './message-buffer.js';
import { type Segment, segmentRows } from './rows.js';

/** Messages in a row whose numbers lie together. */
export interface Stretch {
  /** Seq of the first. */
  readonly seq: number;
  /** Where the first one is in the columns. */
  readonly row: number;
  readonly count: number;
  readonly columns: ColumnSegment;
}

/** Several of one buffer have their columns in common, if their readers do the same. */
export class Columns {
  constructor(
    private readonly buffer: MessageBuffer,
    private readonly reader: NumberReader,
  ) {}

  /**
   * Held messages from a seq on, some thousand at most. Those that nobody asked for before are read now: some tenths of
   * a millisecond, or some milliseconds where Node may not run the kernel, so callers rest between calls.
   *
   * @param seq of a readable message; the numbers are good as long as it is
   * @param end seq after the last one that is wanted
   */
  from(seq: number, end: number): Stretch {
    const { rows, nextSeq } = this.buffer;
    const segment = rows.segmentOf(seq);
    const row = rows.rowOf(seq);
    segment.numbers ??= new ColumnSegment(segmentRows);
    const columns = segment.numbers;
    const last = Math.min(segmentRows, row + Math.min(end, nextSeq) - seq);
    // What left the buffer has no bytes any more.
    const oldest = row - Math.min(row, seq - this.buffer.readableSeq);
    if (columns.end < oldest) columns.end = oldest;
    while (columns.end <= row) this.read(segment, columns, last);
    return { seq, row, count: Math.min(columns.end, last) - row, columns };
  }

  /** Reads the next rows of a segment. */
  private read(segment: Segment, columns: ColumnSegment, last: number): void {
    const { spans, widths } = this.reader;
    const width = widths.length;
    const from = columns.end;
    const to = Math.min(last, from + mostMessages);
    const base = segment.offset(from);
    const bytes = this.buffer.ring.readOn(base);
    const most = Math.min(bytes.length, mostBytes);
    let { cells } = columns;
    let row = from;
    let pieceBytes = 0;
    for (let at = 0; row < to; at += spanWords, row++) {
      const start = segment.offset(row) - base;
      const end = start + segment.length(row);
      // One that is larger than a piece is read alone.
      if (end > most && row > from) break;
      const pair = segment.pair(row);
      const symbol = Math.floor(pair / width);
      const channel = pair - symbol * width;
      spans[at + span.start] = start;
      spans[at + span.end] = end;
      spans[at + span.channel] = channel;
      columns.symbols[row] = symbol;
      columns.channels[row] = channel;
      columns.first[row] = cells;
      cells += widths[channel]!;
      pieceBytes = end;
    }
    columns.reserve(cells, row);
    this.reader.read(bytes.subarray(0, pieceBytes), row - from, columns, columns.cells, from);
    columns.cells = cells;
    columns.end = row;
  }
}
