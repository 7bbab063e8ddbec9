/** What of the frames of an upstream is one client's: the events of channels that the client asked for, and no others. */
import type { Market } from '../contract/market.js';
import { column, columns, EventList, type Events } from '../decode/event-list.js';
import { symbolOfEvent } from '../decode/event-symbol.js';
import { otherSymbol, type SymbolTable } from '../symbols/symbol-table.js';

const usualBytes = 2 ** 16;
const usualPairs = 1_024;
/** Stands for a pair that was not looked up yet, and for one that is not the client's; any other is a symbol plus one. */
const unknown = 0;
const foreign = -1;

/**
 * Copies what is the client's out of each frame, so that nothing that is kept or counted tells of the rest. Symbols get
 * the numbers of the client's own table, which others cannot fill.
 */
export class OwnEvents implements Events {
  private readonly list = new EventList();
  private copied = Buffer.allocUnsafeSlow(usualBytes);
  private end = 0;
  /** By pair, as in the buffer, but with the upstream's numbers of symbols. */
  private known = new Int32Array(usualPairs);
  private readonly width: number;

  /**
   * @param all symbols as the upstream numbers them
   * @param own symbols as the client's buffer numbers them
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

  /** The events, one right after the other; good until the next frame. */
  get bytes(): Buffer {
    return this.copied.subarray(0, this.end);
  }

  /** The client asks for other channels than before. */
  askedAnew(): void {
    this.known.fill(unknown);
  }

  /** The client asks for nothing more; what comes was sent while it asked for these channels. */
  askedFor(channels: readonly string[]): void {
    const asked = new Set(channels);
    this.asks = channel => asked.has(channel);
  }

  /** Chooses among the events of a frame. @returns how many are the client's */
  choose(frame: Buffer, events: Events): number {
    const { list } = this;
    list.clear();
    this.makeRoom(frame.length);
    this.end = 0;
    const { rows } = events;
    for (let base = 0; base < events.count * columns; base += columns) {
      const channel = rows[base + column.channel]!;
      const number = this.numberOf(rows[base + column.symbol]!, channel, frame, events, base);
      if (number === foreign) continue;
      const end = this.end + frame.copy(this.copied, this.end, rows[base + column.start]!, rows[base + column.end]!);
      list.add(this.end, end, channel, number);
      this.end = end;
    }
    return list.count;
  }

  /** The client's number of an event's symbol, or `foreign`. */
  private numberOf(symbol: number, channel: number, frame: Buffer, events: Events, base: number): number {
    // Symbols that are not told apart share a number.
    if (symbol === otherSymbol) return this.lookUp(channel, frame, events, base);
    const pair = symbol * this.width + channel;
    if (pair >= this.known.length) this.widen(pair);
    let known = this.known[pair]!;
    if (known === unknown) {
      const number = this.lookUp(channel, frame, events, base);
      known = number === foreign ? foreign : number + 1;
      this.known[pair] = known;
    }
    return known === foreign ? foreign : known - 1;
  }

  private lookUp(channel: number, frame: Buffer, events: Events, base: number): number {
    const prefix = this.market.channels[channel]?.prefix;
    // Nobody can tell who asked for an event of an unknown kind.
    if (prefix === undefined) return foreign;
    const symbol = symbolOfEvent(this.market, this.all, frame, events, base)!;
    return this.asks(`${prefix}.*`) || this.asks(`${prefix}.${symbol}`) ? this.own.internText(symbol) : foreign;
  }

  private makeRoom(bytes: number): void {
    if (bytes > this.copied.length || (bytes <= usualBytes && this.copied.length > usualBytes)) {
      this.copied = Buffer.allocUnsafeSlow(Math.max(bytes, usualBytes));
    }
  }

  private widen(pair: number): void {
    const wider = new Int32Array(2 ** Math.ceil(Math.log2(pair + 1)));
    wider.set(this.known);
    this.known = wider;
  }
}
