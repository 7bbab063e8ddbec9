import { canonicalSymbol, symbolKeyOf } from '../channels.js';
import type { Decoding, Market } from '../contract.js';
import { column, columns } from '../eventlist.js';
import { FrameReader } from '../frame.js';
import { parseExact } from '../json.js';
import { noText, type RawEvent } from '../protocol.js';
import { SymbolTable } from '../symbols.js';

const comma = Buffer.from(',');

/** Lets the events of recorded frames through that somebody subscribed. */
export class Sieve {
  private readonly symbols: SymbolTable;
  private readonly reader: FrameReader;

  constructor(
    private readonly market: Market,
    decoding: Decoding,
  ) {
    this.symbols = new SymbolTable(spelling => canonicalSymbol(market, spelling) ?? spelling);
    this.reader = new FrameReader(market, decoding, this.symbols);
  }

  /**
   * A frame of which everything is wanted passes as it came, also what is no event in it. Statuses were answers to
   * somebody else and never pass; an event that the spec does not know passes, as nobody knows what asked for it.
   *
   * @param held channels with canonical symbols
   * @returns the frame or a smaller one; nothing if nothing of it is wanted
   */
  pass(data: Buffer, held: ReadonlySet<string>): Buffer | undefined {
    if (!this.reader.read(data)) return noText;
    const { events, statuses, malformed } = this.reader;
    const wanted: Buffer[] = [];
    for (let row = 0; row < events.count; row++) {
      const { start, end, channel, symbol } = column;
      const cell = (index: number): number => events.rows[row * columns + index]!;
      const event = data.subarray(cell(start), cell(end));
      if (this.isHeld(held, cell(channel), cell(symbol), event)) wanted.push(event);
    }
    const whole = statuses.length === 0 && wanted.length === events.count;
    if (whole && wanted.length + malformed > 0) return data;
    return wanted.length === 0 ? undefined : arrayOf(wanted);
  }

  private isHeld(held: ReadonlySet<string>, index: number, symbol: number, event: Buffer): boolean {
    const channel = this.market.channels[index];
    if (!channel || held.has(`${channel.prefix}.*`)) return true;
    const name = this.symbols.nameOf(symbol) ?? this.spelledIn(event, symbolKeyOf(channel));
    return held.has(`${channel.prefix}.${name}`);
  }

  /** The symbol of an event that shares its number with others, since too many came before. */
  private spelledIn(event: Buffer, key: string): string {
    const spelling = (parseExact(event.toString()) as RawEvent)[key] as string;
    return canonicalSymbol(this.market, spelling) ?? spelling;
  }
}

function arrayOf(events: readonly Buffer[]): Buffer {
  const parts = events.flatMap(event => [comma, event]);
  return Buffer.concat([Buffer.from('['), ...parts.slice(1), Buffer.from(']')]);
}
