/** Lists the channels of the frames that are recorded. */
import type { Market } from '../contract/market.js';
import type { Decoding } from '../contract/suite.js';
import type { Clock } from '../core/clock.js';
import { column, columns } from '../decode/event-list.js';
import { FrameReader } from '../decode/frame-reader.js';
import { stepsToParse, TimeSlice } from '../pacing/time-slice.js';
import { otherSymbol, type SymbolTable, symbolTableOf } from '../symbols/symbol-table.js';
import { encodeList } from './channel-list.js';

/** With more channels, the rest of a file has no list. */
const mostChannels = 50_000;

export class NewChannels {
  private readonly symbols: SymbolTable;
  private readonly reader: FrameReader;
  private readonly width: number;
  /** Channels of this file, as a number for each pair of symbol and prefix. */
  private readonly seen = new Set<number>();
  private found: string[] = [];
  /** Whether a channel came that has no number. */
  private isUnsure = false;

  constructor(
    private readonly market: Market,
    decoding: Decoding,
    private readonly most = mostChannels,
  ) {
    this.symbols = symbolTableOf(market);
    this.reader = new FrameReader(market, decoding, this.symbols);
    this.width = market.channels.length;
  }

  /** Another file begins. */
  restart(): void {
    this.seen.clear();
    this.symbols.clear();
  }

  /**
   * @param frames the next ones of the file, already cleaned: what is removed from them must not be listed either
   * @returns the list of the channels that came for the first time; undefined if they cannot be listed
   */
  async listOf(frames: Iterable<{ readonly data: Buffer }>, clock: Clock): Promise<Buffer | undefined> {
    this.found = [];
    this.isUnsure = false;
    const slice = new TimeSlice(clock);
    await slice.begin();
    for (const { data } of frames) {
      if (this.seen.size > this.most) return undefined;
      for (const piece of this.reading(data)) {
        if (slice.spent(stepsToParse(piece))) await slice.rest();
      }
    }
    return this.isUnsure || this.seen.size > this.most ? undefined : encodeList(this.found);
  }

  /** Yields how many bytes it has read. */
  private *reading(data: Buffer): Generator<number, void> {
    const reading = this.reader.read(data);
    if (reading === 'read') this.note();
    if (reading !== 'in pieces') return yield data.length;
    for (const piece of this.reader.pieces(data)) {
      this.note();
      yield piece.length;
    }
  }

  private note(): void {
    const { seen, symbols, market, width } = this;
    const { rows, count } = this.reader.events;
    for (let base = 0; base < count * columns; base += columns) {
      const channel = rows[base + column.channel]!;
      if (channel >= width) continue;
      const symbol = rows[base + column.symbol]!;
      if (symbol === otherSymbol) this.isUnsure = true;
      const pair = symbol * width + channel;
      if (symbol === otherSymbol || seen.has(pair)) continue;
      seen.add(pair);
      this.found.push(`${market.channels[channel]!.prefix}.${symbols.nameOf(symbol)}`);
    }
  }
}
