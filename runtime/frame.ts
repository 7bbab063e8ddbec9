/** Frames, taken apart: the scanner does the usual ones, `JSON.parse` the rest. */
import { symbolKeyOf } from './channels.js';
import type { Market, StatusWord } from './contract.js';
import { column, columns, EventList } from './eventlist.js';
import { splitItems } from './json.js';
import { isEvent, readStatus, type Status } from './protocol.js';
import { longestSymbol, Scanner } from './scan.js';
import type { SymbolTable } from './symbols.js';

/** What one frame held. */
export interface Frame {
  /** The list is the reader's, and good until its next frame. */
  readonly events: EventList;
  readonly statuses: readonly Status[];
  /** Items, or the whole frame, that are no events. */
  readonly malformed: number;
  /** The `ev` of each event that the spec does not know. */
  readonly unknown: readonly string[];
}

const none: readonly never[] = [];

/** Reads the frames of one market. */
export class FrameReader {
  private readonly events = new EventList();
  private readonly scanner: Scanner;
  private readonly symbolKeys: readonly string[];

  constructor(
    private readonly market: Market,
    private readonly words: readonly StatusWord[],
    private readonly symbols: SymbolTable,
  ) {
    this.scanner = new Scanner(market.channels, this.events);
    this.symbolKeys = market.channels.map(symbolKeyOf);
  }

  /**
   * A frame is an array of events and statuses; a lone object is taken for an array of one.
   * @see polygon-docs/websockets/quickstart.md:206-209 `ev`
   */
  read(data: Buffer): Frame {
    const { events, scanner } = this;
    if (!scanner.scan(data)) return this.parse(data);
    const { rows } = events;
    for (let base = 0; base < events.count * columns; base += columns) {
      const start = rows[base + column.symbolStart]!;
      const end = rows[base + column.symbolEnd]!;
      rows[base + column.symbol] = this.symbols.intern(data, start, end, rows[base + column.hash]!);
    }
    return { events, statuses: none, malformed: scanner.malformed, unknown: none };
  }

  private parse(data: Buffer): Frame {
    this.events.clear();
    const statuses: Status[] = [];
    const unknown: string[] = [];
    const items = parseItems(data);
    if (!items) return { events: this.events, statuses, malformed: 1, unknown };
    let malformed = 0;
    for (const { value, start, end } of items) {
      if (!isEvent(value)) {
        malformed++;
        continue;
      }
      if (value.ev === 'status') {
        statuses.push(readStatus(value, this.words));
        continue;
      }
      const channel = this.market.channels.findIndex(({ prefix }) => prefix === value.ev);
      if (channel < 0) {
        unknown.push(value.ev);
        this.events.add(start, end, this.market.channels.length, 0, 0, 0);
        continue;
      }
      const symbol = value[this.symbolKeys[channel]!];
      if (typeof symbol !== 'string' || symbol.length > longestSymbol) malformed++;
      else this.events.add(start, end, channel, 0, 0, this.symbols.internText(symbol));
    }
    return { events: this.events, statuses, malformed, unknown };
  }
}

interface Item {
  readonly value: unknown;
  readonly start: number;
  readonly end: number;
}

/** The items of a frame and where they are in it; nothing if it is no JSON. */
function parseItems(data: Buffer): Item[] | undefined {
  let value: unknown;
  try {
    value = JSON.parse(data.toString());
  } catch {
    return undefined;
  }
  if (!Array.isArray(value)) return [{ value, start: 0, end: data.length }];
  const spans = splitItems(data);
  return value.map((item, index) => ({ value: item, ...spans[index]! }));
}
