import type { Market } from '../contract/market.js';
import type { Decoding } from '../contract/suite.js';
import { parseExact } from '../core/lossless-json.js';
import { column, columns } from '../decode/event-list.js';
import { FrameReader } from '../decode/frame-reader.js';
import { noText, type RawEvent } from '../decode/protocol.js';
import { canonicalSymbol, symbolKeyOf } from '../symbols/forms.js';
import { type SymbolTable, symbolTableOf } from '../symbols/symbol-table.js';

const [comma, openBracket, closeBracket] = [...Buffer.from(',[]')] as [number, number, number];

/** Passes the events of recorded frames that are subscribed. */
export class ChannelFilter {
  private readonly symbols: SymbolTable;
  private readonly reader: FrameReader;

  constructor(
    private readonly market: Market,
    decoding: Decoding,
  ) {
    this.symbols = symbolTableOf(market);
    this.reader = new FrameReader(market, decoding, this.symbols);
  }

  /**
   * A frame passes unchanged if all its events are wanted, even with items that are no events. Statuses never pass,
   * since they answered another client; events that the spec does not know pass, since their channel is unknown.
   *
   * @param held channels with canonical symbols
   * @returns the frame or a smaller one, undefined if nothing is wanted; in one step for most frames
   */
  *pass(data: Buffer, held: ReadonlySet<string>): Generator<void, Buffer | undefined> {
    const reading = this.reader.read(data);
    if (reading === 'no text') return noText;
    const wanted = new Wanted(data);
    if (reading === 'read') {
      this.sift(data, held, wanted);
      return wanted.frame;
    }
    for (const piece of this.reader.pieces(data)) {
      this.sift(piece, held, wanted);
      yield;
    }
    return wanted.frame;
  }

  /** @param piece the bytes that the reader describes */
  private sift(piece: Buffer, held: ReadonlySet<string>, wanted: Wanted): void {
    const { events, statuses, malformed } = this.reader;
    wanted.isWhole &&= statuses.length === 0;
    wanted.malformed += malformed;
    const base = piece.byteOffset - wanted.whole.byteOffset;
    for (let row = 0; row < events.count; row++) {
      const { start, end, channel, symbol } = column;
      const cell = (index: number): number => events.rows[row * columns + index]!;
      const event = (): Buffer => piece.subarray(cell(start), cell(end));
      if (this.isHeld(held, cell(channel), cell(symbol), event)) wanted.add(base + cell(start), base + cell(end));
      else wanted.isWhole = false;
    }
  }

  /**
   * Channels of the events in a frame, as one subscribes to them; without events that the spec does not know.
   *
   * @returns those of one piece of the frame per step; in one step for most frames
   */
  *namesIn(data: Buffer): Generator<string[], void> {
    const reading = this.reader.read(data);
    if (reading === 'read') yield this.namesOf(data);
    if (reading !== 'in pieces') return;
    for (const piece of this.reader.pieces(data)) yield this.namesOf(piece);
  }

  /** @param piece the bytes that the reader describes */
  private namesOf(piece: Buffer): string[] {
    const names: string[] = [];
    const { events } = this.reader;
    for (let row = 0; row < events.count; row++) {
      const { start, end, channel, symbol } = column;
      const cell = (index: number): number => events.rows[row * columns + index]!;
      const found = this.market.channels[cell(channel)];
      if (!found) continue;
      const event = (): Buffer => piece.subarray(cell(start), cell(end));
      names.push(`${found.prefix}.${this.symbols.nameOf(cell(symbol)) ?? this.spelledIn(event(), symbolKeyOf(found))}`);
    }
    return names;
  }

  private isHeld(held: ReadonlySet<string>, index: number, symbol: number, event: () => Buffer): boolean {
    const channel = this.market.channels[index];
    if (!channel || held.has(`${channel.prefix}.*`)) return true;
    const name = this.symbols.nameOf(symbol) ?? this.spelledIn(event(), symbolKeyOf(channel));
    return held.has(`${channel.prefix}.${name}`);
  }

  /** The symbol of an event whose number is shared, since the table of symbols is full. */
  private spelledIn(event: Buffer, key: string): string {
    const spelling = (parseExact(event.toString()) as RawEvent)[key] as string;
    return canonicalSymbol(this.market, spelling) ?? spelling;
  }
}

/** The events of a frame that pass, kept as offsets, so that there is no object per event. */
class Wanted {
  /** Whether everything passes. */
  isWhole = true;
  malformed = 0;
  private readonly starts: number[] = [];
  private readonly ends: number[] = [];

  constructor(readonly whole: Buffer) {}

  add(start: number, end: number): void {
    this.starts.push(start);
    this.ends.push(end);
  }

  /** What passes. */
  get frame(): Buffer | undefined {
    const { starts, ends, whole } = this;
    if (this.isWhole && starts.length + this.malformed > 0) return whole;
    if (starts.length === 0) return undefined;
    const frame = Buffer.allocUnsafe(starts.reduce((sum, start, item) => sum + 1 + ends[item]! - start, 1));
    let at = 0;
    for (const [item, start] of starts.entries()) {
      frame[at] = item === 0 ? openBracket : comma;
      at += 1 + whole.copy(frame, at + 1, start, ends[item]);
    }
    frame[at] = closeBracket;
    return frame;
  }
}
