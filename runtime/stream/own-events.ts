/** Picks one client's events out of an upstream's frames: those of the channels that it asked for, and no others. */
import type { Market } from '../contract/market.js';
import { column, columns, EventList, type Events } from '../decode/event-list.js';
import { symbolOfEvent } from '../decode/event-symbol.js';
import { otherSymbol, type SymbolTable } from '../symbols/symbol-table.js';

const usualBytes = 2 ** 16;
/** Pairs are in pages of so many, so that none of them takes long to make. */
const pageBits = 12;
const pagePairs = 1 << pageBits;
/** In `known`, for a pair that was not looked up yet; `notOwn` is for others' events, the rest are symbols plus one. */
const unknown = 0;
const notOwn = -1;

/**
 * Copies the client's events out of each frame, so that nothing kept or counted reveals the others. Symbols get the
 * numbers of the client's own table, which other clients cannot fill.
 */
export class OwnEvents implements Events {
  private readonly list = new EventList();
  private copied = Buffer.allocUnsafeSlow(usualBytes);
  private end = 0;
  /** By pair, as in the buffer, but with the upstream's symbol numbers; pages are absent where nothing is known. */
  private known: (Int32Array | undefined)[] = [];
  private readonly width: number;

  /**
   * @param all the upstream's table of symbols
   * @param own the table of the client's buffer
   * @param asks whether the client asked for a channel
   */
  constructor(
    private readonly market: Market,
    private readonly all: SymbolTable,
    private readonly own: SymbolTable,
    private asks: (channel: string) => boolean,
  ) {
    this.width = market.channels.length + 1;
  }

  get count(): number {
    return this.list.count;
  }

  get rows(): Int32Array {
    return this.list.rows;
  }

  /** The events, without gaps; valid until the next frame. */
  get bytes(): Buffer {
    return this.copied.subarray(0, this.end);
  }

  /** The client's channels changed. */
  askedAnew(): void {
    this.known = [];
  }

  /** The client left; remaining frames were sent while it asked for these channels. */
  askedFor(channels: readonly string[]): void {
    const asked = new Set(channels);
    this.asks = channel => asked.has(channel);
  }

  /** Picks the client's events of a frame. @returns how many there are */
  choose(frame: Buffer, events: Events): number {
    const { list } = this;
    list.clear();
    this.makeRoom(frame.length);
    this.end = 0;
    const { rows } = events;
    for (let base = 0; base < events.count * columns; base += columns) {
      const channel = rows[base + column.channel]!;
      const number = this.numberOf(rows[base + column.symbol]!, channel, frame, events, base);
      if (number === notOwn) continue;
      const end = this.end + frame.copy(this.copied, this.end, rows[base + column.start]!, rows[base + column.end]!);
      list.add(this.end, end, channel, number);
      this.end = end;
    }
    return list.count;
  }

  /** The client's number of an event's symbol, or `notOwn`. */
  private numberOf(symbol: number, channel: number, frame: Buffer, events: Events, base: number): number {
    // Symbols beyond the table's limit share a number.
    if (symbol === otherSymbol) return this.lookUp(channel, frame, events, base);
    const pair = symbol * this.width + channel;
    const page = this.known[pair >> pageBits] ?? this.addPage(pair >> pageBits);
    let known = page[pair & (pagePairs - 1)]!;
    if (known === unknown) {
      const number = this.lookUp(channel, frame, events, base);
      known = number === notOwn ? notOwn : number + 1;
      page[pair & (pagePairs - 1)] = known;
    }
    return known === notOwn ? notOwn : known - 1;
  }

  private lookUp(channel: number, frame: Buffer, events: Events, base: number): number {
    const prefix = this.market.channels[channel]?.prefix;
    // It is unknown who asked for an event of an unknown kind.
    if (prefix === undefined) return notOwn;
    const symbol = symbolOfEvent(this.market, this.all, frame, events, base)!;
    return this.asks(`${prefix}.*`) || this.asks(`${prefix}.${symbol}`) ? this.own.internText(symbol) : notOwn;
  }

  private makeRoom(bytes: number): void {
    if (bytes > this.copied.length || (bytes <= usualBytes && this.copied.length > usualBytes)) {
      this.copied = Buffer.allocUnsafeSlow(Math.max(bytes, usualBytes));
    }
  }

  private addPage(index: number): Int32Array {
    const page = new Int32Array(pagePairs);
    this.known[index] = page;
    return page;
  }
}
